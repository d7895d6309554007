import { describe, expect, it } from 'vitest';
import { expectPayment } from '#shared/pipeline/expect-payment.ts';
import { expectationNoticeId } from '#shared/pipeline/own-statement.ts';
import { reconcile } from '#shared/pipeline/reconcile.ts';
import { concludeAtHorizon } from '#shared/pipeline/reconcile-hooks.ts';
import type { StoreHooks } from '../memory-stores/memory-stores.ts';
import { openReconcileHouse, questions, type ReconcileHouse } from './reconcile-house.ts';

const HOUR = 60;
const DAY = 24 * HOUR;
const NOTHING = { overdue: 0, spans: 0, sampled: 0, notDone: [], cut: false };

/** Discovery and drift have tests of their own. */
const quietHouse = (hooks?: StoreHooks) => openReconcileHouse({ quiet: true, ...(hooks && { hooks }) });

describe('a payment past its due time', () => {
  it('is asked about on the age curve to the horizon, then unresolved for all to see, once', async () => {
    const house = await quietHouse();
    house.payments.set('tx', { id: 'tx', status: 'PENDING' });
    await house.tell({ id: 'tx', status: 'PENDING', amount: '5.00' });
    expect(await house.state('tx')).not.toHaveProperty('unresolved');
    await house.run(4 * DAY + 3 * HOUR);
    // Due after 60 minutes.
    const ages = house.asked.map(({ minute }) => minute - HOUR);
    expect(ages).toEqual([5, 15, 60, 180, 720, DAY, 2 * DAY, 3 * DAY]);
    expect(await house.state('tx')).toMatchObject({
      ...{ status: 'PENDING', unresolved: true, amount: { value: '5.00' } },
    });
    const { items } = await house.stores.ledger.find({ type: 'transaction', flag: 'unresolved', limit: 9 });
    expect(items).toHaveLength(1);
    expect(house.stores.inbox.stream.filter(({ source }) => source === 'own')).toHaveLength(1);
    expect(await questions(house)).toMatchObject([{ reason: 'overdue', state: 'given_up', attempts: 8 }]);
  });

  it('that an answer dates anew is asked about by its new due time, and no longer by the old one', async () => {
    const house = await openReconcileHouse({ quiet: true, undated: true });
    house.payments.set('tx', { id: 'tx', status: 'PENDING', amount: '5.00' });
    await house.tell({ id: 'tx', status: 'PENDING' });
    await house.run(DAY);
    const [asked = 0, ...rest] = house.asked.map(({ minute }) => minute);
    expect(asked).toBe(HOUR + 5);
    expect(rest.map((minute) => minute - asked - HOUR)).toEqual([5, 15, 60, 180, 720]);
    expect((await questions(house)).map(({ state }) => state)).toEqual(['waiting', 'done']);
  });

  it('that ends meanwhile is not asked about any more', async () => {
    const house = await quietHouse();
    await house.tell({ id: 'tx', status: 'PENDING' });
    await house.run(HOUR + 20);
    expect(house.asked).toHaveLength(2);
    await house.tell({ id: 'tx', status: 'FINISHED' });
    await house.run(DAY);
    expect(house.asked).toHaveLength(2);
    expect(await questions(house)).toMatchObject([{ state: 'done', lastOutcome: 'nothing_to_ask' }]);
  });

  it('takes the answer as a callback, and a late PENDING changes nothing', async () => {
    const house = await quietHouse();
    await house.tell({ id: 'tx', status: 'PENDING' });
    house.payments.set('tx', { id: 'tx', status: 'FINISHED', amount: '7.00' });
    await house.run(HOUR + 5);
    const state = await house.state('tx');
    expect(state).toMatchObject({ status: 'FINISHED', proven: true, amount: { value: '7.00' } });
    await house.tell({ id: 'tx', status: 'PENDING', reference: 'late' });
    await house.run(2 * DAY);
    expect(await house.state('tx')).toMatchObject({ status: 'FINISHED' });
    expect(house.asked).toHaveLength(1);
  });

  it('a late answer takes "unresolved" away', async () => {
    const house = await quietHouse();
    await house.tell({ id: 'tx', status: 'PENDING' });
    await house.run(3 * DAY + 2 * HOUR);
    expect(await house.state('tx')).toMatchObject({ unresolved: true });
    await house.tell({ id: 'tx', status: 'ERROR' });
    const state = await house.state('tx');
    expect(state).toMatchObject({ status: 'ERROR' });
    expect(state).not.toHaveProperty('unresolved');
  });

  it('that moves and is PENDING still is one question', async () => {
    const house = await quietHouse();
    await house.tell({ id: 'tx', status: 'PENDING' });
    await house.run(HOUR + 1);
    await house.tell({ id: 'tx', status: 'PENDING', reference: 'more' });
    await house.run(10);
    expect(await questions(house)).toHaveLength(1);
    expect(await house.stores.ledger.dueHeads(house.now(), 10)).toEqual([]);
  });

  it('of a gateway that cannot be asked, or whose credentials are missing, reaches the horizon all the same', async () => {
    for (const [change, days] of [
      [{ gateway: 'silent' }, 7],
      [{ secretNames: [] }, 3],
      [{ archived: true }, 3],
      [{ active: false }, 3],
    ] as const) {
      const house = await quietHouse();
      await house.tell({ id: 'tx', status: 'PENDING' });
      await house.put('acme-1', change);
      await house.run(HOUR + 6);
      house.advance(days * DAY - 12);
      await house.round();
      expect(await house.state('tx'), JSON.stringify(change)).not.toHaveProperty('unresolved');
      house.advance(12);
      await house.round();
      expect(await house.state('tx'), JSON.stringify(change)).toMatchObject({ status: 'PENDING', unresolved: true });
      expect(house.asked).toEqual([]);
    }
  });

  it('costs one look at the index where none is', async () => {
    const operations: string[] = [];
    const house = await quietHouse({ before: (operation) => void operations.push(operation) });
    await house.tell({ id: 'tx', status: 'PENDING' });
    await house.round();
    operations.length = 0;
    expect(await reconcile(house.reconcile)).toEqual(NOTHING);
    expect(operations).toEqual(['ledger.dueHeads']);
  });

  it('that is due in a year of five digits is left alone', async () => {
    const house = await quietHouse();
    const key = { connectorId: 'acme-1', type: 'transaction', id: 'far' } as const;
    const at = { createdAt: house.now(), updatedAt: house.now() };
    const head = { key, version: 1, merchantId: 'acme', mode: 'live', kind: 'debit', status: 'PENDING' } as const;
    await house.stores.ledger.moveHead({ ...head, ...at, flags: [], aliases: [], due: '+010000-01-01T00:00:00.000Z' });
    expect(await reconcile(house.reconcile)).toEqual(NOTHING);
    expect(await house.stores.ledger.dueHeads(house.now(), 9)).toEqual([]);
  });

  it('by the thousand are all asked about in one run, or as far as the time goes', async () => {
    const house = await quietHouse();
    for (let i = 0; i < 1_100; i++) await house.tell({ id: `tx-${i}`, status: 'PENDING' });
    house.advance(HOUR);
    let looks = 0;
    const first = await reconcile(house.reconcile, () => ++looks > 5);
    expect(first).toMatchObject({ overdue: 125, cut: true });
    expect(await reconcile(house.reconcile)).toMatchObject({ overdue: 975, cut: false });
    expect(await reconcile(house.reconcile)).toEqual(NOTHING);
    expect((await house.stores.delivery.counts()).confirmations).toBe(1_100);
  });
});

