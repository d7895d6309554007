import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  AlreadyHandled,
  createDynamoProgressStore,
  type DynamoProgressStore,
  type DynamoTransaction,
} from '#shared/consumer/index.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import type { HolderOrders } from './lease-holder.ts';
import { describeProgressStoreContract, KEY, ONE, TEN, TWO } from './progress-store-contract.ts';

const LEASE_MS = 2_500;
const program = fileURLToPath(new URL('./lease-holder.ts', import.meta.url));

let engine: DynamoDbLocal;
let client: DynamoDB;
const children: ChildProcess[] = [];
beforeAll(async () => {
  engine = await startDynamoDbLocal();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new DynamoDB({ endpoint: engine.endpoint, region: 'us-east-1', credentials });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  client.destroy();
  await engine.stop();
});

let tables = 0;
/** As the store documents it. */
async function freshTable(): Promise<string> {
  tables += 1;
  const TableName = `progress-${process.pid}-${tables}`;
  await client.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'subject', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'subject', KeyType: 'HASH' }],
  });
  return TableName;
}

const storeOf = (table: string): DynamoProgressStore => createDynamoProgressStore({ client, table, leaseMs: LEASE_MS });

describeProgressStoreContract('DynamoDB', async () => {
  const store = storeOf(await freshTable());
  const begin = () => {
    const transaction: DynamoTransaction = [];
    return { transaction, commit: () => store.commit(transaction), rollback: () => undefined };
  };
  return { store, begin };
});

async function itemOf(table: string, subjectKey = KEY) {
  const { Item } = await client.getItem({
    TableName: table,
    Key: { subject: { S: subjectKey } },
    ConsistentRead: true,
  });
  return Item ?? {};
}

describe('DynamoDB transactions', () => {
  const effect = (table: string, id: string) => ({
    Put: { TableName: table, Item: { subject: { S: id } } },
  });

  it('of two that race, one commits its effect and its mark, the other neither', async () => {
    const [table, effects] = [await freshTable(), await freshTable()];
    const stores = [storeOf(table), storeOf(table)];
    const outcomes = await Promise.allSettled(
      stores.map(async (store, i) => {
        const transaction: DynamoTransaction = [effect(effects, `e${i}`)];
        await store.recordIn(transaction, KEY, ONE);
        await pause(50);
        await store.commit(transaction);
      }),
    );
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toEqual([expect.any(AlreadyHandled)]);
    expect((await client.scan({ TableName: effects })).Items).toHaveLength(1);
    expect(await stores[0]?.last(KEY)).toBe(ONE);
  });

  it('passes on why the merchant’s own item was refused, and writes no mark', async () => {
    const [table, effects] = [await freshTable(), await freshTable()];
    const store = storeOf(table);
    const once = { ...effect(effects, 'e').Put, ConditionExpression: 'attribute_not_exists(subject)' };
    await client.putItem(effect(effects, 'e').Put);
    const transaction: DynamoTransaction = [{ Put: once }];
    await store.recordIn(transaction, KEY, ONE);
    await expect(store.commit(transaction)).rejects.toThrow('ConditionalCheckFailed');
    expect(await store.last(KEY)).toBeUndefined();
  });

  it('takes subjects of any length and characters, each by itself', async () => {
    const store = storeOf(await freshTable());
    const keys = ['x'.repeat(3_000), `${'x'.repeat(3_000)}y`, 'half \uD83D', 'half \uFFFD', 'é', 'e\u0301'];
    for (const [i, key] of keys.entries()) await store.record(key, String(i).padStart(10, '0'));
    for (const [i, key] of keys.entries()) expect(await store.last(key)).toBe(String(i).padStart(10, '0'));
  });
});

