import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway } from './toy/index.ts';
import { provision } from './toy/provision.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLAYER = fileURLToPath(new URL('./play-samples.ts', import.meta.url));
const COPIED = [
  'shared',
  'scripts',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  'test/conformance',
  'test/memory-stores',
];
const KEY = 'toy-key-made-for-this-test';
/** Of the whole copy: what a gateway may add, and what is generated anew. */
const MAY_DIFFER =
  /^(shared\/gateways\/toy\/|events\/toy\/|shared\/gateways\/(gateway-names|fronts|gateways|gateway-settings-table|provisions)\.ts$)/;

let copy: string;
/** The copy as it was before the toy came: text by path. */
let before: ReadonlyMap<string, string>;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'postrider-toy-'));
  for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  before = textsBelow(copy);
  // The two places that a gateway is: its folder and its events.
  cpSync(join(ROOT, 'test/conformance/toy'), join(copy, 'shared/gateways/toy'), { recursive: true });
  mkdirSync(join(copy, 'events/toy'), { recursive: true });
  const connector = { settings: { shop: 'acme' }, secrets: { key: KEY } };
  writeFileSync(
    join(copy, 'events/toy/connectors.json'),
    JSON.stringify({ 'acme-toy': { id: 'acme-toy', ...connector } }),
  );
  sample('01-sale-open', { id: 's1', kind: 'sale', state: 'open', amount: '12.50', currency: 'EUR' }, 'PENDING');
  sample('02-sale-paid', { id: 's1', kind: 'sale', state: 'paid', amount: '12.50', currency: 'EUR' }, 'FINISHED');
  sample(
    '03-refund',
    { id: 'r1', kind: 'refund', state: 'paid', amount: '2.50', currency: 'EUR', of: 's1' },
    'FINISHED',
  );
});

afterAll(() => rmSync(copy, { recursive: true }));

function sample(name: string, body: Readonly<Record<string, string>>, status: string): void {
  const text = JSON.stringify(body);
  const signature = createHmac('sha256', KEY).update(text).digest('hex');
  const head = ['POST /callbacks/acme-toy HTTP/1.1', 'Host: hooks.example.test', `X-Toy-Signature: ${signature}`];
  const folder = join(copy, 'events/toy', name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'request.http'), `${head.join('\r\n')}\r\n\r\n${text}`);
  const expect = [{ type: 'transaction', id: body['id'], status, amount: `${body['amount']} EUR` }];
  const verdict = { algorithm: 'hmac-sha256', readings: {} };
  writeFileSync(
    join(folder, 'sample.json'),
    JSON.stringify({ about: name, origin: 'made', connector: 'acme-toy', verdict, expect }),
  );
}

/** A program in the copy; resolves with what it printed. */
function run(...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: copy,
      timeout: 120_000,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(said) : reject(new Error(`${args.join(' ')}: ${said}`))));
  });
}

/** Every file of the copy, what is linked into it left out. */
function textsBelow(folder: string): ReadonlyMap<string, string> {
  const tops = readdirSync(folder).filter((name) => name !== 'node_modules' && !name.startsWith('.'));
  const paths = tops.flatMap((top) => {
    if (!statSync(join(folder, top)).isDirectory()) return [join(folder, top)];
    const entries = readdirSync(join(folder, top), { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  });
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path, 'utf8')]));
}

function differencesFrom(texts: ReadonlyMap<string, string>): readonly string[] {
  const now = textsBelow(copy);
  return [...new Set([...texts.keys(), ...now.keys()])].filter((path) => texts.get(path) !== now.get(path));
}

describe('a gateway that this release does not have', () => {
  it('takes part once its folder and its events are there and the tables are made anew', async () => {
    expect(await run('scripts/list-gateways.ts')).toContain('written  shared/gateways/fronts.ts');
    const lines = (await run(relative(ROOT, PLAYER), 'toy')).trim().split('\n');
    const printed = lines.map((line) => JSON.parse(line) as { readonly status?: number; readonly event?: Toy });
    expect(printed.flatMap(({ status }) => status ?? [])).toEqual([200, 200, 200]);
    const events = printed.flatMap(({ event }) => event ?? []);
    expect(events.map(({ type }) => type).sort()).toEqual([
      'payment.debit.finished',
      'payment.debit.pending',
      'payment.debit.updated',
      'payment.refund.finished',
    ]);
    const sale = events.filter(({ subject }) => subject === 'transaction/s1').at(-1);
    expect(sale?.data).toMatchObject({ gateway: 'toy', status: 'FINISHED', totals: { refunded: 250 } });
  });

  it('passes the conformance suite', async () => {
    await run('scripts/list-gateways.ts');
    const suites = ['gateways', 'gateways-flipped', 'gateways-hostile'].map(
      (name) => `test/conformance/${name}.test.ts`,
    );
    const said = await run('node_modules/vitest/vitest.mjs', 'run', ...suites, '-t', '^toy ');
    expect(said).toMatch(/Test Files .*3 passed/);
    expect(said).not.toMatch(/failed/);
    // Three samples and what is asked of every gateway, nothing of others.
    expect(Number(/Tests .*?(\d+) passed/.exec(said)?.[1])).toBeGreaterThan(20);
  });

  it('touched nothing else', () => {
    expect(differencesFrom(before).filter((path) => !MAY_DIFFER.test(path))).toEqual([]);
    // The comparison sees what it should.
    expect(differencesFrom(before)).toContain('shared/gateways/fronts.ts');
  });

  it('cannot be provisioned, nor reported', () => {
    expect(provision.can).toBe(false);
    expect(gateway.readReport().effect).toBe('none');
  });
});

interface Toy {
  readonly type: string;
  readonly subject: string;
  readonly data: object;
}
