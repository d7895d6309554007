import { describe, expect, it } from 'vitest';
import { outlineOf } from '../outline.testing.ts';
import { normalizePaypal } from './normalize.ts';

const amount = { currency_code: 'EUR', value: '10.00' };
const ASKED_AT = '2026-09-20T10:00:00.000Z';

function read(as: string, answer: object) {
  const body = new TextEncoder().encode(JSON.stringify(answer));
  const { notifications } = normalizePaypal({ source: 'fetched', body, declared: { as, id: 'X1', askedAt: ASKED_AT } });
  return notifications.map(outlineOf);
}

/** Every word of the API references, by hand: word → status. */
const WORDS: Readonly<Record<string, readonly [(word: string) => object, Readonly<Record<string, string>>]>> = {
  capture: [
    (status) => ({ id: 'X1', status, amount }),
    {
      ...{ COMPLETED: 'FINISHED', PARTIALLY_REFUNDED: 'FINISHED', REFUNDED: 'FINISHED', PENDING: 'PENDING' },
      ...{ DECLINED: 'ERROR', FAILED: 'ERROR' },
    },
  ],
  'capture-v1': [
    (state) => ({ id: 'X1', state }),
    {
      pending: 'PENDING',
      completed: 'FINISHED',
      refunded: 'FINISHED',
      partially_refunded: 'FINISHED',
      denied: 'ERROR',
    },
  ],
  sale: [
    (state) => ({ id: 'X1', state }),
    {
      completed: 'FINISHED',
      partially_refunded: 'FINISHED',
      pending: 'PENDING',
      refunded: 'FINISHED',
      denied: 'ERROR',
    },
  ],
  authorization: [
    (status) => ({ id: 'X1', status, amount }),
    {
      ...{ CREATED: 'FINISHED', CAPTURED: 'FINISHED', PARTIALLY_CAPTURED: 'FINISHED', DENIED: 'ERROR' },
      ...{ PENDING: 'PENDING', VOIDED: 'ERROR' },
    },
  ],
  'authorization-v1': [
    (state) => ({ id: 'X1', state }),
    {
      ...{ pending: 'PENDING', authorized: 'FINISHED', partially_captured: 'FINISHED', captured: 'FINISHED' },
      ...{ expired: 'ERROR', denied: 'ERROR', voided: 'ERROR' },
    },
  ],
  refund: [
    (status) => ({ id: 'X1', status, amount }),
    { CANCELLED: 'ERROR', FAILED: 'ERROR', PENDING: 'PENDING', COMPLETED: 'FINISHED' },
  ],
  'refund-v1': [
    (state) => ({ id: 'X1', state }),
    { pending: 'PENDING', completed: 'FINISHED', cancelled: 'ERROR', failed: 'ERROR' },
  ],
  order: [
    (status) => ({ id: 'X1', status }),
    {
      ...{ CREATED: 'PENDING', SAVED: 'PENDING', APPROVED: 'PENDING', VOIDED: 'ERROR', COMPLETED: 'FINISHED' },
      ...{ PAYER_ACTION_REQUIRED: 'PENDING' },
    },
  ],
  'order-v1': [
    (state) => ({ id: 'X1', state }),
    { PENDING: 'PENDING', AUTHORIZED: 'PENDING', CAPTURED: 'FINISHED', COMPLETED: 'FINISHED', VOIDED: 'ERROR' },
  ],
  invoice: [
    (status) => ({ id: 'X1', status }),
    {
      ...{ DRAFT: 'PENDING', SENT: 'PENDING', SCHEDULED: 'PENDING', PAID: 'FINISHED', MARKED_AS_PAID: 'FINISHED' },
      ...{ CANCELLED: 'ERROR', REFUNDED: 'FINISHED', PARTIALLY_PAID: 'PENDING', PARTIALLY_REFUNDED: 'FINISHED' },
      ...{ MARKED_AS_REFUNDED: 'FINISHED', UNPAID: 'PENDING', PAYMENT_PENDING: 'PENDING' },
    },
  ],
  dispute: [
    (status) => ({ dispute_id: 'X1', status }),
    {
      ...{ OPEN: 'PENDING', WAITING_FOR_BUYER_RESPONSE: 'PENDING', WAITING_FOR_SELLER_RESPONSE: 'PENDING' },
      ...{ UNDER_REVIEW: 'PENDING', RESOLVED: 'FINISHED', OTHER: 'PENDING' },
    },
  ],
  'payouts-item': [
    (transaction_status) => ({ payout_item_id: 'X1', transaction_status }),
    {
      ...{ SUCCESS: 'FINISHED', FAILED: 'ERROR', PENDING: 'PENDING', UNCLAIMED: 'PENDING', RETURNED: 'ERROR' },
      ...{ ONHOLD: 'PENDING', BLOCKED: 'ERROR', REFUNDED: 'ERROR', REVERSED: 'ERROR' },
    },
  ],
  'payouts-batch': [
    (batch_status) => ({ batch_header: { payout_batch_id: 'X1', batch_status } }),
    { DENIED: 'ERROR', PENDING: 'PENDING', PROCESSING: 'PENDING', SUCCESS: 'FINISHED', CANCELED: 'ERROR' },
  ],
  'referenced-payout-item': [
    (status) => ({ item_id: 'X1', processing_state: { status } }),
    { PENDING: 'PENDING', PROCESSING: 'PENDING', SUCCESS: 'FINISHED', FAILED: 'ERROR' },
  ],
  subscription: [
    (status) => ({ id: 'X1', status }),
    {
      ...{ APPROVAL_PENDING: 'CREATE_PENDING', APPROVED: 'CREATE_PENDING', ACTIVE: 'ACTIVE', SUSPENDED: 'PAUSED' },
      ...{ CANCELLED: 'CANCELLED', EXPIRED: 'COMPLETED' },
    },
  ],
};

