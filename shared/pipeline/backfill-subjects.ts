import { matchesType } from '#shared/model/subscription-filter.ts';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { Subscription } from '#shared/registry/records.ts';
import { sqsId } from './messages.ts';
import type { LedgerStore, ParkingCursor } from './ports.ts';
import { type RelayDeps, streamFor } from './relay.ts';
import { isAboutTheMessage, type OutgoingStream, sendInOrder } from './send-in-order.ts';
import { type HoldDeps, holdSubject, releaseHold, renewHold } from './subject-hold.ts';
import { firstVersionSince } from './version-times.ts';

export interface BackfillSubjectsDeps extends HoldDeps, Pick<RelayDeps, 'sender' | 'apiBase'> {
  readonly ledger: Pick<LedgerStore, 'versions'>;
}

export interface BackfillRange {
  readonly from: string;
  readonly to: string;
  readonly types: readonly string[];
  readonly backfillId: string;
}

/** A subject whose versions up to `newest` are looked at; `next`: from this one on, 0 from the first in range. */
export interface BackfillSubject {
  readonly key: SubjectKey;
  readonly newest: number;
  readonly next: number;
}

export interface SkippedSubject {
  readonly key: SubjectKey;
  readonly version: number;
  readonly code: string;
  readonly message: string;
}

export interface HeldUp {
  readonly key: SubjectKey;
  /** `parked`: earlier events of the subject wait for the queue; else what the queue answered. */
  readonly code: string;
  readonly message: string;
}

export interface SentSubjects {
  readonly events: number;
  readonly subjects: number;
  readonly skipped: readonly SkippedSubject[];
  /** The first subject that is not done, and where to go on with it. */
  readonly stop?: { readonly key: SubjectKey; readonly version: number; readonly heldUpBy: HeldUp | null };
}

/** Little enough that a part is sent within a page even where each batch takes a second. */
const VERSIONS_AT_ONCE = 10;

/** The next versions of a subject and what of them is sent. */
interface Part {
  readonly upTo: number;
  readonly isLast: boolean;
  readonly stream: OutgoingStream;
}

interface Piece {
  readonly key: SubjectKey;
  readonly newest: number;
  /** The first version not yet done. */
  next: number;
  events: number;
  hold?: ParkingCursor;
  /** Absent: there is more to do. */
  outcome?: 'done' | 'skipped' | HeldUp;
}

interface Loaded {
  readonly piece: Piece;
  readonly part: Part;
}

/** Sends the events in range of some subjects side by side, each held from its first event to its last. */
export async function sendSubjects(
  deps: BackfillSubjectsDeps,
  subscription: Subscription,
  subjects: readonly BackfillSubject[],
  range: BackfillRange,
  isOver: () => boolean,
): Promise<SentSubjects> {
  const pieces = await Promise.all(subjects.map((subject) => begin(deps, subject, range)));
  const skipped: SkippedSubject[] = [];
  for (let open: readonly Piece[] = pieces; open.length > 0; open = pieces.filter(({ outcome }) => !outcome)) {
    const loaded = await Promise.all(
      open.map(async (piece) => ({ piece, part: await readPart(deps, subscription, piece, range) })),
    );
    await sendParts(deps, subscription, await heldOf(deps, subscription, loaded, range), range, skipped);
    if (isOver() || pieces.some(({ outcome }) => typeof outcome === 'object')) break;
  }
  for (const { hold } of pieces) if (hold !== undefined) await releaseHold(deps, hold);
  return reportOf(pieces, skipped);
}

async function begin(deps: BackfillSubjectsDeps, subject: BackfillSubject, { from }: BackfillRange): Promise<Piece> {
  const { key, newest } = subject;
  const next = subject.next > 0 ? subject.next : await firstVersionSince(deps.ledger, key, newest, from);
  return { key, newest, next, events: 0, ...(next > newest ? { outcome: 'done' } : {}) };
}

