import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryStore, ParkingCursor } from '#shared/pipeline/ports.ts';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { questionOf } from './confirmation-contract.ts';
import { type DeliveryUnderTest, describeDeliveryContract } from './delivery-contract.ts';
import { interceptedClient, smallPages, throttled } from './intercepted-client.ts';
import { allPages } from './paging.ts';
import { parkingOf, timeAt } from './rows.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

const over = (client: DynamoSend, table: string) => createDynamoDelivery({ client, table });
const newTable = async () => (await createTables(engine.client)).delivery;
const everyCursor = (delivery: DeliveryStore) => allPages(100, (page) => delivery.cursors(page));

async function open(meddle: (client: DynamoSend) => DynamoSend, table?: string): Promise<DeliveryUnderTest> {
  const name = table ?? (await newTable());
  return { delivery: over(meddle(engine.client), name), reopen: () => open(meddle, name), async close() {} };
}

describeDeliveryContract('DynamoDB', () => open((client) => client));
describeDeliveryContract('DynamoDB with small pages', () => open(smallPages));

const FAILED = {
  callbackId: 'acme-cc-1:k1',
  connectorId: 'acme-cc-1',
  code: 'normalize_bug',
  message: 'TypeError',
  release: '0.1.0',
  at: timeAt(5),
};
const QUESTION = questionOf('t1');
const CHANGE = { from: 3, attempts: 2, nextAt: timeAt(9000), state: 'waiting', lastError: 'again' } as const;

/** Every write, as it is done to a table with the cursors t0 … t9. */
const WRITES: Readonly<Record<string, (delivery: DeliveryStore) => Promise<unknown>>> = {
  createCursor: (delivery) => delivery.createCursor(parkingOf('new')),
  extendCursor: (delivery) => delivery.extendCursor(parkingOf('t1'), 9),
  claimCursor: (delivery) => delivery.claimCursor(parkingOf('t1'), timeAt(60_000)),
  deleteCursor: (delivery) => delivery.deleteCursor(parkingOf('t1'), 4),
  updateCursor: (delivery) => delivery.updateCursor(parkingOf('t1'), CHANGE),
  releaseCursors: (delivery) => delivery.releaseCursors('acme', 'main', timeAt(7000)),
  postponeCursors: (delivery) => delivery.postponeCursors('acme', 'main', timeAt(7000)),
  deleteCursorsOf: (delivery) => delivery.deleteCursorsOf('acme', 'main'),
  putFailed: (delivery) => delivery.putFailed(FAILED),
  deleteFailed: (delivery) => delivery.deleteFailed('acme-cc-1:k0'),
  putConfirmation: (delivery) => delivery.putConfirmation(QUESTION),
  claimConfirmation: (delivery) => delivery.claimConfirmation(questionOf('q0'), timeAt(60_000)),
  updateConfirmation: (delivery) =>
    delivery.updateConfirmation(questionOf('q0'), { ...questionOf('q0'), state: 'done', nextAt: null }, timeAt(0)),
  setAskPause: (delivery) => delivery.setAskPause('acme-cc-1', { until: timeAt(9), outcome: 'down', times: 1 }),
};

async function filled(table: string): Promise<DeliveryStore> {
  const delivery = over(engine.client, table);
  for (let i = 0; i < 10; i++) await delivery.createCursor(parkingOf(`t${i}`));
  await delivery.putFailed({ ...FAILED, callbackId: 'acme-cc-1:k0' });
  await delivery.putConfirmation(questionOf('q0'));
  return delivery;
}

async function contents(delivery: DeliveryStore): Promise<unknown> {
  const page = { limit: 100 };
  const cursors = (await everyCursor(delivery)).toSorted((a, b) => (a.subject.id < b.subject.id ? -1 : 1));
  return {
    cursors,
    failed: (await delivery.failed(page)).items,
    confirmations: (await delivery.confirmations(page)).items,
    askPause: await delivery.askPause('acme-cc-1'),
  };
}

