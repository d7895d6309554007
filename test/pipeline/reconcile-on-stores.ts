import { describe, expect, it } from 'vitest';
import { expectPayment } from '#shared/pipeline/expect-payment.ts';
import { expectationNoticeId } from '#shared/pipeline/own-statement.ts';
import { openReconcileHouse, type ReconcileStores, statementOf } from './reconcile-house.ts';

const HOUR = 60;
const DAY = 24 * HOUR;

/** One story over a home's own stores: overdue, expected, discovered, and what the horizon leaves. */
export function describeReconcileOn(
  name: string,
  open: () => Promise<Pick<ReconcileStores, 'ledger' | 'delivery' | 'registry'>>,
): void {
  describe(`reconcile on ${name}`, () => {
    it('ends payments that the gateway knows, and names those that it does not', async () => {
      const house = await openReconcileHouse({ stores: await open() });
      const deps = { ...house.stores, clock: house.reconcile.clock };
      for (let i = 0; i < 12; i++) await house.tell({ id: `tx-${i}`, status: 'PENDING', amount: '1.00' });
      for (let i = 0; i < 6; i++) house.payments.set(`tx-${i}`, { id: `tx-${i}`, status: 'FINISHED', amount: '1.00' });
      for (const merchantReference of ['met', 'missed']) {
        await expectPayment(deps, { connectorId: 'acme-1', merchantReference });
      }
      house.payments.set('met', { id: 'met', status: 'FINISHED', reference: 'met' });
      house.payments.set('found', { id: 'found', status: 'FINISHED', amount: '2.00' });
      house.page = () => ({
        outcome: 'page',
        statements: [statementOf({ id: 'found', status: 'FINISHED', amount: '2.00' })],
        notes: [],
      });
      // The ages of the curve behind the due time, and the horizon.
      let at = 0;
      for (const minute of [0, 5, 15, 60, 180, 720, DAY, 2 * DAY, 3 * DAY].map((age) => age + HOUR + 1)) {
        house.advance(minute - at);
        at = minute;
        await house.round();
      }
      const unresolved = await house.stores.ledger.find({ type: 'transaction', flag: 'unresolved', limit: 50 });
      expect(unresolved.items.map(({ key }) => key.id).toSorted()).toEqual(
        ['tx-6', 'tx-7', 'tx-8', 'tx-9', 'tx-10', 'tx-11'].toSorted(),
      );
      for (const id of ['tx-0', 'tx-5', 'met', 'found'])
        expect(await house.state(id)).toMatchObject({ status: 'FINISHED' });
      const notices = await house.stores.ledger.find({ type: 'notice', limit: 9 });
      expect(notices.items.map(({ key }) => key.id)).toEqual([expectationNoticeId('missed')]);
      expect((await house.stores.delivery.counts()).confirmations).toBe(0);
      // Nothing is left to do, and a new process does not begin again.
      delete house.reconcile.memory.round;
      expect(await house.round()).toMatchObject({ overdue: 0, spans: 0, notDone: [] });
      // Those that moved last were due once more.
      expect(await house.stores.ledger.dueHeads(house.now(), 50)).toEqual([]);
    });
  });
}
