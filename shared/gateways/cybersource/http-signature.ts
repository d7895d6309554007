import { createHash, createHmac } from 'node:crypto';
import type { OutboundRequest } from '../outbound.ts';
import { own, textOf } from './tree.ts';

/** Key of the REST API: its id, and the shared secret in base64. */
export interface RestKey {
  readonly keyId: string;
  readonly key: string;
}

/** `secrets.restKey` as it is sealed: JSON text. Undefined: not set, or not to be read. */
export function restKeyOf(secrets: Readonly<Record<string, string>>): RestKey | undefined {
  try {
    const value: unknown = JSON.parse(secrets['restKey'] ?? 'null');
    const [keyId, key] = [textOf(own(value, 'keyId')), textOf(own(value, 'key'))];
    return keyId === undefined || key === undefined ? undefined : { keyId, key };
  } catch {
    return undefined;
  }
}

export interface Unsigned {
  readonly method: OutboundRequest['method'];
  readonly host: string;
  readonly path: string;
  readonly merchantId: string;
  readonly body?: string;
}

/**
 * Headers of HTTP Signature (cybersource-rest-client-node, SignatureParameterGenerator.js): HMAC-SHA256 with the decoded
 * secret over host, date, request-target, digest where there is a body, and merchant id, a line each.
 */
export function signedHeaders(request: Unsigned, { keyId, key }: RestKey, now: Date): Record<string, string> {
  const { method, host, path, merchantId, body } = request;
  const date = now.toUTCString();
  const digest = body === undefined ? undefined : `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
  const lines: readonly (readonly [string, string])[] = [
    ['host', host],
    ['date', date],
    ['request-target', `${method.toLowerCase()} ${path}`],
    ...(digest === undefined ? [] : [['digest', digest] as const]),
    ['v-c-merchant-id', merchantId],
  ];
  const text = lines.map(([name, value]) => `${name}: ${value}`).join('\n');
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  const names = lines.map(([name]) => name).join(' ');
  return {
    ...{ date, 'v-c-merchant-id': merchantId },
    ...(digest !== undefined && { digest, 'content-type': 'application/json;charset=utf-8' }),
    signature: `keyid="${keyId}", algorithm="HmacSHA256", headers="${names}", signature="${signature}"`,
  };
}
