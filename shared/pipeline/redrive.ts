import { type SubjectKey, subjectName } from '#shared/model/vocabulary.ts';
import { decodeCursor, encodeCursor, InvalidCursorError } from '#shared/registry/page-cursor.ts';
import { type ApplyDeps, applyCallback } from './apply.ts';
import type { InboxRow, InboxStore } from './ports.ts';
import { placeOf } from './read-facts.ts';
import { type RelayDeps, relay } from './relay.ts';
import { subjectSince, type VersionRange } from './version-times.ts';

export interface RedriveDeps extends ApplyDeps, RelayDeps {
  readonly inbox: Pick<InboxStore, 'walk'>;
  /** Tells trouble of the store, which ends the page, from a bug met in one record, which is noted as failed. */
  readonly isStorageTrouble: (error: unknown) => boolean;
}

export interface RedriveOptions {
  /** From the page before; absent: the first. */
  readonly cursor?: string;
  /** About how long a page may take; absent: all is done in one. */
  readonly budgetMs?: number;
}

/** What one page did. */
export interface RedriveReport {
  readonly callbacks: number;
  readonly failed: number;
  /** Subjects met; one that is met in several pages counts in each. */
  readonly subjects: number;
  /** Versions since T that were handed to the subscriptions again (quiet ones among them). */
  readonly versions: number;
  /** For the next page; null: done. */
  readonly cursor: string | null;
}

/** Trouble in one of them repeats them all. */
const ROWS_AT_ONCE = 25;
/** Subjects whose versions are handed over together, so that batches fill; a page ends only between such parts. */
const SUBJECTS_AT_ONCE = 20;
const VERSIONS_AT_ONCE = 20;

/** Where a page begins: which rows, and how much of what they met has been sent. */
interface Position {
  /** Of the inbox; '' is the beginning. */
  readonly walk: string;
  readonly subject: number;
  /** Versions of the subjects from `subject` on that are done, counted from the first since T. */
  readonly done: number;
}

/**
 * The one recovery (DESIGN.md), in pages: walks the inbox from `from` (ISO time) on, applies each row again (harmless
 * where it had been applied), and sends every version since then of the subjects met, with their stored ids. Dead
 * cursors of those subjects are tried again. A page that was killed or is repeated does some of it twice, which is
 * harmless too.
 * @throws InvalidCursorError for a cursor that is not of a redrive from the same time.
 */
export async function redrive(deps: RedriveDeps, from: string, options: RedriveOptions = {}): Promise<RedriveReport> {
  const end = deps.clock.now().getTime() + (options.budgetMs ?? Number.POSITIVE_INFINITY);
  const isOver = () => deps.clock.now().getTime() >= end;
  let [callbacks, failed, versions] = [0, 0, 0];
  /** Last version sent by this page, of every subject that it met. */
  const sent = new Map<string, number>();
  const stopAt = ({ walk, subject, done }: Position): RedriveReport => {
    return {
      callbacks,
      failed,
      subjects: sent.size,
      versions,
      cursor: encodeCursor(LIST, [from, walk, subject, done]),
    };
  };
  let position = readPosition(options.cursor, from);
  for (;;) {
    const page = await deps.inbox.walk({ from, limit: ROWS_AT_ONCE, ...(position.walk && { cursor: position.walk }) });
    const applied = await applyRows(deps, page.items);
    if (position.subject === 0 && position.done === 0) {
      callbacks += page.items.length;
      failed += applied.failed;
    }
    let { done } = position;
    for (let at = position.subject; at < applied.met.length; at += SUBJECTS_AT_ONCE) {
      const ranges = await rangesOf(deps, applied.met.slice(at, at + SUBJECTS_AT_ONCE), from, done === 0);
      for (; ranges.some(({ first, newest }) => first + done <= newest); done += VERSIONS_AT_ONCE) {
        versions += await sendPart(deps, ranges, done, sent);
        if (isOver()) return stopAt({ ...position, subject: at, done: done + VERSIONS_AT_ONCE });
      }
      done = 0;
    }
    if (page.cursor === null) return { callbacks, failed, subjects: sent.size, versions, cursor: null };
    position = { walk: page.cursor, subject: 0, done: 0 };
    if (isOver()) return stopAt(position);
  }
}

const LIST = 'redrive';

