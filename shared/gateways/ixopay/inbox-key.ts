import { digestOfParts } from '#shared/model/digest.ts';
import type { Source } from '#shared/model/vocabulary.ts';

/** What makes a row of each source the same statement again (model.md 1, wire 3 "Consequence for dedup"). */
const COVERED: Readonly<Record<Source, readonly string[]>> = {
  // A byte-identical notice signed on another day is a new statement; a resent one is not.
  pushed: ['date'],
  fetched: ['askedAt', 'settles', 'parent', 'as'],
  reported: [],
  own: [],
};

/**
 * base64url SHA-256 over the source, the body and the declared parts that the source is known by. Every part stands
 * behind its length and declared parts behind their name, so that no two statements share the hashed bytes.
 */
export function ixopayInboxKey(source: Source, body: Uint8Array, declared: Readonly<Record<string, string>>): string {
  const parts = COVERED[source].flatMap((name) => {
    const value = Object.hasOwn(declared, name) ? declared[name] : undefined;
    return value === undefined ? [] : [name, value];
  });
  return digestOfParts(source, body, ...parts);
}
