import type { SubjectQuestion } from '#shared/gateways/asking.ts';
import { askedAs } from '#shared/model/ask.ts';
import { valuesOf } from '#shared/model/claim.ts';
import type { Evidence } from '#shared/model/fact.ts';
import type { Notification } from '#shared/model/notification.ts';
import { type Projection, project } from '#shared/model/project.ts';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { AskReason, ConfirmRequest, InboxStore, LedgerStore } from './ports.ts';

/** What is known of a subject when the gateway is asked about it. */
export interface KnownSubject {
  readonly key: SubjectKey;
  readonly evidence: Evidence;
  readonly projection: Projection;
}

/** Slots whose values name the statement they come from. */
const STATEMENT_SLOTS = ['claim/', 'hint/', 'value/', 'token/'] as const;

/** These want a decision: an answer that says PENDING leaves them open. */
const WANT_DECISION: ReadonlySet<AskReason> = new Set([
  ...(['contradictory', 'ask_status', 'unseen_claim_disagrees'] as const),
  ...(['settled_claim_sent_again', 'uncertain', 'overdue'] as const),
]);

export function wantsDecision({ reason }: Pick<ConfirmRequest, 'reason'>): boolean {
  return WANT_DECISION.has(reason);
}

/** The newest evidence, read consistently; undefined: nothing is known of the subject. */
export async function readSubject(
  ledger: Pick<LedgerStore, 'newest'>,
  key: SubjectKey,
): Promise<KnownSubject | undefined> {
  const { version } = await ledger.newest(key);
  if (version === undefined) return undefined;
  return { key, evidence: version.evidence, projection: project(key.type, version.evidence) };
}

/**
 * Whether there is still something to ask. A question that evidence gave rise to is over when the evidence asks nothing any
 * more. Where it asks something else, that is a question of its own; but one whose turn has come asks for both.
 */
export function isStillAsked(request: ConfirmRequest, known: KnownSubject, isItsTurn: boolean): boolean {
  const { state, ask } = known.projection;
  switch (request.reason) {
    case 'overdue':
      return state.status === 'PENDING' && !isUnresolved(state) && isDueAt(state, request.due);
    case 'expected':
    case 'discovery':
    case 'drift':
      return true;
    default:
      return ask !== undefined && (isItsTurn || ask.evidenceDigest === request.evidenceDigest);
  }
}

function isUnresolved(state: Projection['state']): boolean {
  return 'unresolved' in state && state.unresolved === true;
}

/** With another due time the payment has a question of its own when that comes: an answer may have dated it. */
function isDueAt(state: Projection['state'], due: string | undefined): boolean {
  return !('due' in state) || state.due === undefined || state.due === due;
}

/** Content digests of all statements that are known. */
export function digestsOf(evidence: Evidence): readonly string[] {
  const digests = STATEMENT_SLOTS.flatMap((prefix) => valuesOf<{ readonly digest?: string }>(evidence, prefix)).flatMap(
    ({ digest }) => digest ?? [],
  );
  return [...new Set(digests)].sort();
}

export function questionAbout(
  known: KnownSubject,
  causeId: string | undefined,
  inbox: Pick<InboxStore, 'get'>,
): SubjectQuestion {
  const { key, evidence } = known;
  const { kind } = known.projection.state;
  const { originalId, merchantReference } = known.projection.state as {
    readonly originalId?: string;
    readonly merchantReference?: string;
  };
  const as = askedAs(evidence);
  return {
    about: 'subject',
    type: key.type,
    id: key.id,
    ...(as !== undefined && { as }),
    ...(kind !== 'unknown' && { kind }),
    ...(originalId !== undefined && { originalId }),
    ...(merchantReference !== undefined && { merchantReference }),
    async cause() {
      const row = causeId === undefined ? undefined : await inbox.get(causeId);
      return row === undefined ? undefined : { source: row.source, body: row.body, declared: row.declared };
    },
  };
}

/** Whether the gateway's statements decide about the subject: they speak of it, and not only of its pending. */
export function isDecided({ type, id }: SubjectKey, said: readonly Notification[]): boolean {
  return said.some((one) => {
    if (one.about !== type || one.id !== id) return false;
    return one.about !== 'transaction' || (one.status !== 'PENDING' && one.hint !== true);
  });
}
