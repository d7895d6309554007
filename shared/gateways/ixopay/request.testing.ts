import { createHash, createHmac } from 'node:crypto';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import type { Sample } from '../sample.ts';

/** All readings open, as checkSettings stores them by default. */
export const ALL_ON = {
  acceptMd5: true,
  acceptCanonicalContentType: true,
  acceptXDate: true,
  acceptReceivedPath: true,
};

export function credentialsOf(sample: Sample, overrides: Readonly<Record<string, unknown>> = {}): ConnectorCredentials {
  const { id, apiKey, sharedSecret, settings } = sample.connector;
  return {
    connectorId: id,
    registeredPath: `/callbacks/${id}`,
    settings: { apiKey, ...ALL_ON, ...settings, ...overrides },
    secrets: [{ keyId: 'k1', values: { sharedSecret } }],
  };
}

/** The same bytes with one bit of one byte changed. */
export function flippedAt(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((byte, at) => (at === index ? byte ^ 1 : byte));
}

export interface Signing {
  readonly form?: 'json' | 'xml';
  readonly secret?: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly date?: string;
  readonly uri?: string;
  readonly algorithm?: 'sha512' | 'md5';
}

/** What a gateway would sign (wire 1.1), written apart from the adapter. */
export function signatureOf(signing: Signing): string {
  const { form = 'json', secret = 's3cret', body = '{}', algorithm = 'sha512' } = signing;
  const lines = [
    'POST',
    createHash(algorithm).update(body).digest('hex'),
    signing.contentType ?? (form === 'json' ? 'application/json; charset=utf-8' : 'text/xml; charset=utf-8'),
    signing.date ?? 'Thu, 15 Jan 2026 09:30:00 UTC',
    ...(form === 'xml' ? [''] : []),
    signing.uri ?? '/callbacks/c1',
  ];
  return createHmac('sha512', secret).update(lines.join('\n')).digest('base64');
}

/** A request that carries that signature; `over` then changes what arrives. */
export function requestOf(signing: Signing = {}, over: Partial<RawCallback> = {}): RawCallback {
  const { form = 'json', body = '{}' } = signing;
  const [path = '', rawQuery = ''] = (signing.uri ?? '/callbacks/c1').split('?');
  const signature = signatureOf(signing);
  const headers = {
    'content-type':
      signing.contentType ?? (form === 'json' ? 'application/json; charset=utf-8' : 'text/xml; charset=utf-8'),
    date: signing.date ?? 'Thu, 15 Jan 2026 09:30:00 UTC',
    ...(form === 'json' ? { 'x-signature': signature } : { authorization: `Gateway key:${signature}` }),
  };
  return { method: 'POST', path, rawQuery, headers, body: Buffer.from(body), ...over };
}

export function connectorOf(
  settings: Readonly<Record<string, unknown>> = ALL_ON,
  ...secrets: readonly string[]
): ConnectorCredentials {
  const values = secrets.length > 0 ? secrets : ['s3cret'];
  return {
    connectorId: 'c1',
    registeredPath: '/callbacks/c1',
    settings,
    secrets: values.map((sharedSecret, index) => ({ keyId: `k${index + 1}`, values: { sharedSecret } })),
  };
}
