import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayServer, startGatewayServer } from '#shared/outbound/gateway-server.testing.ts';
import { DOCUMENT, SECRETS } from '../provisioning/ixopay-connector.ts';
import { debit, post } from './callbacks.ts';
import {
  type HomeProcess,
  type Operator,
  operatorOf,
  type ReadyLine,
  startHomeProcess,
  temporaryFolder,
} from './home-process.ts';

const folder = temporaryFolder();
const id = DOCUMENT.guid;
let gateway: GatewayServer;
let home: HomeProcess;
let ready: ReadyLine;
let call: Operator;

beforeAll(async () => {
  gateway = await startGatewayServer((_seen, response) => response.end('{"success":true}'));
  home = startHomeProcess(join(folder.path, 'data'), ['--no-demo'], { POSTRIDER_OUTBOUND_LOOPBACK: 'http' });
  ready = await home.ready;
  call = operatorOf(ready);
  await call('PUT', '/merchants/acme', { name: 'Acme' });
  const { sharedSecret, provisioningPassword } = SECRETS;
  const settings = { apiKey: DOCUMENT.apiKey, connectorGuid: id, provisioningUser: 'ops' };
  const written = await call('PUT', `/connectors/${id}`, {
    ...{ merchantId: 'acme', gateway: 'ixopay', testMode: true },
    settings: { ...settings, provisioningHost: `127.0.0.1:${gateway.port}` },
    secrets: { sharedSecret, provisioningPassword },
  });
  expect(written.status).toBe(201);
  const imported = await call('PUT', `/connectors/${id}?shape=ixopay`, { ...DOCUMENT, archived: false });
  expect(imported).toMatchObject({ status: 200 });
});
afterAll(async () => {
  home.child.kill('SIGKILL');
  await home.exited;
  await gateway.close();
  folder.remove();
});

const accepted = async (secret: string, payment: string) =>
  (await post(ready, debit(payment), { secret, path: `/callbacks/${id}` })).status === 200;

describe('the embedded home', () => {
  it('shows what it would send, and then sends it', async () => {
    const shown = await call('POST', `/connectors/${id}/provision`, { dryRun: true });
    expect(shown).toMatchObject({
      status: 200,
      body: { outcome: 'shown', request: { body: { sharedSecret: '***' } } },
    });
    expect(gateway.seen).toEqual([]);
    const done = await call('POST', `/connectors/${id}/provision`, { acknowledgeRequestSigning: true });
    expect(done).toMatchObject({ status: 200, body: { outcome: 'provisioned' } });
    expect(gateway.seen).toHaveLength(1);
    expect(gateway.seen[0]?.headers).toMatchObject({
      'user-agent': expect.stringMatching(/^Postrider\/\d+\.\d+\.\d+/),
    });
    expect(JSON.parse(gateway.seen[0]?.body ?? '')).toMatchObject({ sharedSecret: SECRETS.sharedSecret });
    expect(await accepted(SECRETS.sharedSecret, 'pay-1')).toBe(true);
  });

  it('says nothing of secrets, wherever it writes', async () => {
    const audit = JSON.stringify((await call('GET', '/audit')).body);
    expect(audit).toContain('connector.provision.end');
    for (const secret of Object.values(SECRETS)) {
      expect(home.stdout() + home.stderr() + audit).not.toContain(secret);
    }
  });
});
