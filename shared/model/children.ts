import { type Claim, claimsOf, valuesOf } from './claim.ts';
import { decideAmount } from './decide-amount.ts';
import { decideStatus } from './decide-status.ts';
import type { Evidence, Fact, SlotContent } from './fact.ts';
import { decideKind } from './kind.ts';
import type { Money } from './notification.ts';
import type { TokenType, TransactionStatus } from './vocabulary.ts';

/** More are a mistake or an attack; the ones of the least ids are kept, one beyond as the sign that there were more. */
export const MAX_CHILDREN = 2000;

/** What of a child's evidence its original (or a deregistered instrument) has to know. */
const PASSED_ON = ['claim/', 'kind/', 'field/tokenType'];

export interface Child {
  readonly id: string;
  readonly kind: string;
  readonly status: TransactionStatus;
  readonly contradictory: boolean;
  readonly amount?: Money;
  readonly tokenType?: TokenType;
}

/**
 * Facts that a transaction passes on to every original that its merged evidence names, and to the instrument that it
 * deregisters: its claims, kind and amount in slots `child/<id>/…` (model.md 1 and 4).
 */
export function passOn(id: string, evidence: Evidence): Fact[] {
  const originals = valuesOf<{ id: string }>(evidence, 'original/').map((link) => ({
    type: 'transaction' as const,
    id: link.id,
  }));
  const instruments = valuesOf<string>(evidence, 'deregisters/').map((target) => ({
    type: 'instrument' as const,
    id: target,
  }));
  const passed = Object.entries(evidence).filter(([slot]) => PASSED_ON.some((prefix) => slot.startsWith(prefix)));
  return [...originals, ...instruments]
    .filter((target) => target.type !== 'transaction' || target.id !== id)
    .flatMap((subject) =>
      passed.map(([slot, content]) => ({ subject, slot: `child/${encodeURIComponent(id)}/${slot}`, ...content })),
    );
}

/** The children that a subject knows of, by id. */
export function childrenOf(evidence: Evidence): Child[] {
  const parts = new Map<string, Record<string, SlotContent>>();
  for (const [slot, content] of Object.entries(evidence)) {
    if (!slot.startsWith('child/')) continue;
    const [, id = '', ...rest] = slot.split('/');
    const child = parts.get(id) ?? {};
    child[rest.join('/')] = content;
    parts.set(id, child);
  }
  return [...parts].map(([id, childEvidence]) => projectChild(decodeURIComponent(id), childEvidence));
}

/** A child counts by its own claims; details of a dispute move no money (model.md 4). */
function projectChild(id: string, evidence: Evidence): Child {
  const claims: Claim[] = claimsOf(evidence).filter((claim) => !claim.detailOnly);
  const decision = decideStatus(claims);
  const amount = decideAmount(claims, decision);
  const tokenType = evidence['field/tokenType']?.value as TokenType | undefined;
  return {
    id,
    kind: decideKind(evidence).kind,
    status: decision.status,
    contradictory: decision.contradictory || amount.contradictory,
    ...(amount.group && { amount: amount.group.amount }),
    ...(tokenType && { tokenType }),
  };
}

/**
 * Evidence with at most {@link MAX_CHILDREN} + 1 children, those of the least ids. Keeping the least of a growing set
 * commutes with merging, so the bound is the same for every order.
 */
export function boundChildren(evidence: Evidence): Evidence {
  if (Object.keys(evidence).length <= MAX_CHILDREN + 1) return evidence;
  const ids = new Set(
    Object.keys(evidence)
      .filter((slot) => slot.startsWith('child/'))
      .map((slot) => slot.split('/')[1] ?? ''),
  );
  if (ids.size <= MAX_CHILDREN + 1) return evidence;
  const kept = new Set([...ids].sort().slice(0, MAX_CHILDREN + 1));
  return Object.fromEntries(
    Object.entries(evidence).filter(([slot]) => !slot.startsWith('child/') || kept.has(slot.split('/')[1] ?? '')),
  );
}
