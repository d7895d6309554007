import type { DatabaseSync } from 'node:sqlite';

/** Result codes of SQLite (https://sqlite.org/rescode.html) that end a whole transaction though one statement caused them. */
const NOMEM = 7;
const FULL = 13;
const TOOBIG = 18;

/** SQLite's primary result code, or undefined for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/**
 * True where rows that failed together may each be tried alone. Not after a lock (each would wait again) and not after
 * an I/O error (a second fsync says nothing about the first).
 */
export function mayWorkAlone(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === NOMEM || code === FULL || code === TOOBIG;
}

/** Ends a transaction that failed; SQLite may have done so itself. */
export function rollBack(db: DatabaseSync): void {
  if (db.isOpen && db.isTransaction) db.exec('ROLLBACK');
}
