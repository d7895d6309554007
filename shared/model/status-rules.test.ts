import { describe, expect, it } from 'vitest';
import { digestOf, evidenceSaid, type Statement } from '../../test/builders/notifications.ts';
import { permutations } from '../../test/builders/permutations.ts';
import { canonicalJson } from './canonical.ts';
import { projectTransaction } from './project-transaction.ts';

const finished: Statement = { status: 'FINISHED', amount: '10.00' };
const failed: Statement = { status: 'ERROR', amount: '10.00' };
const pending: Statement = { status: 'PENDING', more: { pendingReason: 'async' } };
const reported: Statement = { source: 'reported', status: 'FINISHED', amount: '10.00' };
const settlementError: Statement = { status: 'ERROR', correction: 'settlement' };
const settlementOk: Statement = { status: 'FINISHED', correction: 'settlement' };
const reconciliationOk: Statement = { status: 'FINISHED', correction: 'reconciliation' };
const tokenOk: Statement = { status: 'FINISHED', more: { tokenNews: true } };
const hint: Statement = { status: 'PENDING', more: { hint: true } };

function fetched(status: Statement['status'], settles: readonly Statement[], more: Partial<Statement> = {}): Statement {
  const askedAt = '2026-01-15T10:00:00.000Z';
  return { source: 'fetched', status, askedAt, settles: settles.map(digestOf), ...more };
}

/** Projects the statements in every order and expects one and the same outcome. */
function projected(...statements: readonly Statement[]) {
  const outcomes = permutations(statements).map((order) => projectTransaction(evidenceSaid(...order)));
  expect(new Set(outcomes.map((outcome) => canonicalJson(outcome))).size).toBe(1);
  const [{ state, ask }] = outcomes as [(typeof outcomes)[0]];
  return { ...state, ask: ask?.reason };
}

