import { describe, expect, it } from 'vitest';
import { factsSaid, type Statement } from '../../test/builders/notifications.ts';
import { boundChildren, MAX_CHILDREN, passOn } from './children.ts';
import type { Evidence, Fact } from './fact.ts';
import { evidenceOf, merge, NO_EVIDENCE } from './merge.ts';
import { projectTransaction } from './project-transaction.ts';

const ORIGINAL = 'auth-1';
const authorized: Statement = { id: ORIGINAL, kind: 'preauthorize', status: 'FINISHED', amount: '100.00' };
const debited: Statement = { id: ORIGINAL, kind: 'debit', status: 'FINISHED', amount: '100.00' };

function child(
  id: string,
  kind: Statement['kind'],
  amount: string | undefined,
  more: Partial<Statement> = {},
): Statement {
  return { id, status: 'FINISHED', of: ORIGINAL, ...(kind && { kind }), ...(amount && { amount }), ...more };
}

/** The original's state after its own statements and what its children pass on, children first. */
function family(own: readonly Statement[], ...children: readonly Statement[]) {
  const byId = Map.groupBy(children, (statement) => statement.id ?? '');
  const passed = [...byId].flatMap(([id, statements]) => passOn(id, evidenceOf(factsSaid(...statements))));
  const ofOriginal = (facts: readonly Fact[]) => facts.filter((fact) => fact.subject.id === ORIGINAL);
  return projectTransaction(evidenceOf([...ofOriginal(passed), ...factsSaid(...own)])).state;
}

