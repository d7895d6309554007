import { randomBytes } from 'node:crypto';
import { makePrivateFile, PrivateFileError, readPrivateFile } from './private-file.ts';

const TOKEN_BYTES = 32;
/** Visible ASCII, as an Authorization header carries it (RFC 6750 2.1, and a little more). */
const TOKEN = /^[\x21-\x7e]{16,}$/;

/**
 * The operator's token: the bare token and a newline in a file of mode 0600, made where it is missing.
 * @throws PrivateFileError where others can read the file or it holds no token.
 */
export function openTokenFile(path: string, random: (bytes: number) => Buffer = randomBytes): string {
  const content = readPrivateFile(path);
  if (content === undefined) {
    const token = random(TOKEN_BYTES).toString('base64url');
    makePrivateFile(path, Buffer.from(`${token}\n`));
    return token;
  }
  const token = content.toString('utf8').replace(/\r?\n$/, '');
  if (!TOKEN.test(token)) {
    throw new PrivateFileError(
      'wrong_content',
      `${path} holds no operator token: one line of at least 16 characters without spaces. Delete the file and start again to get a new one.`,
    );
  }
  return token;
}
