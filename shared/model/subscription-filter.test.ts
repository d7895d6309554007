import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from './event-type.ts';
import { entryInForce, isTypePattern, matchesFilter, matchesType } from './subscription-filter.ts';

describe('matchesType', () => {
  it.each([
    ['payment.*', 'payment.debit.finished', true],
    ['*', 'payment.debit.finished', true],
    ['payment.*.finished', 'payment.debit.finished', true],
    ['payment.*.finished', 'payment.debit.error', false],
    ['payment.debit.*', 'payment.debit.updated', true],
    ['payment.debit.*', 'payment.refund.updated', false],
    ['payment.debit.finished', 'payment.debit.finished', true],
    ['payment.debit', 'payment.debit.finished', false],
    ['payment.debit.finished.*', 'payment.debit.finished', false],
    ['payment.debit.finishe', 'payment.debit.finished', false],
    ['*.*.*', 'payment.debit.finished', true],
    ['*.*.*.*', 'payment.debit.finished', false],
  ])('%s and %s: %s', (pattern, type, expected) => {
    expect(matchesType(pattern, type)).toBe(expected);
  });

  it('every event type is a pattern of itself alone', () => {
    for (const type of EVENT_TYPES) {
      expect(isTypePattern(type)).toBe(true);
      expect(EVENT_TYPES.filter((other) => matchesType(type, other))).toEqual([type]);
    }
  });

  it.each(['', 'payment.', '.x', 'Payment.*', 'payment.deb*', 'payment..x', 'payment.**', 'a b'])(
    '%j is no pattern',
    (text) => {
      expect(isTypePattern(text)).toBe(false);
    },
  );
});

describe('matchesFilter', () => {
  const filter = { types: ['payment.*'], kinds: [], connectors: [], mode: 'live' } as const;
  const event = { type: 'payment.debit.finished', connectorId: 'c1', mode: 'live' } as const;
  it.each([
    ['all', filter, event, true],
    ['a test event is not for a live subscription', filter, { ...event, mode: 'test' }, false],
    ['a live event is not for a test subscription', { ...filter, mode: 'test' }, event, false],
    ['both', { ...filter, mode: 'both' }, { ...event, mode: 'test' }, true],
    ['kind', { ...filter, kinds: ['refund'] }, event, false],
    ['one of the kinds', { ...filter, kinds: ['refund', 'debit'] }, event, true],
    ['connector', { ...filter, connectors: ['c2'] }, event, false],
    ['no types want nothing', { ...filter, types: [] }, event, false],
  ] as const)('%s', (_, wanted, traits, expected) => {
    expect(matchesFilter(wanted, traits)).toBe(expected);
  });
});

describe('entryInForce', () => {
  const entries = [{ from: '2026-01-01' }, { from: '2026-02-01' }];
  it.each([
    ['2025-12-31', undefined],
    ['2026-01-01', '2026-01-01'],
    ['2026-01-31', '2026-01-01'],
    ['2026-02-01', '2026-02-01'],
  ])('at %s: %s', (time, from) => {
    expect(entryInForce(entries, time)?.from).toBe(from);
  });
});