describe('totals of an original (model.md 4)', () => {
  it.each<[string, Statement[], Statement[], object]>([
    ['no children', [authorized], [], { authorized: 10000, captured: 0, complete: true, currency: 'EUR' }],
    [
      'a FINISHED original without an amount: nothing can be said of what was authorized',
      [{ id: ORIGINAL, kind: 'debit', status: 'FINISHED' }],
      [],
      { authorized: 0, complete: false },
    ],
    [
      'two captures under the authorized amount',
      [authorized],
      [child('c1', 'capture', '30.00'), child('c2', 'capture', '20.00')],
      { authorized: 10000, captured: 5000, complete: true },
    ],
    [
      'captures over the authorized amount are counted as they are',
      [authorized],
      [child('c1', 'capture', '80.00'), child('c2', 'capture', '40.00')],
      { captured: 12000, voided: 0 },
    ],
    [
      'a void after a partial capture voids the rest only',
      [authorized],
      [child('c1', 'capture', '30.00'), child('v1', 'void', '100.00')],
      { captured: 3000, voided: 7000 },
    ],
    [
      'a void without an amount voids all that is left',
      [authorized],
      [child('c1', 'capture', '30.00'), child('v1', 'void', undefined)],
      { voided: 7000, complete: true },
    ],
    [
      'two voids are never more than is left',
      [authorized],
      [child('v1', 'void', '60.00'), child('v2', 'void', '60.00')],
      { voided: 10000 },
    ],
    [
      'an incremental authorization raises what is authorized',
      [authorized],
      [child('i1', 'incremental_authorization', '50.00')],
      { authorized: 15000 },
    ],
    [
      'a failed refund counts nothing',
      [debited],
      [child('r1', 'refund', '40.00', { status: 'ERROR' })],
      { refunded: 0, complete: true },
    ],
    [
      'a pending refund counts nothing yet',
      [debited],
      [child('r1', 'refund', '40.00', { status: 'PENDING' })],
      { refunded: 0 },
    ],
    [
      'a reported refund counts nothing',
      [debited],
      [child('r1', 'refund', '40.00', { source: 'reported' })],
      { refunded: 0 },
    ],
    [
      'a refund and a repeat of it count once',
      [debited],
      [child('r1', 'refund', '40.00'), child('r1', 'refund', '40.00')],
      { refunded: 4000 },
    ],
    [
      'a refund, then a chargeback',
      [debited],
      [child('r1', 'refund', '40.00'), child('cb1', 'chargeback', '60.00')],
      { refunded: 4000, chargedBack: 6000 },
    ],
    [
      'a second chargeback after a reversal',
      [debited],
      [
        child('cb1', 'chargeback', '100.00'),
        child('rv1', 'chargeback_reversal', '100.00'),
        child('cb2', 'chargeback', '100.00', { digest: 'second' }),
      ],
      { chargedBack: 20000, reversed: 10000 },
    ],
    [
      'a chargeback that was won: the reversal counts at the original',
      [debited],
      [child('cb1', 'chargeback', '100.00'), child('rv1', 'chargeback_reversal', '100.00')],
      { chargedBack: 10000, reversed: 10000 },
    ],
    [
      'the correction of a refund corrects the sum',
      [debited],
      [child('r1', 'refund', '40.00'), child('r1', 'refund', '35.00', { correction: 'settlement', original: '40.00' })],
      { refunded: 3500 },
    ],
    [
      'a refund that the settlement refused counts nothing, whichever came first',
      [debited],
      [child('r1', 'refund', undefined, { status: 'ERROR', correction: 'settlement' }), child('r1', 'refund', '40.00')],
      { refunded: 0, complete: true },
    ],
    [
      'cb-resolved is a detail and counts nothing',
      [debited],
      [child('cb1', 'chargeback', '100.00', { more: { detailOnly: true } })],
      { chargedBack: 0, complete: true },
    ],
    [
      'another currency is left out',
      [debited],
      [child('r1', 'refund', '40.00', { currency: 'USD' }), child('r2', 'refund', '10.00')],
      { refunded: 1000, complete: false },
    ],
    [
      'an amount that cannot be counted is left out',
      [debited],
      [child('r1', 'refund', '4.005')],
      { refunded: 0, complete: false },
    ],
    [
      'a contradictory child is left out',
      [debited],
      [child('r1', 'refund', '40.00'), child('r1', 'refund', '40.00', { status: 'ERROR' })],
      { refunded: 0, complete: false },
    ],
    [
      'a child before its original: the original is unknown, its totals count',
      [],
      [child('r1', 'refund', '40.00')],
      { authorized: 0, refunded: 4000, currency: 'EUR' },
    ],
  ])('%s', (_, own, children, totals) => {
    expect(family(own, ...children).totals).toMatchObject(totals);
  });

  it('an original that is known only from a child is PENDING, unproven, of unknown kind', () => {
    expect(family([], child('r1', 'refund', '40.00'))).toMatchObject({
      kind: 'unknown',
      status: 'PENDING',
      proven: false,
    });
  });

  it('a refund and a chargeback of equal amount are suspicious', () => {
    const state = family([debited], child('r1', 'refund', '40.00'), child('cb1', 'chargeback', '40.00'));
    expect(state.anomalies).toEqual([{ code: 'refunded_and_charged_back', field: 'totals', value: '40.00 EUR' }]);
  });

  it('a child without a link is unlinked and passes nothing on', () => {
    const refund: Statement = { id: 'r1', kind: 'refund', status: 'FINISHED', amount: '1.00' };
    const evidence = evidenceOf(factsSaid(refund));
    expect(projectTransaction(evidence).state).toMatchObject({ unlinked: true });
    expect(passOn('r1', evidence)).toEqual([]);
  });

  it('a child that names two originals passes on to both', () => {
    const facts = factsSaid(
      { ...child('r1', 'refund', '1.00') },
      { ...child('r1', 'refund', '1.00'), of: 'auth-2', digest: 'other' },
    );
    const targets = new Set(passOn('r1', evidenceOf(facts)).map((fact) => fact.subject.id));
    expect(targets).toEqual(new Set([ORIGINAL, 'auth-2']));
  });

  it('the link may stand in one callback and the result in another', () => {
    const link: Statement = { ...child('r1', 'refund', undefined), source: 'reported', status: 'PENDING' };
    const result: Statement = { id: 'r1', kind: 'refund', status: 'FINISHED', amount: '40.00' };
    expect(family([debited], link, result).totals).toMatchObject({ refunded: 4000 });
  });
});

describe('more children than can be counted', () => {
  function withChildren(ids: readonly number[]): Evidence {
    return Object.fromEntries(
      ids.map((i) => [
        `child/r${String(i).padStart(6, '0')}/kind/refund`,
        { rank: [1, 0], value: { kind: 'refund', proven: true, time: 0 } },
      ]),
    );
  }
  const ids = Array.from({ length: MAX_CHILDREN + 50 }, (_, i) => i);

  it('keeps the same ones in every order, flags it and says that the totals are not complete', () => {
    const half = ids.filter((i) => i % 2 === 0);
    const other = ids.filter((i) => i % 2 === 1);
    const inOrder = boundChildren(merge(boundChildren(merge(NO_EVIDENCE, withChildren(half))), withChildren(other)));
    const reversed = boundChildren(merge(boundChildren(merge(NO_EVIDENCE, withChildren(other))), withChildren(half)));
    expect(Object.keys(inOrder)).toEqual(Object.keys(reversed));
    expect(Object.keys(inOrder)).toHaveLength(MAX_CHILDREN + 1);
    const { state } = projectTransaction(inOrder);
    expect(state.anomalies?.map((one) => one.code)).toEqual(['too_many_children']);
    expect(state.totals?.complete).toBe(false);
  });

  it('exactly as many as allowed are counted', () => {
    const { state } = projectTransaction(boundChildren(withChildren(ids.slice(0, MAX_CHILDREN))));
    expect(state.anomalies).toBeUndefined();
  });
});
