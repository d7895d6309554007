import type { AccessTokens, AskConnector, AskDeps } from '../asking.ts';
import type { OutboundRequest, OutboundResult } from '../outbound.ts';
import { WEBHOOK_ID } from './connector.testing.ts';

export const ASKED_AT = new Date('2026-07-14T10:00:00.000Z');

export const CONNECTOR: AskConnector = {
  connectorId: 'acme-paypal',
  testMode: true,
  settings: { environment: 'sandbox', clientId: 'app-of-a-test', webhookId: WEBHOOK_ID, merchantId: 'ACME1' },
  secrets: { clientSecret: 'secret-of-a-test' },
};

export function answer(status: number, body: unknown, headers: Record<string, string> = {}): OutboundResult {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { ok: true, status, headers, body: new TextEncoder().encode(text), attempts: 1 };
}

export const trouble = (code: 'timeout' | 'redirected' | 'answer_too_large'): OutboundResult => ({
  ok: false,
  code,
  detail: 'GET "api-m.sandbox.paypal.com" went wrong.',
  sent: true,
  attempts: 1,
});

export const TOKEN = answer(200, { access_token: 'token-1', expires_in: 32_400, token_type: 'Bearer' });

/** PayPal's API by `METHOD path`; of several answers each is given once and the last for ever, what is not known is 404. */
export function standIn(routes: Readonly<Record<string, OutboundResult | readonly OutboundResult[]>>) {
  const requests: OutboundRequest[] = [];
  const given = new Map<string, number>();
  const http = {
    async send(request: OutboundRequest): Promise<OutboundResult> {
      requests.push(request);
      const line = `${request.method} ${request.path}`;
      const known = Object.hasOwn(routes, line) ? routes[line] : line === 'POST /v1/oauth2/token' ? TOKEN : undefined;
      const answers = [known ?? answer(404, { name: 'RESOURCE_NOT_FOUND' })].flat();
      const count = given.get(line) ?? 0;
      given.set(line, count + 1);
      return answers[Math.min(count, answers.length - 1)] ?? trouble('timeout');
    },
  };
  const deps: AskDeps = { http, tokens: plainTokens(), now: () => ASKED_AT };
  return { deps, http, requests, asked: () => requests.map(({ method, path }) => `${method} ${path}`) };
}

/** Keeps one token a key, and knows nothing of time. */
function plainTokens(): AccessTokens {
  const kept = new Map<string, string>();
  return {
    async get(key, grant, refused) {
      const known = kept.get(key);
      if (known !== undefined && known !== refused) return { outcome: 'token', token: known };
      const granted = await grant();
      if (granted.outcome === 'token') kept.set(key, granted.token);
      return granted.outcome === 'token' ? { outcome: 'token', token: granted.token } : granted;
    },
  };
}
