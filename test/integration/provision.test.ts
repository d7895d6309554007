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
const ROTATED = 'planted-rotated-secret-63be';
let gateway: GatewayServer;
let refusing = false;
let home: HomeProcess;
let ready: ReadyLine;
let call: Operator;

beforeAll(async () => {
  gateway = await startGatewayServer((_seen, response) => {
    response.writeHead(refusing ? 422 : 200).end(refusing ? '{"success":true,"errorCode":1002}' : '{"success":true}');
  });
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

  it('rotates the secret here and there; where the gateway refuses, both are accepted until it is mended', async () => {
    refusing = true;
    const body = { provision: true, acknowledgeRequestSigning: true, secrets: { sharedSecret: ROTATED } };
    const rotated = await call('POST', `/connectors/${id}/rotation`, body);
    expect(rotated).toMatchObject({
      status: 201,
      body: { provision: { outcome: 'failed', reason: 'gateway_value_not_allowed', changed: 'no' } },
    });
    expect(JSON.stringify(rotated.body.nextSteps)).toContain('still signs with the old secret');
    for (const secret of [SECRETS.sharedSecret, ROTATED])
      expect(await accepted(secret, `half-way-${secret}`)).toBe(true);
    const held = Date.parse(rotated.body.previous[0].validUntil);
    refusing = false;
    const mended = await call('POST', `/connectors/${id}/provision`, { acknowledgeRequestSigning: true });
    expect(mended).toMatchObject({ status: 200, body: { outcome: 'provisioned' } });
    expect(JSON.parse(gateway.seen.at(-1)?.body ?? '')).toMatchObject({ sharedSecret: ROTATED });
    for (const secret of [SECRETS.sharedSecret, ROTATED]) expect(await accepted(secret, `done-${secret}`)).toBe(true);
    const { body: shown } = await call('GET', `/connectors/${id}/rotation`);
    expect(shown.state).toBe('overlap');
    expect((held - Date.parse(shown.previous[0].validUntil)) / 86_400_000).toBeCloseTo(532, 0);
    expect(await call('DELETE', `/connectors/${id}/rotation`)).toMatchObject({ status: 200 });
    expect(await accepted(SECRETS.sharedSecret, 'too late')).toBe(false);
    expect(await accepted(ROTATED, 'in time')).toBe(true);
  });

  it('says nothing of secrets, wherever it writes', async () => {
    const audit = JSON.stringify((await call('GET', '/audit')).body);
    expect(audit).toContain('connector.provision.end');
    for (const secret of [...Object.values(SECRETS), ROTATED]) {
      expect(home.stdout() + home.stderr() + audit).not.toContain(secret);
    }
  });
});
