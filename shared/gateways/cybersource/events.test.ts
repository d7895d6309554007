import { describe, expect, it } from 'vitest';
import { outlineOf } from '../outline.testing.ts';
import { KNOWN_EVENTS } from './event-rules.ts';
import { normalizeCybersource } from './normalize.ts';
import { type Envelope, envelope } from './notification.testing.ts';

const ID = '7283649501726384950173';
const ORIGINAL = '7283649501726384950001';
const AT = '2026-01-15T09:29:58.000Z';
const MONEY = {
  orderInformation: { amountDetails: { totalAmount: '24.50', authorizedAmount: '20.00', currency: 'EUR' } },
};
const LINKED = {
  _links: { relatedTransactions: [{ href: `https://api.cybersource.com/tss/v2/transactions/${ORIGINAL}` }] },
};

function told(event: string, payload: unknown, more: Envelope = {}) {
  const body = new TextEncoder().encode(JSON.stringify(envelope(event, payload, more)));
  return normalizeCybersource({ source: 'pushed', body, declared: { scheme: 'body' } }).notifications.map(outlineOf);
}

/** Columns: event, status of the payload, then kind, status and what else of the first subject. */
const P = 'payments';
const rows: readonly (readonly [string, string | undefined, object])[] = [
  [
    `${P}.authorization.status.accepted`,
    'AUTHORIZED',
    { kind: 'preauthorize', status: 'FINISHED', final: false, amount: '20.00 EUR' },
  ],
  [
    `${P}.authorization.status.partiallyApproved`,
    'PARTIAL_AUTHORIZED',
    { kind: 'preauthorize', status: 'FINISHED', amount: '20.00 EUR' },
  ],
  [
    `${P}.authorization.status.reviewed`,
    'AUTHORIZED_PENDING_REVIEW',
    { kind: 'preauthorize', status: 'PENDING', pendingReason: 'review' },
  ],
  [
    `${P}.authorization.status.rejected`,
    'DECLINED',
    { kind: 'preauthorize', status: 'ERROR', final: true, errorClass: 'declined' },
  ],
  [
    `${P}.authorization.status.rejected`,
    'INVALID_REQUEST',
    { status: 'ERROR', final: true, errorClass: 'configuration' },
  ],
  [`${P}.authorization.status.rejected`, 'SERVER_ERROR', { status: 'ERROR', final: false, advice: 'ask_status' }],
  [`${P}.authorization.status.rejected`, 'SERVER_TIMEOUT', { status: 'ERROR', final: false, advice: 'ask_status' }],
  [`${P}.authorization.status.rejected`, 'SERVICE_TIMEOUT', { status: 'ERROR', final: false, advice: 'ask_status' }],
  [
    `${P}.capture.status.accepted`,
    'PENDING',
    { kind: 'capture', status: 'PENDING', final: false, original: ORIGINAL, amount: '24.50 EUR' },
  ],
  [`${P}.capture.status.updated`, 'BATCHED', { kind: 'capture', status: 'FINISHED', final: true, original: ORIGINAL }],
  [`${P}.refund.status.accepted`, 'PENDING', { kind: 'refund', status: 'PENDING', original: ORIGINAL }],
  [`${P}.refund.status.updated`, 'BATCHED', { kind: 'refund', status: 'FINISHED', final: true }],
  [`${P}.credit.status.accepted`, 'PENDING', { kind: 'refund', status: 'PENDING' }],
  [`${P}.credit.status.updated`, 'BATCHED', { kind: 'refund', status: 'FINISHED', final: true }],
  [
    `${P}.void.status.accepted`,
    'VOIDED',
    { kind: 'void', status: 'FINISHED', final: true, original: ORIGINAL, amount: null },
  ],
  [`${P}.void.status.rejected`, 'NOT VOIDABLE', { kind: 'void', status: 'ERROR', errorClass: 'configuration' }],
  [`${P}.reversal.status.accepted`, 'REVERSED', { kind: 'void', status: 'FINISHED', original: ORIGINAL }],
  [`${P}.reversal.status.rejected`, undefined, { kind: 'void', status: 'ERROR' }],
  [`${P}.payments.updated`, 'PENDING', { kind: 'debit', status: 'PENDING', pendingReason: 'async' }],
  [`${P}.payments.updated`, 'SETTLE_INITIATED', { kind: 'debit', status: 'PENDING' }],
  [`${P}.payments.updated`, 'COMPLETED', { kind: 'debit', status: 'FINISHED', final: true, amount: '24.50 EUR' }],
  [`${P}.payments.updated`, 'SETTLED', { kind: 'debit', status: 'FINISHED' }],
  [`${P}.payments.updated`, 'FAILED', { kind: 'debit', status: 'ERROR', final: true }],
  [`${P}.payments.updated`, 'DECLINED', { kind: 'debit', status: 'ERROR' }],
  [`${P}.payments.updated`, 'ABANDONED', { kind: 'debit', status: 'ERROR', errorClass: 'customer' }],
  [`${P}.payments.accepted`, 'PENDING', { kind: 'debit', status: 'PENDING', final: false }],
  [`${P}.payments.accepted`, undefined, { kind: 'debit', status: 'FINISHED', final: false }],
  [`${P}.payments.failed`, 'DECLINED', { kind: 'debit', status: 'ERROR', final: false }],
  [`${P}.credits.accepted`, undefined, { kind: 'refund', status: 'FINISHED', final: false }],
  [`${P}.credits.failed`, undefined, { kind: 'refund', status: 'ERROR', final: false }],
  [`${P}.voids.accepted`, undefined, { kind: 'void', status: 'FINISHED', final: false }],
  [`${P}.voids.failed`, undefined, { kind: 'void', status: 'ERROR', final: false }],
  ...(['payments', 'captures', 'refunds', 'credits', 'reversals', 'voids'] as const).flatMap((name) => {
    const kinds = {
      payments: 'preauthorize',
      captures: 'capture',
      refunds: 'refund',
      credits: 'refund',
      reversals: 'void',
      voids: 'void',
    };
    const kind = kinds[name];
    return [
      [`${P}.${name}.accept`, undefined, { kind, status: 'FINISHED' }],
      [`${P}.${name}.review`, undefined, { kind, status: 'PENDING', pendingReason: 'review' }],
      [`${P}.${name}.reject`, undefined, { kind, status: 'ERROR' }],
      [`${P}.${name}.partial.approval`, undefined, { kind, status: 'FINISHED' }],
    ] as const;
  }),
  ['uc.orders.transactionresults', 'AUTHORIZED', { kind: 'preauthorize', status: 'FINISHED' }],
  ['uc.orders.transactionresults', 'CAPTURED', { kind: 'preauthorize', status: 'FINISHED' }],
  ['uc.orders.transactionresults', 'TRANSMITTED', { kind: 'preauthorize', status: 'FINISHED' }],
  ['uc.orders.transactionresults', 'SETTLED', { kind: 'preauthorize', status: 'FINISHED' }],
  ['uc.orders.transactionresults', 'COMPLETED', { kind: 'preauthorize', status: 'FINISHED' }],
  ['uc.orders.transactionresults', 'DECLINED', { kind: 'preauthorize', status: 'ERROR' }],
  ['uc.orders.transactionresults', 'FAILED', { kind: 'preauthorize', status: 'ERROR' }],
  ['uc.orders.transactionresults', 'INVALID_REQUEST', { kind: 'preauthorize', status: 'ERROR' }],
  [
    'uc.orders.transactionresults',
    'AUTHORIZED_PENDING_REVIEW',
    { kind: 'preauthorize', status: 'PENDING', pendingReason: 'review' },
  ],
  ['payByLink.customer.payment', undefined, { kind: 'debit', status: 'FINISHED' }],
  ['payByLink.merchant.payment', 'AUTHORIZED', { kind: 'preauthorize', status: 'FINISHED' }],
  ['invoicing.customer.invoice.paid', undefined, { kind: 'debit', status: 'FINISHED' }],
  [
    'risk.casemanagement.decision.accept',
    undefined,
    { type: 'notice', status: 'RECEIVED', reason: 'risk_case_accepted', related: ID },
  ],
  ['risk.casemanagement.decision.reject', undefined, { type: 'notice', reason: 'risk_case_rejected' }],
  ['risk.casemanagement.addnote', undefined, { type: 'notice', reason: 'risk_case_note' }],
  ['risk.profile.decision.reject', undefined, { type: 'notice', reason: 'risk_profile_reject' }],
  ['risk.profile.decision.review', undefined, { type: 'notice', reason: 'risk_profile_review' }],
  ['risk.profile.decision.monitor', undefined, { type: 'notice', reason: 'risk_profile_monitor' }],
  ['aura.batch.status.update', undefined, { type: 'notice', reason: 'account_updater_batch' }],
  ['invoicing.customer.invoice.send', undefined, { type: 'notice', reason: 'invoice_send' }],
  ['invoicing.customer.invoice.reminder', undefined, { type: 'notice', reason: 'invoice_reminder' }],
  ['invoicing.merchant.invoice.overdue-reminder', undefined, { type: 'notice', reason: 'invoice_overdue_reminder' }],
];

