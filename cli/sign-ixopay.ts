import { createHash, createHmac } from 'node:crypto';

export type IxopayForm = 'json' | 'xml';

/** What a gateway signs (IXOPAY's "Additional security", signature): the values as they go over the wire. */
export interface IxopaySigning {
  readonly form: IxopayForm;
  readonly method: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly date: string;
  /** Path and query as sent. */
  readonly uri: string;
  readonly sharedSecret: string;
  /** SHA-512 is current; MD5 is what requests of older clients bring back. */
  readonly bodyHash: 'sha512' | 'md5';
}

/**
 * The signature in base64. Written from the manual and not with the adapter, so that each checks the other. The lines
 * are joined by one LF each; XML has an empty line for "custom headers" between date and URI, JSON has not.
 */
export function signIxopay(signing: IxopaySigning): string {
  const bodyHash = createHash(signing.bodyHash).update(signing.body).digest('hex');
  const lines = [signing.method.toUpperCase(), bodyHash, signing.contentType, signing.date];
  if (signing.form === 'xml') lines.push('');
  lines.push(signing.uri);
  return createHmac('sha512', Buffer.from(signing.sharedSecret, 'utf8')).update(lines.join('\n')).digest('base64');
}

/** The headers of a signed callback: JSON has X-Signature, XML an Authorization of its own scheme. */
export function ixopayHeaders(signing: IxopaySigning, apiKey: string): Readonly<Record<string, string>> {
  const signature = signIxopay(signing);
  return {
    'Content-Type': signing.contentType,
    Date: signing.date,
    ...(signing.form === 'xml' ? { Authorization: `Gateway ${apiKey}:${signature}` } : { 'X-Signature': signature }),
  };
}

/** `Thu, 15 Jan 2026 09:30:00 UTC`: the gateway's default writes UTC where the standard has GMT. */
export function ixopayDate(now: Date): string {
  return now.toUTCString().replace(/GMT$/, 'UTC');
}
