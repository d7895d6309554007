import { answer, API, capture, eur, event, hint, refund, type Story, subscription, token } from './sample-parts.ts';

const SUB = 'I-BW452GLLEP1G';
const SALE = '80021663DE681814L';
const sale = {
  id: SALE, state: 'completed', amount: { total: '9.99', currency: 'EUR' }, payment_mode: 'INSTANT_TRANSFER',
  billing_agreement_id: SUB, custom: 'member-77', create_time: '2026-08-01T10:00:05Z', update_time: '2026-08-01T10:00:05Z',
  links: [{ href: `${API}/v1/payments/sale/${SALE}`, rel: 'self', method: 'GET' }],
};
const saleRefund = {
  id: '6YX43824R4443062K', sale_id: SALE, state: 'completed', amount: { total: '-9.99', currency: 'EUR' },
  create_time: '2026-08-03T10:00:00Z', update_time: '2026-08-03T10:00:00Z',
  links: [{ href: `${API}/v1/payments/refund/6YX43824R4443062K`, rel: 'self', method: 'GET' }, { href: `${API}/v1/payments/sale/${SALE}`, rel: 'sale', method: 'GET' }],
};
const schedule = (status: string, more: object = {}) => ({ type: 'schedule', id: SUB, status, metadata: 'member-77', ...more });
const TOKEN = '8kk845_1t';
const stored = { id: TOKEN, customer: { id: 'customer_4029352050' }, payment_source: { card: { brand: 'VISA', last_digits: '1111', expiry: '2029-02' } }, links: [{ href: `${API}/v3/vault/payment-tokens/${TOKEN}`, rel: 'self', method: 'GET' }] };
const ITEM = '8AELMXH8UB2P8';
const item = (status: string, more: object = {}) => ({ payout_item_id: ITEM, transaction_id: '0C413693MN970190K', transaction_status: status, payout_batch_id: 'Q8KVJG9TZTNN4', payout_item: { recipient_type: 'EMAIL', amount: { value: '9.87', currency: 'EUR' }, receiver: 'payee@example.com', sender_item_id: 'PAY-77' }, time_processed: '2026-07-20T10:00:00Z', ...more });
const unapproved = event('WH-1AA00037AA000037A-1AA00037AA000037A', 'CHECKOUT.PAYMENT-APPROVAL.REVERSED', 'checkout-order', '2026-07-26T10:00:08.000Z', { order_id: '7RV90127TN364715T' });