describe('a crash', () => {
  it.each([
    'ledger.dueHeads',
    'delivery.putConfirmation',
    'ledger.takeDue',
    'inbox.put',
    'delivery.updateConfirmation',
  ])('before or behind each %s repeats harmlessly', async (operation) => {
    for (const when of ['before', 'after'] as const) {
      let left = 0;
      const crash = (name: string) => {
        if (name === operation && left-- > 0) throw new Error('crash');
      };
      const house = await quietHouse({ [when]: crash });
      await house.tell({ id: 'tx', status: 'PENDING' });
      for (let minute = 0; minute < 3 * DAY + 2 * HOUR; minute += 5) {
        house.advance(5);
        // A claim lasts for two minutes: what crashed comes again in a later step.
        left = minute % 10 === 5 ? 1 : 0;
        await house.round().catch(() => undefined);
        left = 0;
        await house.round();
      }
      expect(await house.state('tx'), when).toMatchObject({ status: 'PENDING', unresolved: true });
      expect(
        house.stores.inbox.stream.filter(({ source }) => source === 'own'),
        when,
      ).toHaveLength(1);
      expect(await questions(house), when).toHaveLength(1);
    }
  });

  it('between question and index, with a head that moves just then, leaves the head due', async () => {
    let moving: (() => Promise<void>) | undefined;
    const hooks = {
      async before(operation: string) {
        const move = moving;
        if (operation !== 'ledger.takeDue' || move === undefined) return;
        moving = undefined;
        await move();
      },
    };
    const house = await quietHouse(hooks);
    await house.tell({ id: 'tx', status: 'PENDING' });
    house.advance(HOUR);
    moving = () => house.tell({ id: 'tx', status: 'PENDING', reference: 'moved' });
    expect(await reconcile(house.reconcile)).toMatchObject({ overdue: 1 });
    expect(await house.stores.ledger.dueHeads(house.now(), 10)).toHaveLength(1);
    expect(await reconcile(house.reconcile)).toMatchObject({ overdue: 0 });
    expect(await house.stores.ledger.dueHeads(house.now(), 10)).toEqual([]);
  });
});

