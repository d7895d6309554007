import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOfBytes } from '#shared/model/digest.ts';
import type { StoredStatement } from '../gateway.ts';
import { readSample } from '../sample.ts';
import { statesAfter } from './fold.testing.ts';

const EVENTS = fileURLToPath(new URL('../../../events/paypal', import.meta.url));
const NAMES = readdirSync(EVENTS).filter((name) => /^\d\d-/.test(name));

/** What is pushed and what the API answers of the samples with these numbers, as the inbox has it. */
function statementsOf(from: number, to: number): readonly StoredStatement[] {
  const samples = NAMES.filter((name) => Number(name.slice(0, 2)) >= from && Number(name.slice(0, 2)) <= to).map(
    (name) => readSample(join(EVENTS, name)),
  );
  const digests = samples.map(({ callback }) => digestOfBytes(callback.body));
  // Known when it is asked is what came until then.
  const settles = (index: number) => JSON.stringify(digests.slice(0, index + 1).sort());
  return samples.flatMap(({ callback, sample, answerBodies }, sent): readonly StoredStatement[] => [
    { source: 'pushed', body: callback.body, declared: { money: 'fetch', transmissionTime: sample.at ?? '' } },
    ...sample.answers.flatMap(({ declared }, index): readonly StoredStatement[] => {
      const body = answerBodies[index];
      if (declared === undefined || body === undefined) return [];
      return [{ source: 'fetched', body, declared: { ...declared, askedAt: sample.at ?? '', settles: settles(sent) } }];
    }),
  ]);
}

describe('one sale, one partial refund and one dispute', () => {
  const story = statementsOf(1, 9);
  const pushed = story.filter(({ source }) => source === 'pushed');

  it('move nothing before the API has been asked', () => {
    for (const [subject, state] of statesAfter(pushed)) {
      expect(subject).toMatch(/^transaction/);
      expect(state).toMatchObject({ kind: 'unknown', status: 'PENDING', proven: false });
      expect(state).not.toHaveProperty('amount');
    }
  });

  it('end in the right totals, each movement once', () => {
    const states = statesAfter(story);
    expect(states.get('transaction/3C679366HE547713X')).toMatchObject({
      kind: 'debit',
      status: 'FINISHED',
      amount: { minor: 12_000, currency: 'EUR' },
      totals: { refunded: 2_000, chargedBack: 10_000, reversed: 0, complete: true },
    });
    expect(states.get('transaction/1JU08902781691411')).toMatchObject({ kind: 'refund', status: 'FINISHED' });
    expect(states.get('transaction/PP-D-27803')).toMatchObject({
      kind: 'dispute',
      status: 'FINISHED',
      dispute: { stage: 'chargeback', outcome: 'lost' },
    });
    expect(states.get('transaction/3C679366HE547713X~chargeback-1')).toMatchObject({
      kind: 'chargeback',
      status: 'FINISHED',
      amount: { minor: 10_000 },
    });
    expect(states.get('transaction/5O190127TN364715T')).toMatchObject({ kind: 'order', status: 'FINISHED' });
    expect(states.get('transaction/5O190127TN364715T')).not.toHaveProperty('totals');
  });

  it('end in the same states in every order, however often each is said', () => {
    const expected = JSON.stringify([...statesAfter(story)]);
    const orders = fc.shuffledSubarray([...story, ...story], { minLength: story.length * 2 });
    fc.assert(
      fc.property(orders, (statements) => {
        expect(JSON.stringify([...statesAfter(statements)])).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('a dispute that is won takes and gives back', () => {
    const states = statesAfter(statementsOf(10, 10));
    expect(states.get('transaction/4WN12345AB6789012')).toMatchObject({
      totals: { chargedBack: 4_500, reversed: 4_500 },
    });
  });
});

describe('an authorization, captured in part and voided', () => {
  it('ends in the right totals in every order', () => {
    const story = statementsOf(11, 13);
    fc.assert(
      fc.property(fc.shuffledSubarray([...story], { minLength: story.length }), (statements) => {
        const states = statesAfter(statements);
        expect(states.get('transaction/0AW2184448108334S')).toMatchObject({
          kind: 'preauthorize',
          status: 'FINISHED',
          cancelled: true,
          totals: { authorized: 8_000, captured: 5_000, voided: 3_000, complete: true },
        });
      }),
      { numRuns: 30 },
    );
  });
});

describe('subscriptions and stored tokens', () => {
  it('a subscription that was cancelled stays so', () => {
    expect(statesAfter(statementsOf(17, 23)).get('schedule/I-BW452GLLEP1G')).toMatchObject({ status: 'CANCELLED' });
  });

  it('a failed payment makes an ERROR, which the API’s answer ends', () => {
    const story = statementsOf(17, 21);
    const failed = statesAfter(story).get('schedule/I-BW452GLLEP1G');
    expect(failed).toMatchObject({ status: 'ERROR', uncertain: false });
    const settles = JSON.stringify(story.map(({ body }) => digestOfBytes(body)));
    const answer = { id: 'I-BW452GLLEP1G', status: 'ACTIVE', update_time: '2026-08-01T10:00:05Z' };
    const body = new TextEncoder().encode(JSON.stringify(answer));
    const declared = { as: 'subscription', id: answer.id, askedAt: '2026-09-02T10:00:00.000Z', settles };
    const ended = statesAfter([...story, { source: 'fetched', body, declared }]).get('schedule/I-BW452GLLEP1G');
    expect(ended).toMatchObject({ status: 'ACTIVE', uncertain: false });
  });

  it('a token that was deleted is deregistered', () => {
    const states = statesAfter(statementsOf(25, 27));
    expect(states.get('instrument/8kk845_1t')).toMatchObject({ kind: 'card', status: 'DEREGISTERED' });
  });

  it('a payout that was returned is an error, and its batch counts nothing', () => {
    const states = statesAfter(statementsOf(28, 30));
    expect(states.get('transaction/8AELMXH8UB2P8')).toMatchObject({ kind: 'payout', status: 'ERROR' });
    expect(states.get('transaction/Q8KVJG9TZTNN4')).not.toHaveProperty('amount');
  });
});
