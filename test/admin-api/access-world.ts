import { redriveRoute } from '#shared/http/redrive-route.ts';
import { backfillRoute } from '#shared/http/routes/backfill.ts';
import type { HeadRow, VersionRow } from '#shared/pipeline/ports.ts';
import type { MemoryStores } from '../memory-stores/memory-stores.ts';
import { type AdminFixture, createAdminFixture } from './admin-fixture.ts';
import { storeTransaction } from './ledger-rows.ts';

const AT = '2026-01-15T09:00:00.000Z';
const SUBJECTS = [
  { type: 'schedule', id: 'plan', kind: 'schedule', status: 'ACTIVE' },
  { type: 'instrument', id: 'card', kind: 'card', status: 'ACTIVE' },
  { type: 'notice', id: 'note', kind: 'notice', status: 'RECEIVED' },
] as const;

export interface AccessWorld {
  readonly fixture: AdminFixture;
  /** Of merchant acme. */
  readonly token: string;
}

/** Two merchants with the same of everything: ids differ in the merchant's name alone. */
export async function createAccessWorld(): Promise<AccessWorld> {
  const fixture = createAdminFixture({}, (deps) => [
    redriveRoute({
      ...deps,
      redrive: async () => ({ callbacks: 0, failed: 0, subjects: 0, versions: 0, cursor: null }),
    }),
    backfillRoute({ ...deps, backfill: () => Promise.reject(new Error('no merchant may')) }),
  ]);
  for (const merchant of ['acme', 'other']) await furnish(fixture, merchant);
  const made = await fixture.call('POST', '/merchants/acme/tokens', { json: { name: 'shop' } });
  return { fixture, token: (made.json as { token: string }).token };
}

async function furnish({ call, stores }: AdminFixture, merchantId: string): Promise<void> {
  const connectorId = `${merchantId}-cc-1`;
  const secrets = { sharedSecret: '12345678' };
  await call('PUT', `/merchants/${merchantId}`, {
    json: { name: `Name of ${merchantId}`, quotas: { requestsPerSecond: 1_000 } },
  });
  await call('PUT', `/connectors/${connectorId}`, {
    json: { merchantId, gateway: 'ixopay', settings: { apiKey: `key-of-${merchantId}` }, secrets },
  });
  await call('PUT', `/merchants/${merchantId}/subscriptions/main`, {
    json: { queue: { managed: true }, types: ['*'], mode: 'both' },
  });
  await storeTransaction(stores, { connectorId, merchantId, id: 'tx', reference: `ORD-${merchantId}` });
  for (const subject of SUBJECTS) await storeSubject(stores, merchantId, connectorId, subject);
  await stores.delivery.createCursor({
    ...{
      merchantId,
      subscriptionId: 'main',
      subject: { connectorId, type: 'transaction', id: 'tx' },
      from: 1,
      upTo: 2,
    },
    ...{ attempts: 1, nextAt: null, state: 'dead', parkedAt: AT, lastError: 'refused' },
  });
  await stores.registry.appendAudit({
    ...{ at: AT, who: `merchant ${merchantId}`, what: 'subscription.test', merchantId, changes: [] },
    resource: `/merchants/${merchantId}/subscriptions/main`,
  });
}

async function storeSubject(
  stores: MemoryStores,
  merchantId: string,
  connectorId: string,
  { type, id, kind, status }: (typeof SUBJECTS)[number],
): Promise<void> {
  const key = { connectorId, type, id };
  const own =
    type === 'notice' ? { reason: 'test' } : type === 'instrument' ? { contradictory: false, pan: { status } } : {};
  const row: VersionRow = {
    ...{ key, version: 1, time: AT, merchantId, gateway: 'ixopay', mode: 'live', evidence: {}, lastByType: {} },
    ...{ type: `payment.${kind}.updated`, causeId: `${connectorId}:${id}-1`, cause: 'callback' },
    data: {
      ...{ version: 1, merchantId, connectorId, gateway: 'ixopay', id, testMode: false, reasons: ['status'] },
      ...{ changes: [], kind, status, proven: true, uncertain: false, ...own },
    },
  };
  const head: HeadRow = {
    ...{
      key,
      version: 1,
      merchantId,
      mode: 'live',
      kind,
      status,
      createdAt: AT,
      updatedAt: AT,
      flags: [],
      aliases: [],
    },
  };
  await stores.ledger.putVersion(row);
  await stores.ledger.moveHead(head);
}
