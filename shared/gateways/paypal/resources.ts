import { readDispute } from './dispute.ts';
import { readInvoice, readOrder } from './order.ts';
import { readAuthorization, readCapture, readRefund, readSale } from './payment.ts';
import { readPaymentToken } from './payment-token.ts';
import { readPayoutsBatch, readPayoutsItem, readReferencedPayout } from './payout.ts';
import type { ResourceName } from './resource-names.ts';
import type { ReadResource } from './statement-context.ts';
import { readSubscription } from './subscription.ts';

/** How each of PayPal's objects is read. */
export const READERS: Readonly<Record<ResourceName, ReadResource>> = {
  capture: readCapture,
  'capture-v1': readCapture,
  sale: readSale,
  authorization: readAuthorization,
  'authorization-v1': readAuthorization,
  refund: readRefund,
  'refund-v1': readRefund,
  order: readOrder,
  'order-v1': readOrder,
  invoice: readInvoice,
  dispute: readDispute,
  'payouts-item': readPayoutsItem,
  'payouts-batch': readPayoutsBatch,
  'referenced-payout-item': readReferencedPayout,
  subscription: readSubscription,
  'payment-token': readPaymentToken,
};
