import { randomBytes } from 'node:crypto';
import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyFile, openKeyFile } from './key-file/key-file.ts';
import { makePrivateFile, readPrivateFile } from './key-file/private-file.ts';
import { openTokenFile } from './key-file/token-file.ts';
import { reasonOf, StartFailure } from './start-failure.ts';
import { type DataFolder, openDataFolder } from './store/data-folder.ts';

/** The locked data folder with what is read from it once, at the start. */
export interface HomeFolder extends DataFolder {
  readonly secrets: KeyFile;
  readonly operatorToken: string;
  readonly tokenFile: string;
  readonly sqsAccessKeyId: string;
  /** True: no callback was ever stored here. */
  readonly isNew: boolean;
}

const KEY_ID_BYTES = 6;

/**
 * Locks the folder and opens its key, token and access key files, making what is missing. A token from the environment
 * replaces the one in the file, so that the file always holds the one in force. Throws StartFailure.
 */
export function openHomeFolder(path: string, operatorToken: string | undefined): HomeFolder {
  const opened = openDataFolder(path);
  if (!opened.ok) throw new StartFailure(opened.message);
  const { folder } = opened;
  try {
    const tokenFile = folder.file('operator.token');
    if (operatorToken !== undefined) replaceToken(tokenFile, operatorToken);
    return {
      ...folder,
      isNew: !existsSync(folder.file('inbox.db')),
      secrets: openKeyFile(folder.file('secrets.key')),
      operatorToken: openTokenFile(tokenFile),
      tokenFile,
      sqsAccessKeyId: openAccessKeyId(join(folder.path, 'sqs.access-key-id')),
    };
  } catch (error) {
    folder.close();
    throw new StartFailure(reasonOf(error));
  }
}

function replaceToken(path: string, token: string): void {
  const content = Buffer.from(`${token}\n`);
  const before = readPrivateFile(path);
  if (before?.equals(content)) return;
  if (before !== undefined) unlinkSync(path);
  makePrivateFile(path, content);
}

/** Looks like one of AWS's, so that every SDK takes it. */
function openAccessKeyId(path: string): string {
  const known = readPrivateFile(path)?.toString('utf8').trim() ?? '';
  if (/^[A-Z0-9]{16,32}$/.test(known)) return known;
  const made = `POSTRIDER${randomBytes(KEY_ID_BYTES).toString('hex').toUpperCase()}`;
  if (known !== '') unlinkSync(path);
  makePrivateFile(path, Buffer.from(`${made}\n`));
  return made;
}
