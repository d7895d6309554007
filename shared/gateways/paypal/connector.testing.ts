import { sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { makeTestCertificate, type TestCertificate } from '../certificates.testing.ts';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import type { SampleConnector } from '../sample.ts';
import { checkPaypalSettings } from './settings.ts';

export const WEBHOOK_ID = '1JE4291016473214C';
export const CERTIFICATE_URL = 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77';
export const COMMON_NAME = 'messageverificationcerts.sandbox.paypal.com';
export const SENT_AT = '2026-07-14T09:30:16Z';
export const NOW = new Date('2026-07-14T09:30:20Z');

const authority = makeTestCertificate('Authority of a test', { ca: true });
export const leaf = makeTestCertificate(COMMON_NAME, { issuer: authority });

/** A certificate under the tests' authority, with the same key as the good one. */
export function otherLeaf(name: string, wish: { readonly to?: string } = {}): TestCertificate {
  return makeTestCertificate(name, { issuer: authority, key: leaf.key, ...wish });
}

export const certificate = { ok: true, pem: leaf.cert } as const;

const SETTINGS = {
  environment: 'sandbox',
  webhookId: WEBHOOK_ID,
  clientId: 'app-of-a-test',
  fetchBeforeMoney: true,
  certificateAuthorities: [authority.cert],
} as const;

export function connector(
  settings: Readonly<Record<string, unknown>> = {},
  secrets: readonly Readonly<Record<string, string>>[] = [{ clientSecret: 'secret-of-a-test' }],
): ConnectorCredentials {
  return {
    connectorId: 'acme-paypal',
    registeredPath: '/callbacks/acme-paypal',
    settings: { ...SETTINGS, ...settings },
    secrets: secrets.map((values, index) => ({ keyId: `k${index + 1}`, values })),
  };
}

interface Delivery {
  readonly id?: string;
  readonly time?: string;
  readonly webhookId?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A delivery as PayPal signs it. */
export function delivered(body: string | Uint8Array, delivery: Delivery = {}): RawCallback {
  const { id = '071f7d20-1584-11e7-abf0-6b62a8a99ac4', time = SENT_AT, webhookId = WEBHOOK_ID } = delivery;
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const signature = sign('sha256', Buffer.from(`${id}|${time}|${webhookId}|${crc32(bytes)}`), leaf.key);
  return {
    method: 'POST',
    path: '/callbacks/acme-paypal',
    rawQuery: '',
    headers: {
      'content-type': 'application/json',
      'paypal-transmission-id': id,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': signature.toString('base64'),
      'paypal-cert-url': CERTIFICATE_URL,
      'paypal-auth-algo': 'SHA256withRSA',
      ...delivery.headers,
    },
    body: bytes,
  };
}

/** The connector of a sample as receive has it. */
export function credentialsOf({ id, settings, secrets }: SampleConnector): ConnectorCredentials {
  const check = checkPaypalSettings(settings, secrets, 'new');
  if (!check.ok) throw new Error(JSON.stringify(check.problems));
  return {
    connectorId: id,
    registeredPath: `/callbacks/${id}`,
    settings: check.settings,
    secrets: [{ keyId: 'k1', values: check.secrets }],
  };
}
