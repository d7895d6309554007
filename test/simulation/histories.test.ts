import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '#shared/model/canonical.ts';
import { sequenceOf } from '#shared/model/event.ts';
import { type SubjectKey, subjectName } from '#shared/model/vocabulary.ts';
import { eventFor } from '#shared/pipeline/event-for.ts';
import { stateOf } from '#shared/pipeline/next-version.ts';
import type { PastVersion } from '#shared/pipeline/ports.ts';
import { permutations } from '../builders/permutations.ts';
import { applyAll, chance, FILTERS, type House, insist, openHouse, relayAll } from './house.ts';
import { expectedStates } from './oracle.ts';
import { histories, type Row } from './world.ts';

async function inboxRows(house: House) {
  const page = await insist(() => house.stores.inbox.walk({ from: '', limit: 500 }));
  return page.items;
}

async function versionsOf(house: House, key: SubjectKey): Promise<readonly PastVersion[]> {
  return insist(() => house.stores.ledger.versions(key, 1, 100_000));
}

/** The state of every subject as byte-comparable text; versions, own times and changes are not part of a state. */
async function finalStates(house: House): Promise<Record<string, string>> {
  const states: Record<string, string> = {};
  for (const key of house.stores.ledger.subjects()) {
    const { version: newest } = await insist(() => house.stores.ledger.newest(key));
    if (newest) states[subjectName(key)] = canonicalJson([newest.evidence, stateOf(newest)]);
  }
  return states;
}

async function tell(rows: readonly Row[], workers: number, seed: number, calm: boolean): Promise<House> {
  const random = chance(seed);
  const house = await openHouse({ random, troubleRate: calm ? 0 : 0.02, refusalRate: calm ? 0 : 0.15 });
  for (const row of rows) await insist(() => house.deliver(row));
  const stored = [...(await inboxRows(house))];
  await applyAll(house, calm ? stored : stored.sort(() => random() - 0.5), workers, random);
  return house;
}

/** Versions are dense, their times never go back, no event is published twice, the first event enters a status. */
async function expectSoundLedger(house: House): Promise<void> {
  for (const key of house.stores.ledger.subjects()) {
    const rows = await versionsOf(house, key);
    expect(rows.map((row) => row.version)).toEqual(rows.map((_, i) => i + 1));
    expect(rows.map((row) => row.time)).toEqual(rows.map((row) => row.time).sort());
    const { head } = await insist(() => house.stores.ledger.newest(key));
    expect(head?.version).toBe(rows.length);
  }
}

/** Each subscription got what its filter wants: in order, none skipped, none twice, each naming the one before it. */
async function expectUnbrokenChains(house: House): Promise<void> {
  for (const [subscriptionId, filter] of Object.entries(FILTERS)) {
    const entries = [{ from: '', filter }];
    const got = (house.queues[subscriptionId] ?? []).map((message) => JSON.parse(message.body));
    let expected = 0;
    for (const key of house.stores.ledger.subjects()) {
      const rows = await versionsOf(house, key);
      const wanted = rows.flatMap((row) => eventFor(row, entries, 'http://127.0.0.1/api/v1') ?? []);
      const mine = got.filter(
        (event) => event.source.endsWith(key.connectorId) && event.subject === `${key.type}/${key.id}`,
      );
      expected += wanted.length;
      expect(mine.map((event) => event.sequence)).toEqual(wanted.map((event) => event.sequence));
      let last = sequenceOf(0);
      for (const event of mine) {
        expect(event.previoussequence).toBe(last);
        last = event.sequence;
      }
      if (subscriptionId === 'all') expectLastEventIsTheState(rows, mine);
    }
    expect(got).toHaveLength(expected);
  }
}

function expectLastEventIsTheState(
  rows: readonly PastVersion[],
  events: readonly { data: PastVersion['data'] }[],
): void {
  const newest = rows.at(-1);
  if (newest === undefined || newest.data['kind'] === 'unknown') {
    expect(events).toEqual([]);
    return;
  }
  const last = events.at(-1);
  expect(last).toBeDefined();
  expect({ ...last?.data, version: newest.version }).toEqual(newest.data);
}

describe('random histories through the real use cases', () => {
  it('end in one state, dense versions and unbroken chains, whatever the order, repeats, workers, faults and refusals', async () => {
    await fc.assert(
      fc.asyncProperty(histories(3, 5), async ({ shuffled, seed }) => {
        const wild = await tell(shuffled, 4, seed, false);
        expect(await finalStates(wild)).toEqual(expectedStates(await inboxRows(wild)));
        await expectSoundLedger(wild);
        await relayAll(wild, chance(seed));
        await expectUnbrokenChains(wild);
      }),
      { numRuns: 1000 },
    );
  }, 240_000);

  it('a row that is told again changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(histories(1, 4), async ({ rows, seed }) => {
        const house = await tell(rows, 1, seed, true);
        const before = await finalStates(house);
        const versions = house.stores.ledger.stream.length;
        await applyAll(house, await inboxRows(house), 2, chance(seed));
        expect(await finalStates(house)).toEqual(before);
        expect(house.stores.ledger.stream).toHaveLength(versions);
      }),
      { numRuns: 100 },
    );
  });
});

describe('small histories in every order', () => {
  it('up to five statements about one payment end in one state in all their orders', async () => {
    await fc.assert(
      fc.asyncProperty(histories(1, 3), async ({ rows, seed }) => {
        const few = rows.slice(0, 5);
        const house = await tell(few, 1, seed, true);
        const stored = await inboxRows(house);
        const expected = expectedStates(stored);
        for (const order of permutations(stored)) {
          const fresh = await openHouse({ random: () => 0, troubleRate: 0, refusalRate: 0 });
          await applyAll(fresh, order, 1, () => 0.5);
          expect(await finalStates(fresh)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
