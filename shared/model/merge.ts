import { canonicalJson } from './canonical.ts';
import { type Evidence, type Fact, greater, type SlotContent } from './fact.ts';

export const NO_EVIDENCE: Evidence = {};

/** Commutative, associative and idempotent: per slot the greater content stays. Knows no rule of payments. */
export function merge(a: Evidence, b: Evidence): Evidence {
  return fold(new Map(Object.entries(a)), Object.entries(b));
}

/**
 * {@link merge}, and whether that is more than `a` was. Only the slots of `b` are looked at, so that the question costs
 * what is new and not what is known.
 */
export function grow(a: Evidence, b: Evidence): { readonly evidence: Evidence; readonly changed: boolean } {
  const news = Object.entries(b).filter(([slot, content]) => {
    const present = a[slot];
    return present === undefined || greater(present, content) !== present;
  });
  return news.length === 0 ? { evidence: a, changed: false } : { evidence: merge(a, b), changed: true };
}

/** The evidence of one subject that a list of its facts amounts to. */
export function evidenceOf(facts: readonly Fact[]): Evidence {
  return fold(
    new Map(),
    facts.map(({ slot, rank, value }) => [slot, { rank, value }]),
  );
}

function fold(slots: Map<string, SlotContent>, contents: readonly (readonly [string, SlotContent])[]): Evidence {
  for (const [slot, content] of contents) {
    const present = slots.get(slot);
    slots.set(slot, present === undefined ? content : greater(present, content));
  }
  return sortedEvidence(slots);
}

/** True if both are byte-equal as RFC 8785 JSON. */
export function sameEvidence(a: Evidence, b: Evidence): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function sortedEvidence(slots: ReadonlyMap<string, SlotContent>): Evidence {
  return Object.fromEntries([...slots].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
