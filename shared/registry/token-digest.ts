import { createHash, timingSafeEqual } from 'node:crypto';

/** base64url SHA-256 of a bearer token: all that is stored of it. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Compares in constant time; the digests have one length, so that nothing is learned from unequal ones. */
export function tokenMatches(token: string, digest: string): boolean {
  const given = Buffer.from(tokenDigest(token));
  const wanted = Buffer.from(digest);
  return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
}
