import type { DatabaseSync } from 'node:sqlite';
import { AlreadyHandled, type ProgressStore } from './progress-store.ts';

export interface SqliteProgressStore extends ProgressStore<DatabaseSync> {
  /** BEGIN IMMEDIATE, `work`, COMMIT; ROLLBACK and the same error where `work` throws. For handlers: see examples/consumer.ts. */
  transaction<Result>(work: (database: DatabaseSync) => Promise<Result> | Result): Promise<Result>;
}

const TABLE = `CREATE TABLE IF NOT EXISTS postrider_progress (
  subject TEXT PRIMARY KEY, sequence TEXT NOT NULL
) STRICT, WITHOUT ROWID`;
const FORWARD = `INSERT INTO postrider_progress (subject, sequence) VALUES (?, ?)
  ON CONFLICT (subject) DO UPDATE SET sequence = excluded.sequence WHERE excluded.sequence > sequence`;
const LAST = 'SELECT sequence FROM postrider_progress WHERE subject = ?';

/** The end of the line of work on each connection: one connection has one transaction at a time. */
const lines = new WeakMap<DatabaseSync, Promise<unknown>>();

/**
 * Marks in the merchant's own SQLite database (`node:sqlite`), in the table `postrider_progress`. `recordIn` takes the
 * connection on which the handler ran BEGIN: this one, or another to the same file.
 *
 * One connection has one transaction, and awaiting inside it lets other code run. So with this store events are handled
 * one at a time, also those of different subjects and of other consumers on the same connection. Use the connection for
 * nothing else while a consumer runs, and open it with a `timeout` (node:sqlite's default of 0 fails at the first lock).
 * NOT promised: an open transaction that the handler leaves behind is neither committed nor rolled back for it; the
 * consumer reports `store_failed` until it is ended.
 */
export function sqliteProgressStore(database: DatabaseSync): SqliteProgressStore {
  database.exec(TABLE);
  const last = database.prepare(LAST);
  const forward = database.prepare(FORWARD);
  return {
    last: async (subjectKey) => {
      refuseOpenTransaction(database);
      const sequence = last.get(subjectKey)?.['sequence'];
      return typeof sequence === 'string' ? sequence : undefined;
    },
    record: async (subjectKey, sequence) => {
      refuseOpenTransaction(database);
      forward.run(subjectKey, sequence);
    },
    recordIn: async (transaction, subjectKey, sequence) => {
      refuseOtherDatabase(database, transaction);
      const statement = transaction === database ? forward : transaction.prepare(FORWARD);
      if (Number(statement.run(subjectKey, sequence).changes) === 0) throw new AlreadyHandled(subjectKey, sequence);
    },
    exclusively: (work) => {
      const before = lines.get(database) ?? Promise.resolve();
      const result = before.then(work);
      lines.set(
        database,
        result.catch(() => undefined),
      );
      return result;
    },
    transaction: async (work) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(database);
        database.exec('COMMIT');
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

/** A mark read or written inside somebody's unfinished transaction would vanish with it. */
function refuseOpenTransaction(database: DatabaseSync): void {
  if (!database.isTransaction) return;
  throw new Error('A transaction is open on the connection of the progress store; end it with COMMIT or ROLLBACK.');
}

function refuseOtherDatabase(database: DatabaseSync, transaction: DatabaseSync): void {
  if (!transaction.isTransaction) {
    throw new Error(
      'recordIn was called outside a transaction, so the mark would not be one with your writes; run BEGIN first.',
    );
  }
  const file = transaction.location();
  if (transaction !== database && (file === null || file !== database.location())) {
    throw new Error(`recordIn was given a connection to another database (${file ?? 'in memory'}) than the store's.`);
  }
}
