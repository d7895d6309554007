import { failureOnTheWay, rateLimited } from '../ask-trouble.ts';
import type { AskFailure } from '../asking.ts';
import type { OutboundAnswer, OutboundClient, OutboundRequest, OutboundTrouble } from '../outbound.ts';
import { type RestKey, restKeyOf, signedHeaders } from './http-signature.ts';
import { decodeUtf8, parseJson } from './read-json.ts';
import { textOf } from './tree.ts';

const HOSTS = { live: 'api.cybersource.com', test: 'apitest.cybersource.com' } as const;

/** What a request to the REST API is signed for and with. */
export interface Account {
  readonly host: string;
  readonly merchantId: string;
  readonly key: RestKey;
}

export interface ApiConnector {
  readonly testMode: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** JSON pointers of what is missing to sign a request; empty: nothing. */
export function missingForApi(settings: Readonly<Record<string, unknown>>, hasKey: boolean): readonly string[] {
  const merchant = textOf(settings['merchantId']) === undefined ? ['/settings/merchantId'] : [];
  return hasKey ? merchant : [...merchant, '/secrets/restKey'];
}

/** Undefined where settings or the key of the REST API are missing. */
export function accountOf(
  { testMode, settings }: ApiConnector,
  secrets: Readonly<Record<string, string>>,
): Account | undefined {
  const merchantId = textOf(settings['merchantId']);
  const key = restKeyOf(secrets);
  if (merchantId === undefined || key === undefined) return undefined;
  const host = textOf(settings['apiHost']) ?? (testMode ? HOSTS.test : HOSTS.live);
  return { host, merchantId, key };
}

export interface Call {
  readonly method: OutboundRequest['method'];
  readonly path: string;
  readonly accept?: string;
  readonly body?: string;
  readonly idempotent?: boolean;
}

/** One signed request. */
export function callApi(
  { http, now }: { readonly http: OutboundClient; readonly now: () => Date },
  { host, merchantId, key }: Account,
  { method, path, body, accept = 'application/hal+json;charset=utf-8', idempotent = method === 'GET' }: Call,
): Promise<OutboundAnswer | OutboundTrouble> {
  const unsigned = { method, host, path, merchantId, ...(body !== undefined && { body }) };
  const headers = { ...signedHeaders(unsigned, key, now()), accept };
  return http.send({ method, host, path, headers, idempotent, ...(body !== undefined && { body }) });
}

/** Why an answer is none; undefined: it is a 2xx. `now`: for Retry-After. */
export function failureOf(answer: OutboundAnswer | OutboundTrouble, now: Date): AskFailure | undefined {
  if (!answer.ok) return failureOnTheWay(answer);
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const said = `CyberSource answered ${status}`;
  if (status === 404) return { outcome: 'not_found', detail: `${said}: it knows no such transaction, or not yet.` };
  if (status === 401 || status === 403) {
    const detail = `${said}: look at settings.merchantId, secrets.restKey and what that key may do, and at the clock here.`;
    return { outcome: 'not_allowed', detail };
  }
  if (status === 429) return rateLimited(answer, `${said}: too many requests.`, now);
  if (status >= 500 || status === 408) return { outcome: 'down', detail: `${said}: asked again later.` };
  return { outcome: 'malformed', detail: `${said}, which its manual does not have for this request.` };
}

/** The body as JSON; undefined where it is none. */
export function jsonOf({ body }: OutboundAnswer): unknown {
  const text = decodeUtf8(body);
  return text === undefined ? undefined : parseJson(text);
}