describe('every event of the table (wire 2.3)', () => {
  it.each(rows)('%s %s', (event, status, expected) => {
    const [first = {}] = told(event, { id: ID, ...(status && { status }), ...MONEY, ...LINKED });
    const timed = 'kind' in expected ? { id: ID, gatewayTime: AT, anomalies: [] } : {};
    expect(pick(first, { ...timed, ...expected })).toEqual({ ...timed, ...expected });
  });

  it('is in the list of those that provisioning subscribes to', () => {
    for (const [event] of rows) expect(KNOWN_EVENTS).toContain(event.toLowerCase());
  });
});

describe('what was undone after it had been made', () => {
  it('is called off: never an override, and a void of all', () => {
    for (const status of ['CANCELLED', 'VOIDED']) {
      expect(told('payments.payments.updated', { reconciliationId: ID, status, ...MONEY })).toMatchObject([
        { id: ID, kind: 'debit', status: 'ERROR', cancelled: true, amount: '24.50 EUR' },
        { id: `${ID}~void`, kind: 'void', status: 'FINISHED', original: ID, amount: undefined },
      ]);
    }
  });
  it('is refunded: accepted before, and a refund of its own', () => {
    expect(told('payments.payments.updated', { reconciliationId: ID, status: 'REFUNDED', ...MONEY })).toMatchObject([
      { id: ID, kind: 'debit', status: 'FINISHED' },
      { id: `${ID}~refund`, kind: 'refund', status: 'FINISHED', original: ID, amount: '24.50 EUR' },
    ]);
  });
  it('is an invoice: an order, and no money', () => {
    expect(told('invoicing.customer.invoice.cancel', { id: 'INV-1' })).toMatchObject([
      { id: 'INV-1', kind: 'order', status: 'ERROR', cancelled: true },
      { id: 'INV-1~void', kind: 'void', original: 'INV-1', amount: undefined },
    ]);
  });
});

