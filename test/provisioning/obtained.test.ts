import { describe, expect, it } from 'vitest';
import type { CanProvision, Obtained, ProvisionConnector, ProvisionFailure } from '#shared/gateways/provision.ts';
import { acceptedSecrets } from '#shared/registry/accepted-secrets.ts';
import { provisionConnector } from '#shared/registry/provision-connector.ts';
import type { Connector } from '#shared/registry/records.ts';
import { testClient } from './ixopay-connector.ts';
import { createHouse, NOW, type ProvisioningHouse } from './provisioning-house.ts';

const context = { now: NOW, who: 'operator' };
const ID = 'acme-cs-1';
const KEY = { keyId: 'planted-new', key: Buffer.alloc(32, 7).toString('base64') };
const OLD = { keyId: 'planted-old', key: Buffer.alloc(32, 9).toString('base64') };
const REST = { keyId: 'rest', key: Buffer.alloc(32, 3).toString('base64') };
const request = { connectorId: ID, dryRun: false, acknowledgeRequestSigning: false, gatewaySecrets: {} };
const shown = { method: 'POST', url: 'https://gateway.example/webhooks', headers: {}, body: {} };

/** A gateway that makes ids and keys itself. */
async function setUp(obtained: Obtained, failure?: ProvisionFailure) {
  const asked: ProvisionConnector[] = [];
  const times: Date[] = [];
  const gateway: CanProvision = {
    ...{ can: true, setsSecret: false, documentSecrets: [], mustChange: () => [] },
    async provision({ now }, connector) {
      asked.push(connector);
      times.push(now());
      return failure ?? { outcome: 'provisioned', request: shown, notes: ['one'], obtained };
    },
  };
  const house = await createHouse('127.0.0.1:1', testClient());
  const { registry, secrets } = house.stores;
  const at = '2026-01-01T00:00:00.000Z';
  const own = { webhookKeys: JSON.stringify([OLD]), restKey: JSON.stringify(REST) };
  const row: Connector = {
    ...({ connectorId: ID, merchantId: 'acme', gateway: 'cybersource', name: 'Acme', testMode: true } as const),
    settings: { organizationId: 'acme_org', merchantId: 'acme_mid' },
    secrets: [{ keyId: 'k-old', sealed: await secrets.seal(ID, own), createdAt: at, role: 'current' }],
    secretNames: Object.keys(own).sort(),
    ...{ active: true, archived: false, version: 1, createdAt: at, updatedAt: at },
  };
  await registry.putConnector(row, undefined, { at, who: 'test', what: 'put', resource: '', changes: [] });
  const deps = { ...house.deps, provisions: { cybersource: gateway } };
  return { house, deps, asked, times };
}

async function connectorOf({ stores }: ProvisioningHouse): Promise<Connector> {
  const connector = await stores.registry.connector(ID);
  if (connector === undefined) throw new Error('no connector');
  return connector;
}

async function valuesAt(house: ProvisioningHouse, at: Date) {
  const accepted = acceptedSecrets(await connectorOf(house), at);
  return Promise.all(accepted.map(({ sealed }) => house.stores.secrets.open(ID, sealed)));
}

describe('what the gateway alone makes', () => {
  it('is told the callback URL and the time', async () => {
    const { deps, asked, times } = await setUp({});
    await provisionConnector(deps, request, context);
    expect(asked[0]).toMatchObject({ callbackUrl: `https://postrider.example/callbacks/${ID}` });
    expect(times).toEqual([NOW]);
  });

  it('is stored as a new generation beside the one in use, and never shown', async () => {
    const { house, deps } = await setUp({ secrets: { webhookKeys: [KEY] } });
    const result = await provisionConnector(deps, request, context);
    expect(result).toMatchObject({ ok: true, outcome: 'provisioned', notes: ['one', expect.anything()] });
    expect(JSON.stringify(result)).toContain('secrets.webhookKeys');
    for (const secret of [KEY.key, OLD.key, REST.key]) expect(JSON.stringify(result)).not.toContain(secret);
    const after = await connectorOf(house);
    expect(after.secrets.map(({ role, validUntil }) => [role, validUntil])).toEqual([
      ['previous', '2026-01-16T09:30:00.000Z'],
      ['current', undefined],
    ]);
    // What was not made anew goes along.
    const news = { webhookKeys: JSON.stringify([KEY]), restKey: JSON.stringify(REST) };
    expect((await valuesAt(house, NOW))[1]).toEqual(news);
    expect(await valuesAt(house, new Date('2026-01-16T09:30:01Z'))).toEqual([news]);
    expect(house.log).toEqual([`changed ${ID}`]);
    const { items } = await house.stores.registry.audit({ limit: 10 });
    const entry = items.find(({ what }) => what === 'connector.provision.obtained');
    expect(entry?.changes).toEqual([{ field: 'secrets.webhookKeys' }]);
  });

  it('is stored too where the gateway failed after it had made it', async () => {
    const { house, deps } = await setUp(
      {},
      {
        ...{
          outcome: 'failed',
          code: 'gateway_internal_error',
          detail: 'It failed.',
          problems: [],
          changed: 'unknown',
        },
        obtained: { secrets: { webhookKeys: [KEY] } },
      },
    );
    const result = await provisionConnector(deps, request, context);
    expect(result).toMatchObject({ ok: false, reason: 'gateway_internal_error' });
    expect(JSON.stringify(result)).toContain('stored here: secrets.webhookKeys');
    expect(JSON.stringify(result)).not.toContain(KEY.key);
    expect((await connectorOf(house)).secrets).toHaveLength(2);
  });

  it('changes settings without a new generation', async () => {
    const { house, deps } = await setUp({ settings: { merchantId: 'acme_new' } });
    expect(await provisionConnector(deps, request, context)).toMatchObject({ ok: true });
    const after = await connectorOf(house);
    expect(after.settings).toEqual({ organizationId: 'acme_org', merchantId: 'acme_new' });
    expect(after).toMatchObject({ version: 2, secrets: [{ keyId: 'k-old', role: 'current' }] });
  });

  it('is refused where the connector cannot hold it, and says so without a secret', async () => {
    const { house, deps } = await setUp({ secrets: { webhookKeys: [{ keyId: 'x', key: 'planted-short' }] } });
    const result = await provisionConnector(deps, request, context);
    expect(result).toMatchObject({ ok: false, code: 'provision_failed', reason: 'obtained_not_stored' });
    expect(JSON.stringify(result)).not.toContain('planted-short');
    expect(await connectorOf(house)).toMatchObject({ version: 1 });
  });
});
