import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { gateway } from '#shared/gateways/cybersource/index.ts';
import { provision } from '#shared/gateways/cybersource/provision.ts';
import { type GatewayServer, startGatewayServer } from '#shared/outbound/gateway-server.testing.ts';
import { acceptedSecrets } from '#shared/registry/accepted-secrets.ts';
import { provisionConnector } from '#shared/registry/provision-connector.ts';
import type { Connector } from '#shared/registry/records.ts';
import { testClient } from './ixopay-connector.ts';
import { createHouse, NOW } from './provisioning-house.ts';

const ID = 'acme-cs-1';
const KEY = Buffer.alloc(32, 'planted-key');
const REST = { keyId: 'rest-1', key: Buffer.alloc(32, 'planted-rest').toString('base64') };

const open: GatewayServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** CyberSource as far as provisioning sees it; checks that every request is signed for its own path. */
async function startCybersource() {
  const server = await startGatewayServer(({ method, url, headers, body }, response) => {
    const path = url ?? '';
    const digest = headers['digest'] === undefined ? [] : [`digest: ${headers['digest']}`];
    const target = `request-target: ${method?.toLowerCase()} ${path}`;
    const text = [
      `host: ${headers['host']}`,
      `date: ${headers['date']}`,
      target,
      ...digest,
      'v-c-merchant-id: acme_mid',
    ];
    const mac = createHmac('sha256', Buffer.from(REST.key, 'base64')).update(text.join('\n')).digest('base64');
    const isSigned = String(headers['signature']).includes(`signature="${mac}"`);
    const answer = path.startsWith('/kms/')
      ? { keyInformation: { keyId: 'made-1', key: KEY.toString('base64'), expirationDate: '2027-01-15T00:00:00Z' } }
      : path.includes('/products/')
        ? [{ productId: 'payments', eventTypes: [{ eventName: 'payments.refund.status.updated' }] }]
        : method === 'POST'
          ? { webhookId: 'wh-1', status: 'INACTIVE', products: JSON.parse(body).products }
          : [];
    response.writeHead(isSigned ? 200 : 401).end(JSON.stringify(answer));
  });
  open.push(server);
  return server;
}

describe('a CyberSource connector that has only the key of the REST API', () => {
  it('is provisioned, and then believes what is signed with the key that CyberSource made', async () => {
    const server = await startCybersource();
    const house = await createHouse('127.0.0.1:1', testClient());
    const { registry, secrets } = house.stores;
    const at = '2026-01-01T00:00:00.000Z';
    const row: Connector = {
      ...({ connectorId: ID, merchantId: 'acme', gateway: 'cybersource', name: 'Acme', testMode: true } as const),
      settings: { organizationId: 'acme_org', merchantId: 'acme_mid', apiHost: `127.0.0.1:${server.port}` },
      secrets: [{ keyId: 'k-0', sealed: await secrets.seal(ID, { restKey: JSON.stringify(REST) }), createdAt: at }],
      secretNames: ['restKey'],
      missing: ['/secrets/webhookKeys'],
      ...{ active: true, archived: false, version: 1, createdAt: at, updatedAt: at },
    };
    await registry.putConnector(row, undefined, { at, who: 'test', what: 'put', resource: '', changes: [] });
    const deps = { ...house.deps, provisions: { cybersource: provision } };
    const request = { connectorId: ID, dryRun: false, acknowledgeRequestSigning: false, gatewaySecrets: {} };
    const result = await provisionConnector(deps, request, { now: NOW, who: 'operator' });
    expect(result).toMatchObject({ ok: true, outcome: 'provisioned' });
    for (const secret of [KEY.toString('base64'), REST.key]) expect(JSON.stringify(result)).not.toContain(secret);

    const after = await registry.connector(ID);
    if (after === undefined) throw new Error('no connector');
    expect(after).not.toHaveProperty('missing');
    expect(after.settings).toMatchObject({ webhookId: 'wh-1', webhookKeyExpiresAt: '2027-01-15T00:00:00.000Z' });
    const opened = acceptedSecrets(after, NOW).map(async ({ keyId, sealed }) => {
      return { keyId, values: await secrets.open(ID, sealed) };
    });
    const body = '{"eventType":"payments.refund.status.updated","payload":{}}';
    const t = NOW.getTime();
    const sig = createHmac('sha256', KEY).update(`${t}.${body}`).digest('base64');
    const callback = {
      ...{ method: 'POST', path: `/callbacks/${ID}`, rawQuery: '', body: Buffer.from(body) },
      headers: { 'v-c-signature': `t=${t};keyId=made-1;sig=${sig}` },
    };
    const credentials = { connectorId: ID, registeredPath: `/callbacks/${ID}`, settings: after.settings };
    const verdict = await gateway.front.verify(callback, { ...credentials, secrets: await Promise.all(opened) }, NOW);
    expect(verdict).toMatchObject({ ok: true, readings: { payload: 'body' } });

    // Once more: nothing is left to do but to update what is there.
    const before = server.seen.length;
    expect(await provisionConnector(deps, request, { now: NOW, who: 'operator' })).toMatchObject({ ok: true });
    expect(
      server.seen.slice(before).filter(({ method, url }) => method === 'POST' && url?.startsWith('/kms/')),
    ).toEqual([]);
  });
});
