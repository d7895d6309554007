import { failureOnTheWay } from '../ask-trouble.ts';
import type { AskFailure, Granted } from '../asking.ts';
import type { OutboundClient } from '../outbound.ts';
import { failureOfAnswer } from './api-failure.ts';
import { at, readDocument } from './document.ts';

interface Credentials {
  readonly host: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** OAuth 2.0, client credentials with Basic authentication (PayPal "Authentication"). */
export async function grantToken(http: OutboundClient, credentials: Credentials): Promise<Granted | AskFailure> {
  const { host, clientId, clientSecret } = credentials;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const answer = await http.send({
    ...{ method: 'POST', host, path: '/v1/oauth2/token', idempotent: true },
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: 'grant_type=client_credentials',
  });
  if (!answer.ok) return failureOnTheWay(answer);
  const failure = failureOfAnswer(answer);
  if (failure !== undefined) {
    if (failure.outcome !== 'not_allowed') return failure;
    const detail =
      'PayPal gives no access token for /settings/clientId with /secrets/clientSecret: correct them, or /settings/environment.';
    return { outcome: 'not_allowed', detail };
  }
  const reading = readDocument(answer.body);
  const token = reading.ok ? at(reading.tree, 'access_token') : undefined;
  const seconds = reading.ok ? at(reading.tree, 'expires_in') : undefined;
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,4096}$/.test(token)) {
    return { outcome: 'malformed', detail: 'PayPal answered the request for an access token without one.' };
  }
  // Nine hours as a rule; where nothing is said, it is used for the requests at hand.
  return { outcome: 'token', token, expiresInSeconds: typeof seconds === 'number' ? seconds : 60 };
}
