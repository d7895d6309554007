import { describe, expect, it } from 'vitest';
import { reconcile } from '#shared/pipeline/reconcile.ts';
import { openReconcileHouse, questions, type ReconcileHouse, statementOf } from './reconcile-house.ts';

const HOUR = 60;

describe('discovery', () => {
  const at = (hour: number, minute = 0) => new Date(Date.UTC(2026, 0, 15, hour, minute)).toISOString();
  const pageOf = (...ids: readonly string[]) => ({
    outcome: 'page' as const,
    statements: ids.map((id) => statementOf({ id, status: 'FINISHED', amount: '1.00' })),
    notes: [],
  });

  it('asks each hour for the hour that is over, with an overlap, and never twice', async () => {
    const house = await openReconcileHouse();
    house.page = ({ from }) => (from === at(9, 45) ? pageOf('found') : pageOf());
    // From 9:30 on: a connector begins with the hour before.
    await house.run(3 * HOUR);
    expect(house.spans).toEqual([
      { from: at(7, 45), to: at(9) },
      { from: at(8, 45), to: at(10) },
      { from: at(9, 45), to: at(11) },
      { from: at(10, 45), to: at(12) },
    ]);
    expect(await house.state('found')).toMatchObject({ status: 'FINISHED', amount: { value: '1.00' } });
    // Another process, with nothing in its memory.
    house.reconcile.memory.round = 0;
    expect(await house.round()).toMatchObject({ spans: 0, notDone: [] });
  });

  it('goes on where it was after an outage, the oldest hour first, and not before the connector was made', async () => {
    const house = await openReconcileHouse();
    await house.round();
    house.advance(50 * HOUR);
    expect(await house.round()).toMatchObject({ spans: 50 });
    const froms = house.spans.map(({ from }) => from);
    expect(froms).toEqual(Array.from({ length: 51 }, (_, i) => at(7 + i, 45)));
    house.advance(HOUR);
    expect(await house.round()).toMatchObject({ spans: 1 });
  });

  it('reads every page to the end; a page in the middle that fails is asked again', async () => {
    const house = await openReconcileHouse();
    let failures = 2;
    house.page = ({ cursor }) => {
      if (cursor === undefined) return { ...pageOf('a', 'b'), cursor: '2' };
      if (cursor === '2' && failures-- > 0) return { outcome: 'down', detail: 'HTTP 503.' };
      return cursor === '2' ? { ...pageOf('c'), cursor: '3' } : pageOf('d', 'e');
    };
    await house.round();
    expect((await questions(house))[0]).toMatchObject({ state: 'waiting', found: 2, cursor: '2', lastOutcome: 'down' });
    await house.run(10);
    expect((await questions(house))[0]).toMatchObject({ state: 'done', found: 5 });
    for (const id of ['a', 'b', 'c', 'd', 'e']) expect(await house.state(id)).toMatchObject({ status: 'FINISHED' });
  });

  it('that never gets past a page is reported, with how far it came, and never called done', async () => {
    const house = await openReconcileHouse();
    house.page = ({ from, cursor }) => {
      if (from !== at(7, 45)) return pageOf();
      return cursor === undefined ? { ...pageOf('a', 'b'), cursor: '2' } : { outcome: 'malformed', detail: 'No JSON.' };
    };
    await house.run(29);
    const why = expect.stringMatching(/from 2026-01-15T07:45.*2 read; malformed: No JSON/);
    expect(await reportedAt(house, 1)).toMatchObject([{ connectorId: 'acme-1', code: 'late', why }]);
    const first = async () => (await questions(house)).find(({ at: put }) => put === at(9, 31));
    expect(await first()).toMatchObject({ state: 'waiting', found: 2 });
    await house.run(HOUR);
    expect(await first()).toMatchObject({ state: 'given_up', found: 2, cursor: '2', lastOutcome: 'malformed' });
  });

  it('reports a span that was given up or read in part, and credentials that are missing', async () => {
    const house = await openReconcileHouse();
    await house.put('acme-2', { secretNames: [] });
    await house.put('silent-1', { gateway: 'silent' });
    house.page = ({ from }) => {
      if (from === at(7, 45)) return { outcome: 'cannot', detail: 'The list is switched off.' };
      return from === at(8, 45) ? { ...pageOf('a'), notes: ['item 2 is of another merchant'] } : pageOf();
    };
    const missing = {
      connectorId: 'acme-2',
      code: 'not_configured',
      why: expect.stringContaining('/secrets/password'),
    };
    expect((await house.round()).notDone).toEqual([missing]);
    expect(await reportedAt(house, 30)).toEqual([
      { connectorId: 'acme-1', code: 'given_up', why: expect.stringContaining('cannot: The list is switched off.') },
      missing,
    ]);
    expect(await reportedAt(house, HOUR)).toEqual([
      { connectorId: 'acme-1', code: 'unread', why: expect.stringContaining('item 2 is of another merchant') },
      missing,
    ]);
    expect(await reportedAt(house, HOUR)).toEqual([missing]);
  });

  it('that cannot be told for one connector is put for all others', async () => {
    const house = await openReconcileHouse();
    await house.put('acme-0');
    await house.put('acme-2');
    const { gateways } = house.reconcile;
    const { ixopay } = gateways;
    if (ixopay?.asking === undefined) throw new Error('no asking');
    const broken = {
      ...ixopay,
      asking: {
        ...ixopay.asking,
        missing(): readonly string[] {
          throw new TypeError('of 4111111111111111');
        },
      },
    };
    await house.put('acme-1', { gateway: 'paypal' });
    const deps = { ...house.reconcile, gateways: { ...gateways, paypal: broken } };
    const { spans, notDone } = await reconcile(deps);
    expect(spans).toBe(2);
    expect(notDone).toMatchObject([
      { connectorId: 'acme-1', code: 'trouble', why: expect.stringMatching(/TypeError at/) },
    ]);
    expect(JSON.stringify(notDone)).not.toContain('4111');
    expect((await reconcile(deps)).notDone).toEqual([]);
  });

  it('is looked for again where the stores are in trouble', async () => {
    const house = await openReconcileHouse();
    const delivery = { ...house.reconcile.delivery, putConfirmation: () => Promise.reject(new Error('throttled')) };
    await expect(reconcile({ ...house.reconcile, delivery })).rejects.toThrow('throttled');
    expect(await reconcile(house.reconcile)).toMatchObject({ spans: 1 });
  });

  it('of many connectors goes on in the next run when the time is over', async () => {
    const house = await openReconcileHouse();
    for (let i = 2; i <= 120; i++) await house.put(`acme-${i}`);
    let looks = 0;
    const first = await reconcile(house.reconcile, () => ++looks > 2);
    expect(first).toMatchObject({ spans: 100, cut: true });
    expect(await reconcile(house.reconcile)).toMatchObject({ spans: 20, cut: false });
    expect(await reconcile(house.reconcile)).toMatchObject({ spans: 0 });
  });

  /** The first report of the next hour. */
  async function reportedAt(house: ReconcileHouse, minutes: number) {
    house.advance(minutes);
    return (await house.round()).notDone;
  }
});

