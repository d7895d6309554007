import { verify as verifySignature } from 'node:crypto';
import { digestOfBytes } from '#shared/model/digest.ts';
import type { ConnectorCredentials, RawCallback, RefusedVerdict, Verdict } from '../gateway.ts';
import { judgeCertificate } from '../judge-certificate.ts';
import type { CertificateReading } from '../signing-certificate.ts';
import { objectionTo, readCertificateUrl } from './certificate-of.ts';
import { merchantOf, readPayload } from './payload.ts';
import { readMessage, refused, type SnsMessage, signedBytesOf } from './sns-message.ts';

/** The subject of the certificates that Amazon SNS signs with (amazon-pay-sdk-php IpnHandler.php). */
const COMMON_NAME = 'sns.amazonaws.com';

/**
 * Verifies an SNS message: pinned topic, certificate of `sns.amazonaws.com` under an authority that is trusted, RSA
 * signature (PKCS#1 v1.5) over the canonical text, merchant. There is no time limit: SNS repeats a message for as long
 * as the topic's policy says, with its first Timestamp; the inbox key keeps repeats out.
 */
export function verifyAmazonPay(
  { body }: RawCallback,
  { settings }: ConnectorCredentials,
  now: Date,
  certificate?: CertificateReading,
): Verdict {
  const reading = readMessage(body);
  if (!reading.ok) return reading;
  const { message, signature } = reading;
  const url = readCertificateUrl(signature.certificateUrl, settings);
  const objection = objectionTo(message, signature, settings) ?? (url.ok ? undefined : url);
  if (objection !== undefined) return objection;
  // Where it lies is Amazon's, so that what is wrong with it may be on our side or on the way: it shall come again.
  if (certificate === undefined) return again(refused('certificate_unavailable', 'The certificate was not fetched.'));
  if (!certificate.ok) return again(refused(certificate.code, certificate.detail));
  const judgement = judgeCertificate(certificate.pem, {
    names: (name) => name === COMMON_NAME,
    now,
    authorities: authoritiesOf(settings),
  });
  if (!judgement.ok) {
    return judgement.code === 'certificate_untrusted' || judgement.code === 'certificate_malformed'
      ? again(judgement)
      : judgement;
  }
  const digest = signature.version === '1' ? 'sha1' : 'sha256';
  const signed = signedBytesOf(message);
  if (!verifySignature(digest, signed, judgement.publicKey, signature.bytes)) {
    return refused(
      'signature_mismatch',
      'The signature does not fit the message: it was changed on the way, or is forged.',
    );
  }
  const foreign = foreignMerchant(message, settings);
  if (foreign !== undefined) return foreign;
  return {
    ok: true,
    keyId: url.ok ? url.path.slice(1, -'.pem'.length) : '',
    algorithm: `rsa-${digest}`,
    readings: {},
    declared: {
      messageId: message.messageId,
      signed: digestOfBytes(signed),
      // normalize sees no settings: what the operator wants done is part of the row.
      ...(message.type === 'SubscriptionConfirmation' && {
        confirm: settings['confirmSubscriptions'] === 'auto' ? 'auto' : 'operator',
      }),
    },
  };
}

function foreignMerchant(
  { type, message }: SnsMessage,
  settings: ConnectorCredentials['settings'],
): RefusedVerdict | undefined {
  const payload = type === 'Notification' ? readPayload(message) : undefined;
  const named = payload === undefined ? undefined : merchantOf(payload);
  const own = settings['merchantId'];
  if (named === undefined || named === null || named === own) return undefined;
  if (typeof own !== 'string' || own === '') {
    const detail =
      'The connector names no merchant yet, so that the message cannot be told from another’s: set /settings/merchantId.';
    return again(refused('foreign', detail));
  }
  return refused('foreign', 'The message is for another merchant than /settings/merchantId.');
}

function authoritiesOf(settings: ConnectorCredentials['settings']): readonly string[] {
  const given = settings['certificateAuthorities'];
  return Array.isArray(given) ? given.filter((pem) => typeof pem === 'string') : [];
}

/** Amazon does not repeat what it was answered 4xx (wire facts 4.4): that is for what can never be right. */
function again(verdict: Omit<RefusedVerdict, 'retry'>): RefusedVerdict {
  return { ...verdict, retry: true };
}