describe('at the horizon', () => {
  const put = async (house: ReconcileHouse) => (await house.stores.delivery.confirmations({ limit: 1 })).items[0];

  it('what ended while the gateway was asked is not called unresolved', async () => {
    const house = await quietHouse();
    const deps = { ...house.stores, clock: house.reconcile.clock };
    await house.tell({ id: 'tx', status: 'PENDING' });
    await house.run(HOUR);
    const request = await put(house);
    if (request === undefined) throw new Error('no question was put');
    await house.tell({ id: 'tx', status: 'FINISHED' });
    expect(await concludeAtHorizon(deps, request)).toBe('over');
    expect(await concludeAtHorizon(deps, { ...request, reason: 'drift' })).toBe('over');
    expect(await concludeAtHorizon(deps, { ...request, connectorId: 'nobody' })).toBe('over');
    expect(house.stores.inbox.stream.some(({ source }) => source === 'own')).toBe(false);
  });

  it('what was found while the gateway was asked is not called missing', async () => {
    const house = await quietHouse();
    const deps = { ...house.stores, clock: house.reconcile.clock };
    await expectPayment(deps, { connectorId: 'acme-1', merchantReference: 'ORD-1' });
    const request = await put(house);
    if (request === undefined) throw new Error('no question was put');
    await house.tell({ id: 'tx', status: 'PENDING', reference: 'ORD-1' });
    expect(await concludeAtHorizon(deps, request)).toBe('over');
  });

  it('a conclusion that is drawn again is the same row', async () => {
    const house = await quietHouse();
    const deps = { ...house.stores, clock: house.reconcile.clock };
    await house.tell({ id: 'tx', status: 'PENDING' });
    await house.run(HOUR);
    const request = await put(house);
    if (request === undefined) throw new Error('no question was put');
    expect(await concludeAtHorizon(deps, request)).toBe('unresolved');
    house.advance(1);
    expect(await concludeAtHorizon(deps, request)).toBe('unresolved');
    expect(house.stores.inbox.stream.filter(({ source }) => source === 'own')).toHaveLength(1);
  });
});

describe('an expectation', () => {
  const expected = { connectorId: 'acme-1', merchantReference: 'ORD-1' };
  const notice = async ({ stores }: ReconcileHouse) =>
    (await stores.ledger.newest({ connectorId: 'acme-1', type: 'notice', id: expectationNoticeId('ORD-1') })).version;

  it('is met by a callback before the gateway is asked', async () => {
    const house = await quietHouse();
    await expectPayment({ ...house.stores, clock: house.reconcile.clock }, expected);
    await house.tell({ id: 'tx', status: 'FINISHED', reference: 'ORD-1' });
    await house.run(2 * HOUR);
    expect(house.asked).toEqual([]);
    expect(await questions(house)).toMatchObject([{ reason: 'expected', state: 'done' }]);
    expect(await notice(house)).toBeUndefined();
  });

  it('is not met by the same reference of another connector', async () => {
    const house = await quietHouse();
    await house.put('acme-2');
    const deps = { ...house.stores, clock: house.reconcile.clock };
    await house.tell({ id: 'tx', status: 'FINISHED', reference: 'ORD-1' });
    expect(await expectPayment(deps, { ...expected, connectorId: 'acme-2' })).toMatchObject({ effect: 'expected' });
    await house.run(HOUR + 6);
    expect(house.asked).toHaveLength(1);
  });

  it('is found at the gateway, and the payment is known from then on', async () => {
    const house = await quietHouse();
    await expectPayment({ ...house.stores, clock: house.reconcile.clock }, expected);
    await house.run(HOUR + 6);
    expect(house.asked.map(({ question }) => question)).toEqual([{ about: 'reference', merchantReference: 'ORD-1' }]);
    house.payments.set('tx', { id: 'tx', status: 'FINISHED', amount: '9.00', reference: 'ORD-1' });
    await house.run(10);
    expect(await house.state('tx')).toMatchObject({ status: 'FINISHED', merchantReference: 'ORD-1', proven: true });
    expect(await questions(house)).toMatchObject([{ state: 'done' }]);
  });

  it('that is never found is a notice at the horizon: one, never a transaction', async () => {
    const house = await quietHouse();
    const deps = { ...house.stores, clock: house.reconcile.clock };
    await expectPayment(deps, expected);
    await expectPayment(deps, { ...expected, due: '2026-01-15T12:00:00.000Z' });
    await house.run(4 * DAY);
    expect(await notice(house)).toMatchObject({
      ...{ version: 1, type: 'payment.notice.expectation_missing' },
      data: { status: 'RECEIVED', reason: 'expectation_missing', detail: expect.stringContaining('"ORD-1"') },
    });
    const { items } = await house.stores.ledger.find({ type: 'transaction', limit: 9 });
    expect(items).toEqual([]);
    expect(await questions(house)).toMatchObject([{ state: 'given_up' }, { state: 'given_up' }]);
  });
});
