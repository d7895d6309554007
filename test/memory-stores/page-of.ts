import { decodeCursor, encodeCursor } from '#shared/registry/page-cursor.ts';
import type { Page, PageRequest } from '#shared/registry/records.ts';

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
  const after = page.cursor === undefined ? undefined : String(decodeCursor(list, page.cursor, ['string'])[0]);
  const isLater = (item: T) => after === undefined || (descending ? keyOf(item) < after : keyOf(item) > after);
  const rest = sorted.filter(isLater);
  const items = rest.slice(0, page.limit);
  const last = items.at(-1);
  const cursor = rest.length > items.length && last !== undefined ? encodeCursor(list, [keyOf(last)]) : null;
  return { items, cursor };
}

/** By code unit, as SQLite's BINARY collation and DynamoDB order ASCII keys. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
