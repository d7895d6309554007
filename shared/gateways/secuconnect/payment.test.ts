import { describe, expect, it } from 'vitest';
import { fetched, inShort, payment } from './statement.testing.ts';

const DEBIT = { product_id: 16, product: 'Direct debit' };
const CARD_AUTHORIZATION = { product_id: 218, product_raw: 'Voraut. Zahlungsgarantie Kreditkarte' };
const REFUND = { amount: -1000, parents: [{ object: 'payment.transactions', id: 'PCI_SALE', ref_type_id: 19 }] };
const SPLIT = { product_id: 397, parents: [{ id: 'PCI_SALE' }] };

describe('status_simple (wire 1.5)', () => {
  it.each([
    [0, ['debit PENDING 42.00 EUR']],
    [1, ['debit FINISHED 42.00 EUR']],
    [2, ['debit PENDING 42.00 EUR']],
    [3, ['debit ERROR 42.00 EUR']],
    [4, ['debit FINISHED 42.00 EUR', '~chargeback-1 chargeback FINISHED 42.00 EUR']],
    [5, ['debit ERROR cancelled 42.00 EUR', '~void void FINISHED']],
    [
      6,
      [
        'debit FINISHED 42.00 EUR',
        '~chargeback-1 chargeback FINISHED 42.00 EUR',
        '~chargeback_reversal-1 chargeback_reversal FINISHED 42.00 EUR',
      ],
    ],
    [7, ['debit FINISHED 42.00 EUR', '~refund refund PENDING']],
    [8, ['debit PENDING 42.00 EUR']],
    [9, ['debit FINISHED 42.00 EUR']],
    [10, ['debit PENDING 42.00 EUR']],
    [11, ['register FINISHED 42.00 EUR']],
    [12, ['register ERROR 42.00 EUR']],
    [13, ['debit PENDING 42.00 EUR']],
    [14, ['preauthorize FINISHED 42.00 EUR']],
    [15, ['register FINISHED 42.00 EUR']],
    [16, ['register ERROR 42.00 EUR']],
  ])('%i of a sale', (status, expected) => {
    expect(inShort(fetched(payment(status, DEBIT)))).toEqual(expected);
  });

  it.each([
    [0, ['preauthorize PENDING 42.00 EUR']],
    [1, ['preauthorize FINISHED 42.00 EUR', '~capture capture FINISHED 42.00 EUR']],
    [2, ['preauthorize FINISHED 42.00 EUR']],
    [3, ['preauthorize ERROR 42.00 EUR']],
    [
      4,
      [
        'preauthorize FINISHED 42.00 EUR',
        '~capture capture FINISHED 42.00 EUR',
        '~chargeback-1 chargeback FINISHED 42.00 EUR',
      ],
    ],
    [5, ['preauthorize ERROR cancelled 42.00 EUR', '~void void FINISHED']],
    [9, ['preauthorize FINISHED 42.00 EUR', '~capture capture FINISHED 42.00 EUR']],
    [14, ['preauthorize FINISHED 42.00 EUR']],
  ])('%i of an authorization', (status, expected) => {
    expect(inShort(fetched(payment(status, CARD_AUTHORIZATION)))).toEqual(expected);
  });

  it.each([
    [0, 'PENDING'],
    [1, 'FINISHED'],
    [2, 'PENDING'],
    [3, 'ERROR'],
    [4, 'ERROR'],
    [5, 'ERROR'],
    [6, 'FINISHED'],
    [7, 'PENDING'],
    [8, 'PENDING'],
    [9, 'FINISHED'],
    [10, 'PENDING'],
    [13, 'PENDING'],
  ])('%i of a refund and of a share is %s, and derives nothing', (status, expected) => {
    expect(inShort(fetched(payment(status, REFUND)))).toEqual([`refund ${expected} 10.00 EUR`]);
    expect(inShort(fetched(payment(status, SPLIT)))).toEqual([`split ${expected} 42.00 EUR`]);
  });

  it.each([17, 99, -1, 1.5, 'one', true, {}])('%j is unrecognized and kept', (status) => {
    const [notice, ...rest] = fetched(payment(undefined, { ...DEBIT, details: { status_simple: status } }));
    expect(rest).toEqual([]);
    expect(notice).toMatchObject({ about: 'notice', status: 'UNRECOGNIZED', related: { id: 'PCI_ONE' } });
  });

  it('counts as text too', () => {
    expect(inShort(fetched(payment(undefined, { ...DEBIT, details: { status_simple: '1' } })))).toEqual([
      'debit FINISHED 42.00 EUR',
    ]);
  });
});

