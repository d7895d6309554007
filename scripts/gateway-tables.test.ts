import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { gatewayTables } from './gateway-tables.ts';

const GATEWAYS = fileURLToPath(new URL('../shared/gateways/', import.meta.url));
const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** `{ 'amazon-pay': ['settings.ts'] }` as folders of empty files. */
function folderOf(gateways: Readonly<Record<string, readonly string[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gateways-'));
  made.push(folder);
  for (const [name, files] of Object.entries(gateways)) {
    mkdirSync(join(folder, name));
    for (const file of files) writeFileSync(join(folder, name, file), '');
  }
  writeFileSync(join(folder, 'gateway.ts'), '');
  return folder;
}

const KNOWN = ['settings.ts', 'provision.ts'];

describe('the tables of gateways', () => {
  it.each(Object.entries(gatewayTables(GATEWAYS)))('%s is as the folders are: else npm run gateways', (file, text) => {
    expect(readFileSync(join(GATEWAYS, file), 'utf8')).toBe(text);
  });

  it('list every folder, and as adapters only those that have both halves', () => {
    const tables = gatewayTables(
      folderOf({ zed: KNOWN, 'a-b': [...KNOWN, 'front.ts', 'index.ts'], half: [...KNOWN, 'front.ts'] }),
    );
    expect(tables['gateway-names.ts']).toContain("export const GATEWAY_NAMES = ['a-b', 'half', 'zed'] as const;");
    expect(tables['fronts.ts']).toContain("  'a-b': () => import('./a-b/front.ts').then((m) => m.front),\n};");
    expect(tables['gateways.ts']).toContain("import { gateway as aBEntry } from './a-b/index.ts';");
    expect(tables['gateways.ts']).not.toMatch(/half|zed/);
    expect(tables['gateway-settings-table.ts']).toContain(
      "  'a-b': aBEntry,\n  half: halfEntry,\n  zed: zedEntry,\n};",
    );
    expect(tables['provisions.ts']).toContain("import { provision as zedEntry } from './zed/provision.ts';");
  });

  it('breaks the list of names when the line would be too long', () => {
    const names = Array.from({ length: 12 }, (_, i) => `gateway-${String.fromCharCode(97 + i)}`);
    const tables = gatewayTables(folderOf(Object.fromEntries(names.map((name) => [name, KNOWN]))));
    expect(tables['gateway-names.ts']).toContain("GATEWAY_NAMES = [\n  'gateway-a',\n");
  });

  it.each([
    [{ Odd: KNOWN }, 'shared/gateways/Odd: a gateway’s folder'],
    [{ 'a--b': KNOWN }, 'shared/gateways/a--b: a gateway’s folder'],
    [{ bare: [] }, 'shared/gateways/bare has no settings.ts'],
    [{ half: ['settings.ts'] }, 'shared/gateways/half has no provision.ts'],
  ])('refuse case %#', (gateways, message) => {
    expect(() => gatewayTables(folderOf(gateways as Readonly<Record<string, readonly string[]>>))).toThrow(
      message.replace('’', "'"),
    );
  });
});
