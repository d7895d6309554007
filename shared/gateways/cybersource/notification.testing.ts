import { constants, createCipheriv, createHmac, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';

export const NOW = new Date('2026-01-15T09:30:00.000Z');
export const KEY_ID = 'bf44c857-b182-bb05-e053-34b8d30a7a72';
/** base64 of 32 bytes. */
export const KEY = Buffer.alloc(32, 'test-key').toString('base64');
export const ORGANIZATION = 'acme_org';

export interface Envelope {
  readonly [name: string]: unknown;
}

/** An envelope of version 3. */
export function envelope(eventType: string, payload: unknown, more: Envelope = {}): Envelope {
  return {
    ...{ eventType, webhookId: '261d2616-aa11-4a5c-9f0e-0123456789ab', productId: 'payments' },
    ...{
      organizationId: ORGANIZATION,
      eventDate: '2026-01-15T09:29:58',
      transactionTraceId: 'trace-1',
      retryNumber: 0,
    },
    ...{ payload, requestType: 'NEW', ...more },
  };
}

export function signature(payload: string | Uint8Array, { t = NOW.getTime(), key = KEY, keyId = KEY_ID } = {}): string {
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(`${t}.`).update(payload).digest('base64');
  return `t=${t};keyId=${keyId};sig=${sig}`;
}

/** A notification signed as a whole, or over what `signed` gives. */
export function callbackOf(body: string, signed: string = body, header: string = signature(signed)): RawCallback {
  return {
    ...{ method: 'POST', path: '/callbacks/acme-cybersource', rawQuery: '' },
    headers: { 'content-type': 'application/json', 'v-c-signature': header },
    body: new TextEncoder().encode(body),
  };
}

export function credentials(
  settings: Readonly<Record<string, unknown>> = {},
  values: Readonly<Record<string, string>> = {},
): ConnectorCredentials {
  return {
    ...{ connectorId: 'acme-cybersource', registeredPath: '/callbacks/acme-cybersource' },
    settings: { organizationId: ORGANIZATION, merchantId: 'acme_mid', ...settings },
    secrets: [{ keyId: 'g1', values: { webhookKeys: JSON.stringify([{ keyId: KEY_ID, key: KEY }]), ...values } }],
  };
}

export const MLE = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** A JWE as CyberSource's message-level encryption makes it. */
export function encrypt(plain: string, publicKey = MLE.publicKey, header: Envelope = {}): string {
  const names = { alg: 'RSA-OAEP-256', enc: 'A256GCM', iat: 1_768_469_400, kid: 'mle-1', ...header };
  const aad = Buffer.from(JSON.stringify(names)).toString('base64url');
  const [contentKey, iv] = [randomBytes(32), randomBytes(12)];
  const padding = { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(aad));
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  const parts = [publicEncrypt(padding, contentKey), iv, text, cipher.getAuthTag()];
  return [aad, ...parts.map((part) => part.toString('base64url'))].join('.');
}
