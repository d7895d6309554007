import { createHash } from 'node:crypto';
import { SUBJECT_TYPES, type SubjectKey, subjectName } from '#shared/model/vocabulary.ts';
import { decodeCursor, encodeCursor, InvalidCursorError } from '#shared/registry/page-cursor.ts';
import type { Subscription } from '#shared/registry/records.ts';
import { type BackfillSubjectsDeps, type HeldUp, type SkippedSubject, sendSubjects } from './backfill-subjects.ts';
import type { HeadRow, LedgerStore } from './ports.ts';

export interface BackfillDeps extends BackfillSubjectsDeps {
  readonly ledger: Pick<LedgerStore, 'find' | 'versions'>;
  /** A new backfill's id: tells its messages from those that the queue had before. */
  readonly newId: () => string;
}

export interface BackfillRequest {
  /** Times of events, ISO; from inclusive, to exclusive. */
  readonly from: string;
  readonly to: string;
  /** Patterns; empty: all that the subscription wants. */
  readonly types: readonly string[];
}

export interface BackfillOptions {
  /** From the page before; absent: the first. */
  readonly cursor?: string;
  /** About how long a page may take; absent: it ends only where it is held up. */
  readonly budgetMs?: number;
}

/** What one page did. */
export interface BackfillReport {
  readonly backfillId: string;
  /** Events that the queue took. */
  readonly events: number;
  readonly subjects: number;
  /** The queue will not take these events; the later ones of their subjects were not sent. */
  readonly skipped: readonly SkippedSubject[];
  /** Why the page ended early: nothing of the subject that the cursor begins with could be sent. */
  readonly heldUpBy: HeldUp | null;
  /** For the next page; null: done. */
  readonly cursor: string | null;
}

const HEADS_AT_ONCE = 100;
const SUBJECTS_AT_ONCE = 20;

/** Where a page begins. */
interface Position {
  readonly backfillId: string;
  /** Index among the types of subjects. */
  readonly type: number;
  /** Of the list of heads; '' is its beginning. */
  readonly list: string;
  /** In that page of the list; '' is its first. */
  readonly subject: string;
  /** Of that subject, the version to go on with; 0 is the first in range. */
  readonly version: number;
}

/**
 * Sends stored events of a subscription's merchant to its queue again, with the ids under which they were published, in
 * pages: those whose time lies in the range, that the subscription wants (its filter in force at that time) and that fit
 * the request's types. In order within a subject, while relay and redelivery are kept off it; a subject with parked
 * events ends the page, so that nothing overtakes them. Deduplication ids carry the backfill's id, so that a FIFO queue
 * does not take the events for repeats. A page that was killed or is repeated sends some of it twice.
 * @throws InvalidCursorError for a cursor that is not of the same request.
 */
export async function backfill(
  deps: BackfillDeps,
  subscription: Subscription,
  request: BackfillRequest,
  options: BackfillOptions = {},
): Promise<BackfillReport> {
  const end = deps.clock.now().getTime() + (options.budgetMs ?? Number.POSITIVE_INFINITY);
  const isOver = () => deps.clock.now().getTime() >= end;
  const about = digestOf([
    subscription.merchantId,
    subscription.subscriptionId,
    request.from,
    request.to,
    request.types,
  ]);
  let position = options.cursor === undefined ? begin(deps) : readPosition(options.cursor, about);
  const { backfillId } = position;
  const total = { backfillId, events: 0, subjects: 0, skipped: [] as SkippedSubject[] };
  const stopAt = (next: Position, heldUpBy: HeldUp | null): BackfillReport => {
    return { ...total, heldUpBy, cursor: writePosition(next, about) };
  };
  while (position.type < SUBJECT_TYPES.length) {
    const page = await headsAt(deps, subscription, request, position);
    const heads = remaining(page.items, position).filter((head) => head.updatedAt >= request.from);
    for (let at = 0; at < heads.length; at += SUBJECTS_AT_ONCE) {
      const subjects = heads.slice(at, at + SUBJECTS_AT_ONCE).map((head) => ({
        key: head.key,
        newest: head.version,
        next: nameOf(head) === position.subject ? position.version : 0,
      }));
      const sent = await sendSubjects(deps, subscription, subjects, { ...request, backfillId }, isOver);
      total.events += sent.events;
      total.subjects += sent.subjects;
      total.skipped.push(...sent.skipped);
      const { stop } = sent;
      if (stop) return stopAt({ ...position, subject: subjectName(stop.key), version: stop.version }, stop.heldUpBy);
      const following = heads[at + SUBJECTS_AT_ONCE];
      if (following && isOver()) return stopAt({ ...position, subject: nameOf(following), version: 0 }, null);
    }
    position = pageAfter(position, page.cursor);
    if (isOver() && position.type < SUBJECT_TYPES.length) return stopAt(position, null);
  }
  return { ...total, heldUpBy: null, cursor: null };
}

/** A cursor goes with the request that it came from. */
function digestOf(request: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url');
}

function begin(deps: BackfillDeps): Position {
  return { backfillId: deps.newId(), type: 0, list: '', subject: '', version: 0 };
}

/** Newest first: subjects that come while a backfill runs are not in its later pages, and are the relay's. */
function headsAt(deps: BackfillDeps, { merchantId }: Subscription, { to }: BackfillRequest, at: Position) {
  const type = SUBJECT_TYPES[at.type] ?? 'transaction';
  const cursor = at.list === '' ? {} : { cursor: at.list };
  return deps.ledger.find({ type, merchantId, to, limit: HEADS_AT_ONCE, ...cursor });
}

/** From the position's subject on; all where the list does not hold it (any more). */
function remaining(heads: readonly HeadRow[], { subject }: Position): readonly HeadRow[] {
  const at = heads.findIndex((head) => nameOf(head) === subject);
  return at < 0 ? heads : heads.slice(at);
}

function nameOf({ key }: { readonly key: SubjectKey }): string {
  return subjectName(key);
}

function pageAfter(position: Position, cursor: string | null): Position {
  const beginning = { ...position, subject: '', version: 0 };
  return cursor === null ? { ...beginning, type: position.type + 1, list: '' } : { ...beginning, list: cursor };
}

const LIST = 'backfill';

function writePosition({ backfillId, type, list, subject, version }: Position, about: string): string {
  return encodeCursor(LIST, [about, backfillId, type, list, subject, version]);
}

function readPosition(text: string, about: string): Position {
  const shape = ['string', 'string', 'number', 'string', 'string', 'number'] as const;
  const [of, backfillId, type, list, subject, version] = decodeCursor(LIST, text, shape);
  if (of !== about || Number(type) < 0 || Number(version) < 0) throw new InvalidCursorError(LIST, text);
  return {
    ...{ backfillId: String(backfillId), type: Number(type), list: String(list) },
    ...{ subject: String(subject), version: Number(version) },
  };
}
