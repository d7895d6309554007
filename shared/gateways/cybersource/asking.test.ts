import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AskConnector, AskDeps, Question, SubjectQuestion } from '../asking.ts';
import type { OutboundRequest, OutboundResult } from '../outbound.ts';
import { outlineOf } from '../outline.testing.ts';
import { asking } from './asking.ts';
import { signedHeaders } from './http-signature.ts';
import { normalizeCybersource } from './normalize.ts';
import { NOW } from './notification.testing.ts';

const ID = '7283649501726384950173';
const ORIGINAL = '7283649501726384950001';
const KEY = Buffer.alloc(32, 'rest').toString('base64');

const connector: AskConnector = {
  ...{ connectorId: 'acme-cybersource', testMode: true },
  settings: { organizationId: 'acme_org', merchantId: 'acme_mid' },
  secrets: { restKey: JSON.stringify({ keyId: 'rest-1', key: KEY }) },
};

type Answer = { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> };

function gatewayWith(...answers: readonly (Answer | OutboundResult)[]) {
  const seen: OutboundRequest[] = [];
  const deps: AskDeps = {
    http: {
      async send(request) {
        const answer = answers[seen.length] ?? { status: 500, body: {} };
        seen.push(request);
        if ('ok' in answer) return answer;
        const { status, body, headers = {} } = answer;
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        return { ok: true, status, headers, body: new TextEncoder().encode(text), attempts: 1 };
      },
    },
    tokens: { get: () => Promise.reject(new Error('no access token is needed')) },
    now: () => NOW,
  };
  return { seen, deps };
}

const about = (id: string, more: Partial<SubjectQuestion> = {}): Question => ({
  ...{ about: 'subject', type: 'transaction', id, cause: async () => undefined, ...more },
});

const done = (name: string, more: object = {}) => ({ name, reasonCode: '100', rCode: '1', rFlag: 'SOK', ...more });
const details = (applications: readonly object[], more: object = {}, status?: string) => ({
  ...{ id: ID, rootId: ORIGINAL, merchantId: 'acme_mid', submitTimeUTC: '2026-01-15T09:00:00Z' },
  applicationInformation: { ...(status && { status }), reasonCode: 100, applications },
  clientReferenceInformation: { code: 'ORD-1' },
  orderInformation: { amountDetails: { totalAmount: '24.50', currency: 'EUR' } },
  ...more,
});