describe('DynamoDB throttles', () => {
  describe.each(Object.entries(WRITES))('%s', (_, write) => {
    it.each(['before', 'after'] as const)(
      'trouble %s any request is thrown, and a repeat ends as if there had been none',
      async (moment) => {
        const untroubled = await filled(await newTable());
        await write(untroubled);
        const expected = await contents(untroubled);
        const table = await newTable();
        const plain = await filled(table);
        const initial = await contents(plain);
        let [requests, trouble] = [0, 0];
        const counted = () => {
          // Each further try gets one request further; all that was done before it is met again.
          if (++requests > trouble) throw throttled();
        };
        const troubled = over(interceptedClient(engine.client, { [moment]: counted }), table);
        for (let done = false; !done; trouble++) {
          requests = 0;
          done = await write(troubled).then(
            () => true,
            (error) => {
              expect(error).toMatchObject({ name: 'ProvisionedThroughputExceededException' });
              return false;
            },
          );
          if (trouble === 0 && moment === 'before') expect(await contents(plain)).toEqual(initial);
        }
        expect(trouble).toBeGreaterThan(1);
        // A claim whose answer was lost is nobody's until its time limit: the same row, claimed once.
        expect(await contents(plain)).toEqual(expected);
      },
    );
  });

  it('cursors that a batch leaves unread are asked for again, and those it never gives stay due', async () => {
    const table = await newTable();
    await filled(table);
    let batches = 0;
    const halved = interceptedClient(engine.client, {
      before({ command, input }) {
        if (command !== 'BatchGetItemCommand') return;
        const asked = input['RequestItems'] as Record<string, { Keys: unknown[] }>;
        const keys = asked[table]?.Keys ?? [];
        input['RequestItems'] = { [table]: { ...asked[table], Keys: keys.slice(0, 2) } };
        input['left'] = keys.slice(2);
        batches++;
      },
      after({ command, input }, answer) {
        const left = input['left'] as unknown[] | undefined;
        if (command !== 'BatchGetItemCommand' || !left?.length) return undefined;
        return { ...(answer as object), UnprocessedKeys: { [table]: { Keys: left } } };
      },
    });
    expect(await over(halved, table).dueCursors(timeAt(2000), 9)).toHaveLength(9);
    expect(batches).toBe(5);
    expect(await over(halved, table).dueCursors(timeAt(2000), 10)).toHaveLength(10);
    for (let i = 10; i < 14; i++) await over(engine.client, table).createCursor(parkingOf(`t${i}`));
    expect(await over(halved, table).dueCursors(timeAt(2000), 100)).toHaveLength(10);
    expect(await over(engine.client, table).dueCursors(timeAt(2000), 100)).toHaveLength(14);
  });
});

describe('the index of what is due is late', () => {
  /** A store that is told of due cursors what was true before `meanwhile`. */
  async function late(meanwhile: (delivery: DeliveryStore) => Promise<unknown>): Promise<readonly ParkingCursor[]> {
    const table = await newTable();
    const delivery = over(engine.client, table);
    for (const id of ['t1', 't2']) await delivery.createCursor(parkingOf(id));
    const answers: unknown[] = [];
    const remembering = interceptedClient(engine.client, {
      after: ({ command }, answer) => void (command === 'QueryCommand' && answers.push(answer)),
    });
    await over(remembering, table).dueCursors(timeAt(2000), 10);
    await meanwhile(delivery);
    const stale = interceptedClient(engine.client, {
      after: ({ command }) => (command === 'QueryCommand' ? answers.shift() : undefined),
    });
    return over(stale, table).dueCursors(timeAt(2000), 10);
  }

  it.each<[string, (delivery: DeliveryStore) => Promise<unknown>]>([
    ['deleted', (delivery) => delivery.deleteCursor(parkingOf('t1'), 4)],
    ['claimed', (delivery) => delivery.claimCursor(parkingOf('t1'), timeAt(60_000))],
    ['dead', (delivery) => delivery.updateCursor(parkingOf('t1'), { ...CHANGE, state: 'dead', nextAt: null })],
    ['paused', (delivery) => delivery.updateCursor(parkingOf('t1'), { ...CHANGE, state: 'paused', nextAt: timeAt(0) })],
    ['tried again', (delivery) => delivery.updateCursor(parkingOf('t1'), CHANGE)],
  ])('a cursor that was %s meanwhile is not given out', async (_, meanwhile) => {
    expect(await late(meanwhile)).toEqual([parkingOf('t2')]);
  });

  it('a cursor is given out as it is now, so that its claim is good', async () => {
    const released = parkingOf('t1', { attempts: 0, nextAt: timeAt(500), upTo: 8 });
    const due = await late(async (delivery) => {
      await delivery.extendCursor(parkingOf('t1'), 8);
      await delivery.updateCursor(parkingOf('t1'), released);
    });
    expect(due).toEqual([released, parkingOf('t2')]);
  });
});

