import { randomBytes } from 'node:crypto';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evidence } from '#shared/model/fact.ts';
import type { LedgerStore, VersionRow } from '#shared/pipeline/ports.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { MAX_ITEM_BYTES } from '#shared/store/dynamodb/inbox-item.ts';
import { headMoveOfRecord } from '#shared/store/dynamodb/ledger-head-move.ts';
import { subjectPk } from '#shared/store/dynamodb/ledger-keys.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { versionItems } from '#shared/store/dynamodb/ledger-version-item.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { streamRecords } from '../dynamodb/stream-records.ts';
import { tableDump } from '../dynamodb/table-dump.ts';
import { interceptedClient, throttled } from './intercepted-client.ts';
import { headOf, subjectOf, timeAt, versionOf } from './rows.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

const newTable = async (streams = false) => (await createTables(engine.client, streams)).ledger;
/** A store of its own, as in another container. */
const over = (table: string, client: DynamoSend = engine.client) => createDynamoLedger({ client, table });

/** What deflate cannot make smaller. */
const noise = (bytes: number) => randomBytes(Math.ceil((bytes * 3) / 4)).toString('base64');
const noisy = (bytes: number): Evidence => ({ noise: { rank: [], value: noise(bytes) } });

describe('races on DynamoDB', () => {
  it('of 20 rivals for one version from as many containers one wins, whole', async () => {
    const table = await newTable();
    const rivals = Array.from({ length: 20 }, (_, i) =>
      // Some in parts, some not: nobody's parts end up in another's row.
      versionOf('t1', 1, { causeId: `acme-cc-1:rival-${i}`, evidence: noisy(i % 4 === 0 ? 500_000 : 1000) }),
    );
    const outcomes = await Promise.all(rivals.map((row) => over(table).putVersion(row)));
    expect(outcomes.toSorted()).toEqual([...Array(19).fill('exists'), 'put']);
    expect(await over(table).newest(subjectOf('t1'))).toEqual({ version: rivals[outcomes.indexOf('put')] });
  });

  it('a head moved by 20 containers at once, and made by several, ends at the greatest', async () => {
    const table = await newTable();
    for (let n = 1; n <= 20; n++) await over(table).putVersion(versionOf('t1', n));
    const order = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) + 1);
    const words = { merchantReference: 'ORD-1' };
    await Promise.all(order.map((n) => over(table).moveHead(headOf('t1', n, { ...words, aliases: [`A${n % 3}`] }))));
    const greatest = headOf('t1', 20, { ...words, aliases: ['A2'] });
    expect((await over(table).newest(subjectOf('t1'))).head).toEqual(greatest);
    for (const query of [{}, words, { alias: 'A2' }]) {
      expect((await over(table).find({ type: 'transaction', ...query, limit: 10 })).items).toEqual([greatest]);
    }
    expect((await over(table).find({ type: 'transaction', alias: 'A1', limit: 10 })).items).toEqual([]);
  });
});

const NOTABLE = {
  callbackId: 'acme-cc-1:n',
  connectorId: 'acme-cc-1',
  receivedAt: timeAt(0),
  outcome: 'anomaly',
} as const;
const LARGE = versionOf('t1', 3, { evidence: noisy(900_000), data: { text: noise(500_000) } });

/** Every write, as it is done to a ledger with two versions and a head at the first. */
const WRITES: Readonly<Record<string, (ledger: LedgerStore) => Promise<unknown>>> = {
  putVersion: (ledger) => ledger.putVersion(versionOf('t1', 3)),
  'putVersion in parts': (ledger) => ledger.putVersion(LARGE),
  'moveHead of a new subject': (ledger) => ledger.moveHead(headOf('new', 1, { aliases: ['A', 'B'] })),
  'moveHead forward': (ledger) => ledger.moveHead(headOf('t1', 2)),
  'moveHead with another alias': (ledger) => ledger.moveHead(headOf('t1', 2, { aliases: ['A'] })),
  'moveHead of a head that was never made': (ledger) => ledger.moveHead(headOf('headless', 2)),
  putSeen: (ledger) => ledger.putSeen(subjectOf('t1'), 'acme-cc-1:s', 2),
  putOutcome: (ledger) => ledger.putOutcome(NOTABLE),
  'putOutcome after a failure': (ledger) => ledger.putOutcome({ ...NOTABLE, callbackId: 'acme-cc-1:failed' }),
  deleteOutcome: (ledger) => ledger.deleteOutcome('acme-cc-1:failed'),
};

