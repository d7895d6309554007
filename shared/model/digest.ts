import { createHash } from 'node:crypto';

/** base64url SHA-256 of the parts, each behind its length, so that no two lists of parts share a digest. */
export function digestOfParts(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    hash.update(`${bytes.byteLength}:`).update(bytes);
  }
  return hash.digest('base64url');
}

/** base64url SHA-256 of the bytes as they are. */
export function digestOfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