describe('status of a transaction, in every order', () => {
  it.each<[string, Statement[], object]>([
    ['PENDING alone', [pending], { status: 'PENDING', proven: true, pendingReason: 'async', final: false }],
    ['PENDING never decides beside FINISHED', [pending, finished], { status: 'FINISHED', contradictory: false }],
    ['PENDING never decides beside ERROR', [pending, failed], { status: 'ERROR', contradictory: false, final: false }],
    ['FINISHED is final', [finished], { status: 'FINISHED', final: true, proven: true, ask: undefined }],
    [
      'ERROR and FINISHED contradict, FINISHED stands, confirm is asked',
      [failed, finished],
      { status: 'FINISHED', contradictory: true, contradictions: ['status'], final: false, ask: 'contradictory' },
    ],
    [
      'a settlement closes the contradiction of plain claims',
      [failed, finished, settlementError],
      { status: 'ERROR', contradictory: false, correction: { source: 'settlement' } },
    ],
    ['settlement beats reconciliation', [reconciliationOk, settlementError], { status: 'ERROR', contradictory: false }],
    ['reconciliation beats plain', [reconciliationOk, failed], { status: 'FINISHED', contradictory: false }],
    [
      'two settlements that disagree contradict',
      [settlementOk, settlementError],
      { status: 'FINISHED', contradictory: true },
    ],
    ['a report makes no FINISHED', [reported], { status: 'PENDING', proven: false, pendingReason: 'unproven' }],
    ['a report makes no ERROR', [{ ...reported, status: 'ERROR' }], { status: 'PENDING', proven: false }],
    ['a report does not contradict a push', [{ ...reported, status: 'ERROR' }, finished], { contradictory: false }],
    ['a hint alone is PENDING, unproven, and asks', [hint], { status: 'PENDING', proven: false, ask: 'unproven_hint' }],
    ['a hint beside a result changes nothing', [hint, finished], { status: 'FINISHED', proven: true, ask: undefined }],
    ['pitfall 23: a network-token OK alone is the own result', [tokenOk], { status: 'FINISHED', contradictory: false }],
    [
      'pitfall 23: a network-token OK does not complete a failed payment',
      [tokenOk, failed],
      { status: 'ERROR', contradictory: true, ask: 'contradictory' },
    ],
    [
      'an answer of the gateway decides against what it had seen',
      [failed, finished, fetched('ERROR', [failed, finished])],
      { status: 'ERROR', contradictory: false, settled: true, ask: undefined },
    ],
    [
      'an answer that had not seen a claim leaves that claim standing, and asks again',
      [failed, finished, fetched('ERROR', [failed])],
      { status: 'FINISHED', contradictory: true, ask: 'contradictory' },
    ],
    [
      'an unseen settlement beats the answer, and confirm is asked again',
      [finished, fetched('FINISHED', [finished]), settlementError],
      { status: 'ERROR', contradictory: false, ask: 'unseen_claim_disagrees' },
    ],
    [
      'of several answers the last asked counts',
      [
        failed,
        finished,
        fetched('FINISHED', [failed, finished]),
        fetched('ERROR', [failed, finished], { askedAt: '2026-01-15T11:00:00.000Z' }),
      ],
      { status: 'ERROR', contradictory: false },
    ],
    [
      'a fetched PENDING settles nothing and never reopens',
      [finished, fetched('PENDING', [finished])],
      { status: 'FINISHED', contradictory: false, ask: undefined },
    ],
    [
      'a fetched CANCELLED never overrides a proven FINISHED',
      [finished, fetched('ERROR', [finished], { more: { cancelled: true } })],
      { status: 'FINISHED', cancelled: true, contradictory: false },
    ],
    [
      'a fetched CANCELLED decides where nothing was finished',
      [pending, fetched('ERROR', [pending], { more: { cancelled: true } })],
      { status: 'ERROR' },
    ],
    [
      'a settled claim that is signed later than the answer was asked makes ask again, the state unchanged',
      [
        { ...failed, signedAt: '2026-01-15T09:00:00.000Z' },
        { ...failed, signedAt: '2026-01-15T10:30:00.000Z' },
        finished,
        fetched('FINISHED', [failed, finished]),
      ],
      { status: 'FINISHED', contradictory: false, settled: true, ask: 'settled_claim_sent_again' },
    ],
  ])('%s', (_, statements, expected) => {
    expect(projected(...statements)).toMatchObject(expected);
  });

  it('asking again for a PENDING adds no evidence', () => {
    const once = fetched('PENDING', [], { askedAt: '2026-01-15T10:00:00.000Z' });
    const again = fetched('PENDING', [finished], { askedAt: '2026-01-15T11:00:00.000Z' });
    expect(canonicalJson(evidenceSaid(once, again))).toBe(canonicalJson(evidenceSaid(once)));
  });

  it('by gateway time the latest claim decides, and nothing contradicts', () => {
    const at = (gatewayTime: string, status: Statement['status']): Statement => ({ status, more: { gatewayTime } });
    const outcome = projected(
      at('2026-01-15T09:00:00.000Z', 'FINISHED'),
      at('2026-01-15T09:05:00.000Z', 'ERROR'),
      at('2026-01-15T08:00:00.000Z', 'PENDING'),
    );
    expect(outcome).toMatchObject({ status: 'ERROR', contradictory: false, gatewayTime: '2026-01-15T09:05:00.000Z' });
  });

  it('pitfall 11: two claims in the same second are ordered by rank, not by arrival', () => {
    const gatewayTime = '2026-01-15T09:00:00.000Z';
    expect(
      projected({ status: 'ERROR', more: { gatewayTime } }, { status: 'FINISHED', more: { gatewayTime } }),
    ).toMatchObject({ status: 'FINISHED' });
  });
});

