import type { Evidence, Rank } from './fact.ts';
import type { AmountGroup, AskAfter } from './notification.ts';
import {
  CORRECTIONS,
  type Correction,
  type PendingReason,
  SOURCES,
  type Source,
  type TransactionStatus,
} from './vocabulary.ts';

/** What one statement says of a transaction's status and amount: the value of a `claim/…` or `hint/…` slot. */
export interface Claim {
  readonly source: Source;
  readonly status: TransactionStatus;
  readonly correction: Correction;
  /** Content digest of the statement. */
  readonly digest: string;
  /** A verified push or an answer of the gateway; never a hint, a report or our own clock. */
  readonly proven: boolean;
  readonly final: boolean;
  readonly expiresAfterMinutes: number;
  readonly gatewayTime?: string;
  readonly askedAt?: string;
  readonly settles?: readonly string[];
  readonly cancelled?: true;
  readonly tokenNews?: true;
  readonly detailOnly?: true;
  readonly ask?: AskAfter;
  readonly pendingReason?: PendingReason;
  readonly amount?: AmountGroup;
}

const STATUS_ORDER: Readonly<Record<TransactionStatus, number>> = { PENDING: 0, ERROR: 1, FINISHED: 2 };

/** (proven, correction, status, source, gateway time or askedAt): the order of field groups and amounts (model.md 3). */
export function claimRank(claim: Claim): Rank {
  return [
    claim.proven ? 1 : 0,
    CORRECTIONS.indexOf(claim.correction),
    STATUS_ORDER[claim.status],
    SOURCES.indexOf(claim.source),
    claim.gatewayTime ?? claim.askedAt ?? '',
  ];
}

export function claimSlot(claim: Claim): string {
  return `claim/${claim.source}/${claim.status}/${claim.correction}/${claim.digest}`;
}

/**
 * Minutes from a connector's configuration, of the least version that says any: the gateway set the payment's time when it
 * was made, so that a change of the configuration is for payments of later.
 */
export const TIME_LIMIT_SLOT = 'time-limit';

/** The connector's own time limit for a PENDING payment, in minutes. */
export function timeLimitOf(evidence: Evidence): number | undefined {
  return evidence[TIME_LIMIT_SLOT]?.value as number | undefined;
}

/** A statement that only says that something happened: the value of a `hint/…` slot, as far as every subject has it. */
export interface Hint {
  readonly digest: string;
  readonly ask?: AskAfter;
}

/** Values of all slots that begin with the prefix, in order of the slots. */
export function valuesOf<T>(evidence: Evidence, prefix: string): T[] {
  return Object.keys(evidence)
    .filter((slot) => slot.startsWith(prefix))
    .map((slot) => evidence[slot]?.value as T);
}

export function claimsOf(evidence: Evidence): Claim[] {
  return valuesOf<Claim>(evidence, 'claim/');
}

/** Signed dates by content digest: the least (`first`) or the greatest (`last`) under which a content was sent. */
export function signedDates(evidence: Evidence, which: 'first' | 'last'): ReadonlyMap<string, string> {
  const prefix = `${which}/`;
  return new Map(
    Object.entries(evidence)
      .filter(([slot]) => slot.startsWith(prefix))
      .map(([slot, content]) => [slot.slice(prefix.length), content.value as string]),
  );
}