describe('what is asked', () => {
  const hint = { id: ID, hint: true, status: 'PENDING', ask: { as: 'transaction' } };
  it.each([
    ['a capture without amount', 'payments.capture.status.updated', { status: 'BATCHED', ...LINKED }],
    ['a capture without original', 'payments.capture.status.updated', { status: 'BATCHED', ...MONEY }],
    ['a refund whose status lags', 'payments.refund.status.updated', { status: 'PENDING', ...MONEY, ...LINKED }],
    ['an accepted case', 'risk.casemanagement.decision.accept', {}],
  ])('%s: beside what was said', (_what, event, payload) => {
    const all = told(event, { id: ID, ...payload });
    expect(all).toHaveLength(2);
    expect(all[1]).toMatchObject(hint);
  });
  it.each([
    ['an accepted authorization that is declined', 'payments.authorization.status.accepted', { status: 'DECLINED' }],
    ['a rejected one that is authorized', 'payments.authorization.status.rejected', { status: 'AUTHORIZED' }],
    ['an accepted capture that is voided', 'payments.capture.status.accepted', { status: 'VOIDED' }],
    ['a sent capture that is voided', 'payments.capture.status.updated', { status: 'VOIDED' }],
    ['an alternative payment without a status', 'payments.payments.updated', {}],
  ])('%s: instead of it', (_what, event, payload) => {
    const all = told(event, { id: ID, ...payload, ...MONEY, ...LINKED });
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject(hint);
  });
  it('a standalone credit has no original to ask for', () => {
    expect(told('payments.credit.status.updated', { id: ID, status: 'BATCHED', ...MONEY })).toHaveLength(1);
  });
});

