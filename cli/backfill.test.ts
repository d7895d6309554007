import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('backfill.ts', import.meta.url));
const TIMES = ['--from', '2026-01-14T22:00:00Z', '--to', '2026-01-15T09:00:00Z'];
const asked = { evidenceDigest: 'backfill/1', state: 'waiting', attempts: 0 };
const page = (...items: readonly object[]) => ({ items, cursor: null });

const seen: string[] = [];
let answers: { readonly status?: number; readonly body: object }[] = [];
let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    seen.push(`${request.method} ${request.url} ${body}`.trim());
    const answer = answers.shift();
    response.writeHead(answer?.status ?? 200).end(JSON.stringify(answer?.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  seen.length = 0;
});

function backfill(...args: readonly string[]): Promise<{ code: number; out: string; said: string }> {
  const env = { PATH: process.env['PATH'], POSTRIDER_OPERATOR_TOKEN: 'token' };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, '--api', base, ...args], { env }, (error, out, said) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, said });
    });
  });
}

describe('cli/backfill.ts', () => {
  it('asks, waits to the end and says how much was found', async () => {
    const other = { evidenceDigest: 'backfill/2', state: 'done', found: 9 };
    answers = [
      { status: 202, body: asked },
      { body: page(other, { ...asked, found: 4 }) },
      { body: { items: [], cursor: 'next' } },
      { body: page(other) },
      { body: page(other, { ...asked, state: 'done', found: 7 }) },
    ];
    const { code, out, said } = await backfill('--connector', 'acme-pp-1', ...TIMES);
    expect([code, said]).toEqual([0, '']);
    expect(out).toBe(
      '0 payments so far\n4 payments so far\n7 payments found; each is applied as if it had been called back.\n',
    );
    const open = 'GET /api/v1/confirmations?connectorId=acme-pp-1&limit=500';
    expect(seen).toEqual([
      'POST /api/v1/connectors/acme-pp-1/backfill {"from":"2026-01-14T22:00:00Z","to":"2026-01-15T09:00:00Z"}',
      open,
      open,
      `${open}&cursor=next`,
      'GET /api/v1/confirmations?connectorId=acme-pp-1&state=done&limit=500',
    ]);
  }, 20_000);

  it('is no success where the list was not read to its end, or not all of it could be read', async () => {
    const last = { lastOutcome: 'malformed', lastDetail: 'No JSON.' };
    answers = [{ status: 202, body: { ...asked, ...last, state: 'given_up', found: 2 } }];
    const cut = await backfill('--connector', 'acme-pp-1', ...TIMES);
    expect(cut).toMatchObject({
      code: 1,
      out: '',
      said: expect.stringContaining('2 payments found, then malformed: No JSON.'),
    });
    answers = [{ status: 202, body: { ...asked, state: 'done', found: 3, notes: ['item 2 is of another merchant'] } }];
    const part = await backfill('--connector', 'acme-pp-1', ...TIMES);
    expect(part).toMatchObject({ code: 1, said: 'not read: item 2 is of another merchant\n' });
  });

  it('says what the API says, and what is missing', async () => {
    answers = [{ status: 409, body: { detail: 'Gateway x has no list of what changed.' } }];
    const refused = await backfill('--connector', 'acme-pp-1', ...TIMES, '--no-wait');
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('has no list of what changed') });
    expect((await backfill(...TIMES)).said).toContain('--connector is missing');
    expect((await backfill('--connector', 'x', '--from', '2026-01-14')).said).toContain('--to is missing');
    expect(seen).toHaveLength(1);
  });

  it('does not wait where it is told so', async () => {
    answers = [{ status: 202, body: asked }];
    const { code, out } = await backfill('--connector', 'acme-pp-1', ...TIMES, '--no-wait');
    expect([code, out]).toEqual([0, 'Asked: GET /confirmations?connectorId=acme-pp-1 tells how far it is.\n']);
    expect(seen).toHaveLength(1);
  });
});
