import { DatabaseSync } from 'node:sqlite';
import { makeOwnFile } from './own-file.ts';

/** How long a statement waits for another connection's lock. SQLite's own default is 0: it fails at once. */
const BUSY_TIMEOUT_MS = 5000;

/** The write-ahead log is cut back to this after a burst made it longer. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
/** Pages in the write-ahead log before a commit copies them into the file: 16 MiB. At 1,000 more stalls, at 16,000 longer ones. */
const CHECKPOINT_PAGES = 4000;
/** Each connection has its own, and the system's page cache stands behind them. */
const CACHE_KIB = 4 * 1024;
const FULL = 2;

/**
 * Opens the file for its one writer: WAL, synchronous FULL, foreign keys, mode 0600, migrated to the newest of
 * `migrations` (entry n brings `user_version` n to n + 1; never edit a published entry).
 * @throws where the file is not ours, newer than this release, or cannot be written.
 */
export function openDatabase(
  path: string,
  migrations: readonly string[],
  options: { readonly busyTimeoutMs?: number } = {},
): DatabaseSync {
  makeOwnFile(path);
  const db = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
  try {
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
      PRAGMA cache_size = -${CACHE_KIB};
    `);
    migrate(db, migrations, path);
    assertDurable(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** Opens the file for reading from another thread or process; the writer must have made it. Every write fails. */
export function openReadOnly(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
}

/**
 * What "acknowledged means durable" rests on: a commit on this connection returns after fsync. The process checks it
 * when it starts; a test cannot see a missing fsync in any other way, because the page cache survives SIGKILL.
 * @throws where the connection does not write ahead with synchronous FULL.
 */
export function assertDurable(db: DatabaseSync): void {
  const synchronous = pragma(db, 'synchronous');
  if (synchronous !== FULL) {
    throw new Error(`PRAGMA synchronous is ${synchronous}, not 2 (FULL): a commit would not survive a power cut.`);
  }
  const journal = pragma(db, 'journal_mode');
  if (journal !== 'wal') {
    throw new Error(
      `PRAGMA journal_mode is ${journal}, not wal. Put the data folder on a local disk: network file systems lack the shared memory that SQLite's log needs.`,
    );
  }
}

/** Brings a database to the newest of `migrations`. @throws where it is newer than this release. */
export function migrate(db: DatabaseSync, migrations: readonly string[], path: string): void {
  const version = Number(pragma(db, 'user_version'));
  if (version > migrations.length) {
    throw new Error(
      `${path} has schema ${version}, this release knows ${migrations.length}: it was written by a newer release. Start that one.`,
    );
  }
  for (let i = version; i < migrations.length; i++) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(migrations[i] ?? '');
      db.exec(`PRAGMA user_version = ${i + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}

function pragma(db: DatabaseSync, name: string): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name];
}