describe('what changes in between is judged again', () => {
  /** Runs `work` over a store that is stopped once, between reading and writing, for `meanwhile`. */
  async function between<T>(
    table: string,
    meanwhile: (delivery: DeliveryStore) => Promise<unknown>,
    work: (delivery: DeliveryStore) => Promise<T>,
  ): Promise<T> {
    let done: Promise<unknown> | undefined;
    const stopped = interceptedClient(engine.client, {
      async before({ command }) {
        if (command === 'QueryCommand') return;
        done ??= meanwhile(over(engine.client, table));
        await done;
      },
    });
    return work(over(stopped, table));
  }

  it('a delay touches nothing that was claimed, buried, paused, cleared or put off further', async () => {
    const table = await newTable();
    const delivery = await filled(table);
    const claimed = timeAt(60_000);
    const postponed = await between(
      table,
      async (other) => {
        await other.claimCursor(parkingOf('t0'), claimed);
        await other.updateCursor(parkingOf('t1'), { ...CHANGE, state: 'dead', nextAt: null });
        await other.updateCursor(parkingOf('t2'), { ...CHANGE, state: 'paused', nextAt: null });
        await other.deleteCursor(parkingOf('t3'), 4);
        await other.updateCursor(parkingOf('t4'), CHANGE);
        await other.extendCursor(parkingOf('t5'), 9);
      },
      (store) => store.postponeCursors('acme', 'main', timeAt(7000)),
    );
    expect(postponed).toBe(5);
    expect(await delivery.cursor(parkingOf('t0'))).toEqual(parkingOf('t0', { nextAt: claimed }));
    expect(await delivery.cursor(parkingOf('t1'))).toMatchObject({ state: 'dead', nextAt: null });
    expect(await delivery.cursor(parkingOf('t2'))).toMatchObject({ state: 'paused', nextAt: null });
    expect(await delivery.cursor(parkingOf('t3'))).toBeUndefined();
    expect(await delivery.cursor(parkingOf('t4'))).toMatchObject({ nextAt: CHANGE.nextAt });
    expect(await delivery.cursor(parkingOf('t5'))).toEqual(parkingOf('t5', { upTo: 9, nextAt: timeAt(7000) }));
  });

  it('a release brings nothing back that was cleared, and takes back nothing that was noted', async () => {
    const table = await newTable();
    const delivery = await filled(table);
    const released = await between(
      table,
      async (other) => {
        await other.deleteCursor(parkingOf('t3'), 4);
        await other.extendCursor(parkingOf('t5'), 9);
        await other.updateCursor(parkingOf('t6'), { ...CHANGE, from: 4, state: 'dead', nextAt: null });
      },
      (store) => store.releaseCursors('acme', 'main', timeAt(0)),
    );
    expect(released).toBe(9);
    expect(await delivery.cursor(parkingOf('t3'))).toBeUndefined();
    expect(await delivery.cursor(parkingOf('t5'))).toMatchObject({ from: 2, upTo: 9, attempts: 0 });
    expect(await delivery.cursor(parkingOf('t6'))).toMatchObject({ from: 4, state: 'waiting', nextAt: timeAt(0) });
    expect(await delivery.dueCursors(timeAt(0), 100)).toHaveLength(9);
  });

  it('relays, redeliveries and operators at once leave what one after the other would: nothing noted is lost', async () => {
    const table = await newTable();
    const delivery = await filled(table);
    const ids = Array.from({ length: 10 }, (_, i) => parkingOf(`t${i}`));
    const extended = await Promise.all(
      ids.flatMap((id) => [
        delivery.extendCursor(id, 6),
        delivery.extendCursor(id, 5).then(() => delivery.deleteCursor(id, 5)),
        delivery.claimCursor(id, timeAt(60_000)),
      ]),
    );
    const bulk = [
      delivery.releaseCursors('acme', 'main', timeAt(0)),
      delivery.postponeCursors('acme', 'main', timeAt(100)),
    ];
    await Promise.all(bulk);
    for (const [i, id] of ids.entries()) {
      const outcome = extended[3 * i];
      expect((await delivery.cursor(id))?.upTo).toBe(outcome === 'extended' ? 6 : undefined);
    }
    expect((await everyCursor(delivery)).every(({ state }) => state === 'waiting')).toBe(true);
  });
});

