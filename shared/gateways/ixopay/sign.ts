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
  const { form, method, bodyHash, contentType, date, uri } = text;
  const parts = [method, bodyHash, contentType, date, ...(form === 'xml' ? [''] : []), uri];
  return createHmac('sha512', sharedSecret).update(parts.join('\n')).digest();
}
