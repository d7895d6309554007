import type { PaymentError } from '#shared/model/notification.ts';
import type { ErrorClass, RetryAdvice } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import { at, type Tree } from './document.ts';
import { wordAt } from './fields.ts';

interface ErrorMeaning {
  readonly class: ErrorClass;
  readonly advice: RetryAdvice;
}

const fraud: ErrorMeaning = { class: 'fraud', advice: 'do_not_retry' };
const customerMustAct: ErrorMeaning = { class: 'customer', advice: 'fix_customer' };
const declinedForGood: ErrorMeaning = { class: 'declined', advice: 'do_not_retry' };
const declinedForNow: ErrorMeaning = { class: 'declined', advice: 'retry_later' };
const misconfigured: ErrorMeaning = { class: 'configuration', advice: 'do_not_retry' };
const later: ErrorMeaning = { class: 'temporary', advice: 'retry_later' };

/** PayPal says no more than that it did not work: another means of payment may. */
const DECLINED: ErrorMeaning = { class: 'declined', advice: 'fix_customer' };

/** `status_details.reason`, `reason_code` of the older APIs, `errors.name` of payouts (API references, 2026). */
const REASONS: ReadonlyMap<string, ErrorMeaning> = new Map([
  ['DECLINED_BY_RISK_FRAUD_FILTERS', fraud],
  ['BUYER_COMPLAINT', declinedForGood],
  ['CHARGEBACK', declinedForGood],
  ['GUARANTEE', declinedForGood],
  ['ECHECK', declinedForNow],
  ['TRANSACTION_APPROVED_AWAITING_FUNDING', declinedForNow],
  ['INTERNATIONAL_WITHDRAWAL', misconfigured],
  ['RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION', misconfigured],
  ['UNILATERAL', misconfigured],
  ['VERIFICATION_REQUIRED', misconfigured],
  ['UNCONFIRMED_SHIPPING_ADDRESS', customerMustAct],
  ['INSUFFICIENT_FUNDS', later],
  ['RECEIVER_UNREGISTERED', customerMustAct],
  ['RECEIVER_UNCONFIRMED', customerMustAct],
  ['RECEIVER_ACCOUNT_LOCKED', customerMustAct],
  ['RECEIVER_COUNTRY_NOT_ALLOWED', declinedForGood],
  ['ACCOUNT_RESTRICTED', misconfigured],
  ['SENDER_ACCOUNT_LOCKED', misconfigured],
  ['INTERNAL_ERROR', later],
  ['APPROVAL_REVERSED', customerMustAct],
]);

/** `processor_response.response_code` of cards (Orders v2 reference, processor_response). */
const PROCESSOR: ReadonlyMap<string, ErrorMeaning> = new Map([
  ['0100', { class: 'declined', advice: 'do_not_retry' }], // referral
  ['0500', { class: 'declined', advice: 'retry_later' }], // do not honor
  ['0800', later], // bad response, reversal required
  ['1000', { class: 'declined', advice: 'retry_later' }], // partial authorization
  ['00N7', customerMustAct], // CVV2 failure
  ['1300', misconfigured], // invalid data format
  ['1310', misconfigured], // invalid amount
  ['1330', customerMustAct], // invalid account
  ['1382', misconfigured], // invalid payment type
  ['1390', misconfigured], // invalid currency
  ['5100', declinedForNow], // generic decline
  ['5110', customerMustAct], // CVV2 failure
  ['5120', declinedForNow], // insufficient funds
  ['5130', customerMustAct], // invalid PIN
  ['5140', declinedForGood], // card closed
  ['5150', fraud], // pick up card, special condition
  ['5160', declinedForNow], // withdrawal amount exceeded
  ['5180', customerMustAct], // invalid or restricted card
  ['5190', declinedForGood], // reattempts exceeded
  ['5200', declinedForNow], // over limit
  ['5400', customerMustAct], // expired card
  ['5500', declinedForNow], // refused
  ['5650', customerMustAct], // strong customer authentication wanted
  ['5700', declinedForGood], // transaction not permitted to the cardholder
  ['5800', declinedForGood], // reversal rejected
  ['5930', customerMustAct], // card not activated
  ['7600', later], // communication error
  ['9100', { class: 'declined', advice: 'retry' }], // declined, please retry
  ['9500', fraud], // suspected fraud
  ['9510', fraud], // security violation
  ['9520', fraud], // lost or stolen
  ['9540', fraud], // refused card
]);

/** Advice of the card's issuer, before the code's own (payment_advice_code). */
const ADVICE: ReadonlyMap<string, RetryAdvice> = new Map([
  ['01', 'fix_customer'], // new account information
  ['02', 'retry_later'],
  ['03', 'do_not_retry'],
  ['21', 'do_not_retry'], // recurring payment cancelled
]);

/** Why an object is in ERROR, as far as it says so. */
export function paymentErrorOf(tree: Tree, status: string): PaymentError {
  const reason =
    wordAt(tree, 'status_details', 'reason') ??
    wordAt(tree, 'reason_code') ??
    wordAt(tree, 'errors', 'name') ??
    wordAt(tree, 'processing_state', 'reason');
  const processor = wordAt(tree, 'processor_response', 'response_code');
  const adviceCode = at(tree, 'processor_response', 'payment_advice_code');
  const known = typeof adviceCode === 'string' && ADVICE.has(adviceCode) ? adviceCode : undefined;
  const meaning = PROCESSOR.get(processor ?? '') ?? REASONS.get(reason ?? '') ?? DECLINED;
  return present({
    class: meaning.class,
    advice: ADVICE.get(known ?? '') ?? meaning.advice,
    code: reason ?? status,
    adapterCode: processor,
    merchantAdviceCode: known,
  });
}
