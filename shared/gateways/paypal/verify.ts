import { createHash, type KeyObject, verify as verifySignature } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type {
  ConnectorCredentials,
  GenuineVerdict,
  RawCallback,
  RefusedVerdict,
  TriedReading,
  Verdict,
} from '../gateway.ts';
import { judgeCertificate } from '../judge-certificate.ts';
import type { CertificateReading } from '../signing-certificate.ts';
import { readCertificateUrl } from './certificate-of.ts';
import { environmentOf } from './hosts.ts';
import { ALGORITHM, readTransmission, refused, type Transmission } from './transmission.ts';
import { type WebhookId, webhookIdsOf } from './webhook-ids.ts';

/** PayPal repeats 25 times over three days; whether a repeat is dated anew is not documented (wire facts 3.1). */
const DEFAULT_TOLERANCE_SECONDS = 4 * 24 * 3_600;
const FUTURE_MS = 5 * 60_000;

/**
 * Verifies a notification (PayPal "Webhooks": offline verification; PayPal-Java-SDK SSLUtil.java): RSASSA-PKCS1-v1_5 with
 * SHA-256 over `id|time|webhook id|CRC-32 of the body`. The body is covered by its CRC-32 only, which can be forged: with
 * `declared.money` `fetch` normalize believes nothing of it about money.
 */
export function verifyPaypal(
  callback: RawCallback,
  connector: ConnectorCredentials,
  now: Date,
  certificate?: CertificateReading,
): Verdict {
  const transmission = readTransmission(callback);
  if (!transmission.ok) return transmission;
  const signedAt = new Date(transmission.timeMs).toISOString();
  const verdict = judge(transmission, callback, connector, now, certificate);
  return verdict.ok ? verdict : { ...verdict, signedAt };
}

function judge(
  transmission: Transmission,
  callback: RawCallback,
  connector: ConnectorCredentials,
  now: Date,
  certificate: CertificateReading | undefined,
): Verdict {
  const url = readCertificateUrl(transmission.certificateUrl, connector.settings);
  if (!url.ok) return url;
  const webhookIds = webhookIdsOf(connector);
  if (webhookIds.length === 0) return NO_WEBHOOK_ID;
  const key = keyOf(certificate, connector, now);
  if (!key.ok) return key;
  const match = webhookIds.find(({ id }) =>
    verifySignature('sha256', signedText(transmission, id, callback.body), key.publicKey, transmission.signature),
  );
  if (match === undefined) return mismatch(transmission, webhookIds, callback.body);
  return (
    outOfTime(transmission, connector.settings, now) ??
    genuine(transmission, match, connector.settings, `rsa-sha256/crc32`)
  );
}

export const NO_WEBHOOK_ID: RefusedVerdict = refused(
  'secret_missing',
  'The connector has no webhook id, which PayPal signs with: set /settings/webhookId (PayPal: Apps & Credentials, Webhooks).',
);

/** What is known of the sender once it is proven. */
export function genuine(
  { id, time }: Transmission,
  { keyId }: WebhookId,
  settings: Readonly<Record<string, unknown>>,
  algorithm: string,
): GenuineVerdict {
  // Only an explicit false believes a body that no more than a checksum of is signed.
  const money = settings['fetchBeforeMoney'] === false ? 'believe' : 'fetch';
  return { ok: true, keyId, algorithm, readings: {}, declared: { transmissionId: id, transmissionTime: time, money } };
}

/** Undefined: the time of sending is within `toleranceSeconds`, and no more than five minutes ahead. */
export function outOfTime(
  { time, timeMs }: Transmission,
  settings: Readonly<Record<string, unknown>>,
  now: Date,
): RefusedVerdict | undefined {
  const set = settings['toleranceSeconds'];
  const seconds = typeof set === 'number' && set > 0 ? set : DEFAULT_TOLERANCE_SECONDS;
  const ageMs = now.getTime() - timeMs;
  if (ageMs <= seconds * 1_000 && ageMs >= -FUTURE_MS) return undefined;
  const where =
    ageMs < 0 ? 'more than five minutes ahead' : `older than ${seconds} seconds (/settings/toleranceSeconds)`;
  return refused(
    'time_out_of_range',
    `The signature is right, but its time ${time} is ${where}: it is replayed, or a clock is wrong.`,
  );
}

/** The bytes that are signed: the CRC-32 (IEEE 802.3, as zlib) of the raw body as an unsigned decimal number. */
function signedText({ id, time }: Transmission, webhookId: string, body: Uint8Array): Buffer {
  return Buffer.from(`${id}|${time}|${webhookId}|${crc32(body)}`);
}

function keyOf(
  certificate: CertificateReading | undefined,
  { settings }: ConnectorCredentials,
  now: Date,
): { readonly ok: true; readonly publicKey: KeyObject } | RefusedVerdict {
  if (certificate === undefined || !certificate.ok) {
    const { code, detail } = certificate ?? UNAVAILABLE;
    return maybeOurs(refused(code, detail));
  }
  const { commonName } = environmentOf(settings);
  const judged = judgeCertificate(certificate.pem, {
    names: (name) => name === commonName,
    now,
    authorities: authoritiesOf(settings),
  });
  return judged.ok ? judged : maybeOurs(refused(judged.code, judged.detail));
}

/** It came from PayPal's own host: an issuer that we do not find is more likely our trouble, and PayPal can be asked. */
const MAYBE_OURS: ReadonlySet<string> = new Set(['certificate_unavailable', 'certificate_untrusted']);

function maybeOurs(verdict: RefusedVerdict): RefusedVerdict {
  return MAYBE_OURS.has(verdict.code) ? { ...verdict, retry: true } : verdict;
}

const UNAVAILABLE = {
  code: 'certificate_unavailable',
  detail: 'The certificate that the callback names could not be fetched: PayPal is asked to send it again.',
} as const;

function authoritiesOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const list = settings['certificateAuthorities'];
  return Array.isArray(list) ? list.filter((pem) => typeof pem === 'string') : [];
}

function mismatch(transmission: Transmission, webhookIds: readonly WebhookId[], body: Uint8Array): RefusedVerdict {
  const tried = webhookIds.map(
    ({ id, keyId }): TriedReading => ({
      reading: `${ALGORITHM}, webhook ${id}`,
      textSha256: createHash('sha256')
        .update(signedText(transmission, id, body))
        .digest('hex'),
      keyIds: [keyId],
    }),
  );
  const detail =
    'The certificate is PayPal’s, but the signature is not of this body and webhook id: usual causes are another webhook id ' +
    '(/settings/webhookId; events of the webhook simulator have none), a proxy that rewrites the body, or a forged request.';
  return { ...refused('signature_mismatch', detail), tried };
}