describe('answers of the API', () => {
  const rows = Object.entries(WORDS).flatMap(([as, [make, words]]) =>
    Object.entries(words).map(([word, status]) => [as, word, status, make] as const),
  );
  it.each(rows)('%s %s: %s', (as, word, status, make) => {
    expect(read(as, make(word))[0]).toMatchObject({ id: 'X1', status });
  });

  it.each(Object.entries(WORDS))('%s with a word that nobody knows is kept as a notice', (as, [make]) => {
    for (const word of ['ODD', '', '__proto__', 'x'.repeat(100)]) {
      expect(read(as, make(word))).toMatchObject([
        { type: 'notice', status: 'UNRECOGNIZED', reason: 'unknown_status' },
      ]);
    }
  });

  it.each(['', 'teleport', 'constructor', '__proto__'])('of the kind %j are notices', (as) => {
    expect(read(as, { id: 'X1' })).toMatchObject([{ type: 'notice', reason: 'unknown_answer' }]);
  });

  it('a voided authorization yields to a proven one, and its void is a subject of its own', () => {
    expect(read('authorization', { id: 'X1', status: 'VOIDED', amount })).toMatchObject([
      { kind: 'preauthorize', cancelled: true, final: false },
      { kind: 'void', id: 'X1~void', status: 'FINISHED', original: 'X1' },
    ]);
  });

  it('a payout that says no time of its end has that of the question, while it is pending its own', () => {
    const item = (transaction_status: string) => ({
      payout_item_id: 'X1',
      transaction_status,
      time_processed: '2026-07-20T10:00:00Z',
    });
    expect(read('payouts-item', item('RETURNED'))).toMatchObject([{ gatewayTime: ASKED_AT }]);
    expect(read('payouts-item', item('UNCLAIMED'))).toMatchObject([{ gatewayTime: '2026-07-20T10:00:00.000Z' }]);
  });

  it.each([
    [{ status_details: { reason: 'DECLINED_BY_RISK_FRAUD_FILTERS' } }, 'fraud', 'do_not_retry'],
    [{ processor_response: { response_code: '5400' } }, 'customer', 'fix_customer'],
    [{ processor_response: { response_code: '5120' } }, 'declined', 'retry_later'],
    [{ processor_response: { response_code: '9520', payment_advice_code: '03' } }, 'fraud', 'do_not_retry'],
    [{ processor_response: { response_code: '0500', payment_advice_code: '01' } }, 'declined', 'fix_customer'],
    [{ processor_response: { response_code: '__proto__', payment_advice_code: '99' } }, 'declined', 'fix_customer'],
    [{ status_details: { reason: 'RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION' } }, 'configuration', 'do_not_retry'],
    [{}, 'declined', 'fix_customer'],
  ])('a declined capture with %j: %s, %s', (more, errorClass, advice) => {
    expect(read('capture', { id: 'X1', status: 'DECLINED', ...more })).toMatchObject([{ errorClass, advice }]);
  });

  it.each([
    [{ currency_code: 'JPY', value: '1000' }, '1000 JPY'],
    [{ currency_code: 'HUF', value: '1000' }, '1000.00 HUF'],
    [{ currency_code: 'TWD', value: '1000' }, '1000.00 TWD'],
    [{ currency_code: 'TND', value: '1.234' }, '1.234 TND'],
    [{ currency_code: 'EUR', value: 10.5 }, '10.50 EUR'],
    [{ currency_code: 'EUR', value: '10.555' }, '10.555 EUR'],
    [{ currency_code: 'EUR', value: 'ten' }, undefined],
    [{ value: '10.00' }, undefined],
    ['10.00', undefined],
    [undefined, undefined],
  ])('the amount %j reads as %s', (given, expected) => {
    expect(read('capture', { id: 'X1', status: 'COMPLETED', amount: given })[0]?.['amount']).toBe(expected);
  });

  it('a capture’s amount is never read as negative without a word', () => {
    const outlines = read('capture', {
      id: 'X1',
      status: 'COMPLETED',
      amount: { currency_code: 'EUR', value: '-1.00' },
    });
    expect(outlines).toMatchObject([{ amount: '1.00 EUR', anomalies: ['amount_negative amount'] }]);
  });
});
