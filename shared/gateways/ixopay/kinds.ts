import type { TransactionKind } from '#shared/model/vocabulary.ts';

const KINDS: ReadonlyMap<string, TransactionKind> = new Map([
  ['DEBIT', 'debit'],
  ['PREAUTHORIZE', 'preauthorize'],
  ['INCREMENTAL-AUTHORIZATION', 'incremental_authorization'],
  ['CAPTURE', 'capture'],
  ['VOID', 'void'],
  ['REFUND', 'refund'],
  ['PAYOUT', 'payout'],
  ['REGISTER', 'register'],
  ['DEREGISTER', 'deregister'],
  ['CHARGEBACK', 'chargeback'],
  ['CHARGEBACK-REVERSAL', 'chargeback_reversal'],
]);

/** The kind of a transactionType in any case: postbacks write it in capitals, the status API in small letters (wire 2.1). */
export function kindOf(transactionType: string): TransactionKind | undefined {
  return KINDS.get(transactionType.toUpperCase().replaceAll('_', '-'));
}
