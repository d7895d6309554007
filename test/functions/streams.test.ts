import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import type { HeadMove } from '#shared/pipeline/relay.ts';
import { type ApplyHandlerDeps, createHandler as createApply } from '../../functions/apply/create-handler.ts';
import { createHandler as createRedeliver } from '../../functions/redeliver/create-handler.ts';
import { createHandler as createRelay, type RelayHandlerDeps } from '../../functions/relay/create-handler.ts';
import { chance, type House, openHouse, Trouble } from '../simulation/house.ts';
import { context, driveBatches, record } from './lambda.ts';
import { recordedObserver } from './recorded-observer.ts';

const calm = () => openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
const isStorageTrouble = (error: unknown) => error instanceof Trouble;

/** So many stored callbacks, each of a transaction of its own. */
async function storedRows(house: House, count: number): Promise<readonly InboxRow[]> {
  for (let i = 0; i < count; i++) {
    const body = JSON.stringify({
      result: 'OK',
      uuid: `tx-${i}`,
      transactionType: 'DEBIT',
      amount: '10.00',
      currency: 'EUR',
    });
    await house.deliver({ source: 'pushed', body, minute: i } as Parameters<House['deliver']>[0]);
  }
  return (await house.stores.inbox.walk({ from: '', limit: 500 })).items;
}

function applyHandler(house: House, rows: readonly InboxRow[], overrides: Partial<ApplyHandlerDeps> = {}) {
  const observer = recordedObserver();
  const records = rows.map((row, i) => record(i, { NewImage: { pk: { S: row.callbackId }, at: { N: String(i) } } }));
  const handler = createApply({
    ...house.apply,
    rowOfImage: async (image) => rows[Number(image['at']?.N)],
    isStorageTrouble,
    lanes: 4,
    pause: async () => undefined,
    observer,
    ...overrides,
  });
  const apply = (some: readonly DynamoDBRecord[]) => handler({ Records: [...some] }, context());
  return { records, apply, observer };
}

