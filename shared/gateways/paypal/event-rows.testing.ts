/** One row an event: its name, its resource, and what must come of it where the push is believed. Times are `AT`. */
export const AT = '2026-07-14T09:30:15Z';
const amount = { currency_code: 'EUR', value: '10.00' };
export const total = { total: '10.00', currency: 'EUR' };
const up = (path: string) => [{ rel: 'up', href: `https://api.paypal.com${path}` }];
export const capture = (status: string) => ({ id: 'CAP1', status, amount });
const refund = (status: string) => ({ id: 'REF1', status, amount, links: up('/v2/payments/captures/CAP1') });
export const dispute = (more: object) => ({
  dispute_id: 'PP-1',
  dispute_amount: amount,
  disputed_transactions: [{ seller_transaction_id: 'CAP1' }],
  ...more,
});
export const resolved = (outcome_code: string, stage = 'CHARGEBACK') =>
  dispute({ status: 'RESOLVED', dispute_life_cycle_stage: stage, dispute_outcome: { outcome_code } });
const payout = (transaction_status: string) => ({
  payout_item_id: 'ITEM1',
  transaction_status,
  payout_item: { amount },
});
const batch = (batch_status: string) => ({ batch_header: { payout_batch_id: 'BATCH1', batch_status } });

const order = (status: string) => ({ type: 'transaction', kind: 'order', id: 'ORD1', status });
const debit = (status: string) => ({ type: 'transaction', kind: 'debit', id: 'CAP1', status, amount: '10.00 EUR' });
const refunded = (status: string) => ({ type: 'transaction', kind: 'refund', id: 'REF1', status, original: 'CAP1' });
const schedule = (status: string) => ({ type: 'schedule', id: 'I-1', status });
const item = (status: string) => ({ type: 'transaction', kind: 'payout', id: 'ITEM1', status, amount: '10.00 EUR' });
const disputed = (status: string) => ({ type: 'transaction', kind: 'dispute', id: 'PP-1', status, original: 'CAP1' });
const chargeback = {
  type: 'transaction',
  kind: 'chargeback',
  id: 'CAP1~chargeback-1',
  status: 'FINISHED',
  original: 'CAP1',
};
const openChargeback = { ...chargeback, status: 'PENDING' };
const reversal = { ...chargeback, kind: 'chargeback_reversal', id: 'CAP1~chargeback_reversal-1' };
const notice = (reason: string) => ({ type: 'notice', status: 'RECEIVED', id: 'WH-1', reason });