function readPosition(cursor: string | undefined, from: string): Position {
  if (cursor === undefined) return { walk: '', subject: 0, done: 0 };
  const [time, walk, subject, done] = decodeCursor(LIST, cursor, ['string', 'string', 'number', 'number']);
  if (time !== from || Number(subject) < 0 || Number(done) < 0) throw new InvalidCursorError(LIST, cursor);
  return { walk: String(walk), subject: Number(subject), done: Number(done) };
}

interface AppliedRows {
  readonly failed: number;
  /** Each subject once, in the order of the rows. */
  readonly met: readonly SubjectKey[];
}

/** Connectors side by side: what one tells never touches another's subjects. Within one, in the order of the rows. */
async function applyRows(deps: RedriveDeps, rows: readonly InboxRow[]): Promise<AppliedRows> {
  const met = new Map<InboxRow, readonly SubjectKey[] | undefined>();
  const connectors = Map.groupBy(rows, (row) => row.connectorId);
  await Promise.all(
    [...connectors.values()].map(async (own) => {
      for (const row of own) met.set(row, await applyRow(deps, row));
    }),
  );
  const keys = rows.flatMap((row) => met.get(row) ?? []);
  return {
    failed: rows.filter((row) => met.get(row) === undefined).length,
    met: [...new Map(keys.map((key) => [subjectName(key), key])).values()],
  };
}

/** Undefined: it failed, and that is noted. */
async function applyRow(deps: RedriveDeps, row: InboxRow): Promise<readonly SubjectKey[] | undefined> {
  try {
    const { outcome, subjects } = await applyCallback({ ...deps, mayHaveFailed: true }, row);
    return outcome === 'failed' ? undefined : subjects;
  } catch (error) {
    if (deps.isStorageTrouble(error)) throw error;
    const { callbackId, connectorId, receivedAt } = row;
    const at = deps.clock.now().toISOString();
    const message = placeOf(error);
    await deps.delivery.putFailed({ callbackId, connectorId, code: 'apply_bug', message, release: deps.release, at });
    await deps.ledger.putOutcome({ callbackId, connectorId, receivedAt, outcome: 'failed' });
    return undefined;
  }
}

/** Of those subjects that have a version since T. */
async function rangesOf(
  deps: RedriveDeps,
  keys: readonly SubjectKey[],
  from: string,
  isBeginning: boolean,
): Promise<readonly VersionRange[]> {
  const ranges = await Promise.all(
    keys.map(async (key) => {
      const range = await subjectSince(deps.ledger, key, from);
      if (range !== undefined && isBeginning) await reviveCursors(deps, range);
      return range;
    }),
  );
  return ranges.filter((range) => range !== undefined);
}

/** Hands over the versions behind the first `done` of each subject; those that this page has sent already are spared. */
async function sendPart(
  deps: RelayDeps,
  ranges: readonly VersionRange[],
  done: number,
  sent: Map<string, number>,
): Promise<number> {
  const moves = ranges.flatMap(({ key, first, newest }) => {
    const after = Math.max(first - 1 + done, sent.get(subjectName(key)) ?? 0);
    const upTo = Math.min(newest, first - 1 + done + VERSIONS_AT_ONCE);
    return after < upTo ? [{ key, after, upTo }] : [];
  });
  await relay(deps, moves);
  for (const { key, upTo } of moves) sent.set(subjectName(key), upTo);
  return moves.reduce((sum, { after, upTo }) => sum + upTo - after, 0);
}

/** Where events of the subject are parked, they are sent from the earlier of both versions on, at once. */
async function reviveCursors(deps: RelayDeps, { key: subject, merchantId, first }: VersionRange): Promise<void> {
  for (const { subscriptionId, paused } of await deps.registry.subscriptionsOf(merchantId)) {
    const id = { merchantId, subscriptionId, subject };
    // Until it is written as it was read: somebody else may set it at the same moment.
    for (;;) {
      const cursor = await deps.delivery.cursor(id);
      if (cursor === undefined) break;
      const state = paused ? 'paused' : 'waiting';
      const nextAt = paused ? null : deps.clock.now().toISOString();
      const change = { ...cursor, from: Math.min(cursor.from, first), attempts: 0, nextAt, state } as const;
      if (await deps.delivery.updateCursor(id, change, cursor.nextAt)) break;
    }
  }
}
