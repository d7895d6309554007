import { digestOfValue } from './canonical.ts';
import { valuesOf } from './claim.ts';
import { compareRank, type Evidence } from './fact.ts';

interface KindStatement {
  readonly kind: string;
  readonly proven: boolean;
  /** Minus the gateway's time in milliseconds, 0 without one: greater is earlier. */
  readonly time: number;
}

export interface KindDecision {
  /** `unknown` until a statement names it. */
  readonly kind: string;
  /** True: the gateway itself named two kinds for one id. */
  readonly conflict: boolean;
}

/** The kind is fixed: proven before unproven, then the earliest gateway time, then the least digest (model.md 2). */
export function decideKind(evidence: Evidence): KindDecision {
  const statements = valuesOf<KindStatement>(evidence, 'kind/');
  const [first, ...rest] = statements;
  if (first === undefined) return { kind: 'unknown', conflict: false };
  const order = (s: KindStatement) => [s.proven ? 0 : 1, -s.time, digestOfValue(s.kind)];
  const least = rest.reduce((best, s) => (compareRank(order(s), order(best)) < 0 ? s : best), first);
  return { kind: least.kind, conflict: statements.filter((s) => s.proven).length > 1 };
}
