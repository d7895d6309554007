import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '#shared/model/canonical.ts';
import { type SubjectKey, subjectName } from '#shared/model/vocabulary.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { stateOf } from '#shared/pipeline/next-version.ts';
import type { ConnectorTerms } from '#shared/pipeline/plausibility.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { redrive } from '#shared/pipeline/redrive.ts';
import type { ConnectorChecks } from '#shared/registry/records.ts';
import { debitOf, type IxopayHouse, openIxopayHouse } from '../builders/ixopay-house.ts';
import { permutations } from '../builders/permutations.ts';
import { applyAll, chance, type House, insist, openHouse } from '../simulation/house.ts';
import { expectedStates } from '../simulation/oracle.ts';
import { histories, type Row } from '../simulation/world.ts';

const CONNECTOR = 'acme-cc-1';
const SECRET = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';
const PATH = `/callbacks/${CONNECTOR}`;
const key = (id: string, type: SubjectKey['type'] = 'transaction'): SubjectKey => ({
  connectorId: CONNECTOR,
  type,
  id,
});

async function houseWith(checks: ConnectorChecks): Promise<IxopayHouse> {
  const house = openIxopayHouse();
  await house.put(CONNECTOR, { checks }, SECRET);
  return house;
}

async function tell(house: IxopayHouse, body: object, minute = 0): Promise<InboxRow> {
  expect(await house.call(PATH, body, SECRET, minute)).toBe(200);
  const row = house.stores.inbox.stream.at(-1);
  if (row === undefined) throw new Error('nothing was stored');
  await house.apply([row]);
  return row;
}

async function newest(house: IxopayHouse, subject: SubjectKey) {
  const found = await house.stores.ledger.newest(subject);
  if (found.version === undefined || found.head === undefined) throw new Error(`no ${subjectName(subject)}`);
  return { ...found.version, head: found.head };
}

describe('a callback that the configuration does not expect', () => {
  it('is taken, published and flagged: state, head, outcome and the reasons say so', async () => {
    const house = await houseWith({ maxAmount: '10', disabledTransactionTypes: ['initial_debit'] });
    const row = await tell(house, debitOf('d', '24.50'));
    const { data, type, head } = await newest(house, key('d'));
    expect(type).toBe('payment.debit.finished');
    expect(data).toMatchObject({
      ...{
        status: 'FINISHED',
        final: true,
        contradictory: false,
        totals: { authorized: 2450, complete: true },
      },
      anomalies: [
        { code: 'amount_above_maximum', field: 'amount', value: '24.50 EUR' },
        { code: 'disabled_transaction_type', field: 'kind', value: 'initial_debit' },
      ],
    });
    expect(data['reasons']).toContain('anomaly');
    expect(head.flags).toContain('anomaly');
    expect(await house.stores.ledger.outcomes([row.callbackId])).toEqual({ [row.callbackId]: 'anomaly' });
  });

  it('flags the subject that it is about: the schedule, the instrument', async () => {
    const house = await houseWith({ schedules: false, tokens: false });
    const scheduleData = [{ scheduleId: 'SC-1', scheduleStatus: 'active' }];
    await tell(house, { ...debitOf('d'), scheduleData });
    expect((await newest(house, key('SC-1', 'schedule'))).data['anomalies']).toEqual([{ code: 'unexpected_schedule' }]);
    expect((await newest(house, key('d'))).data).not.toHaveProperty('anomalies');
    await tell(house, { result: 'OK', uuid: 'r', transactionType: 'REGISTER' });
    expect((await newest(house, key('r', 'instrument'))).data['anomalies']).toEqual([
      { code: 'unexpected_token_operation' },
    ]);
  });

  it('says nothing of its original', async () => {
    const house = await houseWith({ disabledTransactionTypes: ['refund'] });
    await tell(house, debitOf('d'));
    const refund = { ...debitOf('r', '4.00'), transactionType: 'REFUND', referenceUuid: 'd' };
    await tell(house, refund);
    expect((await newest(house, key('r'))).data).toHaveProperty('anomalies');
    expect((await newest(house, key('d'))).data).toMatchObject({ totals: { refunded: 400 } });
    expect((await newest(house, key('d'))).data).not.toHaveProperty('anomalies');
  });
});

