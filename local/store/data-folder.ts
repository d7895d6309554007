import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeOwnFile } from './own-file.ts';
import { sqliteCode } from './sqlite-trouble.ts';

export type DataFolderFile = 'inbox.db' | 'ledger.db' | 'queues.db' | 'secrets.key' | 'operator.token';

/** A folder that this process alone has open. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  file(name: DataFolderFile): string;
  /** Gives the folder free. The end of the process, however sudden, does so too. */
  close(): void;
}

export type DataFolderProblem = 'locked' | 'not_a_folder' | 'unwritable' | 'disk_full' | 'unusable';

export type DataFolderOutcome =
  | { readonly ok: true; readonly folder: DataFolder }
  | { readonly ok: false; readonly code: DataFolderProblem; readonly message: string };

const BUSY = 5;
/** Locks of this process. A handle that nobody holds would be closed with the next collection of garbage. */
const held = new Set<DatabaseSync>();

/**
 * Makes the folder where it is missing (mode 0700, parents too) and takes its lock: an open BEGIN EXCLUSIVE on
 * `lock.db`, which the operating system gives free when the process ends. Every expected trouble is a value whose message
 * is a sentence for whoever started the process.
 */
export function openDataFolder(path: string): DataFolderOutcome {
  const absolute = resolve(path);
  try {
    makeFolder(absolute);
    accessSync(absolute, constants.R_OK | constants.W_OK | constants.X_OK);
    return { ok: true, folder: openFolder(absolute, lock(join(absolute, 'lock.db'))) };
  } catch (error) {
    return { ok: false, ...folderProblem(absolute, error) };
  }
}

/** Not `recursive: true`: Node 24 then tries for ever where a name cannot exist, as in /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function openFolder(path: string, lockDb: DatabaseSync): DataFolder {
  return {
    path,
    file: (name) => join(path, name),
    close() {
      if (held.delete(lockDb)) lockDb.close();
    },
  };
}

function lock(path: string): DatabaseSync {
  makeOwnFile(path);
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw error;
  }
  held.add(db);
  return db;
}

/** What is wrong with the folder, by the error that opening it met. */
export function folderProblem(path: string, error: unknown): { code: DataFolderProblem; message: string } {
  if (sqliteCode(error) === BUSY) {
    const message = `The data folder ${path} is in use by another Postrider process. Stop that one, or start this one with another folder: --data <folder>.`;
    return { code: 'locked', message };
  }
  const cause = error instanceof Error ? error.message : String(error);
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EEXIST':
    case 'ENOTDIR': {
      const message = `The data folder ${path} is not a folder, or lies inside of something that is none. Choose another one: --data <folder>.`;
      return { code: 'not_a_folder', message };
    }
    case 'EACCES':
    case 'EPERM':
    case 'EROFS': {
      const message = `The data folder ${path} cannot be written by this user. Allow it, or choose another one: --data <folder>. (${cause})`;
      return { code: 'unwritable', message };
    }
    case 'ENOSPC':
    case 'EDQUOT': {
      const message = `There is no room left on the disk of the data folder ${path}. Make room, or choose another one: --data <folder>. (${cause})`;
      return { code: 'disk_full', message };
    }
    default: {
      const message = `The data folder ${path} cannot be used: ${cause}. Repair it, or choose another one: --data <folder>.`;
      return { code: 'unusable', message };
    }
  }
}