/** Subscriptions, stored tokens, payouts, invoices, and what is about no payment. */
export const OTHERS: readonly Story[] = [
  {
    name: '17-subscription-created', about: 'A subscription waits for the buyer.', at: '2026-07-01T10:00:04Z',
    event: event('WH-1AA00017AA000017A-1AA00017AA000017A', 'BILLING.SUBSCRIPTION.CREATED', 'subscription', '2026-07-01T10:00:02.000Z', subscription(SUB, 'APPROVAL_PENDING', '2026-07-01T10:00:00Z')),
    expect: [schedule('CREATE_PENDING', { gatewayTime: '2026-07-01T10:00:00.000Z' })],
  },
  {
    name: '18-subscription-activated', about: 'It is active; the next charge is known.', at: '2026-07-01T10:05:04Z',
    event: event('WH-1AA00018AA000018A-1AA00018AA000018A', 'BILLING.SUBSCRIPTION.ACTIVATED', 'subscription', '2026-07-01T10:05:02.000Z', subscription(SUB, 'ACTIVE', '2026-07-01T10:05:00Z', { billing_info: { next_billing_time: '2026-08-01T10:00:00Z' } })),
    expect: [schedule('ACTIVE', { scheduledAt: '2026-08-01T10:00:00.000Z' })],
  },
  {
    name: '19-sale-completed', about: 'The subscription’s first payment, a sale of the first API; the subscription is asked for after it.', at: '2026-08-01T10:00:09Z',
    event: event('WH-1AA00019AA000019A-1AA00019AA000019A', 'PAYMENT.SALE.COMPLETED', 'sale', '2026-08-01T10:00:08.000Z', sale, '1.0'),
    expect: [hint(SALE, 'sale')],
    answers: [token, answer('sale', `/v1/payments/sale/${SALE}`, SALE, sale, [
      { type: 'transaction', id: SALE, kind: 'debit', status: 'FINISHED', amount: '9.99 EUR', scheduleId: SUB, merchantReference: 'member-77' },
      { type: 'schedule', id: SUB, hint: true, ask: { as: 'subscription' } },
    ])],
  },
  {
    name: '20-sale-refunded', about: 'The sale is refunded: PayPal writes the amount with a minus, and calls the resource a sale.', at: '2026-08-03T10:00:09Z',
    event: event('WH-1AA00020AA000020A-1AA00020AA000020A', 'PAYMENT.SALE.REFUNDED', 'sale', '2026-08-03T10:00:08.000Z', saleRefund, '1.0'),
    expect: [hint('6YX43824R4443062K', 'refund-v1')],
    answers: [token, answer('refund-v1', '/v1/payments/refund/6YX43824R4443062K', '6YX43824R4443062K', saleRefund, [
      { type: 'transaction', id: '6YX43824R4443062K', kind: 'refund', status: 'FINISHED', amount: '9.99 EUR', original: SALE, anomalies: [] },
    ])],
  },
  {
    name: '21-subscription-payment-failed', about: 'A payment of the subscription failed.', at: '2026-09-01T10:00:09Z',
    event: event('WH-1AA00021AA000021A-1AA00021AA000021A', 'BILLING.SUBSCRIPTION.PAYMENT.FAILED', 'subscription', '2026-09-01T10:00:08.000Z', subscription(SUB, 'ACTIVE', '2026-09-01T10:00:00Z', { billing_info: { failed_payments_count: 1 } })),
    expect: [schedule('ERROR', { gatewayTime: '2026-09-01T10:00:08.000Z' })],
  },
  {
    name: '22-subscription-suspended', about: 'After failed payments it is suspended.', at: '2026-09-11T10:00:09Z',
    event: event('WH-1AA00022AA000022A-1AA00022AA000022A', 'BILLING.SUBSCRIPTION.SUSPENDED', 'subscription', '2026-09-11T10:00:08.000Z', subscription(SUB, 'SUSPENDED', '2026-09-11T10:00:00Z')),
    expect: [schedule('PAUSED')],
  },
  {
    name: '23-subscription-cancelled', about: 'It is cancelled for good.', at: '2026-09-12T10:00:09Z',
    event: event('WH-1AA00023AA000023A-1AA00023AA000023A', 'BILLING.SUBSCRIPTION.CANCELLED', 'subscription', '2026-09-12T10:00:08.000Z', subscription(SUB, 'CANCELLED', '2026-09-12T10:00:00Z')),
    expect: [schedule('CANCELLED')],
  },
  {
    name: '24-subscription-expired', about: 'Another one has come to its end.', at: '2026-09-13T10:00:09Z',
    event: event('WH-1AA00024AA000024A-1AA00024AA000024A', 'BILLING.SUBSCRIPTION.EXPIRED', 'subscription', '2026-09-13T10:00:08.000Z', subscription('I-EXPIRED12345', 'EXPIRED', '2026-09-13T10:00:00Z')),
    expect: [{ type: 'schedule', id: 'I-EXPIRED12345', status: 'COMPLETED' }],
  },
  {
    name: '25-token-created', about: 'A card is stored.', at: '2026-07-02T10:00:09Z',
    event: event('WH-1AA00025AA000025A-1AA00025AA000025A', 'VAULT.PAYMENT-TOKEN.CREATED', 'payment_token', '2026-07-02T10:00:08.000Z', stored, '3.0'),
    expect: [
      { type: 'transaction', id: TOKEN, kind: 'register', status: 'FINISHED', brand: 'VISA', lastFour: '1111', expiry: '2/2029' },
      { type: 'instrument', id: TOKEN, kind: 'card', register: 'FINISHED', lastFour: '1111' },
    ],
  },
  {
    name: '26-token-deletion-initiated', about: 'The buyer removes it at PayPal; it is on its way.', at: '2026-07-03T10:00:09Z',
    event: event('WH-1AA00026AA000026A-1AA00026AA000026A', 'VAULT.PAYMENT-TOKEN.DELETION-INITIATED', 'payment_token', '2026-07-03T10:00:08.000Z', { id: TOKEN }, '3.0'),
    expect: [{ type: 'transaction', id: `${TOKEN}~deregister`, kind: 'deregister', status: 'PENDING', deregisters: TOKEN }],
  },
  {
    name: '27-token-deleted', about: 'It is gone.', at: '2026-07-03T10:01:09Z',
    event: event('WH-1AA00027AA000027A-1AA00027AA000027A', 'VAULT.PAYMENT-TOKEN.DELETED', 'payment_token', '2026-07-03T10:01:08.000Z', { id: TOKEN }, '3.0'),
    expect: [{ type: 'transaction', id: `${TOKEN}~deregister`, kind: 'deregister', status: 'FINISHED', deregisters: TOKEN }],
  },
  {
    name: '28-payout-unclaimed', about: 'A payout waits for its receiver.', at: '2026-07-20T10:00:09Z',
    event: event('WH-1AA00028AA000028A-1AA00028AA000028A', 'PAYMENT.PAYOUTS-ITEM.UNCLAIMED', 'payouts_item', '2026-07-20T10:00:08.000Z', item('UNCLAIMED'), '1.0'),
    expect: [hint(ITEM, 'payouts-item')],
    answers: [token, answer('payouts-item', `/v1/payments/payouts-item/${ITEM}`, ITEM, item('UNCLAIMED'), [
      { type: 'transaction', id: ITEM, kind: 'payout', status: 'PENDING', amount: '9.87 EUR', merchantReference: 'PAY-77', purchaseReference: 'Q8KVJG9TZTNN4' },
    ])],
  },
  {
    name: '29-payout-returned', about: 'Nobody claimed it within 30 days.', at: '2026-08-20T10:00:09Z',
    event: event('WH-1AA00029AA000029A-1AA00029AA000029A', 'PAYMENT.PAYOUTS-ITEM.RETURNED', 'payouts_item', '2026-08-20T10:00:08.000Z', item('RETURNED', { errors: { name: 'RECEIVER_UNREGISTERED' } }), '1.0'),
    expect: [hint(ITEM, 'payouts-item')],
    answers: [token, answer('payouts-item', `/v1/payments/payouts-item/${ITEM}`, ITEM, item('RETURNED', { errors: { name: 'RECEIVER_UNREGISTERED' } }), [
      { type: 'transaction', id: ITEM, kind: 'payout', status: 'ERROR', errorClass: 'customer', errorCode: 'RECEIVER_UNREGISTERED' },
    ])],
  },
  {
    name: '30-payouts-batch', about: 'A batch was paid out: its items count, it has no amount here.', at: '2026-07-20T10:01:09Z',
    event: event('WH-1AA00030AA000030A-1AA00030AA000030A', 'PAYMENT.PAYOUTSBATCH.SUCCESS', 'payouts', '2026-07-20T10:01:08.000Z', { batch_header: { payout_batch_id: 'Q8KVJG9TZTNN4', batch_status: 'SUCCESS', amount: { value: '9.87', currency: 'EUR' } } }, '1.0'),
    expect: [hint('Q8KVJG9TZTNN4', 'payouts-batch')],
    answers: [token, answer('payouts-batch', '/v1/payments/payouts/Q8KVJG9TZTNN4?page=1&page_size=1', 'Q8KVJG9TZTNN4', { batch_header: { payout_batch_id: 'Q8KVJG9TZTNN4', batch_status: 'SUCCESS', amount: { value: '9.87', currency: 'EUR' }, sender_batch_header: { sender_batch_id: 'Payouts_2026_07_20' } }, items: [] }, [
      { type: 'transaction', id: 'Q8KVJG9TZTNN4', kind: 'payout', status: 'FINISHED', amount: null, merchantReference: 'Payouts_2026_07_20' },
    ])],
  },
  {
    name: '31-invoice-paid', about: 'An invoice is paid: the payment is a subject of its own, the invoice moves no money.', at: '2026-07-21T10:00:09Z',
    event: event('WH-1AA00031AA000031A-1AA00031AA000031A', 'INVOICING.INVOICE.PAID', 'invoices', '2026-07-21T10:00:08.000Z', { invoice: { id: 'INV2-Z56S-5LLA-Q52L-CPZ5', status: 'PAID' } }),
    expect: [hint('INV2-Z56S-5LLA-Q52L-CPZ5', 'invoice')],
    answers: [token, answer('invoice', '/v2/invoicing/invoices/INV2-Z56S-5LLA-Q52L-CPZ5', 'INV2-Z56S-5LLA-Q52L-CPZ5', { id: 'INV2-Z56S-5LLA-Q52L-CPZ5', status: 'PAID', detail: { invoice_number: 'ACME-0007', metadata: { last_update_time: '2026-07-21T10:00:00Z' } }, amount: { currency_code: 'EUR', value: '74.21' } }, [
      { type: 'transaction', id: 'INV2-Z56S-5LLA-Q52L-CPZ5', kind: 'order', status: 'FINISHED', amount: '74.21 EUR', merchantReference: 'ACME-0007' },
    ])],
  },
  {
    name: '32-merchant-onboarded', about: 'About the merchant’s account: a notice.', at: '2026-07-22T10:00:09Z',
    event: event('WH-1AA00032AA000032A-1AA00032AA000032A', 'MERCHANT.ONBOARDING.COMPLETED', 'merchant-onboarding', '2026-07-22T10:00:08.000Z', { merchant_id: 'ACMEMERCHANT1' }, '1.0'),
    expect: [{ type: 'notice', id: 'WH-1AA00032AA000032A-1AA00032AA000032A', status: 'RECEIVED', reason: 'merchant_account' }],
  },
  {
    name: '33-unknown-event', about: 'An event that no page of PayPal’s names: kept as a notice.', at: '2026-07-22T11:00:09Z',
    event: event('WH-1AA00033AA000033A-1AA00033AA000033A', 'PAYMENT.TELEPORT.COMPLETED', 'teleport', '2026-07-22T11:00:08.000Z', { id: 'X1' }, '1.0'),
    expect: [{ type: 'notice', status: 'UNRECOGNIZED', reason: 'unknown_event' }],
  },
  {
    name: '34-believed-capture', about: 'A connector that looks nothing up: forints, which PayPal writes without decimals.', connector: 'acme-paypal-direct', at: '2026-07-23T10:00:09Z',
    event: event('WH-1AA00034AA000034A-1AA00034AA000034A', 'PAYMENT.CAPTURE.COMPLETED', 'capture', '2026-07-23T10:00:08.000Z', capture('2HU12345AB6789012', { currency_code: 'HUF', value: '12500' }, 'COMPLETED', '2026-07-23T10:00:00Z', { custom_id: 'ORD-6001' })),
    expect: [{ type: 'transaction', id: '2HU12345AB6789012', kind: 'debit', status: 'FINISHED', hint: null, amount: '12500.00 HUF', merchantReference: 'ORD-6001' }],
  },
  {
    name: '35-believed-refund', about: 'Its refund, believed as pushed.', connector: 'acme-paypal-direct', at: '2026-07-24T10:00:09Z',
    event: event('WH-1AA00035AA000035A-1AA00035AA000035A', 'PAYMENT.CAPTURE.REFUNDED', 'refund', '2026-07-24T10:00:08.000Z', refund('2RF12345AB6789012', '2HU12345AB6789012', { currency_code: 'HUF', value: '2500' }, 'COMPLETED', '2026-07-24T10:00:00Z')),
    expect: [{ type: 'transaction', id: '2RF12345AB6789012', kind: 'refund', status: 'FINISHED', hint: null, amount: '2500.00 HUF', original: '2HU12345AB6789012' }],
  },
  {
    name: '36-second-webhook', about: 'Signed for the webhook of the older credentials, which are valid beside the new ones.', connector: 'acme-paypal-direct', webhookId: '9AB11111CD222222E', at: '2026-07-25T10:00:09Z',
    event: event('WH-1AA00036AA000036A-1AA00036AA000036A', 'BILLING.PLAN.CREATED', 'plan', '2026-07-25T10:00:08.000Z', { id: 'P-5ML4271244454362WXNWU5NQ' }),
    expect: [{ type: 'notice', status: 'RECEIVED', reason: 'billing_plan' }],
  },
  {
    name: '37-approval-reversed', about: 'The buyer’s approval was taken back: order and event are both looked up.', at: '2026-07-26T10:00:09Z',
    event: unapproved,
    expect: [hint('7RV90127TN364715T', 'order')],
    answers: [
      token,
      {
        request: 'GET /v1/notifications/webhooks-events/WH-1AA00037AA000037A-1AA00037AA000037A', file: 'event.json', body: unapproved,
        declared: { as: 'event', id: 'WH-1AA00037AA000037A-1AA00037AA000037A' },
        expect: [{ type: 'transaction', id: '7RV90127TN364715T', kind: 'order', status: 'ERROR', errorCode: 'APPROVAL_REVERSED', gatewayTime: '2026-07-26T10:00:08.000Z' }],
      },
      answer('order', '/v2/checkout/orders/7RV90127TN364715T', '7RV90127TN364715T', { id: '7RV90127TN364715T', intent: 'CAPTURE', status: 'APPROVED', purchase_units: [{ amount: eur('61.00'), payee: { merchant_id: 'ACMEMERCHANT1' } }], create_time: '2026-07-26T08:00:00Z' }, [
        { type: 'transaction', id: '7RV90127TN364715T', kind: 'order', status: 'PENDING', amount: '61.00 EUR', gatewayTime: '2026-07-26T08:00:00.000Z' },
      ]),
    ],
  },
];
