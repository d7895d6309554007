import type { ErrorClass, RetryAdvice } from '#shared/model/vocabulary.ts';

export interface ErrorMeaning {
  readonly class: ErrorClass;
  readonly advice: RetryAdvice;
}

const misconfigured: ErrorMeaning = { class: 'configuration', advice: 'do_not_retry' };
const customerMustAct: ErrorMeaning = { class: 'customer', advice: 'fix_customer' };
const declinedForGood: ErrorMeaning = { class: 'declined', advice: 'do_not_retry' };
const fraud: ErrorMeaning = { class: 'fraud', advice: 'do_not_retry' };
const later: ErrorMeaning = { class: 'temporary', advice: 'retry_later' };
const soon: ErrorMeaning = { class: 'temporary', advice: 'retry' };
const information: ErrorMeaning = { class: 'information', advice: 'do_not_retry' };
const outcomeUnknown: ErrorMeaning = { class: 'unknown', advice: 'ask_status' };

/** The platform's error codes (documentation.ixopay.com, appendix "Error codes", 2026-06; 7003: php-ixopay ScheduleError). */
export const ERROR_CODES: ReadonlyMap<string, ErrorMeaning> = new Map([
  ['1000', misconfigured], // request failed
  ['1001', outcomeUnknown], // invalid response of the upstream provider
  ['1002', misconfigured], // invalid request data, expired token
  ['1003', soon], // processing error
  ['1004', misconfigured], // invalid signature
  ['1005', misconfigured], // invalid request body
  ['1006', misconfigured], // logical error: preconditions do not hold
  ['1007', misconfigured], // invalid configuration
  ['1008', { class: 'temporary', advice: 'ask_status' }], // unexpected system error: it may have gone through
  ['1009', later], // too many requests
  ['1010', later], // maintenance
  ['9999', outcomeUnknown], // unknown error

  ['2001', declinedForGood], // account closed externally
  ['2002', customerMustAct], // user cancelled
  ['2003', { class: 'declined', advice: 'retry' }], // declined; the merchant advice code says more
  ['2004', { class: 'declined', advice: 'retry_later' }], // quota regulation
  ['2005', customerMustAct], // expired
  ['2006', { class: 'declined', advice: 'retry_later' }], // insufficient funds
  ['2007', customerMustAct], // incorrect payment info
  ['2008', customerMustAct], // invalid card
  ['2009', customerMustAct], // expired card
  ['2010', fraud], // fraudulent card
  ['2011', customerMustAct], // unsupported card
  ['2012', declinedForGood], // transaction cancelled
  ['2013', fraud], // risk check block
  ['2014', fraud], // pick up card
  ['2015', fraud], // lost card
  ['2016', fraud], // stolen card
  ['2017', customerMustAct], // IBAN invalid
  ['2018', customerMustAct], // BIC invalid
  ['2019', customerMustAct], // customer data invalid
  ['2020', customerMustAct], // CVV required
  ['2021', customerMustAct], // 3-D Secure failed
  ['2022', { class: 'customer', advice: 'retry' }], // 3-D Secure soft decline: once more, with 3-D Secure

  ['3001', outcomeUnknown], // timeout upstream
  ['3002', misconfigured], // not allowed
  ['3003', soon], // temporarily unavailable
  ['3004', misconfigured], // duplicate transaction id
  ['3005', outcomeUnknown], // communication error

  ['4001', information], // chargeback reverted
  ['4002', information], // payment dispute

  ['7001', misconfigured], // schedule request invalid
  ['7002', misconfigured], // schedule request failed
  ['7003', misconfigured], // schedule not enabled
  ['7005', misconfigured], // bad schedule action
  ['7010', misconfigured], // registration id missing
  ['7020', misconfigured], // registration id invalid
  ['7030', misconfigured], // reference is not a register
  ['7035', misconfigured], // initial transaction is not a register
  ['7036', misconfigured], // initial period shorter than 24 hours
  ['7037', misconfigured], // registration deregistered
  ['7040', misconfigured], // bad schedule id
  ['7050', misconfigured], // bad start date
  ['7060', misconfigured], // bad continue date
  ['7070', misconfigured], // wrong schedule status
  ['7080', misconfigured], // amount not above zero
  ['7090', misconfigured], // bad period

  ['8001', outcomeUnknown], // status: transaction not found
]);

/** Class and advice of a code; an unknown or absent one means that the gateway must be asked. */
export function meaningOf(code: string | undefined): ErrorMeaning {
  return (code === undefined ? undefined : ERROR_CODES.get(code)) ?? outcomeUnknown;
}

/** Merchant advice codes as the platform parses them (result schema): they know more than the error code. */
export const MERCHANT_ADVICE: ReadonlyMap<string, RetryAdvice> = new Map([
  ['01', 'fix_customer'], // additional information needed
  ['02', 'retry_later'], // try again later
  ['03', 'do_not_retry'], // do not try again
]);
