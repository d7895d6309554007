import { digestOfParts } from '#shared/model/digest.ts';
import { failureOnTheWay } from '../ask-trouble.ts';
import type { AskFailure } from '../asking.ts';
import type { ConnectorCredentials, RawCallback, RefusedVerdict, RemoteDeps, Verdict } from '../gateway.ts';
import { grantToken } from './access-token.ts';
import { failureOfAnswer } from './api-failure.ts';
import { readCertificateUrl } from './certificate-of.ts';
import { at, readDocument } from './document.ts';
import { apiHostOf } from './hosts.ts';
import { mayAskAgain } from './postback-limit.ts';
import { ALGORITHM, readTransmission, refused, type Transmission } from './transmission.ts';
import { genuine, NO_WEBHOOK_ID, outOfTime } from './verify.ts';
import { webhookIdsOf } from './webhook-ids.ts';

/** Of a rotation: the old and the new one. */
const MAX_ASKED = 4;
/** A token is not used in its last seconds. */
const MARGIN_MS = 60_000;
const MAX_TOKENS = 200;

/** Tokens by host, client and a digest of its secret: `receive` has no other memory of them. */
const tokens = new Map<string, { readonly token: string; readonly until: number }>();

/**
 * Asks PayPal whether the delivery is its own (POST /v1/notifications/verify-webhook-signature): where the certificate
 * cannot be had. The body goes out as it came in, because PayPal computes over its text (PayPal-node-SDK issue 412).
 * Undefined: the connector has no credentials to ask with.
 */
export function verifyPaypalRemotely(
  deps: RemoteDeps,
  callback: RawCallback,
  connector: ConnectorCredentials,
): Promise<Verdict> | undefined {
  const transmission = readTransmission(callback);
  if (!transmission.ok) return undefined;
  const url = readCertificateUrl(transmission.certificateUrl, connector.settings);
  const clientId = connector.settings['clientId'];
  if (!url.ok || typeof clientId !== 'string' || newestSecret(connector) === undefined) return undefined;
  return askPaypal(deps, transmission, callback, connector);
}

async function askPaypal(
  deps: RemoteDeps,
  transmission: Transmission,
  callback: RawCallback,
  connector: ConnectorCredentials,
): Promise<Verdict> {
  const { settings } = connector;
  const webhookIds = webhookIdsOf(connector).slice(0, MAX_ASKED);
  if (webhookIds.length === 0) return NO_WEBHOOK_ID;
  // Only a whole JSON object is spliced in: anything else could bring members of the request itself.
  if (!readDocument(callback.body).ok || startsWithMark(callback.body)) {
    return refused('signature_mismatch', 'The body is no JSON object, which every event of PayPal’s is.');
  }
  if (!mayAskAgain(`${apiHostOf(settings)}\n${settings['clientId']}`, deps.now())) {
    return unanswered({ detail: 'it was asked about too many deliveries within this minute.' });
  }
  for (const webhookId of webhookIds) {
    const answer = await post(deps, requestBody(transmission, webhookId.id, callback), connector);
    if (answer === 'SUCCESS') {
      return outOfTime(transmission, settings, deps.now()) ?? genuine(transmission, webhookId, settings, 'postback');
    }
    if (answer !== 'FAILURE') return unanswered(answer);
  }
  return refused(
    'signature_mismatch',
    'PayPal, asked whether it sent this, says no: another webhook id (/settings/webhookId), a changed body, or a forged request.',
  );
}

function requestBody({ id, time, signature, certificateUrl }: Transmission, webhookId: string, callback: RawCallback) {
  const parts = JSON.stringify({
    auth_algo: ALGORITHM,
    cert_url: certificateUrl,
    transmission_id: id,
    transmission_sig: signature.toString('base64'),
    transmission_time: time,
    webhook_id: webhookId,
  });
  const event = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(callback.body);
  return `${parts.slice(0, -1)},"webhook_event":${event}}`;
}

async function post(
  deps: RemoteDeps,
  body: string,
  connector: ConnectorCredentials,
): Promise<'SUCCESS' | 'FAILURE' | AskFailure> {
  const host = apiHostOf(connector.settings);
  for (const renew of [false, true]) {
    const token = await tokenOf(deps, connector, host, renew);
    if (typeof token !== 'string') return token;
    const answer = await deps.http.send({
      ...{ method: 'POST', host, path: '/v1/notifications/verify-webhook-signature', idempotent: true, body },
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
    });
    if (!answer.ok) return failureOnTheWay(answer);
    if (answer.status === 401 && !renew) continue;
    const failure = failureOfAnswer(answer, deps.now());
    if (failure !== undefined) return failure;
    const reading = readDocument(answer.body);
    const status = reading.ok ? at(reading.tree, 'verification_status') : undefined;
    if (status === 'SUCCESS' || status === 'FAILURE') return status;
    return { outcome: 'malformed', detail: 'PayPal answered the question with neither SUCCESS nor FAILURE.' };
  }
  return { outcome: 'not_allowed', detail: 'PayPal refuses the token that it has just given.' };
}

async function tokenOf(
  { http, now }: RemoteDeps,
  connector: ConnectorCredentials,
  host: string,
  renew: boolean,
): Promise<string | AskFailure> {
  const clientId = String(connector.settings['clientId']);
  const clientSecret = newestSecret(connector) ?? '';
  const key = [host, clientId, digestOfParts(clientSecret)].join('\n');
  const known = tokens.get(key);
  if (!renew && known !== undefined && known.until > now().getTime()) return known.token;
  const granted = await grantToken(http, { host, clientId, clientSecret });
  tokens.delete(key);
  if (granted.outcome !== 'token') return granted;
  const [oldest] = tokens.keys();
  if (tokens.size >= MAX_TOKENS && oldest !== undefined) tokens.delete(oldest);
  tokens.set(key, { token: granted.token, until: now().getTime() + granted.expiresInSeconds * 1_000 - MARGIN_MS });
  return granted.token;
}

function newestSecret({ secrets }: ConnectorCredentials): string | undefined {
  return secrets.map(({ values }) => values['clientSecret']).find((secret) => secret !== undefined && secret !== '');
}

/** Our trouble or PayPal's: it is asked to send again. */
function unanswered({ detail }: Pick<AskFailure, 'detail'>): RefusedVerdict {
  const text = `The certificate could not be fetched, and PayPal could not be asked either: ${detail}`;
  return { ...refused('certificate_unavailable', text), retry: true };
}

function startsWithMark(body: Uint8Array): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
}
