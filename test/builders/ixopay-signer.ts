import { createHash, createHmac } from 'node:crypto';
import type { RawCallback } from '#shared/gateways/gateway.ts';

const CONTENT_TYPE = 'application/json; charset=utf-8';

/** A JSON v3 callback signed as the manual says (method, SHA-512 of the body, type, date, URI; HMAC-SHA512, base64). */
export function signedCallback(
  path: string,
  body: string | Uint8Array,
  date: string,
  sharedSecret: string,
): RawCallback {
  const bytes = Buffer.from(body);
  const bodyHash = createHash('sha512').update(bytes).digest('hex');
  const message = ['POST', bodyHash, CONTENT_TYPE, date, path].join('\n');
  const signature = createHmac('sha512', sharedSecret).update(message).digest('base64');
  return {
    method: 'POST',
    path,
    rawQuery: '',
    headers: { 'content-type': CONTENT_TYPE, date, 'x-signature': signature },
    body: bytes,
  };
}
