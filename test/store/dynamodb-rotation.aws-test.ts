import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { receive } from '#shared/pipeline/receive.ts';
import { createConnectorLookup, REREAD_INTERVAL_MS, ROW_LIFETIME_MS } from '#shared/registry/connector-lookup.ts';
import { finishRotation, revokeSecret, startRotation } from '#shared/registry/rotate-secret.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { putConnector } from '#shared/registry/write-connector.ts';
import { createDynamoConnectorReader } from '#shared/store/dynamodb/registry-connector-reader.ts';
import { chargebackOf, debitOf } from '../builders/ixopay-house.ts';
import { signedCallback } from '../builders/ixopay-signer.ts';
import { permutations } from '../builders/permutations.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { createMemoryRefused } from '../memory-stores/refused.ts';
import { createMemorySecretBox } from '../memory-stores/secret-box.ts';
import { dynamoStores } from '../simulation/dynamodb-house.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

const START = Date.parse('2026-01-15T09:00:00.000Z');
const OLD = 'the-old-secret-of-the-test';

/** Two containers of receive, each with its own memory of the registry, and the admin API's use cases, over DynamoDB. */
async function openHouse() {
  const tables = await createTables(engine.client);
  const stores = dynamoStores(engine.client, tables);
  let nowMs = START;
  let tokens = 0;
  const clock = { now: () => new Date(nowMs) };
  const secrets = createMemorySecretBox();
  const registering = {
    ...{ registry: stores.registry, secrets, gateways: { ixopay }, gatewaySettings: GATEWAY_SETTINGS },
    randomToken: (bytes: number) => `${++tokens}`.padStart(bytes, 'k'),
  };
  const context = () => ({ now: clock.now(), who: 'test' });
  const reader = createDynamoConnectorReader({ client: engine.client, table: tables.registry });
  const containers = [0, 1].map(() => ({
    connectors: createConnectorLookup(reader, clock),
    secrets: createSecretReader(secrets),
    fronts: loadedFronts({ ixopay: ixopay.front }),
    inbox: stores.inbox,
    refused: createMemoryRefused(),
    clock,
    basePath: '',
    trouble(error: unknown) {
      throw error;
    },
  }));
  const applying = {
    ...stores,
    ...{ clock, gateways: { ixopay }, release: 'test', mayHaveFailed: true },
    connectorVersions: createVersionLookup(stores.registry),
  };
  await stores.registry.putMerchant(
    { merchantId: 'acme', name: 'Acme', version: 1, archived: false, createdAt: '', updatedAt: '' },
    undefined,
    { at: clock.now().toISOString(), who: 'test', what: 'made', resource: 'test', changes: [] },
  );
  return {
    ...{ stores, registering, context },
    advance: (ms: number) => {
      nowMs += ms;
    },
    async put(connectorId: string, secret: string, settings: object = {}) {
      const change = { ...{ connectorId, merchantId: 'acme', gateway: 'ixopay', name: 'Cards', testMode: true } };
      const made = await putConnector(
        registering,
        { ...change, active: true, settings: { apiKey: connectorId, ...settings }, secrets: { sharedSecret: secret } },
        context(),
      );
      expect(made.ok).toBe(true);
    },
    /** By every container; the status of each. */
    async call(body: object, secret: string, path = '/callbacks/acme-cc-1'): Promise<readonly number[]> {
      const date = new Date(nowMs).toUTCString().replace('GMT', 'UTC');
      const request = signedCallback(path, JSON.stringify(body), date, secret);
      const answers = await Promise.all(containers.map((container) => receive(container, request)));
      return answers.map(({ status }) => status);
    },
    async rows(): Promise<readonly InboxRow[]> {
      const { items } = await stores.inbox.walk({ from: '', limit: 500, connectorId: 'acme-cc-1' });
      return items;
    },
    async apply(rows: readonly InboxRow[]) {
      for (const row of rows) await applyCallback(applying, row);
    },
  };
}

