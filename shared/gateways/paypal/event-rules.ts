import type { ResourceName } from './resource-names.ts';

/** What becomes of an event of one name (wire facts 3.3; PayPal "Webhook event names"). */
export type EventRule =
  | {
      readonly reads: ResourceName;
      /** What the name says of the status, where the object has no word of its own. */
      readonly implies?: string;
      /** True: it moves money, or tells a merchant to ship: not believed before the API has said so. */
      readonly money: boolean;
    }
  | { readonly reads: 'reversal'; readonly money: true }
  | { readonly reads: 'token-deletion'; readonly status: 'PENDING' | 'FINISHED'; readonly money: false }
  | { readonly reads: 'token-news'; readonly news: 'token' | 'credential' | 'metadata'; readonly money: false }
  /** Understood, and about no payment: `reason` of the notice. */
  | { readonly reads: 'notice'; readonly reason: string; readonly money: false };

const money = (reads: ResourceName, implies?: string): EventRule => ({
  reads,
  ...(implies !== undefined && { implies }),
  money: true,
});
const subscription = (implies: string): EventRule => ({ reads: 'subscription', implies, money: false });
const notice = (reason: string): EventRule => ({ reads: 'notice', reason, money: false });
const tokenNews = (news: 'token' | 'credential' | 'metadata'): EventRule => ({
  reads: 'token-news',
  news,
  money: false,
});