describe('a review that ends in a refusal', () => {
  it('is an error of the payment', () => {
    expect(told('risk.casemanagement.decision.reject', { id: ID, ...MONEY })[1]).toMatchObject({
      ...{ type: 'transaction', id: ID, kind: undefined, status: 'ERROR', errorClass: 'fraud', amount: undefined },
    });
  });
});

describe('an authorization that captures at once', () => {
  it('has one request id: the capture is a subject of its own', () => {
    const payload = { id: ID, rootId: ID, status: 'PENDING', ...MONEY };
    expect(told('payments.capture.status.accepted', payload)).toMatchObject([
      { id: `${ID}~capture`, kind: 'capture', status: 'PENDING', original: ID },
    ]);
  });
});

describe('an authorization that got no answer in time', () => {
  it('is not final, also where only the reason says so', () => {
    const payload = { id: ID, errorInformation: { reason: 'SERVICE_TIMEOUT' }, ...MONEY };
    expect(told('payments.authorization.status.rejected', payload)).toMatchObject([
      { id: ID, status: 'ERROR', final: false, advice: 'ask_status' },
    ]);
  });
});

describe('orders', () => {
  it('move no money of their own', () => {
    expect(told('invoicing.customer.invoice.paid', { id: 'INV-7', ...MONEY })).toMatchObject([
      { id: 'INV-7', kind: 'order', status: 'FINISHED' },
    ]);
    expect(told('payByLink.customer.payment', { id: 'LINK-7' })).toMatchObject([{ id: 'LINK-7', kind: 'order' }]);
    expect(told('uc.orders.transactionresults', { orderId: 'ORD-7', status: 'COMPLETED' })).toMatchObject([
      { id: 'ORD-7', kind: 'order', status: 'FINISHED' },
    ]);
  });
  it('with a payment of their own name the same subject as its events', () => {
    const invoice = { id: 'INV-7', transactionId: ID, status: 'AUTHORIZED', ...MONEY };
    expect(told('invoicing.customer.invoice.paid', invoice)).toMatchObject([
      { id: 'INV-7', kind: 'order', status: 'FINISHED' },
      { id: ID, kind: 'preauthorize', status: 'FINISHED' },
    ]);
    expect(told('invoicing.customer.invoice.partial-payment', invoice)).toMatchObject([
      { id: 'INV-7', kind: 'order', status: 'PENDING', expiresAfterMinutes: 0 },
      { id: ID, hint: true },
    ]);
    const details = { transactionResult: { details: { id: ID, status: 'AUTHORIZED', ...MONEY } } };
    expect(told('uc.orders.transactionresults', details)).toMatchObject([{ id: ID, kind: 'preauthorize' }]);
  });
  it.each(['CAPTURED', 'TRANSMITTED', 'SETTLED', 'COMPLETED'])('%s is an authorization and its capture', (status) => {
    const paid = [
      { id: ID, kind: 'preauthorize', status: 'FINISHED', amount: '20.00 EUR' },
      { id: `${ID}~capture`, kind: 'capture', status: 'FINISHED', amount: '20.00 EUR', original: ID, gatewayTime: AT },
    ];
    expect(told('uc.orders.transactionresults', { id: ID, status, ...MONEY })).toMatchObject(paid);
    const link = { id: 'LINK-7', transactionId: ID, status, ...MONEY };
    expect(told('payByLink.customer.payment', link)).toMatchObject([{ id: 'LINK-7', kind: 'order' }, ...paid]);
    const refund = told('uc.orders.transactionresults', { id: ID, status: 'REFUNDED', ...MONEY });
    expect(refund.map(({ id }) => id)).not.toContain(`${ID}~capture`);
  });
});

describe('subscriptions', () => {
  const subscription = { subscriptionInformation: { id: 'SUB-1' } };
  it.each([
    ['created', 'ACTIVE', 'FINISHED'],
    ['failed', 'ERROR', 'ERROR'],
    ['pre-notified', 'ACTIVE', undefined],
  ])('charge.%s', (what, status, charge) => {
    const all = told(`rbs.subscriptions.charge.${what}`, { ...subscription, id: ID, ...MONEY });
    expect(all[0]).toMatchObject({ type: 'schedule', id: 'SUB-1', status, gatewayTime: AT });
    if (charge === undefined) expect(all).toHaveLength(1);
    else
      expect(all[1]).toMatchObject({ id: ID, kind: 'debit', status: charge, scheduleId: 'SUB-1', amount: '24.50 EUR' });
  });
  it('without an amount make no payment', () => {
    expect(told('rbs.subscriptions.charge.created', { ...subscription, id: ID })).toHaveLength(1);
  });
});

