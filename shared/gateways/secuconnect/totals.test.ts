import { describe, expect, it } from 'vitest';
import { passOn } from '#shared/model/children.ts';
import type { Fact } from '#shared/model/fact.ts';
import { factsOf } from '#shared/model/facts-of.ts';
import { evidenceOf } from '#shared/model/merge.ts';
import { projectTransaction } from '#shared/model/project-transaction.ts';
import { normalizeSecuconnect } from './normalize.ts';
import { payment } from './statement.testing.ts';

interface Answer {
  readonly object: object;
  readonly declared?: Readonly<Record<string, string>>;
}

/** Sale, partial refund (flagged, done), chargeback and its reversal: the gateway's answers, as they were at the time. */
const DEBIT = { product_id: 16 };
const SALE: readonly Answer[] = [
  { object: payment(0, { ...DEBIT, updated: '2026-03-02T10:00:00+01:00' }) },
  { object: payment(1, { ...DEBIT, updated: '2026-03-02T10:00:09+01:00' }) },
  { object: payment(4, { ...DEBIT, updated: '2026-03-20T07:15:00+01:00' }) },
  { object: payment(6, { ...DEBIT, updated: '2026-04-02T16:00:00+02:00' }) },
];
const refund = (status: number, updated: string): Answer => ({
  object: payment(status, { id: 'PCI_REFUND', amount: -1000, updated, parents: [{ id: 'PCI_ONE', ref_type_id: 19 }] }),
});
const REFUND = [refund(7, '2026-03-09T13:00:00+01:00'), refund(1, '2026-03-10T06:00:00+01:00')];

