import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { InboxQuery, InboxRow, InboxStore } from '#shared/pipeline/ports.ts';
import { idHash } from './id-hash.ts';
import { type InboxHeadRecord, type InboxRecord, inboxRow, inboxRowHead } from './inbox-row.ts';
import { checkedLimit, earlier, keysetOf, LATEST, placeBefore, preparedOnce, takePage } from './keyset.ts';
import { openReadOnly } from './open-database.ts';

/** A stored callback and its place in the stream. */
export interface PositionedRow {
  readonly position: number;
  readonly row: InboxRow;
}

export interface InboxReads extends Omit<InboxStore, 'put'> {
  /**
   * The stream: rows behind `position` in the order of their commits. Positions grow but leave gaps. May give fewer
   * than `limit` rows where bodies are large; an empty answer means that there is no more.
   */
  rowsAfter(position: number, limit: number): Promise<readonly PositionedRow[]>;
  /** 0 where nothing was ever stored. */
  lastPosition(): Promise<number>;
  /** Rows behind `position`: what is not yet applied. Counts, so it costs time where it answers with much. */
  countAfter(position: number): Promise<number>;
}

/** A page ends behind the row that brings its bodies to this, so that 500 rows of 1 MiB never meet in memory. */
const PAGE_BODY_BYTES = 8 * 1024 * 1024;
const LIST = 'callbacks';
const WALK = 'callbacks, oldest first';
const HEAD = 'position, callback_id, connector_id, received_at, body_sha256, head';

/** The reading half of the inbox, on the writer's connection or on a read-only one. */
export function inboxReads(db: DatabaseSync): InboxReads {
  const prepared = preparedOnce(db);

  return {
    async get(callbackId) {
      const record = prepared(`SELECT ${HEAD}, body FROM callback WHERE id_hash = ? AND callback_id = ?`).get(
        idHash(callbackId),
        callbackId,
      );
      return record === undefined ? undefined : inboxRow(record as unknown as InboxRecord);
    },

    async list(query) {
      const limit = checkedLimit(query.limit);
      const [index, filter] = access(query.connectorId);
      const rows = prepared(
        `SELECT ${HEAD} FROM callback INDEXED BY ${index}
         WHERE ${filter.sql} received_at >= ? AND (received_at, position) < (?, ?)
         ORDER BY received_at DESC, position DESC LIMIT ?`,
      ).iterate(...filter.values, query.from ?? '', ...upperEnd(query), limit + 1);
      return takePage(LIST, rows as Iterable<unknown> as Iterable<InboxHeadRecord>, { limit }, placeOf, inboxRowHead);
    },

    async walk(query) {
      const limit = checkedLimit(query.limit);
      const [index, filter] = access(query.connectorId);
      const start = query.cursor === undefined ? placeBefore(query.from) : keysetOf(WALK, query.cursor);
      const rows = prepared(
        `SELECT ${HEAD}, body FROM callback INDEXED BY ${index}
         WHERE ${filter.sql} (received_at, position) > (?, ?)
         ORDER BY received_at, position LIMIT ?`,
      ).iterate(...filter.values, start.at, start.row, limit + 1);
      const budget = { limit, bytes: PAGE_BODY_BYTES, bytesOf: (record: InboxRecord) => record.body.byteLength };
      return takePage(WALK, rows as Iterable<unknown> as Iterable<InboxRecord>, budget, placeOf, inboxRow);
    },

    async rowsAfter(position, limit) {
      const found: PositionedRow[] = [];
      let bytes = 0;
      const rows = prepared(`SELECT ${HEAD}, body FROM callback WHERE position > ? ORDER BY position LIMIT ?`);
      for (const record of rows.iterate(position, limit) as Iterable<unknown> as Iterable<InboxRecord>) {
        found.push({ position: record.position, row: inboxRow(record) });
        bytes += record.body.byteLength;
        if (bytes >= PAGE_BODY_BYTES) break;
      }
      return found;
    },

    async lastPosition() {
      return Number(prepared('SELECT position FROM callback ORDER BY position DESC LIMIT 1').get()?.['position'] ?? 0);
    },

    async countAfter(position) {
      return Number(prepared('SELECT COUNT(*) AS n FROM callback WHERE position > ?').get(position)?.['n'] ?? 0);
    },
  };
}

/** The pump thread's view of the inbox. The HTTP thread must have made the file. */
export function openInboxReader(path: string): InboxReads & { close(): void } {
  const db = openReadOnly(path);
  return { ...inboxReads(db), close: () => db.close() };
}

function access(connectorId: string | undefined): [string, { sql: string; values: SQLInputValue[] }] {
  return connectorId === undefined
    ? ['callback_by_time', { sql: '', values: [] }]
    : ['callback_by_connector', { sql: 'connector_id = ? AND', values: [connectorId] }];
}

function upperEnd(query: InboxQuery): [string, number] {
  const end = query.to === undefined ? LATEST : placeBefore(query.to);
  const start = query.cursor === undefined ? end : earlier(end, keysetOf(LIST, query.cursor));
  return [start.at, start.row];
}

function placeOf(record: InboxHeadRecord): { at: string; row: number } {
  return { at: record.received_at, row: record.position };
}
