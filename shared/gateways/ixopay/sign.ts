import { createHmac } from 'node:crypto';
import type { SignatureForm } from './signature-header.ts';

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
  return createHmac('sha512', sharedSecret).update(signedBytesOf(text)).digest();
}

/** The byte string itself. It holds no secret. */
export function signedBytesOf({ form, method, bodyHash, contentType, date, uri }: SignedText): string {
  return [method, bodyHash, contentType, date, ...(form === 'xml' ? [''] : []), uri].join('\n');
}
