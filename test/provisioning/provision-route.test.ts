import { afterEach, describe, expect, it } from 'vitest';
import { PROVISIONS } from '#shared/gateways/provisions.ts';
import { type GatewayServer, startGatewayServer } from '#shared/outbound/gateway-server.testing.ts';
import type { Connector } from '#shared/registry/records.ts';
import { type AdminFixture, createAdminFixture } from '../admin-api/admin-fixture.ts';
import { DOCUMENT, SECRETS, testClient } from './ixopay-connector.ts';

const open: GatewayServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function setUp(
  change: Partial<Connector> = {},
  answer: { readonly status: number; readonly body: object } = { status: 200, body: {} },
) {
  const server = await startGatewayServer((_seen, response) => {
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  open.push(server);
  const provisioning = { http: testClient(), provisions: PROVISIONS, inForceAfterMs: 0, pause: async () => undefined };
  const fixture = createAdminFixture({ provisioning });
  const { registry, secrets } = fixture.stores;
  const at = '2026-01-01T00:00:00.000Z';
  const own = { sharedSecret: SECRETS.sharedSecret, provisioningPassword: SECRETS.provisioningPassword };
  const row: Connector = {
    ...{ connectorId: 'c', merchantId: 'acme', gateway: 'ixopay', name: DOCUMENT.name, testMode: true },
    settings: {
      ...{ apiKey: 'sim-connector-a', connectorGuid: DOCUMENT.guid, provisioningUser: 'ops' },
      provisioningHost: `127.0.0.1:${server.port}`,
    },
    secrets: [{ keyId: 'k-1', sealed: await secrets.seal('c', own), createdAt: at }],
    secretNames: Object.keys(own),
    ...{ active: true, archived: false, version: 1, createdAt: at, updatedAt: at },
    shape: { kind: 'ixopay', document: DOCUMENT },
    ...change,
  };
  await registry.putConnector(row, undefined, { at, who: 'test', what: 'put', resource: '/connectors/c', changes: [] });
  return { fixture, server };
}

const provision = ({ call }: AdminFixture, body: object, id = 'c') =>
  call('POST', `/connectors/${id}/provision`, { json: body });

describe('POST /connectors/{connectorId}/provision', () => {
  it('shows the request and sends nothing in a dry run', async () => {
    const { fixture, server } = await setUp();
    expect(await provision(fixture, { dryRun: true })).toMatchObject({
      status: 200,
      json: {
        outcome: 'shown',
        request: { method: 'POST', body: { sharedSecret: '***', name: DOCUMENT.name } },
        notes: [expect.stringContaining('"config" is left out'), expect.anything()],
        mustChange: [expect.stringContaining('Merchant acme'), expect.anything()],
      },
    });
    expect(server.seen).toEqual([]);
    expect((await fixture.stores.registry.audit({ limit: 10 })).items).toHaveLength(1);
  });

  it('does it where it is acknowledged, and writes down who did', async () => {
    const { fixture, server } = await setUp();
    expect(await provision(fixture, {})).toMatchObject({
      status: 422,
      json: { code: 'invalid', errors: [{ field: '/acknowledgeRequestSigning' }] },
    });
    expect(server.seen).toEqual([]);
    const gatewaySecrets = { '/config/password': SECRETS.configPassword, '/config/apiSecret': SECRETS.apiSecret };
    const done = await provision(fixture, { acknowledgeRequestSigning: true, gatewaySecrets });
    expect(done).toMatchObject({ status: 200, json: { outcome: 'provisioned' } });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toMatchObject({
      sharedSecret: SECRETS.sharedSecret,
      config: { password: SECRETS.configPassword },
    });
    const { items } = await fixture.stores.registry.audit({ limit: 10 });
    expect(items.map(({ what, who }) => [what, who])).toEqual([
      ['connector.provision.end', 'operator'],
      ['connector.provision', 'operator'],
      ['put', 'test'],
    ]);
    const everything = JSON.stringify([items, fixture.answers]);
    for (const secret of Object.values(SECRETS)) expect(everything).not.toContain(secret);
  });

  it('sends what was changed here since the import', async () => {
    const { fixture, server } = await setUp({ name: 'Renamed here' });
    expect(await provision(fixture, { acknowledgeRequestSigning: true })).toMatchObject({ status: 200 });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toMatchObject({ name: 'Renamed here', method: DOCUMENT.method });
  });

  it('says what the gateway said, as a problem with a reason', async () => {
    const errorMessage = `name: ${SECRETS.sharedSecret}`;
    const { fixture } = await setUp({}, { status: 422, body: { success: true, errorCode: 1004, errorMessage } });
    const refused = await provision(fixture, { acknowledgeRequestSigning: true });
    expect(refused).toMatchObject({
      status: 424,
      json: {
        ...{ code: 'provision_failed', reason: 'gateway_characters_invalid', changed: 'no' },
        errors: [{ field: '/shape/name' }],
      },
    });
    expect(refused.text).not.toContain(SECRETS.sharedSecret);
  });

  it.each([
    ['secuconnect', 'as url_push with each transaction'],
    ['amazon-pay', 'Seller Central'],
  ] as const)('says what to do by hand for %s', async (gateway, text) => {
    const { fixture } = await setUp({ gateway });
    const answer = await provision(fixture, { dryRun: true });
    expect(answer).toMatchObject({ status: 422, json: { code: 'provision_by_hand' } });
    expect(answer.text).toContain(text);
    expect(answer.text).toContain('https://postrider.example/callbacks/c');
  });

  it.each([
    ['archived', { archived: true }, 409, 'not_in_use'],
    ['switched off', { active: false }, 409, 'not_in_use'],
    ['never imported, and without a user', { shape: { kind: 'paylock', document: {} }, settings: {} }, 422, 'invalid'],
  ] as const)('refuses a connector that is %s', async (_name, change, status, code) => {
    const { fixture, server } = await setUp(change);
    expect(await provision(fixture, { acknowledgeRequestSigning: true })).toMatchObject({ status, json: { code } });
    expect(server.seen).toEqual([]);
  });

  it.each([
    [{ dryRun: 'yes' }, '/dryRun'],
    [{ gatewaySecrets: { '/config/password': 7 } }, '/gatewaySecrets/~1config~1password'],
    [{ dryRun: true, gatewaySecrets: { '/sharedSecret': SECRETS.apiSecret } }, '/gatewaySecrets/~1sharedSecret'],
    [{ secret: SECRETS.apiSecret }, '/secret'],
  ])('refuses %j, without its secrets', async (body, field) => {
    const { fixture } = await setUp();
    const answer = await provision(fixture, body);
    expect(answer).toMatchObject({ status: 422, json: { code: 'invalid', errors: [{ field }] } });
    expect(answer.text).not.toContain(SECRETS.apiSecret);
  });

  it('knows no other connector', async () => {
    const { fixture } = await setUp();
    expect(await provision(fixture, {}, 'other')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });
});