/** State of each transaction once all is known, children passed on as apply does. */
function statesOf(answers: readonly Answer[]) {
  const facts = answers.flatMap(({ object, declared = {} }, at): Fact[] => {
    const askedAt = new Date(Date.UTC(2026, 2, 2, 9, at)).toISOString();
    const body = Buffer.from(JSON.stringify(object));
    const parts = { as: 'payment.transactions', askedAt, settles: '[]', ...declared };
    const { origin, notifications } = normalizeSecuconnect({ source: 'fetched', body, declared: parts });
    return notifications.flatMap((one) => factsOf(one, origin));
  });
  const bySubject = Map.groupBy(facts, ({ subject }) => subject.id);
  const passed = [...bySubject].flatMap(([id, own]) => passOn(id, evidenceOf(own)));
  const all = Map.groupBy([...facts, ...passed], ({ subject }) => subject.id);
  return new Map([...all].map(([id, own]) => [id, projectTransaction(evidenceOf(own)).state]));
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

describe('a sale, a partial refund, a chargeback and its reversal', () => {
  it('end in the same totals, each movement once, in any order', () => {
    for (const order of permutations([...SALE, ...REFUND])) {
      const states = statesOf([...order, ...order.slice(0, 2)]);
      expect(states.get('PCI_ONE')).toMatchObject({
        ...{ kind: 'debit', status: 'FINISHED', final: true, contradictory: false, amount: { minor: 4200 } },
        totals: {
          ...{ authorized: 4200, captured: 0, refunded: 1000, voided: 0, chargedBack: 4200, reversed: 4200 },
          complete: true,
        },
      });
      expect(states.get('PCI_ONE')).not.toHaveProperty('anomalies');
      expect(states.get('PCI_REFUND')).toMatchObject({ kind: 'refund', status: 'FINISHED', originalId: 'PCI_ONE' });
      expect(states.get('PCI_ONE~chargeback-1')).toMatchObject({ kind: 'chargeback', status: 'FINISHED' });
      expect(states.get('PCI_ONE~chargeback_reversal-1')).toMatchObject({ status: 'FINISHED' });
    }
  });

  it('end so when only the last of each was read', () => {
    const states = statesOf([SALE[3], REFUND[1]].filter((one) => one !== undefined));
    expect(states.get('PCI_ONE')?.totals).toMatchObject({ refunded: 1000, chargedBack: 4200, reversed: 4200 });
  });
});

describe('other stories', () => {
  it('an authorization: captured once, of a lower amount', () => {
    const card = { product_id: 218 };
    const story = [
      { object: payment(0, { ...card, updated: '2026-03-02T10:00:00Z' }) },
      { object: payment(2, { ...card, updated: '2026-03-02T10:00:01Z' }) },
      { object: payment(1, { ...card, amount: 3000, updated: '2026-03-03T10:00:00Z' }) },
    ];
    for (const order of permutations(story)) {
      const state = statesOf(order).get('PCI_ONE');
      expect(state).toMatchObject({ kind: 'preauthorize', status: 'FINISHED', totals: { captured: 3000, voided: 0 } });
      expect(state).not.toHaveProperty('anomalies');
    }
  });

  it('an authorization of a product that nobody knows, asked about again when it was captured', () => {
    const story = [
      { object: payment(0, { updated: '2026-03-02T10:00:00Z' }) },
      { object: payment(2, { updated: '2026-03-02T10:00:01Z' }) },
      { object: payment(1, { updated: '2026-03-03T10:00:00Z' }), declared: { kind: 'preauthorize' } },
    ];
    for (const order of permutations(story)) {
      const state = statesOf(order).get('PCI_ONE');
      expect(state).toMatchObject({
        kind: 'preauthorize',
        status: 'FINISHED',
        totals: { authorized: 4200, captured: 4200 },
      });
      expect(state).not.toHaveProperty('anomalies');
    }
  });

  it('an approved subscription: a register from its first to its last word, charged back or not', () => {
    const paypal = { product_id: 440, product: 'PayPal', subscription: { id: 'SUB_1' } };
    const story = [
      { object: payment(0, { ...paypal, updated: '2026-03-02T10:00:00Z' }) },
      { object: payment(11, { ...paypal, updated: '2026-03-02T10:00:01Z' }) },
      { object: payment(4, { ...paypal, updated: '2026-03-12T10:00:00Z' }), declared: { kind: 'register' } },
    ];
    for (const order of permutations(story)) {
      const state = statesOf(order).get('PCI_ONE');
      expect(state).toMatchObject({ kind: 'register', status: 'FINISHED', totals: { chargedBack: 4200 } });
      expect(state).not.toHaveProperty('anomalies');
    }
  });

  it('an accepted sale that is cancelled in full: FINISHED, cancelled, all of it voided', () => {
    const story = [
      { object: payment(1, { ...DEBIT, updated: '2026-03-02T10:00:00Z' }) },
      { object: payment(5, { ...DEBIT, amount: 0, updated: '2026-03-03T10:00:00Z' }) },
    ];
    for (const order of permutations(story)) {
      expect(statesOf(order).get('PCI_ONE')).toMatchObject({
        ...{ status: 'FINISHED', cancelled: true },
        totals: { authorized: 4200, voided: 4200 },
      });
    }
  });

  it('a prepayment that is cancelled before the money came: ERROR, nothing authorized', () => {
    const story = [
      { object: payment(2, { product_id: 36, updated: '2026-03-02T10:00:00Z' }) },
      { object: payment(5, { product_id: 36, amount: 0, updated: '2026-03-03T10:00:00Z' }) },
    ];
    for (const order of permutations(story)) {
      expect(statesOf(order).get('PCI_ONE')).toMatchObject({
        ...{ status: 'ERROR', totals: { authorized: 0, voided: 0, complete: true } },
      });
    }
  });

  it('an amount that changes without the status: the newer one, whichever came first', () => {
    for (const statuses of [
      [1, 1, 1],
      [2, 2, 2],
      [1, 1, 13],
    ]) {
      const product_id = statuses[0] === 2 ? 36 : 16;
      const story = [4200, 5000, 3100].map((amount, day) => ({
        object: payment(statuses[day], { product_id, amount, updated: `2026-03-0${day + 2}T10:00:00Z` }),
      }));
      for (const order of permutations(story)) {
        expect(statesOf(order).get('PCI_ONE')).toMatchObject({ amount: { minor: 3100 }, contradictory: false });
      }
    }
  });

  it('a refund that bounced: back to nothing refunded, and refunded again once resolved', () => {
    const story = (last: number) => [
      SALE[1],
      refund(1, '2026-03-10T06:00:00+01:00'),
      refund(last, '2026-03-12T06:00:00+01:00'),
    ];
    const totals = (last: number) => statesOf(story(last).filter((one) => one !== undefined)).get('PCI_ONE')?.totals;
    expect(totals(4)).toMatchObject({ refunded: 0 });
    expect(totals(5)).toMatchObject({ refunded: 0 });
    expect(totals(6)).toMatchObject({ refunded: 1000 });
  });

  it('a marketplace’s sale: shares and sub-baskets count nothing twice', () => {
    const states = statesOf([
      { object: payment(1, { ...DEBIT, updated: '2026-03-02T10:00:00Z' }) },
      { object: payment(1, { id: 'PCI_SHARE', product_id: 397, amount: 73, parents: [{ id: 'PCI_ONE' }] }) },
      { object: payment(1, { id: 'PCI_PART', product_id: 26, amount: 4127, parents: [{ id: 'PCI_ONE' }] }) },
    ]);
    expect(states.get('PCI_ONE')?.totals).toMatchObject({ authorized: 4200, captured: 0, refunded: 0, complete: true });
    expect([states.get('PCI_SHARE')?.kind, states.get('PCI_PART')?.kind]).toEqual(['split', 'split']);
  });
});
