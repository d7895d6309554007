import { type Claim, claimRank } from './claim.ts';
import { compareRank } from './fact.ts';
import { CORRECTIONS, type TransactionStatus } from './vocabulary.ts';

export interface StatusDecision {
  readonly status: TransactionStatus;
  /** False while nothing but reports and hints is known. */
  readonly proven: boolean;
  readonly final: boolean;
  readonly contradictory: boolean;
  /** The answer of the gateway that decides; its `settles` are out of the game. */
  readonly settling?: Claim;
  /** True: without that answer the claims would be contradictory. */
  readonly settled: boolean;
  /** True: the gateway answered CANCELLED beside a proven FINISHED. */
  readonly cancelled: boolean;
  /** Claims that decide and were not seen by the settling answer, the answer first. */
  readonly standing: readonly Claim[];
}

const UNPROVEN: StatusDecision = {
  status: 'PENDING',
  proven: false,
  final: false,
  contradictory: false,
  settled: false,
  cancelled: false,
  standing: [],
};

/** The status that a set of claims amounts to, whatever order they came in (model.md 3, rules 1 to 5). */
export function decideStatus(claims: readonly Claim[]): StatusDecision {
  const proven = claims.filter((claim) => claim.proven);
  if (proven.length === 0) return UNPROVEN;
  const finishedAnywhere = proven.some((claim) => claim.status === 'FINISHED');
  const cancellations = finishedAnywhere ? proven.filter((claim) => claim.cancelled) : [];
  const counted = proven.filter((claim) => !cancellations.includes(claim));
  const cancelled = cancellations.length > 0;
  const timed = counted.filter((claim) => claim.gatewayTime !== undefined);
  if (timed.length > 0) return { ...latest(timed), cancelled };

  const settling = settlingAnswer(counted);
  const standing = standingClaims(counted, settling);
  const closed = new Set(cancellations.flatMap((claim) => claim.settles ?? []));
  const decision = decideByCorrection(standing, closed);
  const unsettled = decideByCorrection(
    counted.filter((claim) => claim.source !== 'fetched'),
    new Set(),
  );
  return {
    ...decision,
    ...(settling && { settling }),
    settled: unsettled.contradictory && !decision.contradictory && (settling !== undefined || cancelled),
    cancelled,
    standing,
  };
}

/** Rule 1: with a monotonic time of the gateway the latest claim decides; rank breaks ties. */
function latest(timed: readonly Claim[]): StatusDecision {
  const last = timed.reduce((best, claim) => (laterThan(claim, best) ? claim : best));
  return {
    status: last.status,
    proven: true,
    final: last.final && last.status !== 'PENDING',
    contradictory: false,
    settled: false,
    cancelled: false,
    standing: [last],
  };
}

function laterThan(a: Claim, b: Claim): boolean {
  const order = compareRank(
    [a.gatewayTime ?? '', ...claimRank(a), a.digest],
    [b.gatewayTime ?? '', ...claimRank(b), b.digest],
  );
  return order > 0;
}

/** Rule 4: of several answers the one with the greatest (gateway time, askedAt, digest) counts. */
function settlingAnswer(claims: readonly Claim[]): Claim | undefined {
  const order = (claim: Claim) => [claim.gatewayTime ?? '', claim.askedAt ?? '', claim.digest];
  return claims
    .filter((claim) => claim.source === 'fetched' && claim.status !== 'PENDING')
    .reduce<Claim | undefined>(
      (best, claim) => (best === undefined || compareRank(order(claim), order(best)) > 0 ? claim : best),
      undefined,
    );
}

/** The settling answer and what it had not seen; other answers of the gateway are out. */
function standingClaims(claims: readonly Claim[], settling: Claim | undefined): Claim[] {
  if (settling === undefined) return [...claims];
  const seen = new Set(settling.settles);
  return [settling, ...claims.filter((claim) => claim.source !== 'fetched' && !seen.has(claim.digest))];
}

/** Rules 2 and 3: PENDING never decides beside another claim; the highest correction decides; FINISHED before ERROR. */
function decideByCorrection(claims: readonly Claim[], closed: ReadonlySet<string>) {
  const results = claims.filter((claim) => claim.status !== 'PENDING');
  if (results.length === 0) return { status: 'PENDING', proven: true, final: false, contradictory: false } as const;
  const highest = Math.max(...results.map((claim) => CORRECTIONS.indexOf(claim.correction)));
  const level = results.filter((claim) => CORRECTIONS.indexOf(claim.correction) === highest);
  // An OK that is also news about a network token does not stand beside an ERROR (model.md 3, network tokens).
  const finished = level.some((claim) => claim.status === 'FINISHED' && !claim.tokenNews);
  const failed = level.some((claim) => claim.status === 'ERROR');
  const status: TransactionStatus = finished || !failed ? 'FINISHED' : 'ERROR';
  const contradictory = level.some((claim) => claim.status !== status && !closed.has(claim.digest));
  const final = !contradictory && level.some((claim) => claim.status === status && claim.final);
  return { status, proven: true, final, contradictory } as const;
}
