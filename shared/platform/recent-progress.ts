import type { Gateway } from '#shared/gateways/gateway.ts';
import { type SubjectKey, subjectName } from '#shared/model/vocabulary.ts';
import { outcomesOf } from '#shared/pipeline/outcomes-of.ts';
import type { Clock, InboxRow, InboxStore, LedgerStore } from '#shared/pipeline/ports.ts';
import { readFacts } from '#shared/pipeline/read-facts.ts';

export interface RecentProgressDeps {
  readonly gateways: Readonly<Record<string, Gateway>>;
  readonly inbox: Pick<InboxStore, 'list' | 'get'>;
  readonly ledger: Pick<LedgerStore, 'outcomes' | 'effectOf' | 'newest'>;
  readonly clock: Clock;
}

export interface RecentProgress {
  readonly unapplied: number;
  readonly unpublished: number;
}

/** Newest callbacks that are looked at: a stream that stands still leaves all of them undone, one lane of it its share. */
const NEWEST = 50;
/** A relay that runs has sent what is older: a poll each second, a batch of a second or two. */
const UNDER_WAY_MS = 10_000;

/**
 * What is under way, judged by the newest stored callbacks, because streams tell nobody how far a function has read.
 * `unapplied`: those of them that have done nothing yet. `unpublished`: of their subjects, those whose head stays behind
 * its newest version, or whose newest version is so young that it may be on its way. Of older versions it knows nothing: a
 * relay that stands still is seen by its lag.
 */
export async function recentProgress(deps: RecentProgressDeps): Promise<RecentProgress> {
  const { items } = await deps.inbox.list({ limit: NEWEST });
  const found = await Promise.all(items.map(({ callbackId }) => deps.inbox.get(callbackId)));
  const rows = found.filter((row) => row !== undefined);
  const outcomes = await outcomesOf(deps, rows);
  const applied = rows.filter(({ callbackId }) => outcomes[callbackId] !== undefined);
  const keys = [...new Map(applied.flatMap((row) => subjectsOf(deps, row)).map((key) => [subjectName(key), key]))];
  const states = await Promise.all(keys.map(([, key]) => deps.ledger.newest(key)));
  const sinceMs = deps.clock.now().getTime() - UNDER_WAY_MS;
  const unpublished = states.filter(({ version, head }) => {
    if (version === undefined) return false;
    return (head?.version ?? 0) < version.version || (version.type !== null && Date.parse(version.time) >= sinceMs);
  });
  return { unapplied: rows.length - applied.length, unpublished: unpublished.length };
}

function subjectsOf({ gateways }: Pick<RecentProgressDeps, 'gateways'>, row: InboxRow): readonly SubjectKey[] {
  const reading = readFacts(gateways, row);
  if (!reading.ok) return [];
  return reading.facts.map(({ subject }) => ({ connectorId: row.connectorId, ...subject }));
}