const RULES: Readonly<Record<string, EventRule>> = {
  'CHECKOUT.ORDER.APPROVED': money('order', 'APPROVED'),
  'CHECKOUT.ORDER.COMPLETED': money('order', 'COMPLETED'),
  'CHECKOUT.ORDER.PROCESSED': money('order', 'PROCESSED'),
  'CHECKOUT.ORDER.SAVED': money('order', 'SAVED'),
  'CHECKOUT.ORDER.VOIDED': money('order', 'VOIDED'),
  'CHECKOUT.PAYMENT-APPROVAL.REVERSED': money('order', 'APPROVAL_REVERSED'),
  'PAYMENT.AUTHORIZATION.CREATED': money('authorization', 'CREATED'),
  'PAYMENT.AUTHORIZATION.VOIDED': money('authorization', 'VOIDED'),
  'PAYMENT.CAPTURE.COMPLETED': money('capture', 'COMPLETED'),
  'PAYMENT.CAPTURE.PENDING': money('capture', 'PENDING'),
  'PAYMENT.CAPTURE.DENIED': money('capture', 'DENIED'),
  'PAYMENT.CAPTURE.DECLINED': money('capture', 'DECLINED'),
  'PAYMENT.CAPTURE.REFUNDED': money('refund', 'COMPLETED'),
  'PAYMENT.CAPTURE.REVERSED': { reads: 'reversal', money: true },
  'PAYMENT.SALE.COMPLETED': money('sale', 'COMPLETED'),
  'PAYMENT.SALE.PENDING': money('sale', 'PENDING'),
  'PAYMENT.SALE.DENIED': money('sale', 'DENIED'),
  'PAYMENT.SALE.REFUNDED': money('refund-v1', 'COMPLETED'),
  'PAYMENT.SALE.REVERSED': { reads: 'reversal', money: true },
  'PAYMENT.REFUND.PENDING': money('refund', 'PENDING'),
  'PAYMENT.REFUND.FAILED': money('refund', 'FAILED'),
  'PAYMENT.ORDER.CREATED': money('order-v1', 'CREATED'),
  'PAYMENT.ORDER.CANCELLED': money('order-v1', 'VOIDED'),
  'BILLING.SUBSCRIPTION.CREATED': subscription('CREATED'),
  'BILLING.SUBSCRIPTION.ACTIVATED': subscription('ACTIVE'),
  'BILLING.SUBSCRIPTION.RE-ACTIVATED': subscription('ACTIVE'),
  'BILLING.SUBSCRIPTION.UPDATED': subscription('ACTIVE'),
  'BILLING.SUBSCRIPTION.SUSPENDED': subscription('SUSPENDED'),
  'BILLING.SUBSCRIPTION.PAYMENT.FAILED': subscription('PAYMENT_FAILED'),
  'BILLING.SUBSCRIPTION.CANCELLED': subscription('CANCELLED'),
  'BILLING.SUBSCRIPTION.EXPIRED': subscription('EXPIRED'),
  'VAULT.PAYMENT-TOKEN.CREATED': { reads: 'payment-token', money: false },
  'VAULT.PAYMENT-TOKEN.DELETION-INITIATED': { reads: 'token-deletion', status: 'PENDING', money: false },
  'VAULT.PAYMENT-TOKEN.DELETED': { reads: 'token-deletion', status: 'FINISHED', money: false },
  'PAYMENT-TOKENIZATION.TOKEN-STATUS.CHANGED': tokenNews('token'),
  'PAYMENT-TOKENIZATION.PAYMENT-CREDENTIAL.UPDATED': tokenNews('credential'),
  'PAYMENT-TOKENIZATION.METADATA.CHANGED': tokenNews('metadata'),
  'CUSTOMER.DISPUTE.CREATED': money('dispute', 'OPEN'),
  'CUSTOMER.DISPUTE.UPDATED': money('dispute', 'OPEN'),
  'CUSTOMER.DISPUTE.RESOLVED': money('dispute', 'RESOLVED'),
  'RISK.DISPUTE.CREATED': money('dispute', 'OPEN'),
  'PAYMENT.PAYOUTSBATCH.PROCESSING': money('payouts-batch', 'PROCESSING'),
  'PAYMENT.PAYOUTSBATCH.SUCCESS': money('payouts-batch', 'SUCCESS'),
  'PAYMENT.PAYOUTSBATCH.DENIED': money('payouts-batch', 'DENIED'),
  'PAYMENT.PAYOUTS-ITEM.SUCCEEDED': money('payouts-item', 'SUCCESS'),
  'PAYMENT.PAYOUTS-ITEM.HELD': money('payouts-item', 'HELD'),
  'PAYMENT.PAYOUTS-ITEM.UNCLAIMED': money('payouts-item', 'UNCLAIMED'),
  'PAYMENT.PAYOUTS-ITEM.BLOCKED': money('payouts-item', 'BLOCKED'),
  'PAYMENT.PAYOUTS-ITEM.DENIED': money('payouts-item', 'DENIED'),
  'PAYMENT.PAYOUTS-ITEM.FAILED': money('payouts-item', 'FAILED'),
  'PAYMENT.PAYOUTS-ITEM.CANCELED': money('payouts-item', 'CANCELED'),
  'PAYMENT.PAYOUTS-ITEM.RETURNED': money('payouts-item', 'RETURNED'),
  'PAYMENT.PAYOUTS-ITEM.REFUNDED': money('payouts-item', 'REFUNDED'),
  'PAYMENT.REFERENCED-PAYOUT-ITEM.COMPLETED': money('referenced-payout-item', 'COMPLETED'),
  'PAYMENT.REFERENCED-PAYOUT-ITEM.FAILED': money('referenced-payout-item', 'FAILED'),
  'INVOICING.INVOICE.PAID': money('invoice', 'PAID'),
  'INVOICING.INVOICE.REFUNDED': money('invoice', 'REFUNDED'),
  'INVOICING.INVOICE.CANCELLED': money('invoice', 'CANCELLED'),
  'MERCHANT.PARTNER-CONSENT.REVOKED': notice('partner_consent_revoked'),
  'IDENTITY.AUTHORIZATION-CONSENT.REVOKED': notice('authorization_consent_revoked'),
  'PAYMENTS.PAYMENT.CREATED': notice('payment_approved'),
  'CHECKOUT.CHECKOUT.BUYER-APPROVED': notice('payment_approved'),
  'PAYMENT-TOKENIZATION.ENROLLMENT.CREATED': notice('token_news'),
  'PAYMENT-TOKENIZATION.PAYMENT-CREDENTIAL.CREATED': notice('token_news'),
  'PAYMENT-TOKENIZATION.TRANSACTION.CREATED': notice('token_news'),
};

/** Families of which every name is about the merchant's account or its catalogue, and none about a payment. */
const FAMILIES: readonly (readonly [string, string])[] = [
  ['BILLING.PLAN.', 'billing_plan'],
  ['CATALOG.PRODUCT.', 'catalog_product'],
  ['INVOICING.INVOICE.', 'invoice'],
  ['MERCHANT.', 'merchant_account'],
  ['CUSTOMER.MERCHANT-INTEGRATION.', 'merchant_account'],
  ['CUSTOMER.MANAGED-ACCOUNT.', 'merchant_account'],
  ['CUSTOMER.ACCOUNT-LIMITATION.', 'account_limitation'],
  ['IDENTITY.', 'identity'],
];

export const EVENT_NAMES: readonly string[] = Object.keys(RULES);

/** Undefined: a name that none of PayPal's pages has. */
export function ruleOf(eventName: string): EventRule | undefined {
  if (Object.hasOwn(RULES, eventName)) return RULES[eventName];
  const family = FAMILIES.find(([prefix]) => eventName.startsWith(prefix));
  return family === undefined ? undefined : notice(family[1]);
}
