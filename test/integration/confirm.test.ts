import { join } from 'node:path';
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
} from './home-process.ts';

const folder = temporaryFolder();
const PASSWORD = 'planted-api-password-7d1c';
/** What the gateway's status API says of a payment. */
const answers = new Map<string, { status: number; body: object }>();
let gateway: GatewayServer;
let home: HomeProcess;
let ready: ReadyLine;
let call: Operator;

beforeAll(async () => {
  gateway = await startGatewayServer(({ url }, response) => {
    const id = url.split('/').at(-1) ?? '';
    const { status, body } = answers.get(id) ?? { status: 200, body: { success: false, errorCode: 8001 } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  home = startHomeProcess(join(folder.path, 'data'), ['--no-demo'], { POSTRIDER_OUTBOUND_LOOPBACK: 'http' });
  ready = await home.ready;
  call = operatorOf(ready);
  await register(call);
  const settings = { apiKey: 'acme-cc-1', username: 'api-user', apiHost: `127.0.0.1:${gateway.port}` };
  const connector = {
    merchantId: 'acme',
    gateway: 'ixopay',
    name: 'Acme cards',
    testMode: true,
    active: true,
    settings,
  };
  const secrets = { sharedSecret: SECRET, password: PASSWORD };
  expect(await call('PUT', '/connectors/acme-cc-1', { ...connector, secrets })).toMatchObject({ status: 200 });
});
afterAll(async () => {
  home.child.kill('SIGKILL');
  await home.exited;
  await gateway.close();
  folder.remove();
});

const found = (uuid: string, transactionStatus: string) =>
  answers.set(uuid, {
    status: 200,
    body: { success: true, uuid, transactionStatus, transactionType: 'DEBIT', amount: '24.50', currency: 'EUR' },
  });
const payment = async (id: string) => (await call('GET', `/transactions/acme-cc-1/${id}`)).body;
const questions = async (query: string) => (await call('GET', `/confirmations?${query}`)).body;

describe('the embedded home', () => {
  it('asks the gateway about a contradiction at once, and what it answers is in force', async () => {
    found('pay-1', 'ERROR');
    await post(ready, debit('pay-1', 'ERROR'));
    await post(ready, debit('pay-1', 'OK'));
    await expect
      .poll(() => payment('pay-1'), { timeout: 10_000 })
      .toMatchObject({ status: 'ERROR', contradictory: false, settled: true });
    expect(gateway.seen).toHaveLength(1);
    expect(gateway.seen[0]).toMatchObject({ method: 'GET', url: '/api/v3/status/acme-cc-1/getByUuid/pay-1' });
    expect(gateway.seen[0]?.headers['authorization']).toBe(
      `Basic ${Buffer.from(`api-user:${PASSWORD}`).toString('base64')}`,
    );
    expect(await questions('state=done')).toMatchObject({
      items: [{ subject: 'transaction/pay-1', reason: 'contradictory', attempts: 1 }],
      count: 0,
    });
  });

  it('a gateway that refuses is left alone, the operator is told, and callbacks go on', async () => {
    for (const id of ['pay-2', 'pay-3']) {
      answers.set(id, { status: 401, body: { success: false } });
      await post(ready, debit(id, 'ERROR'));
      await post(ready, debit(id, 'OK'));
    }
    await expect
      .poll(() => questions('state=waiting'), { timeout: 10_000 })
      .toMatchObject({ count: 2, items: [{ state: 'waiting' }, { lastOutcome: 'not_allowed' }] });
    await expect.poll(() => home.stderr() + home.stdout(), { timeout: 5_000 }).toMatch(/1 not_allowed/);
    expect(gateway.seen.length).toBeLessThanOrEqual(3);
    await post(ready, debit('pay-4', 'OK'));
    await expect.poll(() => payment('pay-4'), { timeout: 5_000 }).toMatchObject({ status: 'FINISHED' });
    expect(home.stderr() + home.stdout()).not.toContain(PASSWORD);
  });
});
