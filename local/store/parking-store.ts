import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { subjectName } from '#shared/model/vocabulary.ts';
import type { CursorId, DeliveryStore, ParkingCursor } from '#shared/pipeline/ports.ts';
import { newestFirst, preparedOnce, type TimedRow } from './keyset.ts';
import { subjectKey } from './subjects.ts';
import type { Transactions } from './transactions.ts';

export interface ParkingStore
  extends Pick<
    DeliveryStore,
    | 'cursor'
    | 'createCursor'
    | 'extendCursor'
    | 'claimCursor'
    | 'deleteCursor'
    | 'updateCursor'
    | 'dueCursors'
    | 'cursors'
    | 'deleteCursorsOf'
    | 'releaseCursors'
    | 'postponeCursors'
  > {
  /** When the next waiting cursor is due (ISO); undefined: none waits. */
  nextDueAt(): Promise<string | undefined>;
}

interface ParkingRecord extends TimedRow {
  readonly merchant_id: string;
  readonly subscription_id: string;
  readonly subject: string;
  readonly from_version: number;
  readonly up_to: number;
  readonly attempts: number;
  readonly next_at: string | null;
  readonly state: string;
  readonly last_error: string;
}

const COLUMNS =
  'row, merchant_id, subscription_id, subject, from_version, up_to, attempts, next_at, state, parked_at AS at, last_error';
const THIS = 'merchant_id = ? AND subscription_id = ? AND subject = ?';
/** Twice heldUntil: 1 for any, and which. */
const HELD = '(? = 1 OR next_at IS ?)';
const DUE = `FROM parking INDEXED BY parking_due WHERE state = 'waiting' AND next_at IS NOT NULL`;

export function parkingStore(db: DatabaseSync, transactions: Transactions): ParkingStore {
  const select = db.prepare(`SELECT ${COLUMNS} FROM parking WHERE ${THIS}`);
  const { read } = transactions;

  function find(id: CursorId): ParkingCursor | undefined {
    const record = select.get(...idValues(id));
    return record === undefined ? undefined : parkingCursor(record as unknown as ParkingRecord);
  }

  return {
    ...changesOf(db, transactions, find),
    ...listsOf(db, transactions),
    cursor: (id) => read(() => find(id)),
  };
}

type Changes = Pick<
  ParkingStore,
  | 'createCursor'
  | 'extendCursor'
  | 'claimCursor'
  | 'deleteCursor'
  | 'updateCursor'
  | 'deleteCursorsOf'
  | 'releaseCursors'
  | 'postponeCursors'
>;

function changesOf(
  db: DatabaseSync,
  { write }: Transactions,
  find: (id: CursorId) => ParkingCursor | undefined,
): Changes {
  const insert = db.prepare(
    `INSERT INTO parking (merchant_id, subscription_id, subject, from_version, up_to, attempts, next_at, state, parked_at, last_error)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (merchant_id, subscription_id, subject) DO NOTHING`,
  );
  const extend = db.prepare(`UPDATE parking SET up_to = ? WHERE ${THIS} AND up_to < ?`);
  const claim = db.prepare(`UPDATE parking SET next_at = ? WHERE ${THIS} AND state = 'waiting' AND next_at = ?`);
  const remove = db.prepare(`DELETE FROM parking WHERE ${THIS} AND up_to <= ? AND ${HELD}`);
  const update = db.prepare(
    `UPDATE parking SET from_version = ?, attempts = ?, next_at = ?, state = ?, last_error = ? WHERE ${THIS} AND ${HELD}`,
  );
  const removeAll = db.prepare('DELETE FROM parking WHERE merchant_id = ? AND subscription_id = ?');
  const releaseAll = db.prepare(
    `UPDATE parking SET state = 'waiting', attempts = 0, next_at = ? WHERE merchant_id = ? AND subscription_id = ?`,
  );

  const postponeAll = db.prepare(
    `UPDATE parking SET next_at = ?1 WHERE merchant_id = ?2 AND subscription_id = ?3 AND state = 'waiting' AND next_at < ?1`,
  );

  return {
    createCursor: (cursor) =>
      write(() => {
        const { from, upTo, attempts, nextAt, state, parkedAt, lastError } = cursor;
        const values = [...idValues(cursor), from, upTo, attempts, nextAt, state, parkedAt, lastError];
        return insert.run(...values).changes === 1 ? 'created' : 'exists';
      }),
    extendCursor: (id, upTo) =>
      write(() => {
        if (extend.run(upTo, ...idValues(id), upTo).changes === 1) return 'extended';
        return find(id) === undefined ? 'absent' : 'already';
      }),
    claimCursor: (cursor, nextAt) =>
      write(() => (claim.run(nextAt, ...idValues(cursor), cursor.nextAt).changes === 1 ? find(cursor) : undefined)),
    deleteCursor: (id, lastSent, heldUntil) =>
      write(() => {
        if (remove.run(...idValues(id), lastSent, ...heldValues(heldUntil)).changes === 1) return 'deleted';
        return find(id) === undefined ? 'absent' : 'newer';
      }),
    updateCursor: (id, { from, attempts, nextAt, state, lastError }, heldUntil) =>
      write(() => {
        const values = [from, attempts, nextAt, state, lastError, ...idValues(id), ...heldValues(heldUntil)];
        return update.run(...values).changes === 1;
      }),
    deleteCursorsOf: (merchantId, subscriptionId) =>
      write(() => Number(removeAll.run(merchantId, subscriptionId).changes)),
    releaseCursors: (merchantId, subscriptionId, nextAt) =>
      write(() => Number(releaseAll.run(nextAt, merchantId, subscriptionId).changes)),
    postponeCursors: (merchantId, subscriptionId, nextAt) =>
      write(() => Number(postponeAll.run(nextAt, merchantId, subscriptionId).changes)),
  };
}

