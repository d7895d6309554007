import type { RawCallback } from '#shared/gateways/gateway.ts';
import { signIxopay } from '../../cli/sign-ixopay.ts';

/** A JSON v3 callback, signed as the manual says and not by the adapter. */
export function signedCallback(
  path: string,
  text: string | Uint8Array,
  date: string,
  sharedSecret: string,
): RawCallback {
  const body = Buffer.from(text);
  const contentType = 'application/json; charset=utf-8';
  const signature = signIxopay({
    form: 'json',
    bodyHash: 'sha512',
    method: 'POST',
    uri: path,
    body,
    contentType,
    date,
    sharedSecret,
  });
  return {
    method: 'POST',
    path,
    rawQuery: '',
    headers: { 'content-type': contentType, date, 'x-signature': signature },
    body,
  };
}
