import { describe, expect, it } from 'vitest';
import { factsSaid } from '../../test/builders/notifications.ts';
import { permutations } from '../../test/builders/permutations.ts';
import { canonicalJson, digestOfValue } from './canonical.ts';
import { passOn } from './children.ts';
import { eventType } from './event-type.ts';
import type { Fact } from './fact.ts';
import { factsOf } from './facts-of.ts';
import { evidenceOf } from './merge.ts';
import type { InstrumentNotification } from './notification.ts';
import { projectInstrument } from './project-instrument.ts';
import type { TokenType } from './vocabulary.ts';

function news(more: Partial<InstrumentNotification>, signedAt = '2026-01-01T09:00:00.000Z', content?: string): Fact[] {
  return factsOf(
    { about: 'instrument', id: 'reg-1', kind: 'card', aliases: [], anomalies: [], ...more },
    { source: 'pushed', contentDigest: content ?? digestOfValue(more), signedAt },
  );
}

function deregister(tokenType?: TokenType): Fact[] {
  const child = factsSaid({
    id: 'der-1',
    kind: 'deregister',
    status: 'FINISHED',
    more: { deregisters: 'reg-1', fields: tokenType ? { tokenType } : {} },
  });
  return passOn('der-1', evidenceOf(child));
}

const registered = news({ register: { status: 'FINISHED', final: true, correction: 'none' }, aliases: ['tok-1'] });
const update = (date: string, result: 'updated' | 'closed' | 'new_expiry' | 'contact') =>
  news({ update: { date, result } });
const token = (word: 'active' | 'suspended' | 'inactive', signedAt?: string, date?: string) =>
  news({ token: { word, ...(date && { date }) } }, signedAt);

function projected(...parts: readonly Fact[][]) {
  const outcomes = permutations(parts).map((order) => projectInstrument(evidenceOf(order.flat())));
  expect(new Set(outcomes.map((outcome) => canonicalJson(outcome))).size).toBe(1);
  const [{ state, ask }] = outcomes as [(typeof outcomes)[0]];
  return { ...state, ask: ask?.reason };
}

describe('state of an instrument, in every order', () => {
  const cases: [string, Fact[][], object][] = [
    ['a register makes it ACTIVE', [registered], { status: 'ACTIVE', pan: { status: 'ACTIVE' }, aliases: ['tok-1'] }],
    [
      'a failed register makes it ERROR',
      [news({ register: { status: 'ERROR', final: false, correction: 'none' } })],
      { status: 'ERROR' },
    ],
    [
      'an update of an instrument whose register is not known: ACTIVE',
      [update('2026-01-10', 'updated')],
      { status: 'ACTIVE' },
    ],
    [
      'a closed card is CLOSED',
      [registered, update('2026-01-10', 'closed')],
      { status: 'CLOSED', pan: { status: 'CLOSED' } },
    ],
    [
      'the newest update counts, not the last to arrive',
      [registered, update('2026-01-10', 'closed'), update('2026-02-10', 'new_expiry')],
      { status: 'ACTIVE', lastUpdate: { date: '2026-02-10', result: 'new_expiry' } },
    ],
    [
      'on one day closed counts before the others',
      [update('2026-01-10', 'closed'), update('2026-01-10', 'updated')],
      { status: 'CLOSED', lastUpdate: { result: 'closed' } },
    ],
    [
      'deregistered is the end',
      [registered, deregister()],
      { status: 'DEREGISTERED', pan: { status: 'DEREGISTERED' } },
    ],
    [
      'deregistering the card number leaves the rest',
      [registered, deregister('PAN')],
      { status: 'ACTIVE', pan: { status: 'DEREGISTERED' } },
    ],
    [
      'deregistering the network token leaves the card number',
      [registered, token('active'), deregister('NT')],
      { status: 'ACTIVE', pan: { status: 'ACTIVE' }, networkToken: { status: 'DEREGISTERED', uncertain: false } },
    ],
    [
      'a token is inactive: SUSPENDED',
      [token('inactive')],
      { networkToken: { status: 'SUSPENDED', word: 'inactive' } },
    ],
    [
      'two words without a time of the gateway: the greatest signed date stands, uncertain',
      [token('active', '2026-01-01T09:00:00.000Z'), token('suspended', '2026-01-02T09:00:00.000Z')],
      { uncertain: true, networkToken: { status: 'SUSPENDED', uncertain: true }, ask: 'uncertain' },
    ],
    [
      'with times of the gateway nothing is uncertain',
      [
        token('active', '2026-01-02T09:00:00.000Z', '2026-01-01'),
        token('suspended', '2026-01-01T09:00:00.000Z', '2026-01-05'),
      ],
      { uncertain: false, networkToken: { status: 'SUSPENDED' } },
    ],
  ];
  it.each(cases)('%s', (_, parts, expected) => {
    expect(projected(...parts)).toMatchObject(expected);
  });
});

describe('events of an instrument', () => {
  const state = (...parts: readonly Fact[][]) => projectInstrument(evidenceOf(parts.flat())).state;
  it.each([
    ['registered', undefined, state(registered), 'payment.card.registered'],
    ['closed', state(registered), state(registered, update('2026-01-10', 'closed')), 'payment.card.closed'],
    ['new expiry', state(registered), state(registered, update('2026-01-10', 'new_expiry')), 'payment.card.new_expiry'],
    ['contact', undefined, state(update('2026-01-10', 'contact')), 'payment.card.contact'],
    ['token', state(registered), state(registered, token('inactive')), 'payment.card.token_inactive'],
    ['first seen by its token', undefined, state(token('active')), 'payment.card.token_active'],
    ['deregistered', state(registered), state(registered, deregister()), 'payment.card.deregistered'],
    [
      'token deregistered',
      state(registered, token('active')),
      state(registered, token('active'), deregister('NT')),
      'payment.card.token_deactivated',
    ],
  ])('%s', (_, before, after, type) => {
    expect(eventType('instrument', before, after)).toBe(type);
  });

  it('an instrument that is known only from its end has no event yet', () => {
    expect(eventType('instrument', undefined, state(deregister()))).toBeNull();
  });
});
