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
  const stated = claims.filter((claim): claim is AmountClaim => claim.amount !== undefined && !seen.has(claim.digest));
  const candidates = withoutSuperseded(stated);
  const [first, ...rest] = candidates;
  if (first === undefined) return { contradictory: false };
  const best = rest.reduce((a, b) => (compareAmountClaims(a, b) >= 0 ? a : b), first);
  const contradictory = candidates.some(
    (claim) => compareRank(claimRank(claim), claimRank(best)) === 0 && disagrees(claim.amount, best.amount),
  );
  return { group: best.amount, claim: best, contradictory };
}

function compareAmountClaims(a: AmountClaim, b: AmountClaim): number {
  const key = (claim: AmountClaim) => [
    ...claimRank(claim),
    Object.keys(claim.amount).length,
    digestOfValue(claim.amount),
  ];
  return compareRank(key(a), key(b));
}

function withoutSuperseded(claims: readonly AmountClaim[]): readonly AmountClaim[] {
  const left = claims.filter((claim) => !claims.some((other) => supersedes(other, claim)));
  return left.length > 0 ? left : claims;
}

/** `later` corrects what `earlier` said; two that name each other settle nothing. */
function supersedes(later: AmountClaim, earlier: AmountClaim): boolean {
  return corrects(later, earlier) && !corrects(earlier, later);
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
