import { type SubjectKey, subjectName } from '#shared/model/vocabulary.ts';
import { type ApplyDeps, applyCallback } from './apply.ts';
import type { InboxStore } from './ports.ts';
import { type RelayDeps, relay } from './relay.ts';

export interface RedriveReport {
  readonly callbacks: number;
  readonly failed: number;
  readonly subjects: number;
  /** Versions since T that were handed to the subscriptions again (quiet ones among them). */
  readonly versions: number;
}

const ROWS_AT_ONCE = 200;
const VERSIONS_AT_ONCE = 500;

/**
 * The one recovery (DESIGN.md): walks the inbox from `from` (ISO time) on, applies each row again (harmless where it had
 * been applied), and sends every version since then of the subjects met, with their stored ids. Dead cursors of those
 * subjects are tried again.
 */
export async function redrive(
  deps: ApplyDeps & RelayDeps & { readonly inbox: Pick<InboxStore, 'walk'> },
  from: string,
): Promise<RedriveReport> {
  const met = new Map<string, SubjectKey>();
  let [callbacks, failed, versions] = [0, 0, 0];
  let cursor: string | undefined;
  do {
    const page = await deps.inbox.walk({ from, limit: ROWS_AT_ONCE, ...(cursor !== undefined && { cursor }) });
    for (const row of page.items) {
      const { outcome, subjects } = await applyCallback(deps, row);
      callbacks++;
      if (outcome === 'failed') failed++;
      for (const key of subjects) met.set(subjectName(key), key);
    }
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  for (const key of met.values()) versions += await sendSince(deps, key, from);
  return { callbacks, failed, subjects: met.size, versions };
}

async function sendSince(deps: RelayDeps, key: SubjectKey, from: string): Promise<number> {
  const { version: newest } = await deps.ledger.newest(key);
  if (newest === undefined) return 0;
  const first = await firstVersionSince(deps, key, newest.version, from);
  if (first === undefined) return 0;
  await reviveCursors(deps, newest.merchantId, key, first);
  for (let after = first - 1; after < newest.version; after += VERSIONS_AT_ONCE) {
    await relay(deps, [{ key, after, upTo: Math.min(newest.version, after + VERSIONS_AT_ONCE) }]);
  }
  return newest.version - first + 1;
}

/** Version times never go back, so the first one since T is found by halving. */
async function firstVersionSince(
  deps: RelayDeps,
  key: SubjectKey,
  newest: number,
  from: string,
): Promise<number | undefined> {
  let [low, high] = [1, newest + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = await deps.ledger.versions(key, middle, middle);
    if (row !== undefined && row.time >= from) high = middle;
    else low = middle + 1;
  }
  return low > newest ? undefined : low;
}

/** Where events of the subject are parked, they are sent from the earlier of both versions on, at once. */
async function reviveCursors(deps: RelayDeps, merchantId: string, subject: SubjectKey, first: number): Promise<void> {
  for (const { subscriptionId, paused } of await deps.registry.subscriptionsOf(merchantId)) {
    const cursor = await deps.delivery.cursor({ merchantId, subscriptionId, subject });
    if (cursor === undefined) continue;
    await deps.delivery.updateCursor(cursor, {
      from: Math.min(cursor.from, first),
      attempts: 0,
      nextAt: paused ? null : deps.clock.now().toISOString(),
      state: paused ? 'paused' : 'waiting',
      lastError: cursor.lastError,
    });
  }
}