async function filled(): Promise<string> {
  const table = await newTable();
  const ledger = over(table);
  for (const row of [versionOf('t1', 1), versionOf('t1', 2), versionOf('headless', 1)]) await ledger.putVersion(row);
  await ledger.moveHead(headOf('t1', 1));
  await ledger.putOutcome({ ...NOTABLE, callbackId: 'acme-cc-1:failed', outcome: 'failed' });
  return table;
}

describe('DynamoDB throttles', () => {
  describe.each(Object.entries(WRITES))('%s', (_, write) => {
    it.each(['before', 'after'] as const)(
      'trouble %s any request is thrown, and a repeat ends as if there had been none',
      async (moment) => {
        const untroubled = await filled();
        await write(over(untroubled));
        const expected = await tableDump(engine.client, untroubled);
        const table = await filled();
        let [requests, trouble, done] = [0, 0, false];
        const counted = () => {
          // Each further try gets one request further; all that was done before it is met again.
          if (++requests > trouble) throw throttled();
        };
        for (; !done; trouble++) {
          requests = 0;
          // Another container each time: nothing may hang on what a process remembers.
          done = await write(over(table, interceptedClient(engine.client, { [moment]: counted }))).then(
            () => true,
            (error) => {
              expect(error).toMatchObject({ name: 'ProvisionedThroughputExceededException' });
              return false;
            },
          );
        }
        expect(trouble).toBeGreaterThan(1);
        expect(await tableDump(engine.client, table)).toEqual(expected);
      },
    );
  });
});

/** 2,000 children, each with a claim and a kind: the most that a payment takes. */
function manyChildren(): Evidence {
  const evidence: Record<string, Evidence[string]> = {};
  for (let i = 0; i < 2000; i++) {
    const id = randomBytes(10).toString('hex');
    const digest = randomBytes(32).toString('base64url');
    evidence[`child/${id}/claim/pushed/FINISHED/none/${digest}`] = {
      rank: ['', ''],
      value: { source: 'pushed', status: 'FINISHED', correction: 'none', digest, proven: true, final: true },
    };
    evidence[`child/${id}/kind/refund`] = { rank: [1, 0], value: { kind: 'refund', proven: true, time: 0 } };
  }
  return evidence;
}

describe('large versions', () => {
  async function comesBack(row: VersionRow): Promise<number> {
    const table = await newTable();
    const ledger = over(table);
    expect(await ledger.putVersion(row)).toBe('put');
    expect((await ledger.newest(row.key)).version).toEqual(row);
    const { evidence: _, ...past } = row;
    expect(await ledger.versions(row.key, 1, 1)).toEqual([past]);
    expect(await ledger.history(row.key)).toEqual([{ callbackId: row.causeId, version: 1, outcome: 'changed' }]);
    return (await tableDump(engine.client, table)).length;
  }

  it('2,000 children come back whole, and twice as much in parts', async () => {
    expect(await comesBack(versionOf('t1', 1, { evidence: manyChildren() }))).toBe(1);
    expect(await comesBack(versionOf('t1', 1, { evidence: { ...manyChildren(), ...noisy(500_000) } }))).toBe(3);
  });

  it('items just at, below and beyond the size limit, with the longest keys', async () => {
    const key = subjectOf('x'.repeat(2048 - 'acme-cc-1#transaction#'.length));
    const causeId = `acme-cc-1:${'c'.repeat(1500)}`;
    const row = (bytes: number) => versionOf('t1', 1, { key, causeId, evidence: noisy(bytes) });
    const limit = [399_000, 400_000, MAX_ITEM_BYTES].flatMap((bytes) => [bytes - 700, bytes - 300, bytes, bytes + 300]);
    // base64 is deflated to three quarters of its length.
    for (const bytes of limit) await comesBack(row(Math.floor((bytes * 4) / 3)));
  });

  it('published data beyond an item, and evidence and data both', async () => {
    const data = { version: 1, text: noise(1_000_000) };
    expect(await comesBack(versionOf('t1', 1, { data }))).toBe(4);
    expect(await comesBack(versionOf('t1', 1, { data, evidence: noisy(1_000_000) }))).toBe(5);
    expect(versionItems(versionOf('t1', 1, { data })).parts).toHaveLength(3);
  });

  it('several large versions and a head are read as small ones are', async () => {
    const table = await newTable();
    const rows = [1, 2, 3].map((n) => versionOf('t1', n, { evidence: noisy(450_000), data: { text: noise(450_000) } }));
    for (const row of rows) await over(table).putVersion(row);
    await over(table).moveHead(headOf('t1', 2));
    await over(table).putSeen(subjectOf('t1'), 'acme-cc-1:s', 2);
    expect(await over(table).newest(subjectOf('t1'))).toEqual({ version: rows[2], head: headOf('t1', 2) });
    const read = await over(table).versions(subjectOf('t1'), 1, 100);
    expect(read).toEqual(rows.map(({ evidence: _, ...past }) => past));
    expect((await over(table).history(subjectOf('t1'))).map((line) => line.version)).toEqual([1, 2, 2, 3]);
  });
});

