import type { ConnectorCredentials, RawCallback, RefusedVerdict } from '../gateway.ts';
import type { CertificateDemand } from '../signing-certificate.ts';
import { isSnsHost } from './hosts.ts';
import { readMessage, refused, type SnsMessage, type SnsSignature } from './sns-message.ts';

/** Scheme, host and path and nothing else: no user, query, fragment or escape. */
const URL_FORM =
  /^https:\/\/([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?(\/SimpleNotificationService(?:-[A-Za-z0-9]{1,128})?\.pem)$/;

/** The certificate that a message names, once its topic and algorithm are the connector's: nothing is fetched for others. */
export function certificateOf(
  { body }: RawCallback,
  { settings }: ConnectorCredentials,
): CertificateDemand | RefusedVerdict {
  const reading = readMessage(body);
  if (!reading.ok) return reading;
  return (
    objectionTo(reading.message, reading.signature, settings) ??
    readCertificateUrl(reading.signature.certificateUrl, settings)
  );
}

/** What speaks against a message before its signature is looked at. */
export function objectionTo(
  { topicArn }: SnsMessage,
  { version }: SnsSignature,
  settings: ConnectorCredentials['settings'],
): RefusedVerdict | undefined {
  const topics = settings['topicArns'];
  if (!Array.isArray(topics) || topics.length === 0) {
    const detail = `The connector names no topic yet: if ${topicArn} is Amazon Pay's for this merchant, put it into /settings/topicArns.`;
    return { ...refused('foreign', detail), retry: true };
  }
  if (!topics.includes(topicArn)) {
    return refused(
      'foreign',
      `The message is of the topic ${topicArn}, which is none of /settings/topicArns: anybody can send signed messages from a topic of their own.`,
    );
  }
  if (version === '1' && settings['acceptSha1'] === false) {
    return refused(
      'algorithm_refused',
      'The message is signed with SHA-1 (SignatureVersion 1), which /settings/acceptSha1 switches off.',
    );
  }
  return undefined;
}

/** `certificate_url_refused` for every URL that is none of Amazon SNS's. */
export function readCertificateUrl(
  url: string,
  settings: ConnectorCredentials['settings'],
): CertificateDemand | RefusedVerdict {
  const [, host = '', port = '', path = ''] = URL_FORM.exec(url) ?? [];
  if (path === '' || !isSnsHost(host, port, settings)) {
    const detail =
      'SigningCertURL is none of Amazon SNS (https, sns.<region>.amazonaws.com, /SimpleNotificationService-….pem): the message is forged.';
    return refused('certificate_url_refused', detail);
  }
  return { ok: true, host: port === '' || port === '443' ? host.toLowerCase() : `${host.toLowerCase()}:${port}`, path };
}