describe('drift', () => {
  async function houseWithPayments(): Promise<ReconcileHouse> {
    const house = await openReconcileHouse();
    for (let i = 0; i < 60; i++) {
      house.payments.set(`tx-${i}`, { id: `tx-${i}`, status: 'FINISHED', amount: '3.00' });
      await house.tell({ id: `tx-${i}`, status: 'FINISHED', amount: '3.00' });
      await house.tell({ id: `pending-${i}`, status: 'PENDING' });
      house.advance(6 * HOUR);
    }
    return house;
  }
  /** Chance may choose a time before all of them. */
  async function untilAsked(house: ReconcileHouse): Promise<void> {
    for (let hour = 0; hour < 50 && house.drifts.length === 0; hour++) {
      house.advance(HOUR);
      await house.round();
    }
    expect(house.drifts.length).toBeGreaterThan(0);
  }
  const sampled = ({ asked }: ReconcileHouse) =>
    asked.flatMap(({ question }) => (question.about === 'subject' ? [question.id] : []));

  it('asks each hour about a sample of finished payments that are older than a day', async () => {
    const house = await houseWithPayments();
    const chosen: number[] = [];
    for (let hour = 0; hour < 10; hour++) {
      house.asked.length = 0;
      const { sampled: count } = await reconcile(house.reconcile);
      chosen.push(count);
      expect(count).toBeLessThanOrEqual(20);
      house.advance(HOUR);
    }
    expect(Math.max(...chosen)).toBe(20);
    const { items } = await house.stores.delivery.confirmations({ limit: 500 });
    const drift = items.filter(({ reason }) => reason === 'drift');
    const ids = drift.map(({ about }) => (about.type === 'subject' ? about.subject.id : ''));
    expect(ids.every((id) => /^tx-\d+$/.test(id))).toBe(true);
    // The last four began less than a day before.
    expect(ids.filter((id) => Number(id.slice(3)) >= 58)).toEqual([]);
    expect(new Set(ids).size).toBeGreaterThan(25);
  });

  it('a process that begins again chooses the same', async () => {
    const house = await houseWithPayments();
    await reconcile(house.reconcile);
    const before = (await house.stores.delivery.counts()).confirmations;
    house.reconcile.memory.round = 0;
    await reconcile(house.reconcile);
    expect((await house.stores.delivery.counts()).confirmations).toBe(before);
  });

  it('tells what the gateway says otherwise, which enters like all it says', async () => {
    const house = await houseWithPayments();
    for (const [id, payment] of house.payments) house.payments.set(id, { ...payment, amount: '2.00' });
    await untilAsked(house);
    const ids = sampled(house).filter((id) => id.startsWith('tx-'));
    expect(ids).not.toEqual([]);
    expect(house.drifts.map(({ drifts }) => drifts)).toEqual(
      ids.map(() => [{ what: 'amount', ours: '3.00 EUR', theirs: '2.00 EUR' }]),
    );
    expect(await house.state(ids[0] ?? '')).toMatchObject({ amount: { value: '2.00' } });
  });

  it('is none where the gateway says the same', async () => {
    const house = await houseWithPayments();
    await untilAsked(house);
    expect(house.drifts.flatMap(({ drifts }) => drifts)).toEqual([]);
  });
});