describe('the lease of a subject', () => {
  it('lets one work at a time, however many wait, and others’ subjects at once', async () => {
    const table = await freshTable();
    let [inside, most, others] = [0, 0, 0];
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await pause(5);
      inside -= 1;
    };
    const worker = async (store: DynamoProgressStore) => {
      for (let i = 0; i < 4; i += 1) await store.exclusively(work, KEY);
    };
    const other = (store: DynamoProgressStore, i: number) =>
      store.exclusively(async () => {
        others += 1;
        while (others < 4) await pause(5);
      }, `other-${i}`);
    const stores = Array.from({ length: 4 }, () => storeOf(table));
    await Promise.all([...stores.map(worker), ...stores.map(other)]);
    expect(most).toBe(1);
    expect(await itemOf(table)).toEqual({ subject: { S: KEY } });
  });

  it('is renewed while the handler takes longer than it, and the one who waits gives up', async () => {
    const table = await freshTable();
    const [a, b] = [storeOf(table), storeOf(table)];
    let done = false;
    const long = a.exclusively(async () => {
      while (!done) await pause(10);
      await a.record(KEY, ONE);
    }, KEY);
    await pause(100);
    await expect(b.exclusively(async () => 'entered', KEY)).rejects.toMatchObject({ code: 'lease_held' });
    done = true;
    await long;
    expect(await b.exclusively(() => b.last(KEY), KEY)).toBe(ONE);
  });

  it('ends with the mark: one write for both', async () => {
    const table = await freshTable();
    const store = storeOf(table);
    await store.exclusively(async () => {
      expect(Object.keys(await itemOf(table)).sort()).toEqual(['leaseHolder', 'leaseUntil', 'subject']);
      await store.record(KEY, ONE);
      expect(Object.keys(await itemOf(table)).sort()).toEqual(['lastSequence', 'subject']);
    }, KEY);
    await store.exclusively(() => store.record(KEY, ONE), KEY);
    expect(Object.keys(await itemOf(table)).sort()).toEqual(['lastSequence', 'subject']);
  });
});

interface Holder {
  readonly child: ChildProcess;
  said(): Promise<string>;
}

/** A process that holds the lease of KEY and waits inside its handler. */
async function startHolder(orders: Omit<HolderOrders, 'endpoint' | 'subjectKey' | 'leaseMs'>): Promise<Holder> {
  const all: HolderOrders = { ...orders, endpoint: engine.endpoint, subjectKey: KEY, leaseMs: LEASE_MS };
  const child = spawn(process.execPath, [program, JSON.stringify(all)], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async () => String((await lines.next()).value);
  expect(await said()).toBe('holding');
  return { child, said };
}

describe('processes that share the store', () => {
  it('kill -9 of the holder frees the subject when its lease has run out, and not before', async () => {
    const [table, effects] = [await freshTable(), await freshTable()];
    const { child } = await startHolder({ table, effects, sequence: ONE, by: 'record' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const until = Number((await itemOf(table))['leaseUntil']?.N);
    expect(until).toBeLessThanOrEqual(Date.now() + LEASE_MS);
    const store = storeOf(table);
    const entered = await store.exclusively(async () => {
      const at = Date.now();
      await store.record(KEY, ONE);
      return at;
    }, KEY);
    expect(entered).toBeGreaterThanOrEqual(until);
    expect(await store.last(KEY)).toBe(ONE);
  });

  it.each(['record', 'recordIn'] as const)(
    'a holder that slept through its lease records nothing by %s, while another handles the event and after it',
    async (by) => {
      const [table, effects] = [await freshTable(), await freshTable()];
      const store = storeOf(table);
      const { child, said } = await startHolder({ table, effects, sequence: TWO, by });
      child.kill('SIGSTOP');
      await store.exclusively(async () => {
        child.kill('SIGCONT');
        child.stdin?.write('go on\n');
        expect(await said()).toBe('lease_lost');
        expect(await store.last(KEY)).toBeUndefined();
        await store.record(KEY, TEN);
      }, KEY);
      expect(await store.last(KEY)).toBe(TEN);
      expect((await client.scan({ TableName: effects })).Items).toEqual([]);
    },
  );
});
