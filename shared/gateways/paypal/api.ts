import { digestOfParts } from '#shared/model/digest.ts';
import { failureOnTheWay } from '../ask-trouble.ts';
import type { AskConnector, AskDeps, AskFailure } from '../asking.ts';
import type { OutboundAnswer } from '../outbound.ts';
import { grantToken } from './access-token.ts';
import { failureOfAnswer } from './api-failure.ts';
import { readDocument, type Tree } from './document.ts';
import { apiHostOf } from './hosts.ts';

export type ApiAnswer = { readonly outcome: 'read'; readonly tree: Tree; readonly body: Uint8Array } | AskFailure;

/** Reads one path of the REST API as a JSON object; a token that has expired is renewed once. Never rejects. */
export async function readApi(deps: AskDeps, connector: AskConnector, path: string): Promise<ApiAnswer> {
  const host = apiHostOf(connector.settings);
  const clientId = connector.settings['clientId'];
  const clientSecret = connector.secrets['clientSecret'];
  if (typeof clientId !== 'string' || clientSecret === undefined || clientSecret === '') {
    return { outcome: 'cannot', detail: 'Set /settings/clientId and /secrets/clientSecret: PayPal’s API needs both.' };
  }
  const key = [connector.connectorId, host, clientId, digestOfParts(clientSecret)].join('\n');
  let refused: string | undefined;
  for (;;) {
    const token = await deps.tokens.get(key, () => grantToken(deps.http, { host, clientId, clientSecret }), refused);
    if (token.outcome !== 'token') return token;
    const answer = await deps.http.send({
      ...{ method: 'GET', host, path, idempotent: true },
      headers: { authorization: `Bearer ${token.token}`, accept: 'application/json' },
    });
    if (!answer.ok) return failureOnTheWay(answer);
    if (refused !== undefined || answer.status !== 401) return readAnswer(answer, deps.now());
    refused = token.token;
  }
}

function readAnswer(answer: OutboundAnswer, now: Date): ApiAnswer {
  const failure = failureOfAnswer(answer, now);
  if (failure !== undefined) return failure;
  const reading = readDocument(answer.body);
  return reading.ok
    ? { outcome: 'read', tree: reading.tree, body: answer.body }
    : { outcome: 'malformed', detail: `PayPal's answer cannot be read: ${reading.detail}` };
}