describe('tokens', () => {
  const links = (state?: string) => ({
    'tokenized-cards': [{ id: 'CARD1', ...(state && { state }) }],
    instrumentIdentifiers: [{ id: '7045000000016061234' }],
  });
  const news = (reason: string | undefined, state?: string) => ({
    data: { ...(reason && { reason }), id: 'N1', type: 'tokenizedCardUpdates', version: '1.0', _links: links(state) },
    organizationId: 'acme_org',
  });
  const card = { type: 'instrument', id: '7045000000016061234', aliases: ['CARD1'] };
  it.each([
    ['TOKEN_STATUS_UPDATED', 'ACTIVE', { token: 'active', tokenDate: AT, update: undefined }],
    ['TOKEN_STATUS_UPDATED', 'SUSPENDED', { token: 'suspended' }],
    ['TOKEN_STATUS_UPDATED', 'DELETED', { token: 'deactivated' }],
    ['TOKEN_STATUS_UPDATED', 'EXPIRED', { token: 'inactive' }],
    ['CARD_UPDATED', undefined, { update: 'updated', updateDate: '2026-01-15', token: undefined }],
    ['TOKEN_UPDATED', undefined, { update: 'updated' }],
    ['METADATA_UPDATED', undefined, { update: 'updated' }],
    ['REDIGITALIZATION', 'ACTIVE', { update: 'updated', token: 'active' }],
    ['TOKEN_EXPIRY_UPDATED', undefined, { update: 'new_expiry' }],
  ])('tms.networktoken.updated %s %s', (reason, state, expected) => {
    expect(told('tms.networktoken.updated', news(reason, state))).toMatchObject([{ ...card, ...expected }]);
  });
  it.each([
    ['tms.networktoken.provisioned', { register: 'FINISHED', token: 'active' }],
    ['tms.networktoken.binding', { update: 'updated' }],
    ['tms.token.created', { register: 'FINISHED' }],
    ['tms.token.updated', { update: 'updated' }],
    ['tms.token.pan_updated', { update: 'updated' }],
  ])('%s', (event, expected) => {
    expect(told(event, news(undefined))).toMatchObject([{ ...card, ...expected }]);
  });
  it('of an unknown state are kept and flagged', () => {
    const [first] = told('tms.networktoken.updated', news('TOKEN_STATUS_UPDATED', 'FROZEN'));
    expect(first).toMatchObject({ ...card, token: undefined, anomalies: [{ code: 'unknown_token_status' }] });
  });
});

describe('what nobody knows', () => {
  it.each([
    ['unknown_event', 'payments.teleport.accepted', { id: ID }],
    ['unknown_status', 'payments.authorization.status.accepted', { id: ID, status: 'SHRUGGED' }],
    ['unknown_status', 'payments.payments.updated', { reconciliationId: ID, status: 'SHRUGGED' }],
    ['unknown_reason', 'tms.networktoken.updated', { data: { reason: 'X', id: 'N1' } }],
    ['missing_id', 'payments.capture.status.updated', { id: '../../x', status: 'BATCHED' }],
    ['no_payload', 'payments.capture.status.updated', null],
    ['no_payload', '__proto__', 7],
    ['unknown_event', 'constructor', { id: ID }],
  ])('is a notice %s', (reason, event, payload) => {
    expect(told(event, payload)).toMatchObject([{ type: 'notice', status: 'UNRECOGNIZED', reason }]);
  });
});

describe('what was opened', () => {
  it('belongs to a body that has something encrypted, or to nothing', () => {
    const payload = JSON.stringify({ id: ID, status: 'AUTHORIZED', ...MONEY });
    const body = new TextEncoder().encode(JSON.stringify(envelope('payments.authorization.status.accepted', 'no jwe')));
    const { notifications } = normalizeCybersource({ source: 'pushed', body, declared: { scheme: 'body', payload } });
    expect(notifications).toMatchObject([{ about: 'notice', reason: 'no_payload' }]);
  });
});

function pick(outline: Readonly<Record<string, unknown>>, expected: object): object {
  return Object.fromEntries(Object.keys(expected).map((key) => [key, outline[key] ?? null]));
}
