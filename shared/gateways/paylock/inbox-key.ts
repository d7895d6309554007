import { digestOfParts } from '#shared/model/digest.ts';
import type { Source } from '#shared/model/vocabulary.ts';

/** What makes a row of each source the same statement again (model.md 1). */
const COVERED: Readonly<Record<Source, readonly string[]>> = {
  // A repeat that is signed anew has another time and is the same statement; one that is read otherwise, because the
  // operator has mended the paths or maps since, is not: else nothing could be mended by sending it again.
  pushed: ['reading'],
  fetched: ['askedAt', 'settles', 'reading'],
  reported: [],
  own: [],
};

/** base64url SHA-256 over source, body and the declared parts that the source is known by, each behind its length and name. */
export function paylockInboxKey(source: Source, body: Uint8Array, declared: Readonly<Record<string, string>>): string {
  const parts = COVERED[source].flatMap((name) => {
    const value = Object.hasOwn(declared, name) ? declared[name] : undefined;
    return value === undefined ? [] : [name, value];
  });
  return digestOfParts(source, body, ...parts);
}