describe('apply on Lambda', () => {
  it('applies a batch and says what it did', async () => {
    const house = await calm();
    const rows = await storedRows(house, 20);
    const { records, apply, observer } = applyHandler(house, rows);
    expect(await apply(records)).toEqual({ batchItemFailures: [] });
    expect(house.stores.ledger.subjects()).toHaveLength(20);
    expect(observer.values('ApplyLagMs')).toHaveLength(20);
    expect(observer.lines).toHaveLength(1);
    expect(observer.lines[0]).toMatch(/^info applied \{"records":20,"changed":20/);
  });

  it('measures from the answer to the gateway to the ledger', async () => {
    const house = await calm();
    const rows = await storedRows(house, 1);
    house.tick(7_000);
    const { records, apply, observer } = applyHandler(house, rows);
    await apply(records);
    expect(observer.values('ApplyLagMs')).toEqual([7_000]);
  });

  it('passes over what is no row: a part of a large body', async () => {
    const house = await calm();
    const { apply } = applyHandler(house, [], { rowOfImage: async () => undefined });
    expect(await apply([record(1), record(2, {})])).toEqual({ batchItemFailures: [] });
  });

  it.each([1, 4, 50])('names the foremost record that met storage trouble, %d at a time', async (lanes) => {
    const house = await calm();
    const rows = await storedRows(house, 12);
    const begun: number[] = [];
    const rowOfImage: ApplyHandlerDeps['rowOfImage'] = async (image) => {
      const at = Number(image['at']?.N);
      begun.push(at);
      // The one behind fails first: the foremost is to be named, not the earliest in time.
      if (at === 5) for (let turn = 0; turn < 50; turn++) await Promise.resolve();
      if (at === 5 || at === 6) throw new Trouble('throttled');
      return rows[at];
    };
    const { records, apply, observer } = applyHandler(house, rows, { lanes, rowOfImage });
    expect(await apply(records)).toEqual({ batchItemFailures: [{ itemIdentifier: '5' }] });
    expect(begun.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5]);
    // All before it are done; after the failure nothing was begun.
    const done = house.stores.ledger.subjects().map(({ id }) => id);
    expect(done).toEqual(expect.arrayContaining(['tx-0', 'tx-1', 'tx-2', 'tx-3', 'tx-4']));
    expect(begun.length).toBeLessThanOrEqual(Math.min(12, 6 + lanes));
    expect(observer.lines.join()).toMatch(/error the batch stopped \{"sequenceNumber":"5"/);
    expect(await applyHandler(house, rows).apply(records.slice(5))).toEqual({ batchItemFailures: [] });
    expect(house.stores.ledger.subjects()).toHaveLength(12);
  });

  it('waits before it is tried again, longer the longer the trouble lasts, and never past its own time', async () => {
    const house = await calm();
    const rows = await storedRows(house, 1);
    const pauses: number[] = [];
    const down = async () => {
      throw new Trouble('throttled');
    };
    const { apply } = applyHandler(house, rows, { rowOfImage: down, pause: async (ms) => void pauses.push(ms) });
    const ApproximateCreationDateTime = house.apply.clock.now().getTime() / 1_000;
    for (let tries = 0; tries < 100; tries++) {
      const answer = await apply([record(7, { ApproximateCreationDateTime })]);
      expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '7' }] });
      house.tick(1_000 + (pauses.at(-1) ?? 0));
    }
    expect(pauses.slice(0, 3)).toEqual([0, 500, 1_250]);
    expect(Math.max(...pauses)).toBe(45_000);
    // What Lambda would give up after so many tries has been told by the alarm on an hour's lag.
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(3_600_000);
  });

  it('a bug in normalizing is a failed row, and the next are applied', async () => {
    const house = await calm();
    const rows = await storedRows(house, 3);
    const broken = {
      ...ixopay,
      normalize(statement: Parameters<typeof ixopay.normalize>[0]) {
        if (statement.body === rows[1]?.body) throw new TypeError('a secret of the callback');
        return ixopay.normalize(statement);
      },
    };
    const { records, apply, observer } = applyHandler(house, rows, { gateways: { ixopay: broken } });
    expect(await apply(records)).toEqual({ batchItemFailures: [] });
    expect(house.stores.ledger.subjects()).toHaveLength(2);
    const failed = (await house.stores.delivery.failed({ limit: 10 })).items;
    expect(failed).toMatchObject([{ callbackId: rows[1]?.callbackId, code: 'normalize_bug', release: 'test' }]);
    expect(observer.values('CallbacksFailed')).toEqual([1]);

    house.tick(60_000);
    const mended = applyHandler(house, rows);
    await mended.apply(mended.records);
    expect((await house.stores.delivery.failed({ limit: 10 })).items).toEqual([]);
    expect(house.stores.ledger.subjects()).toHaveLength(3);
  });

  it('a bug behind normalizing, and an image that cannot be read, are failed rows too', async () => {
    const house = await calm();
    const rows = await storedRows(house, 3);
    const putVersion: House['stores']['ledger']['putVersion'] = async (version) => {
      if (version.key.id === 'tx-1') throw new TypeError(`cannot read ${JSON.stringify(version.data)}`);
      return house.stores.ledger.putVersion(version);
    };
    const { records, apply, observer } = applyHandler(house, rows, {
      ledger: { ...house.stores.ledger, putVersion },
      rowOfImage: async (image) => {
        if (image['at']?.N === '2') throw new RangeError('corrupt: a secret of the callback');
        return rows[Number(image['at']?.N)];
      },
    });
    expect(await apply(records)).toEqual({ batchItemFailures: [] });
    const failed = (await house.stores.delivery.failed({ limit: 10 })).items;
    expect(failed.map((row) => row.callbackId).sort()).toEqual([rows[1], rows[2]].map((row) => row?.callbackId).sort());
    expect(failed.map((row) => row.connectorId)).toEqual(['acme-cc-1', 'acme-cc-1']);
    expect(failed.every((row) => row.code === 'apply_bug' && /^(Type|Range)Error/.test(row.message))).toBe(true);
    expect(JSON.stringify(failed)).not.toMatch(/secret|amount/);
    expect(observer.lines.join()).not.toMatch(/a secret|amount/);
    expect(observer.values('CallbacksFailed')).toEqual([1, 1]);
  });

  it('a poison record that ends the process is halved out, given up whole, and blocks nobody', async () => {
    const house = await calm();
    const rows = await storedRows(house, 13);
    const { records, apply } = applyHandler(house, rows);
    const poison = records[7];
    const dying = async (some: readonly DynamoDBRecord[]) => {
      if (poison !== undefined && some.includes(poison)) throw new Error('Task timed out');
      return apply(some);
    };
    expect(await driveBatches(records, dying, 6)).toEqual([poison]);
    expect(house.stores.ledger.subjects()).toHaveLength(12);
  });

  it('trouble that passes loses nothing, whichever record it meets', async () => {
    const house = await calm();
    const rows = await storedRows(house, 13);
    const { records, apply } = applyHandler(house, rows, {
      rowOfImage: async (image) => {
        if (random() < 0.3) throw new Trouble('throttled');
        return rows[Number(image['at']?.N)];
      },
    });
    const random = chance(7);
    expect(await driveBatches(records, apply, 100)).toEqual([]);
    expect(house.stores.ledger.subjects()).toHaveLength(13);
  });
});

