import type { PostriderEvent } from '#shared/model/event.ts';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { LedgerStore, PastVersion } from '#shared/pipeline/ports.ts';
import { decodeCursor, encodeCursor } from '#shared/registry/page-cursor.ts';
import type { Page, PageRequest } from '#shared/registry/records.ts';

const LIST = 'events';
/** Versions read at once: a version may hold the evidence of thousands of children. */
const VERSIONS_AT_ONCE = 100;

/**
 * The events that `eventOf` makes of a subject's versions ≥ `from`, in order. The cursor is the version to go on with,
 * so that it stays good for ever.
 */
export async function versionEvents(
  ledger: Pick<LedgerStore, 'versions'>,
  key: SubjectKey,
  from: number,
  page: PageRequest,
  eventOf: (row: PastVersion) => PostriderEvent | undefined,
): Promise<Page<PostriderEvent>> {
  const items: PostriderEvent[] = [];
  let next = page.cursor === undefined ? Math.max(1, from) : versionIn(page.cursor);
  for (;;) {
    const rows = await ledger.versions(key, next, next + VERSIONS_AT_ONCE - 1);
    for (const row of rows) {
      const event = eventOf(row);
      if (event === undefined) continue;
      // One more than asked for is there: only then is there another page.
      if (items.length === page.limit) return { items, cursor: encodeCursor(LIST, [row.version]) };
      items.push(event);
    }
    if (rows.length < VERSIONS_AT_ONCE) return { items, cursor: null };
    next += VERSIONS_AT_ONCE;
  }
}

function versionIn(cursor: string): number {
  return Number(decodeCursor(LIST, cursor, ['number'])[0]);
}
