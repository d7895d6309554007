import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayServer, startGatewayServer } from '#shared/outbound/gateway-server.testing.ts';
import { debit, post } from './callbacks.ts';
import {
  type HomeProcess,
  type Operator,
  operatorOf,
  type ReadyLine,
  register,
  SECRET,
  startHomeProcess,
  temporaryFolder,
  untilQuiet,
} from './home-process.ts';

const folder = temporaryFolder();
const backfill = fileURLToPath(new URL('../../cli/backfill.ts', import.meta.url));
/** Payments that the gateway's API knows, by its id or the merchant's reference. */
const known = new Map<string, string>();
let gateway: GatewayServer;
let home: HomeProcess;
let ready: ReadyLine;
let call: Operator;

async function start(): Promise<void> {
  home = startHomeProcess(join(folder.path, 'data'), ['--no-demo'], { POSTRIDER_OUTBOUND_LOOPBACK: 'http' });
  ready = await home.ready;
  call = operatorOf(ready);
}

async function kill(): Promise<void> {
  home.child.kill('SIGKILL');
  await home.exited;
}

beforeAll(async () => {
  gateway = await startGatewayServer(({ url }, response) => {
    const uuid = known.get(url.split('/').at(-1) ?? '');
    const payment = { transactionStatus: 'SUCCESS', transactionType: 'DEBIT', amount: '24.50', currency: 'EUR' };
    const body =
      uuid === undefined
        ? { success: false, errorCode: 8001 }
        : { success: true, uuid, merchantTransactionId: `order-${uuid}`, ...payment };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await start();
  await register(call);
  const settings = { apiKey: 'acme-cc-1', username: 'api-user', apiHost: `127.0.0.1:${gateway.port}` };
  const connector = { merchantId: 'acme', gateway: 'ixopay', name: 'Cards', testMode: true, active: true, settings };
  const secrets = { sharedSecret: SECRET, password: 'api-password-7d1c' };
  expect(await call('PUT', '/connectors/acme-cc-1', { ...connector, secrets })).toMatchObject({ status: 200 });
});
afterAll(async () => {
  await kill();
  await gateway.close();
  folder.remove();
});

const payment = async (id: string) => (await call('GET', `/transactions/acme-cc-1/${id}`)).body;

describe('the embedded home', () => {
  it('killed and started again, asks for payments that are overdue: ended by the gateway, or unresolved', async () => {
    known.set('known', 'known');
    for (const id of ['known', 'unknown']) await post(ready, debit(id, 'PENDING'));
    await untilQuiet(call);
    await kill();
    await start();
    await expect.poll(() => payment('known'), { timeout: 20_000 }).toMatchObject({ status: 'FINISHED', proven: true });
    const unresolved = { status: 'PENDING', unresolved: true };
    await expect.poll(() => payment('unknown'), { timeout: 20_000 }).toMatchObject(unresolved);
    expect((await call('GET', '/transactions?flag=unresolved')).body).toMatchObject({ items: [{ id: 'unknown' }] });
    expect((await call('GET', '/transactions/acme-cc-1/unknown/history')).body).toMatchObject({
      items: [{ source: 'pushed' }, { source: 'own', outcome: 'changed' }],
    });
  });

  it('finds what a merchant expects at the gateway, or says that it is missing', async () => {
    known.set('order-late', 'late');
    const due = '2026-01-15T09:00:00Z';
    for (const merchantReference of ['order-late', 'order-none']) {
      const answer = await call('POST', '/transactions', { connectorId: 'acme-cc-1', merchantReference, due });
      expect(answer).toMatchObject({ status: 202, body: { effect: 'expected', state: 'waiting' } });
    }
    await expect.poll(() => payment('late'), { timeout: 20_000 }).toMatchObject({ status: 'FINISHED' });
    const missing = { items: [{ reason: 'expectation_missing', detail: expect.stringContaining('"order-none"') }] };
    await expect.poll(async () => (await call('GET', '/notices')).body, { timeout: 20_000 }).toMatchObject(missing);
  });

  it('tells the command line where the gateway has no list of what changed', async () => {
    const flags = ['--connector', 'acme-cc-1', '--from', '2026-01-14', '--to', '2026-01-15'];
    const where = ['--api', ready.api, '--token-file', ready.tokenFile];
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, [backfill, ...flags, ...where], (_error, _out, err) => resolve(err));
    });
    expect(said).toContain('ixopay has no list of what changed');
  });
});