describe('reasons to wait', () => {
  it.each<[string, Statement[], object]>([
    [
      'a redirect is reported',
      [{ ...reported, status: 'PENDING', more: { pendingReason: 'redirect' } }],
      { pendingReason: 'redirect' },
    ],
    [
      'a reported redirect tells more than a pushed "later"',
      [pending, { ...reported, status: 'PENDING', more: { pendingReason: 'redirect' } }],
      { pendingReason: 'redirect', proven: true },
    ],
    [
      'due is the least signed date and the time limit',
      [
        { ...pending, signedAt: '2026-01-15T09:00:00.000Z' },
        { ...pending, signedAt: '2026-01-15T08:00:00.000Z' },
      ],
      { due: '2026-01-15T09:00:00.000Z' },
    ],
    [
      'pay-by-link is due when the link expires',
      [
        {
          ...pending,
          signedAt: '2026-01-15T09:00:00.000Z',
          more: { fields: { payByLink: { expiresAt: '2026-02-01T00:00:00.000Z' } } },
        },
      ],
      { due: '2026-02-01T00:00:00.000Z' },
    ],
  ])('%s', (_, statements, expected) => {
    expect(projected(...statements)).toMatchObject(expected);
  });

  it.each([1, 2, 3, 4, 5, 6])('of the dates of one content the least and the greatest are kept (%i)', (hour) => {
    const at = (h: number) => new Date(Date.UTC(2026, 0, 15, h)).toISOString();
    const dates = [hour, hour + 1, hour + 2, hour + 3].map(at);
    const digest = 'content';
    const evidence = evidenceSaid(...dates.map((signedAt) => ({ ...pending, digest, signedAt })));
    expect(evidence['first/content']?.value).toBe(at(hour));
    expect(evidence['last/content']?.value).toBe(at(hour + 3));
  });

  it('a finished payment is not due and waits for nothing', () => {
    const state = projected({ ...pending, signedAt: '2026-01-15T09:00:00.000Z' }, finished);
    expect(state).not.toHaveProperty('due');
    expect(state).not.toHaveProperty('pendingReason');
  });

  it('past its horizon a payment stays PENDING and says so; no ERROR is invented', () => {
    const own: Statement = { source: 'own', status: 'PENDING', more: { unresolved: true } };
    expect(projected(pending, own)).toMatchObject({ status: 'PENDING', unresolved: true });
    expect(projected(pending, own, finished)).not.toHaveProperty('unresolved');
  });
});

describe('amounts', () => {
  const settled = (amount: string, original: string): Statement => ({
    status: 'FINISHED',
    correction: 'settlement',
    amount,
    original,
  });

  it.each<[string, Statement[], object]>([
    [
      'two different amounts of one rank contradict',
      [finished, { ...finished, amount: '12.00' }],
      { status: 'FINISHED', contradictory: true, contradictions: ['amount'], ask: 'contradictory' },
    ],
    [
      'a correction of the amount beats the plain one',
      [finished, settled('9.00', '10.00')],
      { amount: { minor: 900 }, contradictory: false, correction: { source: 'settlement', original: { minor: 1000 } } },
    ],
    [
      'a correction whose amount is the original of another is superseded by that one',
      [finished, settled('9.00', '10.00'), settled('8.00', '9.00')],
      { amount: { minor: 800 }, contradictory: false },
    ],
    [
      'two corrections that do not follow from each other contradict',
      [finished, settled('9.00', '10.00'), settled('8.00', '10.00')],
      { contradictory: true, contradictions: ['amount'] },
    ],
    [
      'a correction back and then elsewhere: the last of the row stands',
      [finished, settled('8.00', '10.00'), settled('10.00', '8.00'), settled('9.00', '10.00')],
      { amount: { minor: 900 }, contradictory: false },
    ],
    [
      'corrections that follow one another round contradict',
      [finished, settled('8.00', '10.00'), settled('10.00', '8.00')],
      { contradictory: true, contradictions: ['amount'] },
    ],
    [
      'a correction of the status alone, then of the amount there and back: nobody knows which was last',
      [finished, settled('10.00', '10.00'), settled('8.00', '10.00'), settled('10.00', '8.00')],
      { contradictory: true, contradictions: ['amount'] },
    ],
    [
      'an answer of the gateway closes a contradiction of amounts',
      [
        finished,
        { ...finished, amount: '12.00' },
        fetched('FINISHED', [finished, { ...finished, amount: '12.00' }], { amount: '12.00' }),
      ],
      { contradictory: false, amount: { minor: 1200 } },
    ],
    [
      'a report yields to the push',
      [{ ...reported, amount: '99.00' }, finished],
      { amount: { minor: 1000 }, contradictory: false },
    ],
    ['an absent amount does not overwrite', [finished, settlementOk], { amount: { minor: 1000 } }],
  ])('%s', (_, statements, expected) => {
    expect(projected(...statements)).toMatchObject(expected);
  });
});

