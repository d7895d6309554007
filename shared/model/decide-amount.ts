import { canonicalJson, digestOfValue } from './canonical.ts';
import { type Claim, claimRank } from './claim.ts';
import type { StatusDecision } from './decide-status.ts';
import { compareRank } from './fact.ts';
import type { AmountGroup, Money } from './notification.ts';

export interface AmountDecision {
  readonly group?: AmountGroup;
  /** The claim that the group is from. */
  readonly claim?: Claim;
  readonly contradictory: boolean;
}

type AmountClaim = Claim & { readonly amount: AmountGroup };

/**
 * The amount that a set of claims amounts to: the greatest rank; a correction whose amount is another correction's
 * original amount is superseded by that one; where only the digest separates two different groups, contradictory
 * (model.md 3, rule 3). What the settling answer had seen does not count beside its own amount.
 */
export function decideAmount(claims: readonly Claim[], decision: StatusDecision): AmountDecision {
  const seen = decision.settling?.amount === undefined ? new Set() : new Set(decision.settling.settles);
  const stated = claims.filter(
    (claim): claim is AmountClaim =>
      claim.amount !== undefined && (claim === decision.settling || !seen.has(claim.digest)),
  );
  const timed = stated.filter((claim) => claim.proven && claim.gatewayTime !== undefined);
  if (timed.length > 0) return latest(timed);
  const candidates = withoutSuperseded(stated);
  const [first, ...rest] = candidates;
  if (first === undefined) return { contradictory: false };
  const best = rest.reduce((a, b) => (compareAmountClaims(a, b) >= 0 ? a : b), first);
  const contradictory = candidates.some(
    (claim) => compareRank(claimRank(claim), claimRank(best)) === 0 && disagrees(claim.amount, best.amount),
  );
  return { group: best.amount, claim: best, contradictory };
}

/** Rule 1: with a monotonic time of the gateway the latest claim decides, whatever its status; rank breaks ties. */
function latest(timed: readonly AmountClaim[]): AmountDecision {
  const [first, ...rest] = timed;
  if (first === undefined) return { contradictory: false };
  const later = (a: AmountClaim, b: AmountClaim) =>
    compareRank([a.gatewayTime ?? ''], [b.gatewayTime ?? '']) || compareAmountClaims(a, b);
  const last = rest.reduce((a, b) => (later(a, b) >= 0 ? a : b), first);
  return { group: last.amount, claim: last, contradictory: false };
}

function compareAmountClaims(a: AmountClaim, b: AmountClaim): number {
  const key = (claim: AmountClaim) => [
    ...claimRank(claim),
    Object.keys(claim.amount).length,
    digestOfValue(claim.amount),
  ];
  return compareRank(key(a), key(b));
}

/** Corrections may follow one another round (10 → 8 → 10): those of one round leave together or stay together. */
function withoutSuperseded(claims: readonly AmountClaim[]): readonly AmountClaim[] {
  const next = new Map(claims.map((claim) => [claim, claims.filter((later) => corrects(later, claim))]));
  const followers = new Map(claims.map((claim) => [claim, followersOf(claim, next)]));
  return claims.filter((claim) => [...(followers.get(claim) ?? [])].every((later) => followers.get(later)?.has(claim)));
}

/** What corrects a claim, what corrects that, and so on. */
function followersOf(claim: AmountClaim, next: ReadonlyMap<AmountClaim, readonly AmountClaim[]>): Set<AmountClaim> {
  const found = new Set<AmountClaim>();
  const open = [...(next.get(claim) ?? [])];
  for (let later = open.pop(); later !== undefined; later = open.pop()) {
    if (found.has(later)) continue;
    found.add(later);
    open.push(...(next.get(later) ?? []));
  }
  return found;
}

function corrects(later: AmountClaim, earlier: AmountClaim): boolean {
  return (
    later.correction !== 'none' &&
    earlier.correction !== 'none' &&
    later.source === earlier.source &&
    later.amount.original !== undefined &&
    sameMoney(later.amount.original, earlier.amount.amount)
  );
}

/** Two groups disagree where a member that both have differs; one that says more is no contradiction. */
function disagrees(a: AmountGroup, b: AmountGroup): boolean {
  return (['amount', 'surcharge', 'total', 'original'] as const).some((name) => {
    const [left, right] = [a[name], b[name]];
    return left !== undefined && right !== undefined && !sameMoney(left, right);
  });
}

function sameMoney(a: Money, b: Money): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
