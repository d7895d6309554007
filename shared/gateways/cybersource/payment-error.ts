import type { PaymentError } from '#shared/model/notification.ts';
import type { ErrorClass, RetryAdvice } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';

type Advised = readonly [ErrorClass, RetryAdvice];

const DECLINED: Advised = ['declined', 'do_not_retry'];
const LATER: Advised = ['declined', 'retry_later'];
const CUSTOMER: Advised = ['customer', 'fix_customer'];
const FRAUD: Advised = ['fraud', 'do_not_retry'];
const CONFIGURATION: Advised = ['configuration', 'do_not_retry'];
const ASK: Advised = ['temporary', 'ask_status'];
const TEMPORARY: Advised = ['temporary', 'retry_later'];

/** `errorInformation.reason` and `status` by their words, `reasonCode` of the transaction details by its number (K: REST API reference, reason codes). */
const REASONS: ReadonlyMap<string, Advised> = new Map([
  ...tuples(ASK, 'SERVER_TIMEOUT SERVICE_TIMEOUT SERVER_ERROR SYSTEM_ERROR PROCESSOR_TIMEOUT 150 151 152 250'),
  ...tuples(TEMPORARY, 'PROCESSOR_UNAVAILABLE PROCESSOR_ERROR ISSUER_UNAVAILABLE 207 236'),
  ...tuples(LATER, 'INSUFFICIENT_FUND EXCEEDS_CREDIT_LIMIT 204 210'),
  ...tuples(
    CUSTOMER,
    'EXPIRED_CARD INVALID_ACCOUNT CVN_NOT_MATCH INVALID_CVN CV_FAILED AVS_FAILED INCORRECT_CARD_TYPE',
  ),
  ...tuples(CUSTOMER, 'CONSUMER_AUTHENTICATION_REQUIRED CONSUMER_AUTHENTICATION_FAILED ABANDONED'),
  ...tuples(CUSTOMER, '200 202 209 211 230 231 475 476'),
  ...tuples(FRAUD, 'STOLEN_LOST_CARD BLACKLISTED_CUSTOMER SCORE_EXCEEDS_THRESHOLD DECISION_PROFILE_REJECT'),
  ...tuples(FRAUD, 'AUTHORIZED_RISK_DECLINED REVIEW_REJECTED 205 221 481'),
  ...tuples(CONFIGURATION, 'INVALID_REQUEST MISSING_FIELD INVALID_DATA INVALID_MERCHANT_CONFIGURATION'),
  ...tuples(CONFIGURATION, 'DUPLICATE_REQUEST INVALID_AMOUNT INVALID_CARD_TYPE INVALID_PAYMENT_ID NOT_SUPPORTED'),
  ...tuples(CONFIGURATION, 'NOT_VOIDABLE CAPTURE_ALREADY_VOIDED ALREADY_REVERSED 101 102 104 232 233 234 235 246'),
  ...tuples(DECLINED, 'PROCESSOR_DECLINED UNAUTHORIZED_CARD DECLINED_CHECK SUSPENDED_ACCOUNT PAYMENT_REFUSED'),
  ...tuples(DECLINED, 'GENERAL_DECLINE DECLINED REJECTED 203 208 222 223'),
]);

function tuples(advised: Advised, words: string): readonly (readonly [string, Advised])[] {
  return words.split(' ').map((word) => [word, advised] as const);
}

/**
 * The error by the first of its codes that is known (reason before status). No answer in time may mean that the transaction
 * exists all the same: the gateway is asked. The message is the gateway's text for people, cut to 255 characters.
 */
export function readPaymentError(codes: readonly (string | undefined)[], message: string | undefined): PaymentError {
  const given = codes.flatMap((code) => (code === undefined ? [] : code.trim().toUpperCase().replace(/\s+/g, '_')));
  const [errorClass, advice] = given.map((code) => REASONS.get(code)).find((known) => known !== undefined) ?? [
    'unknown' as const,
    'do_not_retry' as const,
  ];
  const code = given[0];
  return present({
    class: errorClass,
    advice,
    code: code !== undefined && /^[\w-]{1,64}$/.test(code) ? code : undefined,
    message: message === undefined ? undefined : withoutCardNumbers(message.slice(0, 255)).toWellFormed(),
  });
}

/** Texts of processors quote what they were given. */
function withoutCardNumbers(text: string): string {
  return text.replace(/\d(?:[ -]?\d){11,18}/g, '***');
}