describe('details', () => {
  const error = { class: 'declined', advice: 'retry', code: '2003' } as const;

  it('shows an error only while the status is ERROR', () => {
    const declined: Statement = { ...failed, more: { fields: { error } } };
    expect(projected(declined)).toMatchObject({ status: 'ERROR', error });
    expect(projected(declined, reconciliationOk)).not.toHaveProperty('error');
  });

  it('absent never overwrites present, and a stronger statement wins', () => {
    const weak: Statement = { ...pending, more: { fields: { merchantReference: 'weak', metadata: 'm' } } };
    const strong: Statement = { ...finished, more: { fields: { merchantReference: 'strong' } } };
    expect(projected(weak, strong)).toMatchObject({ merchantReference: 'strong', metadata: 'm' });
  });

  it('an unclear result of the gateway makes ask', () => {
    const unclear: Statement = {
      ...failed,
      more: { fields: { error: { class: 'unknown', advice: 'ask_status', code: '3001' } } },
    };
    expect(projected(unclear).ask).toBe('ask_status');
    expect(projected(unclear, fetched('ERROR', [unclear])).ask).toBeUndefined();
  });

  it('the kind is fixed: proven before reported; two proven kinds are an anomaly', () => {
    const asReported: Statement = { ...reported, kind: 'debit' };
    expect(projected(asReported, { ...finished, kind: 'preauthorize' })).toMatchObject({ kind: 'preauthorize' });
    const two = projected({ ...finished, kind: 'debit' }, { ...finished, kind: 'refund' });
    expect(two.anomalies).toContainEqual({ code: 'kind_conflict', field: 'kind' });
  });

  it('FINISHED with a risk review says: hold the goods', () => {
    const review: Statement = { ...finished, more: { fields: { risk: { result: 'REVIEW' } } } };
    expect(projected(review)).toMatchObject({ status: 'FINISHED', riskReview: true });
  });
});

describe('amounts with a time of the gateway', () => {
  const at = (gatewayTime: string) => ({ more: { gatewayTime } });
  const projected = (...said: readonly Statement[]) => projectTransaction(evidenceSaid(...said)).state;

  it('the latest one stands, whatever its status, in any order', () => {
    const sale = { status: 'FINISHED', amount: '100.00', ...at('2026-01-01T00:00:00.000Z') } as const;
    const onHold = { status: 'PENDING', amount: '80.00', ...at('2026-01-02T00:00:00.000Z') } as const;
    for (const said of [
      [sale, onHold],
      [onHold, sale],
    ]) {
      expect(projected(...said)).toMatchObject({ status: 'PENDING', contradictory: false, amount: { value: '80.00' } });
    }
  });

  it('two at one time do not contradict each other: the same one stands in any order', () => {
    const one = { status: 'FINISHED', amount: '100.00', ...at('2026-01-01T00:00:00.000Z') } as const;
    const other = { status: 'FINISHED', amount: '80.00', ...at('2026-01-01T00:00:00.000Z') } as const;
    expect(projected(one, other)).toEqual(projected(other, one));
    expect(projected(one, other)).toMatchObject({ contradictory: false });
  });
});

it('asked again, the same answer had seen itself: its amount stays', () => {
  const answer: Statement = { source: 'fetched', status: 'FINISHED', amount: '10.00', digest: 'a1', settles: ['a1'] };
  const { state } = projectTransaction(evidenceSaid({ ...answer, askedAt: '2026-01-16T10:00:00.000Z' }));
  expect(state.amount?.value).toBe('10.00');
});
