import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IXOPAY_A, IXOPAY_C, PAYLOCK_JSV, PROCESSOR, SECRETS } from '#shared/registry/shapes/documents.testing.ts';

const program = fileURLToPath(new URL('connectors.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'connectors-'));
const seen: { readonly request: string; readonly body: unknown }[] = [];
let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    seen.push({ request: `${request.method} ${request.url}`, body: body === '' ? undefined : JSON.parse(body) });
    const refused = request.url?.includes('9ba85f64') === true;
    const answer = refused
      ? { detail: '/companyProjectId there is no merchant' }
      : { callbackUrl: 'https://x.example/c' };
    response.writeHead(refused ? 422 : 201).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function connectors(...args: readonly string[]): Promise<{ code: number; out: string; said: string }> {
  const env = { PATH: process.env['PATH'], POSTRIDER_OPERATOR_TOKEN: 'token' };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, '--api', base, ...args], { env }, (error, out, said) => {
      expect(SECRETS.filter((secret) => out.includes(secret) || said.includes(secret)).length).toBe(0);
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, said });
    });
  });
}

describe('cli/connectors.ts', () => {
  it('imports all of a list, each in its shape', async () => {
    const { code, out } = await connectors('import', file('two.json', [IXOPAY_A, IXOPAY_C]), '--merchant', 'shop');
    expect(code).toBe(0);
    expect(out).toContain('CO-1234-1234-1234-1234-1234-1234 registered: https://x.example/c');
    expect(out).toContain('not kept, because they are secrets of others: /config/password, /config/apiSecret');
    expect(seen.map(({ request }) => request)).toEqual(
      ['CO-1234-1234-1234-1234-1234-1234', 'CO-4321-4321-4321-4321-4321-4321'].map(
        (id) => `PUT /api/v1/connectors/${id}?shape=ixopay&merchantId=shop`,
      ),
    );
    expect(JSON.stringify(seen.map(({ body }) => body)) === JSON.stringify([IXOPAY_A, IXOPAY_C])).toBe(true);
  });

  it('reads JSV, under an id of your own', async () => {
    const { code } = await connectors('import', file('a.jsv', PAYLOCK_JSV), '--id', 'desk-1');
    expect(code).toBe(0);
    expect(seen.at(-1)?.request).toBe('PUT /api/v1/connectors/desk-1?shape=paylock');
    expect(seen.at(-1)?.body).toMatchObject({ testMode: '1', allowToken: 'True', billTypes: [{ billTypeId: '3' }] });
  });

  it('--check sends nothing', async () => {
    const before = seen.length;
    const { code, out } = await connectors('import', file('p.json', PROCESSOR), '--check');
    expect([code, seen.length]).toEqual([0, before]);
    expect(out).toBe('"Production CyberSource - Rotated Keys": shape payment-processor, gateway cybersource\n');
  });

  it('says what the API refused', async () => {
    const { code, said } = await connectors('import', file('q.json', PROCESSOR));
    expect(code).toBe(1);
    expect(said).toContain('was answered 422: /companyProjectId there is no merchant');
  });

  it('exports', async () => {
    const { code, out } = await connectors('export', 'c1', '--shape', 'ixopay');
    expect([code, JSON.parse(out)]).toEqual([0, { callbackUrl: 'https://x.example/c' }]);
    expect(seen.at(-1)?.request).toBe('GET /api/v1/connectors/c1?shape=ixopay');
  });

  it.each([
    [[], 'give import FILE, or export ID --shape KIND'],
    [['export', 'c1'], '--shape is missing'],
    [['import', file('r.json', {})], 'give --shape ixopay, paylock, payment-processor'],
    [['import', file('s.json', PROCESSOR), '--shape', 'stripe'], '--shape is "stripe"; it must be ixopay'],
    [['import', file('t.json', { ...PROCESSOR, name: '' })], '/name is missing'],
    [['import', file('u.json', '{"settingsJson":"new_secret')], 'is neither JSON nor JSV'],
    [['import', file('v.json', [IXOPAY_A, IXOPAY_C]), '--id', 'one'], '--id is for one connector'],
  ])('case %#: says what is wrong, and sends nothing', async (args, sentence) => {
    const before = seen.length;
    const { code, said } = await connectors(...args);
    expect([code, seen.length]).toEqual([1, before]);
    expect(said).toContain(sentence);
  });
});