async function readPart(
  deps: BackfillSubjectsDeps,
  subscription: Subscription,
  { key, next, newest }: Piece,
  { to, types }: BackfillRange,
): Promise<Part> {
  const upTo = Math.min(newest, next + VERSIONS_AT_ONCE - 1);
  const rows = next > newest ? [] : await deps.ledger.versions(key, next, upTo);
  const inRange = rows.filter((row) => row.time < to);
  const wanted = inRange.filter(({ type }) => type !== null && (types.length === 0 || types.some(matching(type))));
  return {
    upTo,
    isLast: upTo >= newest || inRange.length < rows.length,
    stream: streamFor(deps, subscription, wanted),
  };
}

function matching(type: string) {
  return (pattern: string) => matchesType(pattern, type);
}

/** Those that may be sent: all up to the first that cannot be held. Nothing behind that is begun, the next page does it. */
async function heldOf(
  deps: BackfillSubjectsDeps,
  subscription: Subscription,
  loaded: readonly Loaded[],
  { backfillId }: BackfillRange,
): Promise<readonly Loaded[]> {
  for (const [i, { piece, part }] of loaded.entries()) {
    if (part.stream.messages.length === 0 && piece.hold === undefined) continue;
    const hold = piece.hold
      ? await renewHold(deps, piece.hold)
      : await holdSubject(deps, subscription, piece.key, `backfill ${backfillId}`);
    if (hold !== undefined) {
      piece.hold = hold;
      continue;
    }
    delete piece.hold;
    piece.outcome = { key: piece.key, code: 'parked', message: PARKED };
    return loaded.slice(0, i);
  }
  return loaded;
}

const PARKED =
  'Events of this subject are parked, or being delivered again, and go first: repeat with the cursor; GET /parked shows them';

async function sendParts(
  deps: BackfillSubjectsDeps,
  subscription: Subscription,
  loaded: readonly Loaded[],
  { backfillId }: BackfillRange,
  skipped: SkippedSubject[],
): Promise<void> {
  const streams = loaded.map(({ part }) => sentAnew(part.stream, backfillId));
  const { results } = await sendInOrder(deps.sender, subscription.queue, streams);
  for (const [i, { piece, part }] of loaded.entries()) {
    const refused = results[i]?.refused;
    const taken = part.stream.messages.filter(
      ({ version }) => version < (refused?.version ?? Number.POSITIVE_INFINITY),
    );
    piece.events += taken.length;
    piece.next = refused?.version ?? part.upTo + 1;
    if (refused === undefined) {
      if (part.isLast) piece.outcome = 'done';
    } else if (isAboutTheMessage(refused.code)) {
      skipped.push({ key: piece.key, ...refused });
      piece.outcome = 'skipped';
    } else piece.outcome = { key: piece.key, code: refused.code, message: refused.message };
  }
}

/** The same events under other deduplication ids: a FIFO queue would take them for repeats for a while. */
function sentAnew({ messages }: OutgoingStream, backfillId: string): OutgoingStream {
  return {
    messages: messages.map(({ version, message }) => ({
      version,
      message: { ...message, deduplicationId: sqsId(`${message.id}:${backfillId}`) },
    })),
  };
}

function reportOf(pieces: readonly Piece[], skipped: readonly SkippedSubject[]): SentSubjects {
  const sent = {
    events: pieces.reduce((sum, { events }) => sum + events, 0),
    subjects: pieces.filter(({ events }) => events > 0).length,
    skipped,
  };
  const unfinished = pieces.find(({ outcome }) => outcome !== 'done' && outcome !== 'skipped');
  if (unfinished === undefined) return sent;
  const heldUpBy = pieces.map(({ outcome }) => outcome).find((outcome) => typeof outcome === 'object') ?? null;
  return { ...sent, stop: { key: unfinished.key, version: unfinished.next, heldUpBy } };
}
