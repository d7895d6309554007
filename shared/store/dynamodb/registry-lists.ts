import { decodeCursor, encodeCursor, InvalidCursorError } from '#shared/registry/page-cursor.ts';
import type { AuditEntry, Page, PageRequest } from '#shared/registry/records.ts';
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
  return pageOf<Row>(list.name, items, limit, complete, 'listKey');
}

/**
 * The record of who changed what, newest first: a partition a month, from the newest month to the oldest.
 * @throws InvalidCursorError
 */
export async function auditPage(client: DynamoSend, table: string, page: PageRequest): Promise<Page<AuditEntry>> {
  const limit = checkedLimit(page.limit);
  const before = page.cursor === undefined ? LATEST : placeOf('audit', page.cursor);
  if (before !== LATEST && !AUDIT_PLACE.test(before)) throw new InvalidCursorError('audit', page.cursor ?? '');
  const months = await queryRows(client, queryAuditMonths(table, before === LATEST ? LATEST : monthOf(before)));
  const items: Item[] = [];
  for (const month of months.items) {
    const query = queryAudit(table, month['sk']?.S ?? '', before);
    const budget = { most: limit + 1 - items.length, requests: REQUESTS };
    const rows = await queryRows(client, query, budget);
    items.push(...rows.items);
    if (!rows.complete) return pageOf<AuditEntry>('audit', items, limit, false, 'sk');
  }
  return pageOf<AuditEntry>('audit', items, limit, true, 'sk');
}

function pageOf<Row>(
  name: string,
  items: readonly Item[],
  limit: number,
  complete: boolean,
  placeAttribute: 'listKey' | 'sk',
): Page<Row> {
  const shown = items.slice(0, limit);
  const ended = complete && items.length <= limit;
  const last = shown.at(-1)?.[placeAttribute]?.S;
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
