import type { AccessTokens, AskConnector, AskDeps } from '../asking.ts';
import type { OutboundRequest, OutboundResult } from '../outbound.ts';

export const NOW = new Date('2026-03-02T12:00:00Z');

export const CONNECTOR: AskConnector = {
  connectorId: 'acme-secuconnect',
  testMode: true,
  settings: { clientId: 'client-1', environment: 'testing', contractId: 'GCR_ACME', sourceRanges: 'off' },
  secrets: { clientSecret: 'secret-1' },
};

export function answer(status: number, body: unknown, headers: Record<string, string> = {}): OutboundResult {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  return { ok: true, status, headers, body: new Uint8Array(bytes), attempts: 1 };
}

export const TOKEN = answer(200, { access_token: 'token-1', expires_in: 1200, token_type: 'bearer', scope: '' });

/** Answers in their order, whatever is asked; what was asked is kept. The last one is given for ever. */
export function scripted(...answers: readonly OutboundResult[]) {
  const requests: OutboundRequest[] = [];
  const tokens = plainTokens();
  const deps: AskDeps = {
    http: {
      async send(request) {
        requests.push(request);
        const given = answers[Math.min(requests.length, answers.length) - 1];
        if (given === undefined) throw new Error('nothing to answer');
        return given;
      },
    },
    tokens,
    now: () => NOW,
  };
  const asked = () => requests.map(({ method, path }) => `${method} ${path}`);
  return { deps, requests, asked };
}

/** Keeps one token a key, as the real one does, and nothing about time. */
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
