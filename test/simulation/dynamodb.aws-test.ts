import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '#shared/model/canonical.ts';
import { sequenceOf } from '#shared/model/event.ts';
import { subjectName } from '#shared/model/vocabulary.ts';
import { eventFor } from '#shared/pipeline/event-for.ts';
import { stateOf } from '#shared/pipeline/next-version.ts';
import type { HeadMove } from '#shared/pipeline/relay.ts';
import { headMoveOfRecord } from '#shared/store/dynamodb/ledger-head-move.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { streamRecords } from '../dynamodb/stream-records.ts';
import { type DynamoHouse, dynamoStores, openDynamoHouse } from './dynamodb-house.ts';
import { applyAll, chance, FILTERS, relayAll } from './house.ts';
import { expectedStates } from './oracle.ts';
import { histories } from './world.ts';

/** Each has its own tables and some hundred requests; the thousands are run in memory. */
const HISTORIES = 15;

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

async function versionsOf(house: DynamoHouse) {
  const { ledger } = dynamoStores(engine.client, house.tables);
  return Promise.all(
    (await house.subjects()).map(async (key) => {
      const rows = await ledger.versions(key, 1, 100_000);
      return { key, rows, history: await ledger.history(key), ...(await ledger.newest(key)) };
    }),
  );
}

type Subjects = Awaited<ReturnType<typeof versionsOf>>;

function expectSoundLedger(subjects: Subjects, moves: readonly HeadMove[]): void {
  for (const { key, rows, history, head, version } of subjects) {
    expect(rows.map((row) => row.version)).toEqual(rows.map((_, i) => i + 1));
    expect(rows.map((row) => row.time)).toEqual(rows.map((row) => row.time).sort());
    expect([head?.version, version?.version]).toEqual([rows.length, rows.length]);
    expect(history.filter((line) => line.outcome !== 'unchanged')).toHaveLength(rows.length);
    let last = 0;
    for (const move of moves.filter((one) => subjectName(one.key) === subjectName(key))) {
      expect(move.after).toBe(last);
      last = move.upTo;
    }
    expect(last).toBe(rows.length);
  }
}

/** Each subscription got what its filter wants: in order, none skipped, none twice, each naming the one before it. */
function expectUnbrokenChains(house: DynamoHouse, subjects: Subjects): void {
  for (const [subscriptionId, filter] of Object.entries(FILTERS)) {
    const got = (house.queues[subscriptionId] ?? []).map((message) => JSON.parse(message.body));
    const wanted = subjects.flatMap(({ key, rows }) => {
      const events = rows.flatMap((row) => eventFor(row, [{ from: '', filter }], 'http://127.0.0.1/api/v1') ?? []);
      const mine = got.filter((event) => event.id.startsWith(`${subjectName(key)}:`));
      expect(mine.map((event) => event.sequence)).toEqual(events.map((event) => event.sequence));
      expect(mine.map((event) => event.previoussequence)).toEqual(
        [sequenceOf(0), ...mine.map((event) => event.sequence)].slice(0, mine.length),
      );
      return events;
    });
    expect(got).toHaveLength(wanted.length);
  }
}

describe('random histories on DynamoDB', () => {
  it('end in one state, dense versions, a stream of heads without gaps and unbroken chains, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(histories(2, 4), async ({ shuffled, seed }) => {
        const random = chance(seed);
        const house = await openDynamoHouse(engine, shuffled, random);
        const stores = dynamoStores(engine.client, house.tables);
        const stored = (await stores.inbox.walk({ from: '', limit: 500 })).items;
        house.begin(0.02);
        await applyAll(
          house,
          stored.toSorted(() => random() - 0.5),
          4,
          random,
        );

        const subjects = await versionsOf(house);
        const states = subjects.map(({ key, version }) => [
          subjectName(key),
          version && canonicalJson([version.evidence, stateOf(version)]),
        ]);
        expect(Object.fromEntries(states)).toEqual(expectedStates(stored));

        const records = await streamRecords(engine, house.tables.ledger);
        const moves = records.flatMap((record) => headMoveOfRecord(record) ?? []);
        expectSoundLedger(subjects, moves);
        await relayAll(house.over(moves), random);
        expectUnbrokenChains(house, subjects);
      }),
      { numRuns: HISTORIES, seed: 5, endOnFailure: true },
    );
  });
});