describe('the version under which it was received', () => {
  it('judges it, whatever the connector says by the time that it is applied', async () => {
    const house = await houseWith({});
    expect(await house.call(PATH, debitOf('early'), SECRET)).toBe(200);
    await house.put(CONNECTOR, { checks: { maxAmount: '10' } });
    expect(await house.call(PATH, debitOf('late'), SECRET)).toBe(200);
    await house.put(CONNECTOR, { checks: {} });
    await house.apply(house.stores.inbox.stream);
    expect((await newest(house, key('early'))).data).not.toHaveProperty('anomalies');
    expect((await newest(house, key('late'))).data).toHaveProperty('anomalies');
  });

  it('is unknown of rows of before, and may be gone: nothing is expected', async () => {
    const house = await houseWith({ maxAmount: '10' });
    expect(await house.call(PATH, debitOf('d'), SECRET)).toBe(200);
    const { connectorVersion: _, ...row } = house.stores.inbox.stream[0] as InboxRow;
    await house.apply([row, { ...row, callbackId: `${row.callbackId}x`, connectorVersion: 99 }]);
    expect((await newest(house, key('d'))).data).not.toHaveProperty('anomalies');
  });

  it('cannot be read now: nothing is applied, and the record comes again', async () => {
    const house = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
    await house.deliver({ source: 'pushed', body: JSON.stringify(debitOf('d')), minute: 1 });
    const row = (await rowsOf(house))[0] as InboxRow;
    const throttled = async () => {
      throw new Error('throttled');
    };
    const deps = { ...house.apply, connectorVersions: { find: throttled } };
    await expect(applyCallback(deps, row)).rejects.toThrow('throttled');
    expect(house.stores.ledger.subjects()).toEqual([]);
  });
});

describe('expirationMinutes', () => {
  const pending = (uuid: string) => ({ ...debitOf(uuid), result: 'PENDING' });
  it.each([
    [{}, '2026-01-15T10:00:00.000Z'],
    [{ expirationMinutes: 900 }, '2026-01-16T00:00:00.000Z'],
    [{ expirationMinutes: 5 }, '2026-01-15T09:05:00.000Z'],
  ])('%j: due %s', async (checks, due) => {
    const house = await houseWith(checks);
    await tell(house, pending('d'));
    const { data, head } = await newest(house, key('d'));
    expect([data['due'], head.due]).toEqual([due, due]);
    // A time limit is no reason to look.
    expect(data).not.toHaveProperty('anomalies');
    await tell(house, debitOf('d'), 1);
    expect((await newest(house, key('d'))).data).not.toHaveProperty('due');
  });

  it('of the least version that speaks of the payment, in either order', async () => {
    for (const isTurned of [false, true]) {
      const house = await houseWith({ expirationMinutes: 30 });
      expect(await house.call(PATH, pending('d'), SECRET, 1)).toBe(200);
      await house.put(CONNECTOR, { checks: { expirationMinutes: 900 } });
      expect(await house.call(PATH, pending('d'), SECRET, 0)).toBe(200);
      const rows = [...house.stores.inbox.stream];
      await house.apply(isTurned ? rows.reverse() : rows);
      expect((await newest(house, key('d'))).data['due']).toBe('2026-01-15T09:30:00.000Z');
    }
  });

  it("counts from our own time where there is no date: a merchant's report", async () => {
    const house = await openHouse({ random: () => 0, troubleRate: 0, refusalRate: 0 });
    const result = { success: true, uuid: 'd', returnType: 'PENDING' };
    await house.deliver({ source: 'reported', body: JSON.stringify({ result }), minute: 0 });
    const connectorVersions = versionsOf([{ expirationMinutes: 15 }]);
    for (const row of await rowsOf(house)) await applyCallback({ ...house.apply, connectorVersions }, row);
    const { version, head } = await house.stores.ledger.newest(key('d'));
    expect(Date.parse(head?.due ?? '') - Date.parse(version?.time ?? '')).toBe(15 * 60_000);
  });
});

async function rowsOf(house: House): Promise<readonly InboxRow[]> {
  return (await insist(() => house.stores.inbox.walk({ from: '', limit: 500 }))).items;
}

const TYPES = ['initial_debit', 'initial_preauthorize', 'capture', 'refund', 'register', 'deregister'];
const checks: fc.Arbitrary<ConnectorChecks> = fc.record(
  {
    expectedFormat: fc.constantFrom('json' as const, 'xml' as const),
    disabledTransactionTypes: fc.subarray(TYPES),
    minAmount: fc.constantFrom('8', '10', '10.001'),
    maxAmount: fc.constantFrom('7', '12', '12.50'),
    expirationMinutes: fc.integer({ min: 1, max: 2000 }),
    schedules: fc.boolean(),
    tokens: fc.boolean(),
  },
  { requiredKeys: [] },
);

function versionsOf(each: readonly ConnectorChecks[]) {
  const terms = (version: number): ConnectorTerms | undefined => {
    const own = each[version - 1];
    return own && { version, testMode: false, checks: own };
  };
  return { terms, find: async (_: string, version: number) => terms(version) };
}

