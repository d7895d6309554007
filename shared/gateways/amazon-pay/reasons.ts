import type { PaymentError } from '#shared/model/notification.ts';
import type { ErrorClass, RetryAdvice } from '#shared/model/vocabulary.ts';
import type { ApiObject } from './read-object.ts';

type Meaning = readonly [ErrorClass, RetryAdvice];

/** Reason codes of a charge that was declined or canceled (Amazon Pay API v2, "Charge", states and reason codes). */
const OF_CHARGE: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['SoftDeclined', ['declined', 'retry']],
  ['HardDeclined', ['declined', 'fix_customer']],
  ['AmazonRejected', ['declined', 'do_not_retry']],
  // "Retry only if the Charge Permission is in the Chargeable state."
  ['ProcessingFailure', ['temporary', 'retry']],
  // "Contact the buyer and have them choose another payment method."
  ['TransactionTimedOut', ['declined', 'fix_customer']],
  ['ExpiredUnused', ['information', 'do_not_retry']],
  ['MerchantCanceled', ['information', 'do_not_retry']],
  ['ChargePermissionCanceled', ['information', 'do_not_retry']],
  ['AmazonCanceled', ['declined', 'do_not_retry']],
  ['BuyerCanceled', ['customer', 'do_not_retry']],
]);

/** Of a refund that was declined ("Refund states and reason codes"). */
const OF_REFUND: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  // Often a negative balance of the merchant: to be balanced first.
  ['AmazonRejected', ['configuration', 'retry_later']],
  ['ProcessingFailure', ['temporary', 'retry']],
]);

/** Never `ask_status`: the API has just been asked. */
export function errorOf({ reasonCode, reasonText }: ApiObject, of: 'charge' | 'refund'): PaymentError {
  const table = of === 'charge' ? OF_CHARGE : OF_REFUND;
  const [errorClass, advice] = table.get(reasonCode ?? '') ?? (['unknown', 'do_not_retry'] as const);
  return {
    class: errorClass,
    advice,
    ...(reasonCode !== undefined && { code: reasonCode }),
    ...(reasonText !== undefined && { message: reasonText }),
  };
}