async function applied(house: House, count: number): Promise<void> {
  const rows = await storedRows(house, count);
  const { records, apply } = applyHandler(house, rows, { lanes: 1 });
  await apply(records);
}

function relayHandler(house: House, overrides: Partial<RelayHandlerDeps> = {}) {
  const observer = recordedObserver();
  const moves = house.stores.ledger.stream.map(
    ({ from, head }): HeadMove => ({ key: head.key, after: from, upTo: head.version }),
  );
  const handler = createRelay({
    ...house.relay,
    moveOfRecord: ({ dynamodb }) => moves[Number(dynamodb?.SequenceNumber)],
    isStorageTrouble,
    observer,
    ...overrides,
  });
  const records = moves.map((_, i) => record(i));
  return { records, observer, relay: (some: readonly DynamoDBRecord[]) => handler({ Records: [...some] }, context()) };
}

describe('relay on Lambda', () => {
  it('hands all moves of a batch to every queue and says how many', async () => {
    const house = await calm();
    await applied(house, 5);
    house.tick(1_500);
    const { records, relay, observer } = relayHandler(house);
    expect(await relay([...records, record(99)])).toEqual({ batchItemFailures: [] });
    expect(house.queues['all']).toHaveLength(5);
    const sent = Object.values(house.queues).reduce((sum, queue) => sum + queue.length, 0);
    expect(observer.values('EventsSent')).toEqual([sent]);
    expect(observer.values('EventsParked')).toEqual([]);
    expect(observer.values('RelayLagMs')).toEqual([1_500, 1_500, 1_500, 1_500, 1_500]);
    expect(observer.lines.join()).toMatch(/info relayed \{"records":6,"heads":5/);
  });

  it('counts what a queue refuses, and what joins it', async () => {
    const house = await calm();
    await applied(house, 1);
    const refusing: RelayHandlerDeps['sender'] = {
      send: async (_queue, messages) =>
        messages.map(({ id }) => ({ id, ok: false, code: 'AccessDenied', message: 'no' })),
    };
    const { records, relay, observer } = relayHandler(house, { sender: refusing });
    await relay(records);
    const { parked } = await house.stores.delivery.counts();
    expect(parked).toBeGreaterThan(0);
    expect(observer.values('EventsParked')).toEqual([parked]);
    expect(observer.values('EventsSent')).toEqual([]);
  });

  it('repeats the whole batch on storage trouble', async () => {
    const house = await calm();
    await applied(house, 3);
    const ledger = { ...house.relay.ledger, versions: () => Promise.reject(new Trouble('down')) };
    const { records, relay, observer } = relayHandler(house, { ledger });
    expect(await relay(records)).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
    expect(observer.lines.join()).toContain('error the batch stopped');
  });

  it('a bug fails the invocation, so that Lambda halves the batch: all but the one record are sent', async () => {
    const house = await calm();
    await applied(house, 9);
    const versions: RelayHandlerDeps['ledger']['versions'] = async (key, from, to) => {
      if (key.id === 'tx-4') throw new TypeError('a bug');
      return house.relay.ledger.versions(key, from, to);
    };
    const { records, relay, observer } = relayHandler(house, { ledger: { ...house.relay.ledger, versions } });
    await expect(relay(records)).rejects.toThrow('a bug');
    expect(observer.lines.join()).toContain('error the invocation failed {"error":"TypeError"');
    const left = await driveBatches(records, relay, 8);
    expect(left).toEqual([records[4]]);
    expect(house.queues['all']).toHaveLength(8);
  });

  it('an empty batch is no trouble', async () => {
    const { relay } = relayHandler(await calm());
    expect(await relay([])).toEqual({ batchItemFailures: [] });
  });
});

describe('redeliver on Lambda', () => {
  function redeliverHandler(house: House, overrides: object = {}) {
    const observer = recordedObserver();
    const handler = createRedeliver({
      ...house.relay,
      oldestFailedAt: async () => undefined,
      nextQuestionAt: async () => undefined,
      roundMs: 25_000,
      settleMs: 15_000,
      observer,
      ...overrides,
    });
    return { observer, redeliver: (remainingMs = 55_000) => handler({}, context(remainingMs)) };
  }

  async function parkedHouse() {
    const house = await calm();
    await applied(house, 3);
    const refusing: RelayHandlerDeps['sender'] = {
      send: async (_queue, messages) =>
        messages.map(({ id }) => ({ id, ok: false, code: 'AccessDenied', message: 'no' })),
    };
    const { records, relay } = relayHandler(house, { sender: refusing });
    await relay(records);
    house.tick(2_000);
    return house;
  }

  it('goes on until nothing is due, then counts what waits', async () => {
    const house = await parkedHouse();
    const { redeliver, observer } = redeliverHandler(house);
    const report = await redeliver();
    expect(report.claimed).toBeGreaterThan(0);
    expect(report.cleared).toBe(report.claimed);
    expect(house.queues['all']).toHaveLength(3);
    expect(observer.values('ParkedCursors')).toEqual([0]);
    expect(observer.values('DeadCursors')).toEqual([0]);
    // Their silence is no fault, and a metric costs where it is written.
    expect(observer.values('FailedCallbacks')).toEqual([]);
    expect(observer.values('OldestConfirmationSeconds')).toEqual([]);
    expect(observer.values('EventsSent')[0]).toBeGreaterThan(0);
  });

  it('begins no round without time for it, and counts all the same', async () => {
    const house = await parkedHouse();
    const { redeliver, observer } = redeliverHandler(house);
    expect(await redeliver(20_000)).toEqual({ claimed: 0, cleared: 0, refused: 0 });
    expect(observer.values('ParkedCursors')[0]).toBeGreaterThan(0);
  });

  it('counts what waits where redelivery itself fails, and says so', async () => {
    const house = await parkedHouse();
    const delivery = { ...house.relay.delivery, dueCursors: () => Promise.reject(new Trouble('down')) };
    const { redeliver, observer } = redeliverHandler(house, { delivery });
    await expect(redeliver()).rejects.toThrow(Trouble);
    expect(observer.values('ParkedCursors')[0]).toBeGreaterThan(0);
    expect(observer.lines.join()).toContain('error the invocation failed');
  });

  it('tells for how long the oldest failure has waited', async () => {
    const house = await calm();
    const at = house.relay.clock.now().toISOString();
    const failed = { callbackId: 'c:1', connectorId: 'c', code: 'apply_bug', message: '', release: 'test', at };
    await house.stores.delivery.putFailed(failed);
    house.tick(90_500);
    const { redeliver, observer } = redeliverHandler(house, { oldestFailedAt: async () => at });
    await redeliver();
    expect(observer.values('FailedCallbacks')).toEqual([1]);
    expect(observer.values('OldestFailedSeconds')).toEqual([90]);
  });

  it('tells how many questions to gateways wait, and how late the first of them is', async () => {
    const house = await calm();
    const at = house.relay.clock.now().toISOString();
    await house.stores.delivery.putConfirmation({
      ...{ connectorId: 'c', merchantId: 'acme', about: { type: 'reference', merchantReference: 'r' }, at, nextAt: at },
      ...{ evidenceDigest: 'e', reason: 'expected', state: 'waiting', attempts: 0, hasTurn: false },
    });
    house.tick(90_500);
    const { redeliver, observer } = redeliverHandler(house, { nextQuestionAt: async () => at });
    await redeliver();
    expect(observer.values('ConfirmationsWaiting')).toEqual([1]);
    expect(observer.values('OldestConfirmationSeconds')).toEqual([90]);
  });
});