describe('what is seen each minute', () => {
  it('the time of the oldest failed callback', async () => {
    const delivery = over(engine.client, await newTable());
    expect(await delivery.oldestFailedAt()).toBeUndefined();
    for (const i of [3, 1, 2]) await delivery.putFailed({ ...FAILED, callbackId: `acme-cc-1:k${i}`, at: timeAt(i) });
    expect(await delivery.oldestFailedAt()).toBe(timeAt(1));
    await delivery.deleteFailed('acme-cc-1:k1');
    expect(await delivery.oldestFailedAt()).toBe(timeAt(2));
  });

  it('when the next question is due', async () => {
    const delivery = over(engine.client, await newTable());
    expect(await delivery.nextQuestionAt()).toBeUndefined();
    for (const i of [3, 1, 2]) await delivery.putConfirmation(questionOf(`t${i}`, 'e1', { nextAt: timeAt(i) }));
    await delivery.createCursor(parkingOf('t1', { nextAt: timeAt(0) }));
    expect(await delivery.nextQuestionAt()).toBe(timeAt(1));
  });

  it('a question of before, which had no state, was never asked: the next one takes its place', async () => {
    const table = await newTable();
    const delivery = over(engine.client, table);
    const of = { pk: { S: 'confirmation#acme-cc-1:transaction:t1' }, sk: { S: 'e1' } };
    await engine.client.send(new PutItemCommand({ TableName: table, Item: { ...of, kind: { S: 'confirmation#0' } } }));
    expect(await delivery.confirmation(QUESTION)).toBeUndefined();
    expect(await delivery.putConfirmation(QUESTION)).toBe('put');
    expect(await delivery.putConfirmation(QUESTION)).toBe('exists');
    expect(await delivery.confirmation(QUESTION)).toEqual(QUESTION);
  });

  it('lists run newest first', async () => {
    const delivery = over(engine.client, await newTable());
    for (const i of [3, 1, 4, 2]) await delivery.createCursor(parkingOf(`t${i}`, { parkedAt: timeAt(i) }));
    expect((await everyCursor(delivery)).map(({ subject }) => subject.id)).toEqual(['t4', 't3', 't2', 't1']);
  });

  it('half a surrogate pair in an id comes back as it came in', async () => {
    const delivery = over(engine.client, await newTable());
    for (const id of ['a\uD83D', 'a\uD83E', 'a\uFFFD', 'x'.repeat(3000)]) {
      expect(await delivery.createCursor(parkingOf(id))).toBe('created');
      expect((await delivery.cursor(parkingOf(id)))?.subject.id).toBe(id);
    }
  });
});
