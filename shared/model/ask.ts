import { digestOfValue } from './canonical.ts';
import { type Claim, claimSlot, type Hint, signedDates, valuesOf } from './claim.ts';
import type { StatusDecision } from './decide-status.ts';
import type { Evidence } from './fact.ts';
import type { TransactionState } from './state.ts';

/** A question to the gateway that a subject's evidence gives rise to. */
export interface Ask {
  readonly reason:
    | 'contradictory'
    | 'uncertain'
    | 'hint'
    | 'unproven_hint'
    | 'unknown_original'
    | 'ask_status'
    | 'settled_claim_sent_again'
    | 'unseen_claim_disagrees';
  /** The same question about the same claims has the same digest: it is written once. */
  readonly evidenceDigest: string;
  /** Content digests of the claims known at the time of asking. */
  readonly settles: readonly string[];
}

/** What to ask about a transaction, if anything (model.md 3 and 4). */
export function askAboutTransaction(
  evidence: Evidence,
  claims: readonly Claim[],
  state: TransactionState,
  decision: StatusDecision,
): Ask | undefined {
  const settled = claims.flatMap((claim) => claim.settles ?? []);
  const reason = reasonToAsk(evidence, claims, state, decision);
  if (reason === undefined || reason === 'unproven_hint') {
    const after = askAfterHints(
      evidence,
      settled,
      claims.map((claim) => claim.digest),
    );
    if (after !== undefined || reason === undefined) return after;
  }
  // Asked again, an API that lags may say PENDING in other words: no new question.
  const about = claims
    .filter((claim) => claim.source !== 'own' && !(claim.source === 'fetched' && claim.status === 'PENDING'))
    .map(claimSlot)
    .sort();
  const again = reason === 'settled_claim_sent_again' ? sentAgain(evidence, decision) : [];
  const hints = Object.keys(evidence).filter((slot) => slot.startsWith('hint/'));
  return makeAsk(
    reason,
    [...about, ...hints, ...again],
    [...claims.map((claim) => claim.digest), ...valuesOf<Hint>(evidence, 'hint/').map((hint) => hint.digest)],
  );
}

/**
 * What the gateway only hinted at since it was last asked: each set of such hints is one question. `settled`: content
 * digests that answers had seen; `known`: those of the other statements.
 */
export function askAfterHints(
  evidence: Evidence,
  settled: readonly string[],
  known: readonly string[],
): Ask | undefined {
  const hints = valuesOf<Hint>(evidence, 'hint/').filter((hint) => hint.ask !== undefined);
  const open = hints.map((hint) => hint.digest).filter((digest) => !settled.includes(digest));
  if (open.length === 0) return undefined;
  return makeAsk('hint', open.sort(), [...known, ...hints.map((hint) => hint.digest)]);
}

/** The gateway's own name for what a subject is there, as its hints gave it. */
export function askedAs(evidence: Evidence): string | undefined {
  const names = valuesOf<Hint>(evidence, 'hint/').flatMap((hint) => hint.ask?.as ?? []);
  return names.sort().at(-1);
}

export function makeAsk(reason: Ask['reason'], about: readonly string[], digests: readonly string[]): Ask {
  return { reason, evidenceDigest: digestOfValue([reason, ...about]), settles: [...new Set(digests)].sort() };
}

function reasonToAsk(
  evidence: Evidence,
  claims: readonly Claim[],
  state: TransactionState,
  decision: StatusDecision,
): Ask['reason'] | undefined {
  if (state.contradictory) return 'contradictory';
  const { settling } = decision;
  if (settling !== undefined) {
    if (decision.standing.some((claim) => claim.status !== settling.status && claim.status !== 'PENDING')) {
      return 'unseen_claim_disagrees';
    }
    if (sentAgain(evidence, decision).length > 0) return 'settled_claim_sent_again';
    return undefined;
  }
  const hinted = Object.keys(evidence).some((slot) => slot.startsWith('hint/'));
  if (hinted && !decision.proven) return 'unproven_hint';
  if (claims.length === 0 && state.kind === 'unknown') return 'unknown_original';
  if (state.error?.advice === 'ask_status') return 'ask_status';
  return undefined;
}

/** Settled claims that the gateway signed again after it was asked (model.md 3, rule 4). */
function sentAgain(evidence: Evidence, decision: StatusDecision): string[] {
  const { settling } = decision;
  const askedAt = settling?.askedAt;
  if (settling === undefined || askedAt === undefined) return [];
  const last = signedDates(evidence, 'last');
  return (settling.settles ?? [])
    .filter((digest) => (last.get(digest) ?? '') > askedAt)
    .map((digest) => `${digest}@${last.get(digest)}`)
    .sort();
}
