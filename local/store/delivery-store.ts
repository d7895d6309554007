import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DeliveryStore, FailedRow } from '#shared/pipeline/ports.ts';
import type { Page, PageRequest } from '#shared/registry/records.ts';
import { type ConfirmationDatabase, confirmationStore } from './confirmation-store.ts';
import { newestFirst, type TimedRow } from './keyset.ts';
import { type ParkingStore, parkingStore } from './parking-store.ts';
import type { Transactions } from './transactions.ts';

export type DeliveryDatabase = DeliveryStore & ParkingStore & ConfirmationDatabase;

interface Recorded extends TimedRow {
  readonly record: string;
}

/** Parking cursors, failed rows and questions to gateways; every list runs newest first. */
export function deliveryStore(db: DatabaseSync, transactions: Transactions): DeliveryDatabase {
  return {
    ...parkingStore(db, transactions),
    ...failedRows(db, transactions),
    ...confirmationStore(db, transactions),
    ...oldSecrets(db, transactions),
    ...countsOf(db, transactions),
  };
}

function failedRows(
  db: DatabaseSync,
  { read, write }: Transactions,
): Pick<DeliveryStore, 'putFailed' | 'deleteFailed' | 'failed'> {
  const upsert = db.prepare(
    `INSERT INTO failed (callback_id, at, record) VALUES (?, ?, ?)
     ON CONFLICT (callback_id) DO UPDATE SET at = excluded.at, record = excluded.record`,
  );
  const remove = db.prepare('DELETE FROM failed WHERE callback_id = ?');
  const list = failedList(db);
  return {
    putFailed: (row) =>
      write(() => {
        upsert.run(row.callbackId, row.at, JSON.stringify(row));
      }),
    deleteFailed: (callbackId) =>
      write(() => {
        remove.run(callbackId);
      }),
    failed: (page) => read(() => recordPage<FailedRow>('failed callbacks', list, page)),
  };
}

function oldSecrets(
  db: DatabaseSync,
  { read, write }: Transactions,
): Pick<DeliveryStore, 'noteOldSecret' | 'oldSecretUse'> {
  const note = db.prepare(
    `INSERT INTO old_secret (connector_id, key_id, callbacks, last_at) VALUES (?, ?, 1, ?)
     ON CONFLICT (connector_id, key_id) DO UPDATE
     SET callbacks = callbacks + 1, last_at = MAX(last_at, excluded.last_at)`,
  );
  const of = db.prepare('SELECT key_id, callbacks, last_at FROM old_secret WHERE connector_id = ?');
  return {
    noteOldSecret: ({ connectorId, keyId, receivedAt }) =>
      write(() => {
        note.run(connectorId, keyId, receivedAt);
      }),
    oldSecretUse: (connectorId) =>
      read(() =>
        Object.fromEntries(
          of
            .all(connectorId)
            .map((row) => [
              String(row['key_id']),
              { callbacks: Number(row['callbacks']), lastAt: String(row['last_at']) },
            ]),
        ),
      ),
  };
}

/** Counts rows of what waits for something: tables that are empty when all is well. */
function countsOf(db: DatabaseSync, { read }: Transactions): Pick<DeliveryStore, 'counts'> {
  const counts = db.prepare(
    `SELECT (SELECT COUNT(*) FROM parking INDEXED BY parking_by_time) AS parked,
       (SELECT COUNT(*) FROM parking INDEXED BY parking_by_state WHERE state = 'dead') AS dead,
       (SELECT COUNT(*) FROM failed INDEXED BY failed_by_time) AS failed,
       (SELECT COUNT(*) FROM confirmation INDEXED BY confirmation_by_state WHERE state = 'waiting') AS confirmations`,
  );
  return {
    counts: () =>
      read(() => {
        const { parked, dead, failed, confirmations } = counts.get() ?? {};
        return {
          parked: Number(parked),
          dead: Number(dead),
          failed: Number(failed),
          confirmations: Number(confirmations),
        };
      }),
  };
}

function failedList(db: DatabaseSync): StatementSync {
  return db.prepare(
    `SELECT row, at, record FROM failed INDEXED BY failed_by_time
     WHERE (at, row) < (?, ?) ORDER BY at DESC, row DESC LIMIT ?`,
  );
}

function recordPage<T>(list: string, statement: StatementSync, page: PageRequest): Page<T> {
  return newestFirst(list, statement, [], page, (row: Recorded) => JSON.parse(row.record) as T);
}
