import { answer, authorization, capture, dispute, eur, event, hint, refund, type Story, token } from './sample-parts.ts';

const CAPTURE = '3C679366HE547713X';
const CAPTURE_PATH = `/v2/payments/captures/${CAPTURE}`;
const ORDER = '5O190127TN364715T';
const sold = capture(CAPTURE, eur('120.00'), 'COMPLETED', '2026-07-14T09:30:12Z', {
  invoice_id: 'ORD-5001', custom_id: 'cart=77', supplementary_data: { related_ids: { order_id: ORDER } },
  network_transaction_reference: { id: '784515200000000' },
}, `/v2/checkout/orders/${ORDER}`);
const partlyRefunded = { ...sold, status: 'PARTIALLY_REFUNDED', update_time: '2026-07-16T10:00:05Z' };
const soldEvent = event('WH-1AA00001AA000001A-1AA00001AA000001A', 'PAYMENT.CAPTURE.COMPLETED', 'capture', '2026-07-14T09:30:15.100Z', sold);

const REFUND = '1JU08902781691411';
const refunded = refund(REFUND, CAPTURE, eur('20.00'), 'COMPLETED', '2026-07-16T03:00:05-07:00', { invoice_id: 'ORD-5001-R1' });

const DISPUTE = 'PP-D-27803';
const opened = dispute(DISPUTE, CAPTURE, eur('100.00'), '2026-07-20T08:00:00.000Z', {
  status: 'OPEN', dispute_life_cycle_stage: 'INQUIRY', seller_response_due_date: '2026-08-09T08:00:00.000Z',
});
const escalated = dispute(DISPUTE, CAPTURE, eur('100.00'), '2026-07-25T08:00:00.000Z', {
  status: 'UNDER_REVIEW', dispute_life_cycle_stage: 'CHARGEBACK',
});
const lost = dispute(DISPUTE, CAPTURE, eur('100.00'), '2026-08-02T08:00:00.000Z', {
  status: 'RESOLVED', dispute_life_cycle_stage: 'CHARGEBACK',
  dispute_outcome: { outcome_code: 'RESOLVED_BUYER_FAVOUR', amount_refunded: eur('100.00') },
});
const reversalEvent = event('WH-1AA00006AA000006A-1AA00006AA000006A', 'PAYMENT.CAPTURE.REVERSED', 'refund', '2026-08-02T08:05:00.780Z',
  refund('6T496768GW863311H', CAPTURE, eur('100.00'), 'COMPLETED', '2026-08-02T01:04:50-07:00', { note_to_payer: 'Payment reversed' }));

const WON_CAPTURE = '4WN12345AB6789012';
const won = dispute('PP-D-27900', WON_CAPTURE, eur('45.00'), '2026-08-05T12:00:00.000Z', {
  status: 'RESOLVED', dispute_life_cycle_stage: 'CHARGEBACK', dispute_outcome: { outcome_code: 'RESOLVED_SELLER_FAVOUR' },
});

const disputeExpect = (more: object) => ({ type: 'transaction', kind: 'dispute', hint: null, ...more });

