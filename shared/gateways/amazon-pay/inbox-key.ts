import { digestOfParts } from '#shared/model/digest.ts';
import type { Source } from '#shared/model/vocabulary.ts';

/** What makes a row of each source the same statement again (model.md 1). */
const COVERED: Readonly<Record<Source, readonly string[]>> = {
  pushed: ['messageId', 'signed', 'confirm'],
  fetched: ['as', 'id', 'askedAt', 'settles'],
  reported: [],
  own: [],
};

/**
 * A message that is sent again has its MessageId and all that is signed again; what is not signed (SigningCertURL,
 * UnsubscribeURL, blanks) may differ and does not count. Other sources are known by their body.
 */
export function amazonPayInboxKey(
  source: Source,
  body: Uint8Array,
  declared: Readonly<Record<string, string>>,
): string {
  const parts = COVERED[source].flatMap((name) => {
    const value = Object.hasOwn(declared, name) ? declared[name] : undefined;
    return value === undefined ? [] : [name, value];
  });
  const isMessage = source === 'pushed' && Object.hasOwn(declared, 'messageId') && Object.hasOwn(declared, 'signed');
  return digestOfParts(source, isMessage ? '' : body, ...parts);
}
