import { randomUUID } from 'node:crypto';
import { BatchWriteItemCommand, ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry, Connector, Merchant, Subscription } from '#shared/registry/records.ts';
import { putMerchant } from '#shared/registry/write-merchant.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createDynamoConnectorReader } from '#shared/store/dynamodb/registry-connector-reader.ts';
import type { Item } from '#shared/store/dynamodb/registry-get.ts';
import {
  auditItem,
  connectorRow,
  MOST_ITEM_BYTES,
  RowTooLarge,
  rowItem,
  subscriptionRow,
} from '#shared/store/dynamodb/registry-items.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { allPages } from './paging.ts';
import { describeRegistryContract, type RegistryUnderTest } from './registry-contract.ts';
import { timeAt } from './rows.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

const freshTable = async () => (await createTables(engine.client)).registry;

function open(table: string): RegistryUnderTest {
  const registry = createDynamoRegistry({ client: engine.client, table });
  return { registry, reopen: async () => open(table), async close() {} };
}

describeRegistryContract('DynamoDB', async () => open(await freshTable()));

const times = { createdAt: timeAt(0), updatedAt: timeAt(1) };
const merchantOf = (merchantId: string, version = 1): Merchant => ({
  ...{ merchantId, name: merchantId, version, archived: false, ...times },
});
const connectorOf = (connectorId: string, change: Partial<Connector> = {}): Connector => ({
  ...{ connectorId, merchantId: 'acme', gateway: 'ixopay', name: connectorId, settings: {}, secrets: [] },
  ...{ secretNames: [], testMode: true, active: true, archived: false, version: 1, ...times, ...change },
});
const subscriptionOf = (padding: number): Subscription => ({
  ...{ merchantId: 'acme', subscriptionId: 'main', queue: { url: 'https://q', fifo: true, managed: true } },
  ...{ entries: [], paused: false, readTokenSha256: 'x'.repeat(padding), version: 1, ...times },
});
const auditAt = (at: string, resource = 'r'): AuditEntry => ({
  at,
  who: 'operator',
  what: 'put',
  resource,
  changes: [],
});

describe('DynamoDB: registry under load and trouble', () => {
  it('of many processes that change one row by the use case, each change counts', async () => {
    const table = await freshTable();
    const now = new Date(Date.UTC(2026, 0, 15));
    const change = async (name: string) => {
      const { registry } = open(table);
      for (;;) {
        const result = await putMerchant(registry, { merchantId: 'acme', name }, { now, who: 'operator' });
        if (result.ok) return;
        expect(result.code).toBe('busy');
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => change(`name ${i}`)));
    const { registry } = open(table);
    expect((await registry.merchant('acme'))?.version).toBe(20);
    expect(await allPages(7, (page) => registry.audit(page))).toHaveLength(20);
  });

  it('throttled at any request, has written a row with its entry or neither', async () => {
    const table = await freshTable();
    for (let nth = 0; nth < 6; nth += 1) {
      const client = throttledAt(engine.client, nth);
      const registry = createDynamoRegistry({ client, table });
      const id = `m${nth}`;
      const put = async () => {
        await registry.putMerchant(merchantOf(id), undefined, auditAt(timeAt(nth), id));
        await registry.putMerchant(merchantOf(id, 2), 1, auditAt(timeAt(nth), id));
      };
      await put().catch((error) => expect(error).toBeInstanceOf(ProvisionedThroughputExceededException));
      const truth = open(table).registry;
      const entries = (await allPages(500, (page) => truth.audit(page))).filter(({ resource }) => resource === id);
      expect(entries).toHaveLength((await truth.merchant(id))?.version ?? 0);
    }
  });

  it('gives a row at the limit of an item back, and refuses one byte more before DynamoDB does', async () => {
    const { registry } = open(await freshTable());
    const empty = sizeOf(subscriptionOf(0));
    const largest = subscriptionOf(MOST_ITEM_BYTES - empty);
    expect(await registry.putSubscription(largest, undefined, auditAt(timeAt(0)))).toBe('written');
    expect(await registry.subscriptionsOf('acme')).toEqual([largest]);
    const larger = { ...subscriptionOf(MOST_ITEM_BYTES - empty + 1), version: 2 };
    await expect(registry.putSubscription(larger, 1, auditAt(timeAt(1)))).rejects.toThrow(RowTooLarge);
    expect((await registry.audit({ limit: 10 })).items).toHaveLength(1);
  });

  it('gives all subscriptions of a merchant, however many requests they take', async () => {
    const { registry } = open(await freshTable());
    const rows = Array.from({ length: 6 }, (_, i) => ({ ...subscriptionOf(390_000), subscriptionId: `s${i}` }));
    for (const row of rows) await registry.putSubscription(row, undefined, auditAt(timeAt(0)));
    expect(await registry.subscriptionsOf('acme')).toEqual(rows);
  });

  it('reads a connector as receive does, at once after it was written', async () => {
    const table = await freshTable();
    const reader = createDynamoConnectorReader({ client: engine.client, table });
    expect(await reader.connector('c1')).toBeUndefined();
    await open(table).registry.putConnector(connectorOf('c1'), undefined, auditAt(timeAt(0)));
    expect(await reader.connector('c1')).toEqual(connectorOf('c1'));
  });
});