/** Every row of section 3.3 of the wire facts, and what PayPal's page of names has beside it. */
export const ROWS: readonly (readonly [string, object, readonly object[]])[] = [
  ['CHECKOUT.ORDER.APPROVED', { id: 'ORD1', status: 'APPROVED' }, [order('PENDING')]],
  ['CHECKOUT.ORDER.COMPLETED', { id: 'ORD1', status: 'COMPLETED' }, [order('FINISHED')]],
  ['CHECKOUT.ORDER.PROCESSED', { id: 'ORD1' }, [order('PENDING')]],
  ['CHECKOUT.ORDER.SAVED', { id: 'ORD1', status: 'SAVED' }, [order('PENDING')]],
  ['CHECKOUT.ORDER.VOIDED', { id: 'ORD1', status: 'VOIDED' }, [{ ...order('ERROR'), cancelled: true }]],
  ['CHECKOUT.PAYMENT-APPROVAL.REVERSED', { order_id: 'ORD1' }, [order('ERROR')]],
  [
    'PAYMENT.AUTHORIZATION.CREATED',
    { id: 'AUT1', status: 'CREATED', amount },
    [{ kind: 'preauthorize', status: 'FINISHED' }],
  ],
  [
    'PAYMENT.AUTHORIZATION.CREATED',
    { id: 'AUT1', status: 'PENDING', amount },
    [{ kind: 'preauthorize', status: 'PENDING' }],
  ],
  [
    'PAYMENT.AUTHORIZATION.VOIDED',
    { id: 'AUT1', status: 'VOIDED', amount },
    [
      { kind: 'preauthorize', status: 'ERROR', cancelled: true },
      { kind: 'void', id: 'AUT1~void', status: 'FINISHED', original: 'AUT1', amount: undefined },
    ],
  ],
  ['PAYMENT.CAPTURE.COMPLETED', capture('COMPLETED'), [debit('FINISHED')]],
  [
    'PAYMENT.CAPTURE.COMPLETED',
    { ...capture('COMPLETED'), links: up('/v2/payments/authorizations/AUT1') },
    [{ ...debit('FINISHED'), kind: 'capture', original: 'AUT1' }],
  ],
  ['PAYMENT.CAPTURE.PENDING', capture('PENDING'), [debit('PENDING')]],
  ['PAYMENT.CAPTURE.DENIED', capture('DECLINED'), [debit('ERROR')]],
  ['PAYMENT.CAPTURE.DECLINED', capture('DECLINED'), [debit('ERROR')]],
  ['PAYMENT.CAPTURE.REFUNDED', refund('COMPLETED'), [refunded('FINISHED')]],
  ['PAYMENT.CAPTURE.REFUNDED', refund('PENDING'), [refunded('PENDING')]],
  ['PAYMENT.CAPTURE.REVERSED', refund('COMPLETED'), [{ ...chargeback, amount: '10.00 EUR' }]],
  ['PAYMENT.SALE.COMPLETED', { id: 'CAP1', state: 'completed', amount: total }, [debit('FINISHED')]],
  ['PAYMENT.SALE.PENDING', { id: 'CAP1', state: 'pending', amount: total }, [debit('PENDING')]],
  ['PAYMENT.SALE.DENIED', { id: 'CAP1', state: 'denied', amount: total }, [debit('ERROR')]],
  ['PAYMENT.SALE.REFUNDED', { id: 'REF1', sale_id: 'CAP1', state: 'completed', amount: total }, [refunded('FINISHED')]],
  [
    'PAYMENT.SALE.REVERSED',
    { id: 'REV1', sale_id: 'CAP1', state: 'completed', amount: { total: '-10.00', currency: 'EUR' } },
    [{ ...chargeback, amount: '10.00 EUR' }],
  ],
  ['PAYMENT.REFUND.PENDING', refund('PENDING'), [refunded('PENDING')]],
  ['PAYMENT.REFUND.FAILED', refund('FAILED'), [refunded('ERROR')]],
  ['PAYMENT.ORDER.CREATED', { id: 'ORD1', state: 'PENDING', amount: total }, [order('PENDING')]],
  ['PAYMENT.ORDER.CANCELLED', { id: 'ORD1', state: 'VOIDED', amount: total }, [order('ERROR')]],
  ['BILLING.SUBSCRIPTION.CREATED', { id: 'I-1', status: 'APPROVAL_PENDING' }, [schedule('CREATE_PENDING')]],
  ['BILLING.SUBSCRIPTION.ACTIVATED', { id: 'I-1', status: 'ACTIVE' }, [schedule('ACTIVE')]],
  ['BILLING.SUBSCRIPTION.RE-ACTIVATED', { id: 'I-1', state: 'Active' }, [schedule('ACTIVE')]],
  ['BILLING.SUBSCRIPTION.UPDATED', { id: 'I-1', status: 'ACTIVE' }, [schedule('ACTIVE')]],
  ['BILLING.SUBSCRIPTION.UPDATED', { id: 'I-1', status: 'SUSPENDED' }, [schedule('PAUSED')]],
  ['BILLING.SUBSCRIPTION.SUSPENDED', { id: 'I-1', status: 'SUSPENDED' }, [schedule('PAUSED')]],
  ['BILLING.SUBSCRIPTION.PAYMENT.FAILED', { id: 'I-1', status: 'ACTIVE' }, [schedule('ERROR')]],
  ['BILLING.SUBSCRIPTION.PAYMENT.FAILED', { id: 'I-1', status: 'SUSPENDED' }, [schedule('PAUSED')]],
  ['BILLING.SUBSCRIPTION.CANCELLED', { id: 'I-1', status: 'CANCELLED' }, [schedule('CANCELLED')]],
  ['BILLING.SUBSCRIPTION.EXPIRED', { id: 'I-1', status: 'EXPIRED' }, [schedule('COMPLETED')]],
  ['BILLING.PLAN.CREATED', { id: 'P-1' }, [notice('billing_plan')]],
  ['CATALOG.PRODUCT.UPDATED', { id: 'PROD-1' }, [notice('catalog_product')]],
  [
    'VAULT.PAYMENT-TOKEN.CREATED',
    { id: 'TOK1', payment_source: { paypal: {} } },
    [
      { type: 'transaction', kind: 'register', id: 'TOK1', status: 'FINISHED' },
      { type: 'instrument', kind: 'account', id: 'TOK1', register: 'FINISHED' },
    ],
  ],
  [
    'VAULT.PAYMENT-TOKEN.DELETION-INITIATED',
    { id: 'TOK1' },
    [{ kind: 'deregister', status: 'PENDING', deregisters: 'TOK1' }],
  ],
  ['VAULT.PAYMENT-TOKEN.DELETED', { id: 'TOK1' }, [{ kind: 'deregister', status: 'FINISHED', deregisters: 'TOK1' }]],
  [
    'PAYMENT-TOKENIZATION.TOKEN-STATUS.CHANGED',
    { id: 'TOK1', status: 'SUSPENDED' },
    [{ type: 'instrument', token: 'suspended' }],
  ],
  [
    'PAYMENT-TOKENIZATION.TOKEN-STATUS.CHANGED',
    { id: 'TOK1', status: 'ODD' },
    [{ type: 'instrument', hint: true, token: undefined }],
  ],
  [
    'PAYMENT-TOKENIZATION.PAYMENT-CREDENTIAL.UPDATED',
    { id: 'TOK1' },
    [{ type: 'instrument', update: 'updated', updateDate: '2026-07-14' }],
  ],
  ['PAYMENT-TOKENIZATION.METADATA.CHANGED', { id: 'TOK1' }, [{ type: 'instrument', hint: true }]],
  ['PAYMENT-TOKENIZATION.ENROLLMENT.CREATED', { id: 'TOK1' }, [notice('token_news')]],
  ['PAYMENT-TOKENIZATION.PAYMENT-CREDENTIAL.CREATED', { id: 'TOK1' }, [notice('token_news')]],
  ['PAYMENT-TOKENIZATION.TRANSACTION.CREATED', { id: 'TOK1' }, [notice('token_news')]],
  ['CUSTOMER.DISPUTE.CREATED', dispute({ status: 'OPEN', dispute_life_cycle_stage: 'INQUIRY' }), [disputed('PENDING')]],
  [
    'CUSTOMER.DISPUTE.UPDATED',
    dispute({ status: 'UNDER_REVIEW', dispute_life_cycle_stage: 'CHARGEBACK' }),
    [disputed('PENDING'), openChargeback],
  ],
  [
    'CUSTOMER.DISPUTE.UPDATED',
    dispute({ status: 'UNDER_REVIEW', dispute_life_cycle_stage: 'PRE_ARBITRATION' }),
    [disputed('PENDING'), openChargeback],
  ],
  [
    'CUSTOMER.DISPUTE.UPDATED',
    dispute({ status: 'UNDER_REVIEW', dispute_life_cycle_stage: 'ARBITRATION' }),
    [disputed('PENDING'), openChargeback],
  ],
  ['CUSTOMER.DISPUTE.RESOLVED', resolved('RESOLVED_BUYER_FAVOUR'), [disputed('FINISHED'), chargeback]],
  ['CUSTOMER.DISPUTE.RESOLVED', resolved('RESOLVED_WITH_PAYOUT'), [disputed('FINISHED'), chargeback]],
  ['CUSTOMER.DISPUTE.RESOLVED', resolved('ACCEPTED'), [disputed('FINISHED'), chargeback]],
  ['CUSTOMER.DISPUTE.RESOLVED', resolved('RESOLVED_SELLER_FAVOUR'), [disputed('FINISHED'), chargeback, reversal]],
  ['CUSTOMER.DISPUTE.RESOLVED', resolved('CANCELED_BY_BUYER'), [disputed('FINISHED'), chargeback, reversal]],
  ['CUSTOMER.DISPUTE.RESOLVED', resolved('DENIED'), [disputed('FINISHED'), chargeback, reversal]],
  ['CUSTOMER.DISPUTE.RESOLVED', resolved('RESOLVED_SELLER_FAVOUR', 'INQUIRY'), [disputed('FINISHED')]],
  ['CUSTOMER.DISPUTE.RESOLVED', resolved('RESOLVED_BUYER_FAVOUR', 'INQUIRY'), [disputed('FINISHED')]],
  [
    'CUSTOMER.DISPUTE.RESOLVED',
    resolved('ODD'),
    [{ ...disputed('FINISHED'), anomalies: ['unreadable dispute_outcome.outcome_code'] }],
  ],
  ['RISK.DISPUTE.CREATED', dispute({}), [disputed('PENDING')]],
  ['PAYMENT.PAYOUTSBATCH.PROCESSING', batch('PROCESSING'), [{ kind: 'payout', id: 'BATCH1', status: 'PENDING' }]],
  ['PAYMENT.PAYOUTSBATCH.SUCCESS', batch('SUCCESS'), [{ kind: 'payout', id: 'BATCH1', status: 'FINISHED' }]],
  ['PAYMENT.PAYOUTSBATCH.DENIED', batch('DENIED'), [{ kind: 'payout', id: 'BATCH1', status: 'ERROR' }]],
  ['PAYMENT.PAYOUTS-ITEM.SUCCEEDED', payout('SUCCESS'), [item('FINISHED')]],
  ['PAYMENT.PAYOUTS-ITEM.HELD', payout('ONHOLD'), [item('PENDING')]],
  ['PAYMENT.PAYOUTS-ITEM.UNCLAIMED', payout('UNCLAIMED'), [item('PENDING')]],
  ['PAYMENT.PAYOUTS-ITEM.BLOCKED', payout('BLOCKED'), [item('ERROR')]],
  ['PAYMENT.PAYOUTS-ITEM.DENIED', payout('DENIED'), [item('ERROR')]],
  ['PAYMENT.PAYOUTS-ITEM.FAILED', payout('FAILED'), [item('ERROR')]],
  ['PAYMENT.PAYOUTS-ITEM.CANCELED', payout('CANCELED'), [item('ERROR')]],
  ['PAYMENT.PAYOUTS-ITEM.RETURNED', payout('RETURNED'), [item('ERROR')]],
  ['PAYMENT.PAYOUTS-ITEM.REFUNDED', payout('REFUNDED'), [item('ERROR')]],
  [
    'PAYMENT.REFERENCED-PAYOUT-ITEM.COMPLETED',
    { item_id: 'ITEM1', processing_state: { status: 'SUCCESS' }, payout_amount: amount },
    [item('FINISHED')],
  ],
  [
    'PAYMENT.REFERENCED-PAYOUT-ITEM.FAILED',
    { item_id: 'ITEM1', processing_state: { status: 'FAILED', reason: 'INTERNAL_ERROR' }, payout_amount: amount },
    [{ ...item('ERROR'), errorClass: 'temporary' }],
  ],
  [
    'INVOICING.INVOICE.PAID',
    { invoice: { id: 'INV2-1', status: 'PAID' } },
    [{ kind: 'order', id: 'INV2-1', status: 'FINISHED' }],
  ],
  [
    'INVOICING.INVOICE.REFUNDED',
    { id: 'INV2-1', status: 'REFUNDED' },
    [{ kind: 'order', id: 'INV2-1', status: 'FINISHED' }],
  ],
  ['INVOICING.INVOICE.CANCELLED', { id: 'INV2-1' }, [{ kind: 'order', status: 'ERROR', cancelled: true }]],
  ['INVOICING.INVOICE.SCHEDULED', { id: 'INV2-1' }, [notice('invoice')]],
  ['MERCHANT.ONBOARDING.COMPLETED', { merchant_id: 'M1' }, [notice('merchant_account')]],
  ['MERCHANT.PARTNER-CONSENT.REVOKED', { merchant_id: 'M1' }, [notice('partner_consent_revoked')]],
  ['CUSTOMER.MERCHANT-INTEGRATION.CAPABILITY-UPDATED', {}, [notice('merchant_account')]],
  ['CUSTOMER.MANAGED-ACCOUNT.RISK-ASSESSED', {}, [notice('merchant_account')]],
  ['CUSTOMER.ACCOUNT-LIMITATION.ADDED', {}, [notice('account_limitation')]],
  ['IDENTITY.AUTHORIZATION-CONSENT.REVOKED', {}, [notice('authorization_consent_revoked')]],
  ['PAYMENTS.PAYMENT.CREATED', { id: 'PAY-1' }, [notice('payment_approved')]],
  ['CHECKOUT.CHECKOUT.BUYER-APPROVED', { id: 'PAY-1' }, [notice('payment_approved')]],
  [
    'PAYMENT.TELEPORT.COMPLETED',
    { id: 'X1' },
    [{ type: 'notice', status: 'UNRECOGNIZED', reason: 'unknown_event', id: 'WH-1' }],
  ],
  ['PAYMENT.CAPTURE.TELEPORTED', { id: 'X1' }, [{ type: 'notice', status: 'UNRECOGNIZED', reason: 'unknown_event' }]],
];
