import type { DatabaseSync } from 'node:sqlite';

/** Result codes of SQLite: https://sqlite.org/rescode.html. */
const NOMEM = 7;
const FULL = 13;
const TOOBIG = 18;
/** BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, AUTH, NOTADB. */
const TROUBLE: ReadonlySet<number> = new Set([5, 6, NOMEM, 8, 9, 10, 11, FULL, 14, 15, 23, 26]);

/** The store was closed, or the transaction that a call belonged to is gone. */
export class StoreGoneError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StoreGoneError';
  }
}

/** True where the disk, a lock or a closed file is to blame and not the row: the same call may work later. */
export function isStorageTrouble(error: unknown): boolean {
  if (error instanceof StoreGoneError) return true;
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') return true;
  return TROUBLE.has(sqliteCode(error) ?? 0);
}

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
