import type { Money, Notification, TransactionNotification } from '#shared/model/notification.ts';
import type { TransactionState } from '#shared/model/state.ts';

/** What of a payment the gateway says otherwise today. */
export interface Drift {
  readonly what: 'status' | 'amount';
  /** As our state has it, and as the gateway's answer has it. */
  readonly ours: string;
  readonly theirs: string;
}

type Compared = Pick<TransactionState, 'status' | 'amount' | 'correction' | 'cancelled'>;

/**
 * In what the gateway's answer differs from our state of a payment. Pure. `id`: of the subject that was asked about; what the
 * answer says of others is no drift of this one. Empty: nothing, or the answer does not speak of it.
 */
export function driftOf(id: string, state: Compared, notifications: readonly Notification[]): readonly Drift[] {
  const said = notifications.filter(
    (one): one is TransactionNotification =>
      one.about === 'transaction' && one.id === id && one.hint !== true && one.detailOnly !== true,
  );
  return said.flatMap((one) => [...statusDrift(state, one), ...amountDrift(state, one)]);
}

function statusDrift(state: Compared, said: TransactionNotification): readonly Drift[] {
  // A cancellation beside a FINISHED is known where the state shows it (model.md 3, rule 4).
  const known = said.cancelled === true && state.cancelled === true;
  if (said.status === state.status || known) return [];
  return [{ what: 'status', ours: state.status, theirs: said.cancelled === true ? 'CANCELLED' : said.status }];
}

function amountDrift({ amount, correction }: Compared, said: TransactionNotification): readonly Drift[] {
  const theirs = said.amount?.amount;
  if (amount === undefined || theirs === undefined || isSame(amount, theirs)) return [];
  // The gateway's API may still show what a correction has replaced.
  if (correction?.original !== undefined && isSame(correction.original, theirs)) return [];
  return [{ what: 'amount', ours: `${amount.value} ${amount.currency}`, theirs: `${theirs.value} ${theirs.currency}` }];
}

function isSame(a: Money, b: Money): boolean {
  return a.value === b.value && a.currency === b.currency;
}
