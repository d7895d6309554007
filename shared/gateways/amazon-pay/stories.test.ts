import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passOn } from '#shared/model/children.ts';
import type { Evidence, Fact } from '#shared/model/fact.ts';
import { factsOf } from '#shared/model/facts-of.ts';
import { evidenceOf } from '#shared/model/merge.ts';
import { project } from '#shared/model/project.ts';
import type { NormalizedCallback } from '../gateway.ts';
import { readSample } from '../sample.ts';
import { gateway } from './index.ts';

const EVENTS = fileURLToPath(new URL('../../../events/amazon-pay', import.meta.url));
const CHARGE = 'S01-5105180-3221187-C056351';

/** The message of a sample and the answers to it, in that order. */
function statementsOf(name: string): readonly NormalizedCallback[] {
  const { callback, sample, answerBodies } = readSample(join(EVENTS, name));
  const pushed = gateway.normalize({ source: 'pushed', body: callback.body, declared: {} });
  const fetched = sample.answers.map(({ declared = {} }, index) => {
    const body = answerBodies[index] ?? new Uint8Array();
    const askedAt = new Date(Date.parse(sample.at ?? '') + 1_000).toISOString();
    const settles = JSON.stringify([pushed.origin.contentDigest]);
    return gateway.normalize({ source: 'fetched', body, declared: { ...declared, askedAt, settles } });
  });
  return [pushed, ...fetched];
}

/** State of every transaction and schedule after all of them, what children pass on included. */
function statesAfter(
  statements: readonly NormalizedCallback[],
): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const facts = statements.flatMap(({ origin, notifications }) => notifications.flatMap((one) => factsOf(one, origin)));
  const evidence = (of: readonly Fact[], type: string, id: string): Evidence =>
    evidenceOf(of.filter(({ subject }) => subject.type === type && subject.id === id));
  const subjects = [...new Map(facts.map(({ subject }) => [`${subject.type} ${subject.id}`, subject])).values()];
  const passed = subjects
    .filter(({ type }) => type === 'transaction')
    .flatMap(({ type, id }) => passOn(id, evidence(facts, type, id)));
  return new Map(
    subjects
      .filter(({ type }) => type === 'transaction' || type === 'schedule')
      .map(({ type, id }) => [
        type === 'transaction' ? id : `${id} schedule`,
        { ...project(type, evidence([...facts, ...passed], type, id)).state },
      ]),
  );
}

describe('one sale, one partial refund, one chargeback', () => {
  const names = [
    ...['01-charge-authorization-initiated', '02-charge-authorized', '03-charge-capture-initiated'],
    ...['04-charge-captured', '05-charge-captured-sent-again', '20-refund-initiated', '21-refund-refunded'],
    '41-chargeback-of-the-charge',
  ];
  const statements = names.flatMap(statementsOf);

  it('end in the right totals, each movement once, in any order and any repetition', () => {
    const shuffled = fc.shuffledSubarray([...statements, ...statements], { minLength: statements.length * 2 });
    fc.assert(
      fc.property(shuffled, (order) => {
        const states = statesAfter(order);
        expect(states.get(CHARGE)).toMatchObject({
          kind: 'preauthorize',
          status: 'FINISHED',
          amount: { value: '100.00', currency: 'EUR' },
          merchantReference: 'ORDER-1001',
          totals: { authorized: 10_000, captured: 9_000, refunded: 3_000, voided: 0, chargedBack: 0, reversed: 0 },
        });
        expect(states.get(CHARGE)).not.toHaveProperty('cancelled');
        expect(states.get(`${CHARGE}~capture`)).toMatchObject({
          kind: 'capture',
          status: 'FINISHED',
          originalId: CHARGE,
        });
        expect(states.get('S01-5105180-3221187-R019642')).toMatchObject({ kind: 'refund', status: 'FINISHED' });
        // Its amount is told to nobody: it is awaited, and an operator knows.
        const chargeback = states.get(`${CHARGE}~chargeback-1`);
        expect(chargeback).toMatchObject({ kind: 'chargeback', status: 'PENDING', proven: true, originalId: CHARGE });
        expect(chargeback).not.toHaveProperty('amount');
        expect(chargeback).not.toHaveProperty('due');
      }),
      { numRuns: 30 },
    );
  });

  it('are nothing but awaited while the API was not asked', () => {
    const states = statesAfter(names.flatMap((name) => statementsOf(name).slice(0, 1)));
    expect(states.get(CHARGE)).toMatchObject({ status: 'PENDING', proven: false, totals: { authorized: 0 } });
  });
});

describe('a charge that fails', () => {
  const id = 'S01-6670254-1190377-C071820';
  const story = ['12-charge-authorized-before-decline', '13-charge-capture-declined'];

  it('in its capture leaves the authorization, and says that it is over', () => {
    for (const order of [story, story.toReversed()]) {
      const states = statesAfter(order.flatMap(statementsOf));
      expect(states.get(id)).toMatchObject({ status: 'FINISHED', cancelled: true, totals: { captured: 0 } });
      expect(states.get(`${id}~capture`)).toMatchObject({
        ...{ kind: 'capture', status: 'ERROR', originalId: id },
        error: { code: 'ProcessingFailure' },
      });
    }
  });

  it('in its authorization has no capture that anybody is told of', () => {
    const declined = 'S01-2417703-8811029-C034417';
    const states = statesAfter(statementsOf('11-charge-declined-soft'));
    expect(states.get(declined)).toMatchObject({ status: 'ERROR', error: { code: 'SoftDeclined' } });
    expect(states.get(`${declined}~capture`)).toMatchObject({ kind: 'unknown' });
    expect(states.get(`${declined}~capture`)).not.toHaveProperty('originalId');
  });

  it('by being canceled is voided; what had been authorized is shown with it', () => {
    const canceled = statesAfter(statementsOf('14-charge-canceled')).get('S01-1203318-4470156-C011208');
    expect(canceled).toMatchObject({ status: 'ERROR', totals: { authorized: 0, voided: 0 } });
    const expired = statesAfter(statementsOf('15-charge-expired')).get('S01-8830021-5562190-C090071');
    expect(expired).toMatchObject({
      ...{ status: 'FINISHED', cancelled: true },
      totals: { authorized: 10_000, voided: 10_000, captured: 0 },
    });
  });
});

describe('a permission', () => {
  it('goes from state to state by the time of the gateway, in any order', () => {
    const names = ['30-permission-chargeable', '31-permission-not-chargeable', '32-permission-closed'];
    const id = 'S01-5105180-3221187';
    expect(statesAfter(names.slice(0, 2).flatMap(statementsOf)).get(id)).toMatchObject({ status: 'PENDING' });
    for (const order of [names, names.toReversed()]) {
      expect(statesAfter(order.flatMap(statementsOf)).get(id)).toMatchObject({ status: 'FINISHED', final: true });
    }
  });

  it('that recurs is a schedule, too', () => {
    const names = ['35-recurring-closed', '33-recurring-chargeable', '34-recurring-not-chargeable'];
    const id = 'S01-4821190-6613078 schedule';
    expect(statesAfter(names.slice(1).flatMap(statementsOf)).get(id)).toMatchObject({ status: 'PAUSED' });
    expect(statesAfter(names.flatMap(statementsOf)).get(id)).toMatchObject({ status: 'CANCELLED', proven: true });
  });
});
