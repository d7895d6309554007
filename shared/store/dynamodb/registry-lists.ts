import { readAuditEntry } from '#shared/registry/audit-change.ts';
import { isFiltered, matchesAudit } from '#shared/registry/audit-filter.ts';
import { decodeCursor, encodeCursor, InvalidCursorError } from '#shared/registry/page-cursor.ts';
import type { AuditEntry, AuditQuery, Page, PageRequest } from '#shared/registry/records.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { type Item, recordOf } from './registry-get.ts';
import { type ListKind, listedKey, monthOf } from './registry-items.ts';
import { queryRows } from './registry-query.ts';
import { queryAudit, queryAuditMonths, queryList } from './registry-requests.ts';

const MOST_ROWS = 500;
/** Requests for one page: rows may be large, and a page is one answer of the API. */
const REQUESTS = 4;
/** After every time of an entry. */
const LATEST = '\u{10FFFF}';
const AUDIT_PLACE = /^\d{4}-\d{2}-.+#.+$/;

export interface NamedList {
  /** As an invalid cursor is told about. */
  readonly name: string;
  readonly kind: ListKind;
  /** What the places in the list begin with. */
  readonly prefix?: string;
}

/** @throws InvalidCursorError */
export async function listPage<Row>(
  client: DynamoSend,
  table: string,
  list: NamedList,
  page: PageRequest,
): Promise<Page<Row>> {
  const limit = checkedLimit(page.limit);
  const after = page.cursor === undefined ? undefined : startOf(list, page.cursor);
  const query = queryList(table, { kind: list.kind, prefix: list.prefix, after });
  // One more than asked for tells whether there is another page.
  const { items, complete } = await queryRows(client, query, { most: limit + 1, requests: REQUESTS });
  return pageOf<Row>(list.name, items, limit, complete);
}

/** Rows of the audit looked at for one page, beyond which it may be short. */
const MOST_EXAMINED = 2_000;
const EXAMINED_AT_ONCE = 200;

/**
 * The record of who changed what, newest first: a partition a month, from the newest month to the oldest.
 * @throws InvalidCursorError
 */
export async function auditPage(client: DynamoSend, table: string, query: AuditQuery): Promise<Page<AuditEntry>> {
  const limit = checkedLimit(query.limit);
  const place = query.cursor === undefined ? LATEST : placeOf('audit', query.cursor);
  if (place !== LATEST && !AUDIT_PLACE.test(place)) throw new InvalidCursorError('audit', query.cursor ?? '');
  const start = query.to === undefined || place < query.to ? place : query.to;
  const months = await queryRows(client, queryAuditMonths(table, start === LATEST ? LATEST : monthOf(start)));
  const items: AuditEntry[] = [];
  let [examined, last] = [0, start];
  for (const month of months.items) {
    let before = start;
    for (let isComplete = false; !isComplete; ) {
      const most = Math.max(limit + 1 - items.length, isFiltered(query) ? EXAMINED_AT_ONCE : 1);
      const rows = await queryRows(client, queryAudit(table, month['sk']?.S ?? '', before), {
        most,
        requests: REQUESTS,
      });
      for (const row of rows.items) {
        const entry = readAuditEntry(row['record']?.S ?? '');
        if (query.from !== undefined && entry.at < query.from) return { items, cursor: null };
        const isWanted = matchesAudit(query, entry);
        if (isWanted && items.length === limit) return { items, cursor: encodeCursor('audit', [last]) };
        if (isWanted) items.push(entry);
        last = row['sk']?.S ?? last;
        examined += 1;
      }
      before = last;
      isComplete = rows.complete;
      // Reading less than it asked for, it has come to the end of what one page may cost.
      const isSpent = examined >= MOST_EXAMINED || rows.items.length < most;
      if (!isComplete && isSpent) return { items, cursor: encodeCursor('audit', [last]) };
    }
  }
  return { items, cursor: null };
}

function pageOf<Row>(name: string, items: readonly Item[], limit: number, complete: boolean): Page<Row> {
  const shown = items.slice(0, limit);
  const ended = complete && items.length <= limit;
  const last = shown.at(-1)?.['listKey']?.S;
  return {
    items: shown.map((item) => recordOf<Row>(item)),
    cursor: ended || last === undefined ? null : encodeCursor(name, [last]),
  };
}

/** A place that this list cannot have given out would be refused by DynamoDB, which is no error of ours. */
function startOf({ name, kind, prefix }: NamedList, cursor: string): Item {
  const listKey = placeOf(name, cursor);
  const start = listKey.startsWith(prefix ?? '') ? listedKey({ kind, listKey }) : undefined;
  if (start === undefined || listKey.length > 256) throw new InvalidCursorError(name, cursor);
  return start;
}

function placeOf(name: string, cursor: string): string {
  return String(decodeCursor(name, cursor, ['string'])[0]);
}

/** @throws RangeError: the admin API checks the limit before it asks. */
function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS) return limit;
  throw new RangeError(`limit is ${limit}: it must be a whole number from 1 to ${MOST_ROWS}.`);
}