describe('what a payment is', () => {
  it.each([
    ['prepayment by number', 2, { product_id: 36 }, 'debit PENDING 42.00 EUR'],
    ['prepayment by its German name', 2, { product: 'Vorkasse' }, 'debit PENDING 42.00 EUR'],
    ['prepayment by its English name', 2, { product: 'Payment in advance' }, 'debit PENDING 42.00 EUR'],
    ['prepayment by its internal status', 2, { status: 25 }, 'debit PENDING 42.00 EUR'],
    [
      'authorization by its action',
      2,
      { payment_action: 'authorization', product_id: 26 },
      'preauthorize FINISHED 42.00 EUR',
    ],
    ['an unknown product that is authorized', 2, {}, 'preauthorize FINISHED 42.00 EUR'],
    ['an unknown product that waits: nothing is claimed yet', 0, {}, 'unknown PENDING 42.00 EUR'],
    [
      'a sale that may be a subscription',
      0,
      { product_id: 440, subscription: { id: 'S' } },
      'unknown PENDING 42.00 EUR',
    ],
    ['a sale that may store a card', 0, { product_id: 26, amount: 0 }, 'unknown PENDING 0.00 EUR'],
    ['an unknown product that was accepted', 1, {}, 'debit FINISHED 42.00 EUR'],
    ['an unknown product that was denied', 3, {}, 'debit ERROR 42.00 EUR'],
    ['a refund by its sign alone', 1, { amount: -100 }, 'refund FINISHED 1.00 EUR'],
    [
      'a refund by its reference alone',
      1,
      { parents: [{ id: 'PCI_P', ref_type_id: 19 }] },
      'refund FINISHED 42.00 EUR',
    ],
    ['a refund by its product', 1, { product_id: 478 }, 'refund FINISHED 42.00 EUR'],
    ['a share by its name', 1, { product: 'Stakeholder collection' }, 'split FINISHED 42.00 EUR'],
    ['what is taken back of a share', 1, { product_id: 398, amount: -73 }, 'split FINISHED 0.73 EUR'],
    ['a sub-basket', 1, { parents: [{ id: 'PCI_P' }] }, 'split FINISHED 42.00 EUR'],
    ['a payout', 1, { product_id: 402 }, 'payout FINISHED 42.00 EUR'],
    [
      'a payment of a subscription, parents or not',
      1,
      { parents: [{ id: 'PCI_P' }], subscription: { id: 'SUB_1' } },
      'debit FINISHED 42.00 EUR',
    ],
  ])('%s', (_, status, more, expected) => {
    expect(inShort(fetched(payment(status, more)))[0]).toBe(expected);
  });

  it.each(['PCI_ONE', 'PCI ONE', '../x', '', 7])('is no child of itself or of an unreadable id: %j', (id) => {
    const [own] = fetched(payment(1, { amount: -100, parents: [{ id }] }));
    expect(own).toMatchObject({ kind: 'refund' });
    expect(own).not.toHaveProperty('original');
  });

  it('of an unknown product stays what it was known as', () => {
    const known = (kind: string, status: number) => inShort(fetched(payment(status), { kind }));
    expect(known('debit', 2)).toEqual(['debit PENDING 42.00 EUR']);
    expect(known('preauthorize', 1)).toEqual([
      'preauthorize FINISHED 42.00 EUR',
      '~capture capture FINISHED 42.00 EUR',
    ]);
    expect(known('nonsense', 1)).toEqual(['debit FINISHED 42.00 EUR']);
  });
});