interface Versioned {
  readonly rows: readonly InboxRow[];
  readonly connectorVersions: ReturnType<typeof versionsOf>;
}

/** The rows of a story, each received under one of the versions or under none; that is decided once a row, as in the inbox. */
async function received(told: readonly Row[], each: readonly ConnectorChecks[], seed: number): Promise<Versioned> {
  const house = await openHouse({ random: () => 0, troubleRate: 0, refusalRate: 0 });
  for (const row of told) await insist(() => house.deliver(row));
  const random = chance(seed);
  const rows = (await rowsOf(house)).map(({ connectorVersion: _, ...row }) => {
    const version = Math.floor(random() * (each.length + 2));
    return version === 0 ? row : { ...row, connectorVersion: version };
  });
  return { rows, connectorVersions: versionsOf(each) };
}

async function openVersioned({ connectorVersions }: Versioned, random: () => number, troubleRate = 0): Promise<House> {
  const house = await openHouse({ random, troubleRate, refusalRate: 0 });
  return { ...house, apply: { ...house.apply, connectorVersions } };
}

function expectedOf({ rows, connectorVersions }: Versioned): Record<string, string> {
  return expectedStates(rows, ({ connectorVersion: version }) =>
    version === undefined ? undefined : connectorVersions.terms(version),
  );
}

async function finalStates(house: House): Promise<Record<string, string>> {
  const states: Record<string, string> = {};
  for (const subject of house.stores.ledger.subjects()) {
    const { version } = await insist(() => house.stores.ledger.newest(subject));
    if (version) states[subjectName(subject)] = canonicalJson([version.evidence, stateOf(version)]);
  }
  return states;
}

/** What is left of states without anomalies and due dates. */
function withoutFlags(states: Record<string, string>): unknown[] {
  return Object.entries(states).map(([name, text]) => {
    const { anomalies: _, due: __, ...state } = JSON.parse(text)[1] as Record<string, unknown>;
    return [name, state];
  });
}

describe('random stories under changing configurations', () => {
  const stories = fc.record({
    history: histories(2, 5),
    each: fc.array(checks, { minLength: 1, maxLength: 3 }),
  });

  it('end in one state, whatever the order, repeats, workers and faults', async () => {
    let flagged = 0;
    await fc.assert(
      fc.asyncProperty(stories, async ({ history, each }) => {
        const story = await received(history.rows, each, history.seed);
        const random = chance(history.seed);
        const house = await openVersioned(story, random, 0.02);
        await applyAll(
          house,
          [...story.rows].sort(() => random() - 0.5),
          4,
          random,
        );
        const expected = expectedOf(story);
        expect(await finalStates(house)).toEqual(expected);
        if (JSON.stringify(expected).includes('unexpected_format')) flagged++;
      }),
      { numRuns: 50 },
    );
    expect(flagged).toBeGreaterThan(5);
  });

  it('up to four statements end in one state in all their orders', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories(1, 3),
        fc.array(checks, { minLength: 2, maxLength: 2 }),
        async ({ rows, seed }, each) => {
          const story = await received(rows.slice(0, 4), each, seed);
          const expected = expectedOf(story);
          for (const order of permutations(story.rows)) {
            const house = await openVersioned(story, () => 0);
            await applyAll(house, order, 1, () => 0.5);
            expect(await finalStates(house)).toEqual(expected);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('have the statuses, amounts, links and totals that they have without any check', () => {
    return fc.assert(
      fc.asyncProperty(stories, async ({ history, each }) => {
        const story = await received(history.rows, each, history.seed);
        expect(withoutFlags(expectedOf(story))).toEqual(withoutFlags(expectedStates(story.rows)));
      }),
      { numRuns: 80 },
    );
  });

  it('are the same after a redrive of everything: no new version', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async ({ history, each }) => {
        const story = await received(history.rows, each, history.seed);
        const house = await openVersioned(story, () => 0);
        await applyAll(house, story.rows, 1, () => 0.5);
        const [before, versions] = [await finalStates(house), house.stores.ledger.stream.length];
        const inbox = { walk: async () => ({ items: story.rows, cursor: null }) };
        const deps = { ...house.apply, ...house.relay, inbox, isStorageTrouble: () => true };
        expect(await redrive(deps, '2026-01-01T00:00:00.000Z')).toMatchObject({ failed: 0 });
        expect(await finalStates(house)).toEqual(before);
        expect(house.stores.ledger.stream).toHaveLength(versions);
      }),
      { numRuns: 30 },
    );
  });
});
