import type { Page, PageRequest } from '#shared/registry/records.ts';

/** A cursor that this list did not make; the admin API answers 400 for its code. */
export class InvalidCursorError extends Error {
  readonly code = 'invalid_cursor';
}

/**
 * One page of an already sorted list. The cursor names the list and the last item's key, so that it stays good while
 * items come and go; `keyOf` must order as the list is ordered (`descending`: newest first).
 */
export function pageOf<T>(
  list: string,
  sorted: readonly T[],
  keyOf: (item: T) => string,
  page: PageRequest,
  descending = false,
): Page<T> {
  const after = page.cursor === undefined ? undefined : readCursor(list, page.cursor);
  const isLater = (item: T) => after === undefined || (descending ? keyOf(item) < after : keyOf(item) > after);
  const rest = sorted.filter(isLater);
  const items = rest.slice(0, page.limit);
  const last = items.at(-1);
  const cursor = rest.length > items.length && last !== undefined ? makeCursor(list, keyOf(last)) : null;
  return { items, cursor };
}

/** By code unit, as SQLite's BINARY collation and DynamoDB order ASCII keys. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function makeCursor(list: string, key: string): string {
  return Buffer.from(JSON.stringify([list, key])).toString('base64url');
}

function readCursor(list: string, cursor: string): string {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parsed) && parsed[0] === list && typeof parsed[1] === 'string') return parsed[1];
  } catch {
    // Falls through: no cursor of ours.
  }
  throw new InvalidCursorError(`the cursor ${cursor} does not belong to this list`);
}
