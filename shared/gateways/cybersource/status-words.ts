import type { PendingReason, TransactionStatus } from '#shared/model/vocabulary.ts';

/** What a status word of CyberSource says, whatever the transaction is. */
export interface Meaning {
  readonly status: TransactionStatus;
  readonly pendingReason?: PendingReason;
  /** The object was undone after it had been made: that is an operation of its own. */
  readonly undone?: 'void' | 'refund';
  /** Money is on its way, beyond an authorization. */
  readonly settles?: true;
  /** No answer came in time: the transaction may exist all the same. */
  readonly timeout?: true;
}

const FINISHED: Meaning = { status: 'FINISHED' };
const SETTLES: Meaning = { status: 'FINISHED', settles: true };
const PENDING: Meaning = { status: 'PENDING', pendingReason: 'async' };
const REVIEW: Meaning = { status: 'PENDING', pendingReason: 'review' };
const ERROR: Meaning = { status: 'ERROR' };
const TIMEOUT: Meaning = { status: 'ERROR', timeout: true };

/** Statuses of payloads, of answers of the payment API and of the transaction details. */
const WORDS: ReadonlyMap<string, Meaning> = new Map([
  ['AUTHORIZED', FINISHED],
  ['PARTIAL_AUTHORIZED', FINISHED],
  ['ACCEPTED', FINISHED],
  ['CAPTURED', SETTLES],
  ['BATCHED', SETTLES],
  ['TRANSMITTED', SETTLES],
  ['SETTLED', SETTLES],
  ['COMPLETED', SETTLES],
  ['FUNDED', SETTLES],
  ['PENDING', PENDING],
  ['SETTLE_INITIATED', PENDING],
  ['PENDING_SETTLEMENT', PENDING],
  ['PENDING_AUTHENTICATION', { status: 'PENDING', pendingReason: 'redirect' }],
  ['AUTHORIZED_PENDING_REVIEW', REVIEW],
  ['PENDING_REVIEW', REVIEW],
  ['DECLINED', ERROR],
  ['REJECTED', ERROR],
  ['FAILED', ERROR],
  ['ABANDONED', ERROR],
  ['INVALID_REQUEST', ERROR],
  ['AUTHORIZED_RISK_DECLINED', ERROR],
  ['NOT_VOIDABLE', ERROR],
  ['SERVER_ERROR', TIMEOUT],
  ['SERVER_TIMEOUT', TIMEOUT],
  ['SERVICE_TIMEOUT', TIMEOUT],
  ['VOIDED', { status: 'FINISHED', undone: 'void' }],
  ['REVERSED', { status: 'FINISHED', undone: 'void' }],
  ['CANCELLED', { status: 'FINISHED', undone: 'void' }],
  ['CANCELED', { status: 'FINISHED', undone: 'void' }],
  ['REFUNDED', { status: 'FINISHED', undone: 'refund' }],
]);

/** Undefined: nobody has said what the word means. `NOT VOIDABLE` and `not_voidable` are one. */
export function meaningOf(word: string): Meaning | undefined {
  return WORDS.get(
    word
      .trim()
      .toUpperCase()
      .replace(/[\s-]+/g, '_'),
  );
}