/** One sale with a partial refund and a lost dispute, in the order in which it happened; and a dispute that was won. */
export const SALE: readonly Story[] = [
  {
    name: '01-capture-completed', about: 'Order 5001 over 120.00 EUR is paid: the capture is looked up before it is believed.',
    at: '2026-07-14T09:30:16Z', event: soldEvent, expect: [hint(CAPTURE, 'capture')],
    answers: [token, answer('capture', CAPTURE_PATH, CAPTURE, sold, [
      { type: 'transaction', id: CAPTURE, kind: 'debit', status: 'FINISHED', final: true, amount: '120.00 EUR', merchantReference: 'ORD-5001', metadata: 'cart=77', purchaseReference: ORDER, schemeTransactionId: '784515200000000', gatewayTime: '2026-07-14T09:30:12.000Z', original: null },
    ])],
  },
  {
    name: '02-capture-completed-again', about: 'The same event, resent by PayPal under a new transmission id: nothing more comes of it.',
    at: '2026-07-14T09:32:16Z', event: soldEvent, expect: [hint(CAPTURE, 'capture')],
  },
  {
    name: '03-order-approved', about: 'The buyer approved the order; the event overtook nothing, it just comes late.',
    at: '2026-07-14T09:33:00Z',
    event: event('WH-1AA00003AA000003A-1AA00003AA000003A', 'CHECKOUT.ORDER.APPROVED', 'checkout-order', '2026-07-14T09:29:50.000Z', { id: ORDER, status: 'APPROVED', intent: 'CAPTURE' }),
    expect: [hint(ORDER, 'order')],
    answers: [token, answer('order', `/v2/checkout/orders/${ORDER}`, ORDER, {
      id: ORDER, intent: 'CAPTURE', status: 'COMPLETED', payment_source: { paypal: { email_address: 'buyer@example.com' } },
      purchase_units: [{ reference_id: 'default', invoice_id: 'ORD-5001', amount: eur('120.00'), payee: { merchant_id: 'ACMEMERCHANT1' }, payments: { captures: [sold] } }],
      create_time: '2026-07-14T09:28:00Z', update_time: '2026-07-14T09:30:12Z',
    }, [
      { type: 'transaction', id: ORDER, kind: 'order', status: 'FINISHED', amount: '120.00 EUR', merchantReference: 'ORD-5001', purchaseReference: ORDER, paymentMethod: 'paypal' },
      { type: 'transaction', id: CAPTURE, kind: 'debit', status: 'FINISHED', amount: '120.00 EUR' },
    ])],
  },
  {
    name: '04-refund-partial', about: '20.00 EUR of order 5001 go back; the resource is the refund, its link up the capture.',
    at: '2026-07-16T10:00:09Z', event: event('WH-1AA00004AA000004A-1AA00004AA000004A', 'PAYMENT.CAPTURE.REFUNDED', 'refund', '2026-07-16T10:00:08.000Z', refunded),
    expect: [hint(REFUND, 'refund')],
    answers: [token, answer('refund', `/v2/payments/refunds/${REFUND}`, REFUND, refunded, [
      { type: 'transaction', id: REFUND, kind: 'refund', status: 'FINISHED', amount: '20.00 EUR', original: CAPTURE, link: 'reference', gatewayTime: '2026-07-16T10:00:05.000Z' },
    ])],
  },
  {
    name: '05-dispute-created', about: 'The buyer opens a dispute over the rest: an inquiry, no money has moved.',
    at: '2026-07-20T08:00:04Z', event: event('WH-1AA00005AA000005A-1AA00005AA000005A', 'CUSTOMER.DISPUTE.CREATED', 'dispute', '2026-07-20T08:00:02.000Z', opened),
    expect: [hint(DISPUTE, 'dispute')],
    answers: [token, answer('dispute', `/v1/customer/disputes/${DISPUTE}`, DISPUTE, opened, [
      disputeExpect({ id: DISPUTE, status: 'PENDING', original: CAPTURE, amount: '100.00 EUR', dispute: { stage: 'inquiry', reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED', respondBy: '2026-08-09T08:00:00.000Z' } }),
    ])],
  },
  {
    name: '06-dispute-escalated', about: 'The inquiry became a claim: a chargeback is pending.',
    at: '2026-07-25T08:00:04Z', event: event('WH-1AA0000BAA00000BA-1AA0000BAA00000BA', 'CUSTOMER.DISPUTE.UPDATED', 'dispute', '2026-07-25T08:00:02.000Z', escalated),
    expect: [hint(DISPUTE, 'dispute')],
    answers: [token, answer('dispute', `/v1/customer/disputes/${DISPUTE}`, DISPUTE, escalated, [
      disputeExpect({ id: DISPUTE, status: 'PENDING', dispute: { stage: 'chargeback', reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED' } }),
      { type: 'transaction', id: `${CAPTURE}~chargeback-1`, kind: 'chargeback', status: 'PENDING', pendingReason: 'review', amount: '100.00 EUR', original: CAPTURE, gatewayTime: null },
    ])],
  },
  {
    name: '07-capture-reversed', about: 'PayPal takes the money back: the event itself is read again, because the API has no object for it.',
    at: '2026-08-02T08:05:02Z', event: reversalEvent, expect: [hint(`${CAPTURE}~chargeback-1`, 'event')],
    answers: [token, { request: 'GET /v1/notifications/webhooks-events/WH-1AA00006AA000006A-1AA00006AA000006A', file: 'event.json', body: reversalEvent, declared: { as: 'event', id: 'WH-1AA00006AA000006A-1AA00006AA000006A' }, expect: [
      { type: 'transaction', id: `${CAPTURE}~chargeback-1`, kind: 'chargeback', status: 'FINISHED', amount: '100.00 EUR', original: CAPTURE, gatewayTime: '2026-08-02T08:04:50.000Z' },
    ] }],
  },
  {
    name: '08-dispute-resolved-buyer', about: 'The dispute is lost: it states the same chargeback as the reversal, which counts once.',
    at: '2026-08-02T08:06:00Z', event: event('WH-1AA00008AA000008A-1AA00008AA000008A', 'CUSTOMER.DISPUTE.RESOLVED', 'dispute', '2026-08-02T08:05:30.000Z', lost),
    expect: [hint(DISPUTE, 'dispute')],
    answers: [token, answer('dispute', `/v1/customer/disputes/${DISPUTE}`, DISPUTE, lost, [
      disputeExpect({ id: DISPUTE, status: 'FINISHED', final: false, dispute: { stage: 'chargeback', outcome: 'lost', reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED' } }),
      { type: 'transaction', id: `${CAPTURE}~chargeback-1`, kind: 'chargeback', status: 'FINISHED', amount: '100.00 EUR', original: CAPTURE },
    ])],
  },
  {
    name: '09-capture-after-refund', about: 'Asked again, the capture says PARTIALLY_REFUNDED: it stays a FINISHED payment.',
    at: '2026-07-16T10:01:00Z', event: event('WH-1AA00009AA000009A-1AA00009AA000009A', 'PAYMENT.CAPTURE.COMPLETED', 'capture', '2026-07-16T10:00:30.000Z', partlyRefunded),
    expect: [hint(CAPTURE, 'capture')],
    answers: [token, answer('capture', CAPTURE_PATH, CAPTURE, partlyRefunded, [
      { type: 'transaction', id: CAPTURE, kind: 'debit', status: 'FINISHED', amount: '120.00 EUR', gatewayTime: '2026-07-16T10:00:05.000Z' },
    ])],
  },
  {
    name: '10-dispute-resolved-seller', about: 'Another dispute is won at the stage CHARGEBACK: taken and given back.',
    at: '2026-08-05T12:00:04Z', event: event('WH-1AA00010AA000010A-1AA00010AA000010A', 'CUSTOMER.DISPUTE.RESOLVED', 'dispute', '2026-08-05T12:00:02.000Z', won),
    expect: [hint('PP-D-27900', 'dispute')],
    answers: [token, answer('dispute', '/v1/customer/disputes/PP-D-27900', 'PP-D-27900', won, [
      disputeExpect({ id: 'PP-D-27900', status: 'FINISHED', final: true, dispute: { stage: 'chargeback', outcome: 'won', reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED' } }),
      { type: 'transaction', id: `${WON_CAPTURE}~chargeback-1`, kind: 'chargeback', status: 'FINISHED', amount: '45.00 EUR', original: WON_CAPTURE },
      { type: 'transaction', id: `${WON_CAPTURE}~chargeback_reversal-1`, kind: 'chargeback_reversal', status: 'FINISHED', amount: '45.00 EUR', original: WON_CAPTURE, chargebackId: `${WON_CAPTURE}~chargeback-1` },
    ])],
  },
];

const AUTH = '0AW2184448108334S';
const AUTH_CAPTURE = '7TK53561YB803214S';
const authorized = authorization(AUTH, eur('80.00'), 'CREATED', '2026-07-15T09:30:00Z', { invoice_id: 'ORD-5002' });
const captured = capture(AUTH_CAPTURE, eur('50.00'), 'COMPLETED', '2026-07-17T09:30:00Z', {
  supplementary_data: { related_ids: { order_id: '8AB90127TN364715T', authorization_id: AUTH } },
}, `/v2/payments/authorizations/${AUTH}`);
const voided = { ...authorized, status: 'VOIDED', update_time: '2026-07-18T09:30:00Z' };
const echeck = capture('9EC12345AB6789012', eur('15.00'), 'PENDING', '2026-07-15T11:00:00Z', { status_details: { reason: 'ECHECK' } });
const denied = capture('9DN12345AB6789012', eur('33.00'), 'DECLINED', '2026-07-15T12:00:00Z', { status_details: { reason: 'DECLINED_BY_RISK_FRAUD_FILTERS' } });
const insufficient = capture('9IN12345AB6789012', eur('33.00'), 'DECLINED', '2026-07-15T12:30:00Z', { processor_response: { response_code: '5120', payment_advice_code: '02' } });

export const AUTHORIZATIONS: readonly Story[] = [
  {
    name: '11-authorization-created', about: 'Order 5002: 80.00 EUR are authorized.', at: '2026-07-15T09:30:04Z',
    event: event('WH-1AA00011AA000011A-1AA00011AA000011A', 'PAYMENT.AUTHORIZATION.CREATED', 'authorization', '2026-07-15T09:30:02.000Z', authorized),
    expect: [hint(AUTH, 'authorization')],
    answers: [token, answer('authorization', `/v2/payments/authorizations/${AUTH}`, AUTH, authorized, [
      { type: 'transaction', id: AUTH, kind: 'preauthorize', status: 'FINISHED', amount: '80.00 EUR', merchantReference: 'ORD-5002', cancelled: null },
    ])],
  },
  {
    name: '12-authorization-captured', about: '50.00 EUR of the authorization are captured: a capture, not a debit.', at: '2026-07-17T09:30:04Z',
    event: event('WH-1AA00012AA000012A-1AA00012AA000012A', 'PAYMENT.CAPTURE.COMPLETED', 'capture', '2026-07-17T09:30:02.000Z', captured),
    expect: [hint(AUTH_CAPTURE, 'capture')],
    answers: [token, answer('capture', `/v2/payments/captures/${AUTH_CAPTURE}`, AUTH_CAPTURE, captured, [
      { type: 'transaction', id: AUTH_CAPTURE, kind: 'capture', status: 'FINISHED', amount: '50.00 EUR', original: AUTH },
    ])],
  },
  {
    name: '13-authorization-voided', about: 'The rest of the authorization is voided: an operation of its own.', at: '2026-07-18T09:30:04Z',
    event: event('WH-1AA00013AA000013A-1AA00013AA000013A', 'PAYMENT.AUTHORIZATION.VOIDED', 'authorization', '2026-07-18T09:30:02.000Z', voided),
    expect: [hint(AUTH, 'authorization')],
    answers: [token, answer('authorization', `/v2/payments/authorizations/${AUTH}`, AUTH, voided, [
      { type: 'transaction', id: AUTH, kind: 'preauthorize', status: 'ERROR', cancelled: true, amount: '80.00 EUR' },
      { type: 'transaction', id: `${AUTH}~void`, kind: 'void', status: 'FINISHED', original: AUTH, amount: null },
    ])],
  },
  {
    name: '14-capture-pending', about: 'An eCheck takes days: the capture is pending.', at: '2026-07-15T11:00:04Z',
    event: event('WH-1AA00014AA000014A-1AA00014AA000014A', 'PAYMENT.CAPTURE.PENDING', 'capture', '2026-07-15T11:00:02.000Z', echeck),
    expect: [hint('9EC12345AB6789012', 'capture')],
    answers: [token, answer('capture', '/v2/payments/captures/9EC12345AB6789012', '9EC12345AB6789012', echeck, [
      { type: 'transaction', id: '9EC12345AB6789012', kind: 'debit', status: 'PENDING', pendingReason: 'async', amount: '15.00 EUR' },
    ])],
  },
  {
    name: '15-capture-denied', about: 'PayPal’s risk filters refuse a capture.', at: '2026-07-15T12:00:04Z',
    event: event('WH-1AA00015AA000015A-1AA00015AA000015A', 'PAYMENT.CAPTURE.DENIED', 'capture', '2026-07-15T12:00:02.000Z', denied),
    expect: [hint('9DN12345AB6789012', 'capture')],
    answers: [token, answer('capture', '/v2/payments/captures/9DN12345AB6789012', '9DN12345AB6789012', denied, [
      { type: 'transaction', id: '9DN12345AB6789012', kind: 'debit', status: 'ERROR', final: true, errorClass: 'fraud', advice: 'do_not_retry', errorCode: 'DECLINED_BY_RISK_FRAUD_FILTERS' },
    ])],
  },
  {
    name: '16-capture-declined-card', about: 'The card’s issuer declines for lack of funds, and advises to try later.', at: '2026-07-15T12:30:04Z',
    event: event('WH-1AA00016AA000016A-1AA00016AA000016A', 'PAYMENT.CAPTURE.DECLINED', 'capture', '2026-07-15T12:30:02.000Z', insufficient),
    expect: [hint('9IN12345AB6789012', 'capture')],
    answers: [token, answer('capture', '/v2/payments/captures/9IN12345AB6789012', '9IN12345AB6789012', insufficient, [
      { type: 'transaction', id: '9IN12345AB6789012', status: 'ERROR', errorClass: 'declined', advice: 'retry_later', errorCode: 'DECLINED', adapterCode: '5120', merchantAdviceCode: '02' },
    ])],
  },
];
