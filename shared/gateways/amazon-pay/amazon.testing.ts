import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { makeTestCertificate, type TestCertificate } from '../certificates.testing.ts';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import type { CertificateReading } from '../signing-certificate.ts';

export const TOPIC = 'arn:aws:sns:us-east-1:123456789012:merchant-ipn';
const CERTIFICATE_URL = 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem';
export const TOKEN = 'a1b2c3d4e5';
const SUBSCRIBE_URL = `https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=${TOKEN}`;

/** An authority, and a signer as SNS is one. */
export const AUTHORITY = makeTestCertificate('Test Authority', { ca: true });
export const SIGNER = makeTestCertificate('sns.amazonaws.com', { issuer: AUTHORITY });

export const SETTINGS = {
  ...{ merchantId: 'A1', topicArns: [TOPIC], region: 'na', publicKeyId: 'LIVE-AKEY', environment: 'live' },
  certificateAuthorities: [AUTHORITY.cert],
} as const;

export type Fields = Readonly<Record<string, unknown>>;

const ORDER = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

export function notificationFields(
  message: unknown = { MerchantID: 'A1', ObjectType: 'CHARGE', ObjectId: 'C-1' },
): Fields {
  return {
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: TOPIC,
    Message: typeof message === 'string' ? message : JSON.stringify(message),
    Timestamp: '2026-10-01T09:00:03.211Z',
  };
}

export function confirmationFields(type = 'SubscriptionConfirmation'): Fields {
  return { ...notificationFields('Confirm?\nPlease.'), Type: type, Token: TOKEN, SubscribeURL: SUBSCRIBE_URL };
}

/** The fields with a signature over all of them that SNS signs; `more` goes on top and is not signed. */
export function signedMessage(
  fields: Fields,
  more: Fields = {},
  { version = '2', signer = SIGNER }: { readonly version?: string; readonly signer?: TestCertificate } = {},
): RawCallback {
  const text = ORDER.filter((name) => typeof fields[name] === 'string').map((name) => `${name}\n${fields[name]}\n`);
  const digest = version === '1' ? 'sha1' : 'sha256';
  const signature = sign(digest, Buffer.from(text.join('')), createPrivateKey(signer.key)).toString('base64');
  const whole = {
    ...fields,
    SignatureVersion: version,
    Signature: signature,
    SigningCertURL: CERTIFICATE_URL,
    ...more,
  };
  return callbackOf(JSON.stringify(whole));
}

export function callbackOf(body: string | Uint8Array): RawCallback {
  return {
    ...{ method: 'POST', path: '/callbacks/acme-amazon-pay', rawQuery: '' },
    headers: { 'content-type': 'text/plain; charset=UTF-8' },
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  };
}

export function credentials(settings: Fields = {}): ConnectorCredentials {
  return {
    connectorId: 'acme-amazon-pay',
    registeredPath: '/callbacks/acme-amazon-pay',
    settings: { ...SETTINGS, ...settings },
    secrets: [],
  };
}

export function served(...certificates: readonly TestCertificate[]): CertificateReading {
  return { ok: true, pem: certificates.map(({ cert }) => cert).join('') };
}
