import type { TransactionNotification } from '#shared/model/notification.ts';
import type { Phase } from './phase.ts';
import type { Role } from './role.ts';

/** What became of the object itself. */
export type Outcome = Pick<TransactionNotification, 'status' | 'final' | 'cancelled' | 'pendingReason'>;

const waiting: Outcome = { status: 'PENDING', final: false, pendingReason: 'async' };
const review: Outcome = { status: 'PENDING', final: false, pendingReason: 'review' };
const finished: Outcome = { status: 'FINISHED', final: true };
const open: Outcome = { status: 'FINISHED', final: false };
const failed: Outcome = { status: 'ERROR', final: true };
const cancelled: Outcome = { status: 'ERROR', final: true, cancelled: true };

/** A sale: what comes after its acceptance has subjects of its own and leaves it FINISHED. */
const OF_SALE: Readonly<Record<Phase, Outcome>> = {
  waiting,
  held: review,
  // Authorized, and no product that is captured: prepayment that waits for the transfer, a guarantee not yet given.
  authorized: waiting,
  shipment: waiting,
  accepted: finished,
  issue: finished,
  resolved: finished,
  refunding: finished,
  denied: failed,
  voided: cancelled,
  registered: finished,
  unregistered: failed,
};

const OF_AUTHORIZATION: Readonly<Record<Phase, Outcome>> = { ...OF_SALE, authorized: open, shipment: open };

/** Refunds, shares and payouts: nothing is derived from them, so that their own status says all. */
const OF_TRANSFER: Readonly<Record<Phase, Outcome>> = {
  ...OF_SALE,
  // Flagged for the next cycle of the bank.
  refunding: waiting,
  // The money came back; it can still be resolved.
  issue: { status: 'ERROR', final: false },
  // No earlier acceptance stands against it: the money did not move after all.
  voided: failed,
};

export function outcomeOf({ kind }: Role, phase: Phase): Outcome {
  if (kind === 'preauthorize') return OF_AUTHORIZATION[phase];
  return kind === 'debit' || kind === 'register' ? OF_SALE[phase] : OF_TRANSFER[phase];
}

const HOUR = 60;
const DAY = 24 * HOUR;

/** Minutes after which a PENDING object is due to have become something. The gateway says nothing of it: our own choice. */
export function dueAfter({ kind, prepayment }: Role, { status, pendingReason }: Outcome): number {
  if (status !== 'PENDING') return 0;
  if (prepayment) return 7 * DAY;
  if (kind === 'refund' || kind === 'split' || kind === 'payout') return 3 * DAY;
  return pendingReason === 'review' ? DAY : HOUR;
}

/** What stands beside the object itself as a subject of its own (model.md 2). */
export type Derived = 'capture' | 'void' | 'chargeback' | 'chargeback_reversal' | 'refund';

const AFTER_ACCEPTANCE: Readonly<Partial<Record<Phase, readonly Derived[]>>> = {
  issue: ['chargeback'],
  // Resolved was an issue before: the answer proves both, whichever of them was seen.
  resolved: ['chargeback', 'chargeback_reversal'],
  refunding: ['refund'],
};
const CAPTURED: ReadonlySet<Phase> = new Set(['accepted', 'issue', 'resolved', 'refunding']);

export function derivedOf({ kind }: Role, phase: Phase): readonly Derived[] {
  if (kind !== 'debit' && kind !== 'preauthorize' && kind !== 'register') return [];
  const captured: readonly Derived[] = kind === 'preauthorize' && CAPTURED.has(phase) ? ['capture'] : [];
  const voided: readonly Derived[] = phase === 'voided' ? ['void'] : [];
  return [...captured, ...voided, ...(AFTER_ACCEPTANCE[phase] ?? [])];
}
