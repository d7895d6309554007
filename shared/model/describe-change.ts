import { canonicalJson } from './canonical.ts';
import type { SubjectState } from './state.ts';
import { REASONS, type Reason } from './vocabulary.ts';

const REASON_OF: Readonly<Record<string, Reason>> = {
  status: 'status',
  amount: 'amount',
  surcharge: 'amount',
  total: 'amount',
  totals: 'totals',
  correction: 'correction',
  contradictory: 'contradictory',
  contradictions: 'contradictory',
  settled: 'settled',
  uncertain: 'uncertain',
  unresolved: 'unresolved',
  anomalies: 'anomaly',
};

/** Names of the members that differ, sorted. Against nothing, a member that is false says nothing. */
export function changedMembers(before: SubjectState | undefined, after: SubjectState): string[] {
  const left: Record<string, unknown> = { ...before };
  const right: Record<string, unknown> = { ...after };
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((name) => !sameMember(left[name], right[name]))
    .filter((name) => before !== undefined || right[name] !== false)
    .sort();
}

/** Why there is an event, in the order of the closed list (model.md 5). */
export function reasonsOf(changes: readonly string[]): Reason[] {
  const reasons = new Set(changes.map((name) => REASON_OF[name] ?? 'details'));
  return REASONS.filter((reason) => reasons.has(reason));
}

function sameMember(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}
