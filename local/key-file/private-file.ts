import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export type PrivateFileProblem = 'too_open' | 'wrong_content';

/** A file with a secret in it that must not be used as it is. */
export class PrivateFileError extends Error {
  readonly code: PrivateFileProblem;

  constructor(code: PrivateFileProblem, message: string) {
    super(message);
    this.name = 'PrivateFileError';
    this.code = code;
  }
}

/**
 * The content of a file that only its owner can read; undefined where there is none.
 * @throws PrivateFileError where others can read or write it.
 */
export function readPrivateFile(path: string): Buffer | undefined {
  const descriptor = openExisting(path);
  if (descriptor === undefined) return undefined;
  try {
    const mode = fstatSync(descriptor).mode & 0o777;
    // Windows has no such bits and reports them as set.
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
      throw new PrivateFileError(
        'too_open',
        `${path} has mode ${mode.toString(8).padStart(4, '0')}: others on this machine can get at it. Run: chmod 600 ${path}`,
      );
    }
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes the file with mode 0600, on the disk before this returns; a crash leaves all of it or nothing. Of two at the same
 * moment one makes it and the other gets an EEXIST.
 */
export function makePrivateFile(path: string, content: Uint8Array): void {
  const unfinished = `${path}.${randomUUID()}.new`;
  const descriptor = openSync(unfinished, 'wx', 0o600);
  try {
    try {
      writeSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    // Unlike a rename, a link never replaces what is there.
    linkSync(unfinished, path);
  } finally {
    unlinkSync(unfinished);
  }
  flushFolder(dirname(path));
}

function openExisting(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The name is in the folder, which has to reach the disk as well. */
function flushFolder(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
