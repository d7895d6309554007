import { digestOfParts } from '#shared/model/digest.ts';
import { failureOnTheWay, rateLimited } from '../ask-trouble.ts';
import type { AskConnector, AskDeps, AskFailure, Granted } from '../asking.ts';
import type { OutboundAnswer } from '../outbound.ts';
import { integerAt, member, parseTree, type Tree } from './tree.ts';

/** Hosts by environment (manual: servers of every operation). */
const HOSTS: Readonly<Record<string, string>> = {
  production: 'connect.secucard.com',
  testing: 'connect-testing.secupay-ag.de',
  showcase: 'connect-showcase.secupay-ag.de',
};
/** "Valid auth token required" comes with 403, not 401 (SCdoc "Error Handling"). */
const TOKEN_EXPIRED = 2003;
/** Where the grant says nothing of it (SCdoc: 1200). */
const TOKEN_SECONDS = 1_200;

export type ApiAnswer = { readonly outcome: 'read'; readonly tree: Tree; readonly body: Uint8Array } | AskFailure;

/** Host and credentials of a connector; or why it cannot be asked. */
interface Access {
  readonly host: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Reads one path of the API as JSON object. A token that has expired is renewed once. Never rejects. */
export async function readApi(deps: AskDeps, connector: AskConnector, path: string): Promise<ApiAnswer> {
  const access = accessOf(connector);
  if ('outcome' in access) return access;
  const { host, clientId, clientSecret } = access;
  const key = [connector.connectorId, host, clientId, digestOfParts(clientSecret)].join('\n');
  let refused: string | undefined;
  for (;;) {
    const token = await deps.tokens.get(key, () => grantToken(deps, access), refused);
    if (token.outcome !== 'token') return token;
    const answer = await deps.http.send({
      ...{ method: 'GET', host, path, idempotent: true },
      headers: { authorization: `Bearer ${token.token}`, accept: 'application/json' },
    });
    if (!answer.ok) return failureOnTheWay(answer);
    if (refused !== undefined || !refusesToken(answer)) return readAnswer(answer, deps.now());
    refused = token.token;
  }
}

function accessOf({ settings, secrets }: AskConnector): Access | AskFailure {
  const { environment, apiHost, clientId } = settings;
  const own = typeof environment === 'string' && Object.hasOwn(HOSTS, environment) ? HOSTS[environment] : undefined;
  const host = typeof apiHost === 'string' ? apiHost : own;
  const clientSecret = Object.hasOwn(secrets, 'clientSecret') ? secrets['clientSecret'] : undefined;
  if (host === undefined || typeof clientId !== 'string' || clientSecret === undefined || clientSecret === '') {
    const detail = 'Set /settings/environment, /settings/clientId and /secrets/clientSecret: the API needs all three.';
    return { outcome: 'cannot', detail };
  }
  return { host, clientId, clientSecret };
}

/** OAuth2, client credentials, as JSON (SCdoc "Authentication"; the official consumers send it so or as a form). */
async function grantToken({ http, now }: AskDeps, access: Access): Promise<Granted | AskFailure> {
  const answer = await http.send({
    ...{ method: 'POST', host: access.host, path: '/oauth/token', idempotent: true },
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: access.clientId,
      client_secret: access.clientSecret,
    }),
  });
  if (!answer.ok) return failureOnTheWay(answer);
  const { status } = answer;
  if (status === 400 || status === 401 || status === 403) {
    const detail =
      'Secuconnect gives no access token for /settings/clientId with /secrets/clientSecret: correct them, or the environment.';
    return { outcome: 'not_allowed', detail };
  }
  if (status !== 200) return failureOf(answer, now());
  const tree = parseTree(answer.body);
  const token = member(tree, 'access_token');
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,4096}$/.test(token)) {
    return {
      outcome: 'malformed',
      detail: 'Secuconnect answered 200 to the request for an access token, without one.',
    };
  }
  return { outcome: 'token', token, expiresInSeconds: integerAt(tree, 'expires_in') ?? TOKEN_SECONDS };
}

function refusesToken(answer: OutboundAnswer): boolean {
  if (answer.status === 401) return true;
  return answer.status === 403 && integerAt(parseTree(answer.body), 'code') === TOKEN_EXPIRED;
}

function readAnswer(answer: OutboundAnswer, now: Date): ApiAnswer {
  if (answer.status !== 200) return failureOf(answer, now);
  const tree = parseTree(answer.body);
  if (tree === undefined)
    return { outcome: 'malformed', detail: 'Secuconnect answered 200 with what is no JSON object.' };
  return { outcome: 'read', tree, body: answer.body };
}

/** Error bodies may be missing or no JSON (wire 1.3): the status alone says what happened. */
function failureOf({ status, headers }: OutboundAnswer, now: Date): AskFailure {
  const detail = `Secuconnect answered ${status}.`;
  if (status === 404)
    return { outcome: 'not_found', detail: 'Secuconnect knows no such object, or not for this client.' };
  if (status === 401 || status === 403) {
    return {
      outcome: 'not_allowed',
      detail: `${detail} The client may not read it: check its contract at the gateway.`,
    };
  }
  if (status === 429) return rateLimited({ headers }, detail, now);
  return status >= 500
    ? { outcome: 'down', detail }
    : { outcome: 'malformed', detail: `${detail} That is no answer of its manual.` };
}
