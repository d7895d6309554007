import { describe, expect, it } from 'vitest';
import type { Notification, TransactionFields } from '#shared/model/notification.ts';
import { couldHoldCardNumber, holdsSchemeNumber, withoutSchemeNumbers } from './card-number.ts';
import { leaveOutCardNumbers } from './leave-out-card-numbers.ts';

/** Numbers that the schemes publish for tests. */
const CARDS = [
  ...['4111111111111111', '4222222222222', '5555555555554444', '2223003122003222', '378282246310005'],
  ...['30569309025904', '3530111333300000', '6011111111111117', '6200000000000005', '6759649826438453'],
];
const ORDINARY = ['', 'ORDER-1', '2026011509300012', '1768469400000', '9155000000000000000001', '123456789012'];

const grouped = (digits: string, by: string) => digits.replace(/(\d{4})(?=\d)/g, `$1${by}`);
const transaction = (fields: TransactionFields): Notification => ({
  ...{ about: 'transaction', id: '4111111111111111', status: 'ERROR', final: true, correction: 'none' },
  ...{ expiresAfterMinutes: 60, fields, anomalies: [{ code: 'wrong_type', field: 'x', value: '4111 1111 1111 1111' }] },
});

describe('numbers of card schemes', () => {
  it.each(CARDS)('%s, in one run, in groups and inside a text', (digits) => {
    for (const text of [digits, grouped(digits, ' '), grouped(digits, '-'), `ref:${digits};`, `${digits} 2026`]) {
      expect(holdsSchemeNumber(text), text).toBe(true);
      expect(withoutSchemeNumbers(text)).not.toContain(digits.slice(0, 8));
    }
    const broken = digits.slice(0, -1) + String((Number(digits.at(-1)) + 1) % 10);
    expect(holdsSchemeNumber(broken)).toBe(false);
    expect(holdsSchemeNumber(`9155${digits}000`)).toBe(false);
  });

  it.each(ORDINARY)('%j is none', (text) => {
    expect(holdsSchemeNumber(text)).toBe(false);
    expect(withoutSchemeNumbers(text)).toBe(text);
  });

  it('few order numbers are taken for one, where every tenth passes the check digit', () => {
    const numbers = Array.from({ length: 20_000 }, (_, i) => `20260115${String(i).padStart(6, '0')}`);
    expect(numbers.filter(couldHoldCardNumber)).toHaveLength(2_000);
    expect(numbers.filter(holdsSchemeNumber)).toEqual([]);
  });
});

describe('leaveOutCardNumbers', () => {
  const card = '5555 5555 5555 4444';

  it.each<[string, TransactionFields, TransactionFields]>([
    ['merchantReference', { merchantReference: card, paymentMethod: 'card' }, { paymentMethod: 'card' }],
    ['purchaseReference', { purchaseReference: card }, {}],
    ['schemeTransactionId', { schemeTransactionId: card }, {}],
    ['metadata', { metadata: `{"card":"${card}"}` }, { metadata: '{"card":"[number removed]"}' }],
    [
      'error.message',
      { error: { class: 'unknown', advice: 'do_not_retry', code: 'X', message: `card ${card} is lost` } },
      { error: { class: 'unknown', advice: 'do_not_retry', code: 'X', message: 'card [number removed] is lost' } },
    ],
    ['dispute.reason', { dispute: { reason: card } }, { dispute: { reason: '[number removed]' } }],
  ])('%s', (field, given, left) => {
    const [one] = leaveOutCardNumbers([transaction(given)]);
    expect(one).toMatchObject({ id: '4111111111111111', status: 'ERROR' });
    expect(one?.about === 'transaction' && one.fields).toEqual(left);
    expect(one?.about === 'transaction' && one.anomalies).toEqual([
      { code: 'wrong_type', field: 'x', value: '[number removed]' },
      { code: 'could_be_card_number', field },
    ]);
  });

  it('schedules and notices too; what holds none is the same', () => {
    const schedule: Notification = { about: 'schedule', id: 's', status: 'ACTIVE', metadata: card, anomalies: [] };
    const notice: Notification = { about: 'notice', status: 'RECEIVED', reason: 'r', detail: `it said ${card}.` };
    expect(leaveOutCardNumbers([schedule, notice])).toEqual([
      {
        ...schedule,
        metadata: '[number removed]',
        anomalies: [{ code: 'could_be_card_number', field: 'metadata' }],
      },
      { ...notice, detail: 'it said [number removed].' },
    ]);
    const plain: readonly Notification[] = [
      { about: 'schedule', id: 's', status: 'ACTIVE', metadata: 'm', anomalies: [] },
      { about: 'notice', status: 'RECEIVED', reason: 'r', detail: 'd' },
      { about: 'instrument', id: '4111111111111111', aliases: ['4111111111111111'], anomalies: [] },
    ];
    expect(leaveOutCardNumbers(plain)).toEqual(plain);
    const [one] = leaveOutCardNumbers([transaction({ merchantReference: 'ORDER-1', metadata: '{}' })]);
    expect(one).toMatchObject({ fields: { merchantReference: 'ORDER-1', metadata: '{}' } });
  });
});
