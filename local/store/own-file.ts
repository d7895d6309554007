import { closeSync, openSync } from 'node:fs';

/**
 * Makes an empty file that only its owner can read, where there is none: SQLite would make it 0644, and gives its log
 * the mode of the file. A file that is there is not touched, for the operating system drops all locks of a process on a
 * file as soon as the process closes any handle of it (https://sqlite.org/howtocorrupt.html, 2.2).
 */
export function makeOwnFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
