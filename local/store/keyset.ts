import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { decodeCursor, encodeCursor } from '#shared/registry/page-cursor.ts';
import type { Page, PageRequest } from '#shared/registry/records.ts';

/** A place in a list sorted by (time, row number): stable while rows are inserted, exact among equal times. */
export interface Keyset {
  readonly at: string;
  readonly row: number;
}

/** After everything: where a list that runs newest first begins. */
export const LATEST: Keyset = { at: '\u{10FFFF}', row: Number.MAX_SAFE_INTEGER };

const MOST_ROWS = 500;

/** Before everything at or after `time`: bounds a list to what is before it, or begins one that runs oldest first. */
export function placeBefore(time: string): Keyset {
  return { at: time, row: -1 };
}

export function earlier(a: Keyset, b: Keyset): Keyset {
  return a.at < b.at || (a.at === b.at && a.row < b.row) ? a : b;
}

/** @throws InvalidCursorError */
export function keysetOf(list: string, cursor: string): Keyset {
  const [at, row] = decodeCursor(list, cursor, ['string', 'number']);
  return { at: String(at), row: Number(row) };
}

/** @throws RangeError: the admin API checks the limit before it asks. */
export function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS) return limit;
  throw new RangeError(`limit is ${limit}: it must be a whole number from 1 to ${MOST_ROWS}.`);
}

export interface PageBudget<Row> {
  /** Rows the page may hold. */
  readonly limit: number;
  /** Rows that may be looked at to fill it. */
  readonly examined?: number;
  readonly bytes?: number;
  readonly bytesOf?: (row: Row) => number;
}

/**
 * Takes rows until the page is full or its budget is spent; then the cursor points behind the last row looked at, so
 * that a page may be short, or empty, with a cursor. Only a null cursor ends a list.
 */
export function takePage<Row, Item>(
  list: string,
  rows: Iterable<Row>,
  budget: PageBudget<Row>,
  placeOf: (row: Row) => Keyset,
  itemOf: (row: Row) => Item | undefined,
): Page<Item> {
  const items: Item[] = [];
  let examined = 0;
  let bytes = 0;
  let last: Keyset | undefined;
  for (const row of rows) {
    const spent = examined >= (budget.examined ?? Infinity) || bytes >= (budget.bytes ?? Infinity);
    if (last !== undefined && (items.length >= budget.limit || spent)) {
      return { items, cursor: encodeCursor(list, [last.at, last.row]) };
    }
    examined++;
    bytes += budget.bytesOf?.(row) ?? 0;
    last = placeOf(row);
    const item = itemOf(row);
    if (item !== undefined) items.push(item);
  }
  return { items, cursor: null };
}

export interface TimedRow {
  readonly at: string;
  readonly row: number;
}

/** A page of a small list, newest first: `sql` ends in `(at, row) < (?, ?) ORDER BY at DESC, row DESC LIMIT ?`. */
export function newestFirst<Row extends TimedRow, Item>(
  list: string,
  statement: StatementSync,
  filter: readonly SQLInputValue[],
  page: PageRequest,
  itemOf: (row: Row) => Item,
): Page<Item> {
  const limit = checkedLimit(page.limit);
  const start = page.cursor === undefined ? LATEST : keysetOf(list, page.cursor);
  const rows = statement.iterate(...filter, start.at, start.row, limit + 1) as Iterable<unknown> as Iterable<Row>;
  return takePage(list, rows, { limit }, (row) => row, itemOf);
}

/** Prepares each text once. */
export function preparedOnce(db: DatabaseSync): (sql: string) => StatementSync {
  const statements = new Map<string, StatementSync>();
  return (sql) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
}