describe('a rotation over DynamoDB under constant traffic', () => {
  it('loses nothing whatever the containers remember, and ends within the life of a remembered row', async () => {
    const house = await openHouse();
    await house.put('acme-cc-1', OLD);
    let payments = 0;
    const statuses: number[] = [];
    /** A second of traffic: a new payment, and one of before again, dated anew. */
    const traffic = async (seconds: number, ...secrets: readonly string[]) => {
      for (let second = 0; second < seconds; second++) {
        house.advance(1_000);
        for (const secret of secrets) {
          payments += 1;
          statuses.push(...(await house.call(debitOf(`d-${payments}`), secret)));
          statuses.push(...(await house.call(debitOf(`d-${Math.max(1, payments - 3)}`), secret)));
        }
      }
    };
    await traffic(8, OLD);
    const started = await startRotation(house.registering, { connectorId: 'acme-cc-1' }, house.context());
    if (!started.ok || started.record.generated === undefined) throw new Error('not started');
    const { keyId, generated } = started.record;
    const fresh = generated['sharedSecret'] ?? '';
    // The gateway is told when the change is in force everywhere.
    await traffic(REREAD_INTERVAL_MS / 1_000, OLD);
    await traffic(ROW_LIFETIME_MS / 1_000 + 5, OLD, fresh);
    await traffic(8, fresh);
    expect(new Set(statuses)).toEqual(new Set([200]));

    const rows = await house.rows();
    await house.apply(rows);
    const old = rows.filter(({ verdict }) => verdict?.keyId !== keyId);
    const counted = old.filter(({ verdict }) => verdict?.previousSecret === true);
    const uses = await house.stores.delivery.oldSecretUse('acme-cc-1');
    expect(uses).toEqual({
      [old[0]?.verdict?.keyId ?? '']: { callbacks: counted.length, lastAt: counted.at(-1)?.receivedAt },
    });
    expect(counted.length).toBeGreaterThan(60);

    const finished = await finishRotation(house.registering, 'acme-cc-1', house.context());
    expect(finished.ok).toBe(true);
    house.advance(ROW_LIFETIME_MS);
    expect(await house.call(debitOf('late'), OLD)).toEqual([401, 401]);
    expect(await house.call(debitOf('late'), fresh)).toEqual([200, 200]);
    for (let n = 1; n <= payments; n++) {
      const key = { connectorId: 'acme-cc-1', type: 'transaction' as const, id: `d-${n}` };
      expect((await house.stores.ledger.newest(key)).head?.status).toBe('FINISHED');
    }
  }, 60_000);

  it('a revoked secret is refused everywhere within 60 s; the row keeps nothing of it', async () => {
    const house = await openHouse();
    await house.put('acme-cc-1', OLD);
    expect(await house.call(debitOf('a'), OLD)).toEqual([200, 200]);
    const connectorId = 'acme-cc-1';
    await startRotation(house.registering, { connectorId }, house.context());
    expect((await revokeSecret(house.registering, { connectorId }, house.context())).ok).toBe(true);
    house.advance(ROW_LIFETIME_MS);
    expect(await house.call(debitOf('b'), OLD)).toEqual([401, 401]);
    const row = await house.stores.registry.connector(connectorId);
    expect(row?.secrets.map(({ sealed }) => sealed === '')).toEqual([true, false]);
    for (const version of [1, 2, 3]) {
      expect((await house.stores.registry.connectorVersion(connectorId, version))?.secrets).toEqual([]);
    }
  });
});

describe('members over DynamoDB', () => {
  it('a chargeback reaches its original under another member in every order', async () => {
    const told = await openHouse();
    for (const id of ['visa', 'amex']) await told.put(id, `secret-of-${id}`);
    await told.put('acme-cc-1', 'secret-of-all', { members: ['visa', 'amex'] });
    await told.call(debitOf('d'), 'secret-of-visa');
    told.advance(1_000);
    await told.call(chargebackOf('c1', 'd', '20.00'), 'secret-of-all');
    told.advance(1_000);
    await told.call(chargebackOf('c2', 'd', '1.50'), 'secret-of-amex');
    const rows: InboxRow[] = [];
    for (const connectorId of ['visa', 'amex', 'acme-cc-1']) {
      rows.push(...(await told.stores.inbox.walk({ from: '', limit: 50, connectorId })).items);
    }
    expect(rows.map(({ connectorId, viaConnectorId }) => [connectorId, viaConnectorId])).toEqual([
      ['visa', 'acme-cc-1'],
      ['amex', 'acme-cc-1'],
      ['acme-cc-1', undefined],
    ]);
    for (const order of permutations(rows)) {
      const house = await openHouse();
      await house.apply(order);
      const { version, head } = await house.stores.ledger.newest({ connectorId: 'visa', type: 'transaction', id: 'd' });
      expect(head?.version).toBe(version?.version);
      expect(version?.data).toMatchObject({ kind: 'debit', status: 'FINISHED', totals: { chargedBack: 2150 } });
    }
  });
});