describe('what else a payment says', () => {
  it('its time of change in UTC, references, method and mode', () => {
    const object = payment(1, { ...DEBIT, trans_id: 119879108, demo: '1', subscription: { id: 'SUB_1' } });
    expect(fetched(object)[0]).toMatchObject({
      gatewayTime: '2026-03-02T09:00:00.000Z',
      testMode: true,
      fields: {
        merchantReference: 'ORD-1',
        purchaseReference: '119879108',
        paymentMethod: 'Direct debit',
        scheduleId: 'SUB_1',
      },
    });
  });

  it.each(['2026-03-02 10:00:00', '2026-03-02T10:00:00', 'yesterday', 5])('no time of change: %j', (updated) => {
    const [own] = fetched(payment(1, { updated }));
    expect(own).not.toHaveProperty('gatewayTime');
    expect(own).toMatchObject({ anomalies: [{ code: 'unreadable', field: 'updated' }] });
  });

  it.each([
    [1500, 'JPY', '1500 JPY', 1500],
    [1, 'EUR', '0.01 EUR', 1],
    [0, 'EUR', '0.00 EUR', 0],
    ['4200', 'EUR', '42.00 EUR', 4200],
    [12345, 'KWD', '12.345 KWD', 12345],
    [12345, 'CLF', '1.2345 CLF', 12345],
    [100, 'QQQ', '100 QQQ', null],
  ])('%j in %s is %s', (amount, currency, text, minor) => {
    const [own] = fetched(payment(1, { ...DEBIT, amount, currency }));
    expect(inShort(own ? [own] : [])).toEqual([`debit FINISHED ${text}`]);
    expect(own).toMatchObject({ amount: { amount: { minor } } });
  });

  it.each([19.95, '19,95', '1e3', {}, true, 1e21])('amount %j is unreadable and flagged', (amount) => {
    const [own] = fetched(payment(1, { ...DEBIT, amount }));
    expect(own).not.toHaveProperty('amount');
    expect(own).toMatchObject({ anomalies: [{ code: 'amount_unreadable' }] });
  });

  it('that it is no longer flagged for a refund, where the flag was asked about', () => {
    const answers = fetched(payment(1, DEBIT), { asked: 'PCI_ONE~refund' });
    expect(inShort(answers)).toEqual(['debit FINISHED 42.00 EUR', '~refund refund ERROR']);
    expect(inShort(fetched(payment(7, DEBIT), { asked: 'PCI_ONE~refund' }))[1]).toBe('~refund refund PENDING');
    expect(inShort(fetched(payment(1, DEBIT), { asked: 'PCI_TWO~refund' }))).toHaveLength(1);
  });

  it('only what it is, in a list entry without a status: a hint', () => {
    const declared = { as: 'payment.transactions', list: 'entry' };
    expect(fetched(payment(undefined, DEBIT), declared)).toMatchObject([
      { id: 'PCI_ONE', hint: true, ask: { as: 'payment.transactions' } },
    ]);
    expect(inShort(fetched(payment(1, DEBIT), declared))).toEqual(['debit FINISHED 42.00 EUR']);
  });
});

describe('the old format', () => {
  const old = (status: unknown, more: Record<string, unknown> = {}) => ({
    ...{ object: 'payment.transactions', id: 'gqaymbtaduzc7420193', amount: 1995, currency: 'CHF' },
    ...{ status, payment_action: 'sale', ...more },
  });

  it.each([
    ['proceed', 'debit PENDING 19.95 CHF'],
    ['accepted', 'debit FINISHED 19.95 CHF'],
    ['denied', 'debit ERROR 19.95 CHF'],
    ['void', 'debit ERROR cancelled 19.95 CHF'],
    ['issue_resolved', 'debit FINISHED 19.95 CHF'],
    ['paid', 'debit FINISHED 19.95 CHF'],
    ['on-hold', 'debit PENDING 19.95 CHF'],
    ['Subscription Approved', 'register FINISHED 19.95 CHF'],
    ['container authorised', 'register FINISHED 19.95 CHF'],
  ])('says %s in words', (status, expected) => {
    expect(inShort(fetched(old(status)))[0]).toBe(expected);
  });

  it.each([
    [1, 'debit PENDING 19.95 CHF'],
    ['6', 'debit FINISHED 19.95 CHF'],
    [25, 'debit PENDING 19.95 CHF'],
    [115, 'register FINISHED 19.95 CHF'],
  ])('says %j where the words are internal', (transaction_status, expected) => {
    expect(inShort(fetched(old('internal_server_status', { transaction_status })))[0]).toBe(expected);
  });

  it('is unrecognized with a number that nobody explains', () => {
    expect(fetched(old('internal_server_status', { transaction_status: 77 }))).toMatchObject([
      { reason: 'unknown_status' },
    ]);
  });

  it('is of one payment with the current id', () => {
    const answers = fetched(old('accepted', { payment_id: 'PCI_NEW' }), { asked: 'gqaymbtaduzc7420193' });
    expect(answers.map(({ id }) => id)).toEqual(['PCI_NEW', 'gqaymbtaduzc7420193']);
    expect(inShort(answers)).toEqual(['debit FINISHED 19.95 CHF', 'order FINISHED']);
  });
});
