import { canonicalJson } from '#shared/model/canonical.ts';
import { digestOfBytes, digestOfParts } from '#shared/model/digest.ts';
import type { Source } from '#shared/model/vocabulary.ts';
import { readSigned, type SignedStatement } from './statement.ts';
import { own } from './tree.ts';

/** What of an envelope says the same in every attempt: not the trace id, the retry number or the request type. */
const LASTING = ['notificationId', 'webhookId', 'productId', 'organizationId', 'eventType', 'eventDate'];
/** What a row of another source is known by, beside its body. */
const COVERED: Readonly<Record<Exclude<Source, 'pushed'>, readonly string[]>> = {
  fetched: ['askedAt', 'settles', 'as', 'id', 'kind'],
  reported: [],
  own: [],
};

/**
 * base64url SHA-256. Of a notification: its own id where that was signed, else webhook, event, payload and event date, of
 * these only what was signed. `transactionTraceId` is new for every attempt and never counts.
 */
export function cybersourceInboxKey(
  source: Source,
  body: Uint8Array,
  declared: Readonly<Record<string, string>>,
): string {
  if (source !== 'pushed') {
    const parts = COVERED[source].flatMap((name) => {
      const value = own(declared, name);
      return typeof value === 'string' ? [name, value] : [];
    });
    return digestOfParts(source, body, ...parts);
  }
  const statement = readSigned(body, declared);
  const { envelope } = statement;
  const id = own(envelope, 'notificationId');
  if (typeof id === 'string' && id !== '') return digestOfParts(source, 'notification', id);
  const payload = canonicalPayload(statement);
  if (payload === undefined) return digestOfParts(source, 'bytes', body);
  const parts = ['webhookId', 'eventType', 'eventDate'].map((name) => JSON.stringify(own(envelope, name) ?? null));
  return digestOfParts(source, 'event', ...parts, payload);
}

/** Content digest of a notification: what was signed, less what differs from attempt to attempt. */
export function contentDigestOf(body: Uint8Array, statement: SignedStatement): string {
  const payload = canonicalPayload(statement);
  if (payload === undefined) return digestOfBytes(body);
  const lasting = LASTING.map((name) => JSON.stringify(own(statement.envelope, name) ?? null));
  return digestOfParts(...lasting, payload);
}

/** Undefined: there is no payload. What canonical JSON cannot say (1e999, a lone surrogate) is taken as it is written. */
function canonicalPayload({ payload }: SignedStatement): string | undefined {
  if (payload === undefined) return undefined;
  try {
    return canonicalJson(payload);
  } catch {
    return JSON.stringify(payload);
  }
}