describe('HTTP signature', () => {
  it('is over the lines of the official client, in its order', () => {
    const body = '{"a":1}';
    const path = '/kms/egress/v2/keys-sym';
    const request = { method: 'POST', host: 'apitest.cybersource.com', path, merchantId: 'acme_mid', body } as const;
    const headers = signedHeaders(request, { keyId: 'rest-1', key: KEY }, NOW);
    const digest = `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
    const text = `host: apitest.cybersource.com\ndate: Thu, 15 Jan 2026 09:30:00 GMT\nrequest-target: post ${path}\ndigest: ${digest}\nv-c-merchant-id: acme_mid`;
    const mac = createHmac('sha256', Buffer.from(KEY, 'base64')).update(text).digest('base64');
    expect(headers).toEqual({
      ...{ date: 'Thu, 15 Jan 2026 09:30:00 GMT', 'v-c-merchant-id': 'acme_mid', digest },
      'content-type': 'application/json;charset=utf-8',
      signature: `keyid="rest-1", algorithm="HmacSHA256", headers="host date request-target digest v-c-merchant-id", signature="${mac}"`,
    });
  });
});

describe('asking about a transaction', () => {
  it('fetches it from the host of its mode, signed, and states what came', async () => {
    const { deps, seen } = gatewayWith({ status: 200, body: details([done('ics_bill')], {}, 'TRANSMITTED') });
    const outcome = await asking.ask(deps, connector, about(`${ID}~capture`));
    expect(seen).toMatchObject([
      { method: 'GET', host: 'apitest.cybersource.com', path: `/tss/v2/transactions/${ID}`, idempotent: true },
    ]);
    expect(seen[0]?.headers['signature']).toContain('headers="host date request-target v-c-merchant-id"');
    expect(JSON.stringify(outcome)).not.toContain(KEY);
    expect(outcome).toMatchObject({ outcome: 'answered', statements: [{ declared: { as: 'transaction', id: ID } }] });
    const live = gatewayWith({ status: 200, body: details([done('ics_bill')]) });
    await asking.ask(live.deps, { ...connector, testMode: false }, about(ID));
    const own = gatewayWith({ status: 200, body: details([done('ics_bill')]) });
    await asking.ask(
      own.deps,
      { ...connector, settings: { ...connector.settings, apiHost: 'api.in.example' } },
      about(ID),
    );
    expect([live.seen[0]?.host, own.seen[0]?.host]).toEqual(['api.cybersource.com', 'api.in.example']);
  });

  it.each([
    ['not_found', { status: 404, body: {} }],
    ['not_allowed', { status: 401, body: {} }],
    ['not_allowed', { status: 403, body: {} }],
    ['down', { status: 502, body: {} }],
    ['malformed', { status: 400, body: {} }],
    ['malformed', { status: 200, body: 'no json' }],
    ['malformed', { status: 200, body: details([], { id: ORIGINAL }) }],
    ['foreign', { status: 200, body: details([], { merchantId: 'other' }) }],
    ['down', { ok: false, code: 'timeout', detail: 'slow', sent: true, attempts: 1 }],
    ['malformed', { ok: false, code: 'redirected', detail: 'away', sent: true, attempts: 1 }],
    ['malformed', { ok: false, code: 'answer_too_large', detail: 'big', sent: true, attempts: 1 }],
  ] as const)('%s', async (outcome, answer) => {
    const { deps } = gatewayWith(answer);
    expect(await asking.ask(deps, connector, about(ID))).toMatchObject({ outcome });
  });

  it('says how long to wait', async () => {
    const { deps } = gatewayWith({ status: 429, body: {}, headers: { 'retry-after': '30' } });
    expect(await asking.ask(deps, connector, about(ID))).toMatchObject({
      outcome: 'rate_limited',
      retryAfterMs: 30_000,
    });
  });

  it.each(['../../x', '1', `${ID}/x`, `${ID}?a=1`, 'INV-1', ''])('asks nothing about the id %j', async (id) => {
    const { deps, seen } = gatewayWith();
    expect(await asking.ask(deps, connector, about(id))).toMatchObject({ outcome: 'cannot' });
    expect(seen).toEqual([]);
  });

  it('asks nothing about schedules and instruments, nor without a key', async () => {
    const { deps, seen } = gatewayWith();
    for (const type of ['schedule', 'instrument', 'notice'] as const) {
      expect(await asking.ask(deps, connector, about(ID, { type }))).toMatchObject({ outcome: 'cannot' });
    }
    expect(await asking.ask(deps, { ...connector, secrets: {} }, about(ID))).toMatchObject({ outcome: 'cannot' });
    expect(seen).toEqual([]);
    expect(asking.missing({ settings: {}, secretNames: [] })).toEqual(['/settings/merchantId', '/secrets/restKey']);
    expect(asking.missing({ settings: { merchantId: 'm' }, secretNames: ['restKey'] })).toEqual([]);
  });
});

describe('asking about a reference', () => {
  const found = (...items: readonly object[]) => ({
    status: 200,
    body: { _embedded: { transactionSummaries: items } },
  });
  const byReference = (merchantReference: string): Question => ({ about: 'reference', merchantReference });
  it('searches, and takes only what has it', async () => {
    const others = details([done('ics_auth')], { id: ORIGINAL, clientReferenceInformation: { code: 'ORD-10' } });
    const { deps, seen } = gatewayWith(found(details([done('ics_auth')]), others));
    const outcome = await asking.ask(deps, connector, byReference('ORD-1'));
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
      query: 'clientReferenceInformation.code:ORD-1',
      limit: 20,
    });
    expect(outcome).toMatchObject({ statements: [{ declared: { id: ID }, method: 'POST', path: '/tss/v2/searches' }] });
    if (outcome.outcome === 'answered') expect(outcome.statements).toHaveLength(1);
  });
  it('finds nothing, another merchant’s, or cannot ask', async () => {
    expect(await asking.ask(gatewayWith(found()).deps, connector, byReference('R'))).toMatchObject({
      outcome: 'not_found',
    });
    const empty = gatewayWith({ status: 200, body: { totalCount: 0 } });
    expect(await asking.ask(empty.deps, connector, byReference('R'))).toMatchObject({ outcome: 'not_found' });
    const foreign = found(details([], { merchantId: 'other' }));
    expect(await asking.ask(gatewayWith(foreign).deps, connector, byReference('ORD-1'))).toMatchObject({
      outcome: 'foreign',
    });
    const { deps, seen } = gatewayWith();
    expect(await asking.ask(deps, connector, byReference('x OR *'))).toMatchObject({ outcome: 'cannot' });
    expect(seen).toEqual([]);
  });
});

describe('what an answer says', () => {
  const told = (answer: object, declared: Readonly<Record<string, string>> = {}) =>
    normalizeCybersource({
      source: 'fetched',
      body: new TextEncoder().encode(JSON.stringify(answer)),
      declared: { as: 'transaction', id: ID, askedAt: NOW.toISOString(), settles: '["d1"]', ...declared },
    });
  const related = (...ids: readonly string[]) => ({
    _links: { relatedTransactions: ids.map((id) => ({ href: `https://x/tss/v2/transactions/${id}`, method: 'GET' })) },
  });
  const first = { rootId: ID };
  const CAPTURE = '7283649501726384950002';
  it.each([
    [
      'an authorization',
      details([done('ics_pa_enroll'), done('ics_auth')], first),
      { kind: 'preauthorize', status: 'FINISHED', original: undefined },
    ],
    [
      'a capture on its way',
      details([done('ics_bill')], {}, 'PENDING'),
      { kind: 'capture', status: 'PENDING', original: ORIGINAL },
    ],
    ['a capture accepted', details([done('ics_bill')]), { kind: 'capture', status: 'PENDING' }],
    [
      'a capture sent',
      details([done('ics_bill', { status: 'TRANSMITTED' })]),
      { kind: 'capture', status: 'FINISHED', final: true, amount: '24.50 EUR' },
    ],
    [
      'a refund of a capture',
      details([done('ics_credit')], related(CAPTURE), 'BATCHED'),
      { kind: 'refund', status: 'FINISHED', original: CAPTURE },
    ],
    ['a void', details([done('ics_void')], related(CAPTURE)), { kind: 'void', status: 'FINISHED', original: CAPTURE }],
    ['a reversal', details([done('ics_auth_reversal')]), { kind: 'void', status: 'FINISHED', original: ORIGINAL }],
    [
      'a decline',
      details([{ name: 'ics_auth', reasonCode: '204', rCode: '0', rFlag: 'DCARDREFUSED' }], first),
      { kind: 'preauthorize', status: 'ERROR', errorClass: 'declined', errorCode: '204', advice: 'retry_later' },
    ],
    [
      'a review',
      details([{ name: 'ics_auth', reasonCode: '480', rCode: '0', rFlag: 'DREVIEW' }], first),
      { kind: 'preauthorize', status: 'PENDING', pendingReason: 'review' },
    ],
    ['an eCheck', details([done('ics_ecp_debit')], first, 'TRANSMITTED'), { kind: 'debit', status: 'FINISHED' }],
    [
      'a sale by an alternative method',
      details([done('ics_ap_sale')], first, 'SETTLED'),
      { kind: 'debit', status: 'FINISHED' },
    ],
  ])('%s', (_what, answer, expected) => {
    const { notifications } = told(answer);
    expect(notifications.map(outlineOf)).toMatchObject([{ id: ID, merchantReference: 'ORD-1', ...expected }]);
  });
  it('a capture whose refund is related too changes the first of the series', () => {
    const answer = details([done('ics_bill')], related(ORIGINAL, CAPTURE), 'BATCHED');
    expect(told(answer).notifications.map(outlineOf)).toMatchObject([{ id: ID, kind: 'capture', original: ORIGINAL }]);
  });
  it('an authorization that captures at once', () => {
    const answer = details([done('ics_auth'), done('ics_bill')], first, 'PENDING');
    expect(told(answer).notifications.map(outlineOf)).toMatchObject([
      { id: ID, kind: 'preauthorize', status: 'FINISHED' },
      { id: `${ID}~capture`, kind: 'capture', status: 'PENDING', original: ID },
    ]);
    const sale = details([done('ics_auth'), done('ics_bill')], first, 'TRANSMITTED');
    expect(told(sale, { kind: 'debit' }).notifications.map(outlineOf)).toMatchObject([
      { id: ID, kind: 'debit', status: 'FINISHED' },
    ]);
  });
  it('a capture that was voided: never an override', () => {
    expect(told(details([done('ics_bill')], {}, 'VOIDED')).notifications.map(outlineOf)).toMatchObject([
      { id: ID, kind: 'capture', status: 'ERROR', cancelled: true },
      { id: `${ID}~void`, kind: 'void', status: 'FINISHED', original: ID, amount: undefined },
    ]);
  });
  it('settles what was known when it was asked, and only where it is a result', () => {
    const settled = { askedAt: NOW.toISOString(), settles: ['d1'] };
    const sent = told(details([done('ics_bill')], {}, 'BATCHED'));
    expect(sent.origin).toMatchObject(settled);
    expect(sent.notifications[0]).toMatchObject({ gatewayTime: NOW.toISOString() });
    const pending = told(details([done('ics_bill')], {}, 'PENDING'));
    expect(pending.origin).not.toHaveProperty('askedAt');
    expect(pending.notifications[0]).not.toHaveProperty('gatewayTime');
  });
  it.each([
    ['unknown_application', details([done('ics_new_thing')])],
    ['unknown_application', details([])],
    ['unknown_status', details([done('ics_bill')], {}, 'SHRUGGED')],
    ['unknown_result', details([{ name: 'ics_auth' }], first)],
    ['missing_id', details([done('ics_bill')], { id: 'x' })],
  ])('%s is a notice', (reason, answer) => {
    expect(told(answer).notifications).toMatchObject([{ about: 'notice', status: 'UNRECOGNIZED', reason }]);
  });
});