function listsOf(db: DatabaseSync, { read }: Transactions): Pick<ParkingStore, 'dueCursors' | 'cursors' | 'nextDueAt'> {
  const prepared = preparedOnce(db);
  const due = db.prepare(`SELECT ${COLUMNS} ${DUE} AND next_at <= ? ORDER BY next_at, row LIMIT ?`);
  const next = db.prepare(`SELECT next_at ${DUE} AND next_at >= '' ORDER BY next_at LIMIT 1`);

  return {
    dueCursors: (now, limit) =>
      read(() => (due.all(now, limit) as unknown[] as ParkingRecord[]).map((record) => parkingCursor(record))),
    nextDueAt: () =>
      read(() => {
        const at = next.get()?.['next_at'];
        return at === undefined ? undefined : String(at);
      }),
    cursors: (query) =>
      read(() => {
        const { merchantId, subscriptionId, state } = query;
        const given = Object.entries({ merchant_id: merchantId, subscription_id: subscriptionId, state }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        );
        const statement = prepared(
          `SELECT ${COLUMNS} FROM parking INDEXED BY ${indexFor(given.map(([column]) => column))}
           WHERE ${given.map(([column]) => `${column} = ? AND`).join(' ')} (parked_at, row) < (?, ?)
           ORDER BY parked_at DESC, row DESC LIMIT ?`,
        );
        const values = given.map(([, value]) => value);
        return newestFirst('parked deliveries', statement, values, query, parkingCursor);
      }),
  };
}

function indexFor(columns: readonly string[]): string {
  if (columns.length === 3) return 'parking_by_subscription_state';
  if (columns.includes('merchant_id')) {
    return columns.includes('subscription_id') ? 'parking_by_subscription' : 'parking_by_merchant';
  }
  return columns.includes('state') ? 'parking_by_state' : 'parking_by_time';
}

function idValues(id: CursorId): SQLInputValue[] {
  return [id.merchantId, id.subscriptionId, subjectName(id.subject)];
}

function heldValues(heldUntil: string | null | undefined): SQLInputValue[] {
  return heldUntil === undefined ? [1, null] : [0, heldUntil];
}

function parkingCursor(record: ParkingRecord): ParkingCursor {
  return {
    merchantId: record.merchant_id,
    subscriptionId: record.subscription_id,
    subject: subjectKey(record.subject),
    from: record.from_version,
    upTo: record.up_to,
    attempts: record.attempts,
    nextAt: record.next_at,
    state: record.state as ParkingCursor['state'],
    parkedAt: record.at,
    lastError: record.last_error,
  };
}
