import { describe, expect, it } from 'vitest';
import type { AskConnector, AskDeps, SubjectQuestion } from '../asking.ts';
import type { OutboundRequest, OutboundResult } from '../outbound.ts';
import { paylockAsking } from './look-up.ts';
import { normalizePaylock } from './normalize.ts';

const SETTINGS = {
  ...{ lookupPath: '/payments/{id}?view=full', idPath: 'event.id', statusPath: 'event.state', mode: 'fetch' },
  ...{
    lookupPaths: { idPath: 'id', statusPath: 'state' },
    kind: 'debit',
    idempotencyPath: 'event.no',
    allowUnknown: true,
  },
  ...{ merchantIdPath: 'merchant', merchantId: 'acme' },
};
const QUESTION: SubjectQuestion = { about: 'subject', type: 'transaction', id: 'p1', cause: async () => undefined };

function asked(result: Partial<OutboundResult> | string, question: Partial<SubjectQuestion> = {}, over: object = {}) {
  const requests: OutboundRequest[] = [];
  const answer =
    typeof result === 'string'
      ? { ok: true, status: 200, headers: {}, body: Buffer.from(result), attempts: 1 }
      : { ok: true, status: 200, headers: {}, body: new Uint8Array(), attempts: 1, ...result };
  const deps: AskDeps = {
    http: {
      send: async (request) => {
        requests.push(request);
        return answer as OutboundResult;
      },
    },
    tokens: { get: async () => ({ outcome: 'cannot', detail: '' }) },
    now: () => new Date(0),
  };
  const connector: AskConnector = {
    ...{ connectorId: 'c1', testMode: true, settings: { ...SETTINGS, ...over } },
    secrets: { apiPassword: 'hush-hush' },
  };
  return paylockAsking.ask(deps, connector, { ...QUESTION, ...question }).then((outcome) => ({ outcome, requests }));
}

describe('looking a payment up', () => {
  it('asks once, with the password, and the answer is read by its own paths', async () => {
    const { outcome, requests } = await asked('{"id":"p1","state":"FINISHED","merchant":"acme"}');
    expect(requests).toEqual([
      {
        ...{ method: 'GET', host: 'api.paylock.com', path: '/payments/p1?view=full', idempotent: true },
        headers: { authorization: 'Bearer hush-hush', accept: 'application/json' },
      },
    ]);
    if (outcome.outcome !== 'answered') throw new Error(outcome.detail);
    const [statement] = outcome.statements;
    expect(statement).toMatchObject({ method: 'GET', path: '/payments/p1?view=full' });
    const said = normalizePaylock({ source: 'fetched', body: new Uint8Array(), declared: {}, ...statement });
    expect(said.notifications).toMatchObject([{ id: 'p1', kind: 'debit', status: 'FINISHED' }]);
    expect(said.notifications[0]).not.toHaveProperty('hint');
  });

  it('a derived subject is asked about by its payment; with a user as Basic; at another host where one is set', async () => {
    const { requests } = await asked('{"id":"p1"}', { id: 'p1~refund' }, { apiUser: 'u', apiHost: 'pay.example:8443' });
    expect(requests).toMatchObject([
      {
        host: 'pay.example:8443',
        path: '/payments/p1?view=full',
        headers: { authorization: 'Basic dTpodXNoLWh1c2g=' },
      },
    ]);
  });

  it.each(['../admin', 'a/b', '..', 'a?b', 'a%2e', '', '-a', 'x'.repeat(65), 'ä'])(
    'id %j goes into no URL',
    async (id) => {
      const { outcome, requests } = await asked('{}', { id });
      expect([outcome.outcome, requests]).toEqual(['cannot', []]);
    },
  );

  it.each<[string, Partial<OutboundResult> | string, string]>([
    ['another payment', '{"id":"p2","state":"FINISHED"}', 'malformed'],
    ['no id', '{"state":"FINISHED"}', 'malformed'],
    ['no JSON', '<html>', 'malformed'],
    ['another merchant', '{"id":"p1","state":"FINISHED","merchant":"other"}', 'foreign'],
    ['400', { status: 400 }, 'malformed'],
    ['302', { status: 302 }, 'malformed'],
    ['401', { status: 401 }, 'not_allowed'],
    ['403', { status: 403 }, 'not_allowed'],
    ['404', { status: 404 }, 'not_found'],
    ['429', { status: 429, headers: { 'retry-after': '7' } }, 'rate_limited'],
    ['503', { status: 503 }, 'down'],
    ['no connection', { ok: false, code: 'connect_failed', detail: 'd', sent: false }, 'down'],
    ['a redirect', { ok: false, code: 'redirected', detail: 'd', sent: true }, 'malformed'],
    ['too much', { ok: false, code: 'answer_too_large', detail: 'd', sent: true }, 'malformed'],
  ])('%s', async (_name, result, expected) => {
    const { outcome } = await asked(result);
    expect(outcome.outcome).toBe(expected);
    expect(JSON.stringify(outcome)).not.toContain('hush');
    if (expected === 'rate_limited') expect(outcome).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('what cannot be asked', async () => {
    expect((await asked('{}', {}, { lookupPath: undefined })).outcome.outcome).toBe('cannot');
    expect((await asked('{}', { type: 'schedule' })).outcome.outcome).toBe('cannot');
    const missing = (settings: object, secretNames: readonly string[]) =>
      paylockAsking.missing({ settings: { ...settings }, secretNames });
    expect(missing({}, ['keys'])).toEqual(['/settings/lookupPath', '/secrets/apiPassword']);
    expect(missing(SETTINGS, ['apiPassword'])).toEqual([]);
    expect(paylockAsking.limitsOf({ lookupsPerMinute: 5 })).toEqual({ perMinute: 5 });
  });
});
