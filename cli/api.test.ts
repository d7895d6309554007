import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('api.ts', import.meta.url));
let server: Server;
let base = '';
const seen: string[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
    const status = request.url === '/api/v1/none' ? 404 : 200;
    response.writeHead(status).end('{"items":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

function api(...args: readonly string[]): Promise<{ code: number; out: string; said: string }> {
  const env = { PATH: process.env['PATH'], POSTRIDER_OPERATOR_TOKEN: 'token' };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, '--api', base, ...args], { env }, (error, out, said) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, said });
    });
  });
}

describe('cli/api.ts', () => {
  it('asks, and prints the answer', async () => {
    expect(await api('/parked?merchantId=acme')).toMatchObject({ code: 0, out: '{\n  "items": []\n}\n' });
    expect(seen).toEqual(['GET /api/v1/parked?merchantId=acme Bearer token ']);
  });

  it('sends a body with a method', async () => {
    await api('POST', '/redrive', '{"from":"2026-01-15T09:00:00Z"}');
    expect(seen.at(-1)).toBe('POST /api/v1/redrive Bearer token {"from":"2026-01-15T09:00:00Z"}');
  });

  it.each([
    [['/none'], 'GET /none was answered 404'],
    [['status'], 'got ["status"]; give [METHOD] PATH [JSON], the path beginning with /, as /status'],
    [[], 'got []; give'],
    [['PUT', '/merchants/acme', 'acme'], 'the body is "acme"; give a JSON object'],
  ])('%j: says what is wrong', async (args, sentence) => {
    const { code, said } = await api(...args);
    expect(code).toBe(1);
    expect(said).toContain(sentence);
  });
});