describe('answers in pages of one row', () => {
  /** All queries but the one for head and newest version, which needs no second page. */
  const onePerPage = (client: DynamoSend) =>
    interceptedClient(client, {
      before({ command, input }) {
        if (command === 'QueryCommand' && input['Limit'] !== 2) input['Limit'] = 1;
      },
    });

  it('give the same versions, history, effects, heads and outcomes', async () => {
    const table = await newTable();
    const plain = over(table);
    for (let n = 1; n <= 4; n++) {
      await plain.putVersion(versionOf('t1', n, { evidence: noisy(n === 2 ? 900_000 : 100) }));
      await plain.putSeen(subjectOf('t1'), `acme-cc-1:s${n}`, n);
      await plain.moveHead(headOf(`t${n}`, 1, { aliases: ['A'], createdAt: timeAt(n) }));
      await plain.putOutcome({ ...NOTABLE, callbackId: `acme-cc-1:n${n}`, receivedAt: timeAt(n) });
    }
    const everything = async (ledger: LedgerStore) => [
      await ledger.versions(subjectOf('t1'), 1, 10),
      await ledger.history(subjectOf('t1')),
      await ledger.effectOf(subjectOf('t1'), versionOf('t1', 4).causeId),
      await ledger.effectOf(subjectOf('t1'), 'acme-cc-1:none'),
      await ledger.find({ type: 'transaction', limit: 3 }),
      await ledger.find({ type: 'transaction', alias: 'A', limit: 4 }),
      await ledger.find({ type: 'transaction', connectorId: 'acme-cc-1', kind: 'debit', limit: 4 }),
      await ledger.callbacksWithOutcome({ outcome: 'anomaly', limit: 3 }),
    ];
    const expected = await everything(plain);
    expect(expected[1]).toHaveLength(8);
    expect(await everything(over(table, onePerPage(engine.client)))).toEqual(expected);
  });
});

describe('the stream of heads', () => {
  const movesOf = async (table: string) =>
    (await streamRecords(engine, table)).flatMap((record) => headMoveOfRecord(record) ?? []);

  it('tells every move in order, also over versions; a removed head and other rows say nothing', async () => {
    const table = await newTable(true);
    const ledger = over(table);
    const long = subjectOf('x'.repeat(3000));
    for (let n = 1; n <= 5; n++) await ledger.putVersion(versionOf('t1', n));
    for (const n of [2, 5, 3]) await ledger.moveHead(headOf('t1', n, { aliases: ['A'] }));
    await ledger.putSeen(subjectOf('t1'), 'acme-cc-1:s', 5);
    await ledger.putOutcome(NOTABLE);
    await ledger.moveHead(headOf('t1', 1, { key: long }));
    const Key = { pk: { S: subjectPk(subjectOf('t1')) }, sk: { S: 'v#head' } };
    await engine.client.send(new DeleteItemCommand({ TableName: table, Key }));
    expect(await movesOf(table)).toEqual([
      { key: subjectOf('t1'), after: 0, upTo: 2 },
      { key: subjectOf('t1'), after: 2, upTo: 5 },
      { key: long, after: 0, upTo: 1 },
    ]);
  });

  it('moves of one subject by many at once follow on each other, from nothing to the last', async () => {
    const table = await newTable(true);
    const numbers = Array.from({ length: 30 }, (_, i) => i + 1);
    for (const n of numbers) await over(table).putVersion(versionOf('t1', n));
    await Promise.all(numbers.map((n) => over(table).moveHead(headOf('t1', ((n * 11) % 30) + 1))));
    const moves = await movesOf(table);
    let last = 0;
    for (const { after, upTo } of moves) {
      expect(after).toBe(last);
      last = upTo;
    }
    expect(last).toBe(30);
  });
});