describe('DynamoDB: long lists of the registry', () => {
  it('lists 10,000 connectors page by page, all and one merchant’s, each once', async () => {
    const table = await freshTable();
    const { registry } = open(table);
    const ids = Array.from({ length: 10_000 }, (_, i) => `c${String(i).padStart(5, '0')}`);
    const merchantOfId = (id: string) => (id.endsWith('7') ? 'acme' : 'acme-2');
    const rows = ids.map((id) => connectorRow(connectorOf(id, { merchantId: merchantOfId(id) })));
    // Past the store: a transaction each would take a minute. One of them writes the month down.
    await registry.putMerchant(merchantOf('acme'), undefined, auditAt(timeAt(-1), 'first'));
    await putAll(table, rows.map(rowItem));
    await putAll(
      table,
      ids.map((id, i) => auditItem(auditAt(timeAt(i), id), 'r')),
    );
    const all = await allPages(137, (page) => registry.connectors(page));
    expect(all.map((row) => row.connectorId).sort()).toEqual(ids);
    const own = await allPages(97, (page) => registry.connectors({ merchantId: 'acme', ...page }));
    expect(own.map((row) => row.connectorId)).toEqual(ids.filter((id) => id.endsWith('7')));
    const entries = await allPages(499, (page) => registry.audit(page));
    expect(entries.map((entry) => entry.resource)).toEqual([...ids.toReversed(), 'first']);
  });

  it('lists the audit over the ends of months and years, entries of one moment each once', async () => {
    const { registry } = open(await freshTable());
    const months = ['2024-12', '2025-01', '2025-11', '2026-02'];
    const written: string[] = [];
    for (const month of months) {
      for (let i = 0; i < 5; i += 1) {
        const at = `${month}-${i < 3 ? '01' : '28'}T00:00:00.000Z`;
        const resource = randomUUID();
        written.unshift(at);
        await registry.appendAudit(auditAt(at, resource));
      }
    }
    for (const limit of [1, 2, 5, 6, 500]) {
      const entries = await allPages(limit, (page) => registry.audit(page));
      expect(entries.map((entry) => entry.at)).toEqual(written);
      expect(new Set(entries.map((entry) => entry.resource)).size).toBe(written.length);
    }
  });
});

/** As the store counts: names and values of the attributes, 21 bytes for the one number. */
function sizeOf(subscription: Subscription): number {
  const values = Object.entries(rowItem(subscriptionRow(subscription)));
  return values.reduce((sum, [name, { S }]) => sum + Buffer.byteLength(name) + (S ? Buffer.byteLength(S) : 21), 0);
}

/** In batches of 25, the most that DynamoDB takes. */
async function putAll(table: string, items: readonly Item[]): Promise<void> {
  for (let i = 0; i < items.length; i += 25) {
    const requests = items.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
    await engine.client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
  }
}

/** The nth request (from 0) fails as DynamoDB throttles, before it is carried out. */
function throttledAt(client: DynamoSend, nth: number): DynamoSend {
  let requests = 0;
  const send = (...args: Parameters<DynamoSend['send']>) => {
    requests += 1;
    if (requests - 1 !== nth) return client.send(...args);
    return Promise.reject(new ProvisionedThroughputExceededException({ message: 'injected', $metadata: {} }));
  };
  return { send: send as DynamoSend['send'] };
}
