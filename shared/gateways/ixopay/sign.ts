import { createHash, createHmac } from 'node:crypto';
import type { RawCallback } from '../gateway.ts';
import type { BodyHash } from './readings.ts';
import { readSignatureHeader, type SignatureForm } from './signature-header.ts';

export interface SignedText {
  readonly form: SignatureForm;
  readonly method: string;
  /** Lower-case hex hash of the raw body. */
  readonly bodyHash: string;
  readonly contentType: string;
  readonly date: string;
  /** Path and query of the registered URL, percent-encoding as sent. */
  readonly uri: string;
}

/**
 * HMAC-SHA512 over the parts joined with line feeds (wire 1.1). The XML form has an empty line ("custom headers") before
 * the URI, the JSON form has not: the official client got this wrong twice.
 */
export function macOf(sharedSecret: string, text: SignedText): Buffer {
  const { form, method, bodyHash, contentType, date, uri } = text;
  const parts = [method, bodyHash, contentType, date, ...(form === 'xml' ? [''] : []), uri];
  return createHmac('sha512', sharedSecret).update(parts.join('\n')).digest();
}

/**
 * The same callback signed anew as a gateway would: for test tools that play a recorded sample against another connector,
 * address or time. Keeps form, body and content type; `uri` is path and query of the URL that it will be sent to.
 */
export function signAsGateway(
  callback: RawCallback,
  key: { readonly apiKey: string; readonly sharedSecret: string; readonly bodyHash: BodyHash },
  target: { readonly uri: string; readonly date: Date },
): RawCallback {
  const header = readSignatureHeader(callback.headers);
  const form = header.ok ? header.form : 'json';
  // The gateway writes UTC where HTTP says GMT (wire 1.5).
  const date = target.date.toUTCString().replace(/GMT$/, 'UTC');
  const contentType = callback.headers['content-type'] ?? '';
  const bodyHash = createHash(key.bodyHash).update(callback.body).digest('hex');
  const signature = macOf(key.sharedSecret, {
    form,
    method: callback.method,
    bodyHash,
    contentType,
    date,
    uri: target.uri,
  }).toString('base64');
  const [path = '', ...query] = target.uri.split('?');
  const {
    authorization: _basic,
    'x-authorization': _other,
    'x-date': _date,
    'x-signature': _old,
    ...kept
  } = callback.headers;
  const signed =
    form === 'json' ? { 'x-signature': signature } : { authorization: `Gateway ${key.apiKey}:${signature}` };
  return { ...callback, path, rawQuery: query.join('?'), headers: { ...kept, date, ...signed } };
}
