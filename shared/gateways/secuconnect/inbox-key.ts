import { digestOfParts } from '#shared/model/digest.ts';
import type { Source } from '#shared/model/vocabulary.ts';

/** Declared parts that a row of each source is known by: what `normalize` reads, and when it was asked. */
const COVERED: Readonly<Record<Source, readonly string[]>> = {
  pushed: [],
  fetched: ['askedAt', 'settles', 'as', 'asked', 'kind', 'list'],
  reported: [],
  own: [],
};

/**
 * base64url SHA-256 over source, body and declared parts. A push is known by its whole body, event id included, and not
 * by the event id alone: nothing is signed, so whoever knows the URL could take a known id first, with another body, and
 * the gateway's own push would be thrown away as a repeat. This way a repeat (same bytes) is one row, and another body
 * under a known id is at worst one more question to the API, which the connector's limit bounds.
 */
export function secuconnectInboxKey(
  source: Source,
  body: Uint8Array,
  declared: Readonly<Record<string, string>>,
): string {
  const parts = COVERED[source].flatMap((name) => {
    const value = Object.hasOwn(declared, name) ? declared[name] : undefined;
    return value === undefined ? [] : [name, value];
  });
  return digestOfParts(source, body, ...parts);
}
