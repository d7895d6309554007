import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AskConnector, AskDeps, AskOutcome, Question } from '../asking.ts';
import type { OutboundRequest, OutboundResult } from '../outbound.ts';
import { ixopayAsking } from './ask.ts';
import { normalizeIxopay } from './normalize.ts';

const NOW = new Date('2026-07-21T12:00:00.000Z');
const UUID = '0f1e2d3c4b5a69788796';
const SCHEDULE = 'SC-1234-1234-1234-1234-1234-1234';

const connector: AskConnector = {
  connectorId: 'acme-cc-1',
  testMode: true,
  settings: { apiKey: 'acme key', username: 'api-user' },
  secrets: { sharedSecret: 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7', password: 'pass:word' },
};

const found = { success: true, uuid: UUID, transactionStatus: 'SUCCESS', transactionType: 'debit', amount: '1.00' };
const subject: Question = { about: 'subject', type: 'transaction', id: UUID, cause: async () => undefined };
const schedule: Question = { about: 'subject', type: 'schedule', id: SCHEDULE, cause: async () => undefined };

interface Answered {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function depsWith(result: OutboundResult, requests: OutboundRequest[] = []): AskDeps {
  return {
    http: {
      send: async (request) => {
        requests.push(request);
        return result;
      },
    },
    tokens: { get: async () => ({ outcome: 'cannot', detail: 'IXOPAY has no tokens.' }) },
    now: () => NOW,
  };
}

function answered({ status = 200, headers = {}, body = found }: Answered): OutboundResult {
  const bytes =
    body instanceof Uint8Array
      ? body
      : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
  return { ok: true, status, headers, body: bytes, attempts: 1 };
}

function ask(answer: Answered, question = subject, over: Partial<AskConnector> = {}): Promise<AskOutcome> {
  return ixopayAsking.ask(depsWith(answered(answer)), { ...connector, ...over }, question);
}

async function requestFor(question: Question, over: Partial<AskConnector> = {}): Promise<OutboundRequest | undefined> {
  const requests: OutboundRequest[] = [];
  await ixopayAsking.ask(depsWith(answered({}), requests), { ...connector, ...over }, question);
  return requests[0];
}

describe('what is asked (wire 6)', () => {
  it.each<[string, Question, string]>([
    ['a transaction', subject, `/api/v3/status/acme%20key/getByUuid/${UUID}`],
    [
      'a reference',
      { about: 'reference', merchantReference: 'ORD 1001:a' },
      '/api/v3/status/acme%20key/getByMerchantTransactionId/ORD%201001%3Aa',
    ],
    ['a schedule', schedule, `/api/v3/schedule/acme%20key/${SCHEDULE}/get`],
  ])('%s', async (_name, question, path) => {
    expect(await requestFor(question)).toEqual({
      method: 'GET',
      host: 'gateway.ixopay.com',
      path,
      headers: {
        // base64 of "api-user:pass:word"
        authorization: 'Basic YXBpLXVzZXI6cGFzczp3b3Jk',
        accept: 'application/json',
        'content-type': 'application/json; charset=utf-8',
      },
      idempotent: false,
    });
  });

  it('a white label is another host and nothing else', async () => {
    const settings = { ...connector.settings, apiHost: 'gateway.bankart.si' };
    expect(await requestFor(subject, { settings })).toMatchObject({
      host: 'gateway.bankart.si',
      path: `/api/v3/status/acme%20key/getByUuid/${UUID}`,
    });
  });

  it('is signed where the connector is set so, as the official client signs a GET', async () => {
    const settings = { ...connector.settings, signApiRequests: true };
    expect((await requestFor(subject, { settings }))?.headers).toMatchObject({
      date: 'Tue, 21 Jul 2026 12:00:00 GMT',
      'x-date': 'Tue, 21 Jul 2026 12:00:00 GMT',
      // By openssl: printf 'GET\n<sha512 of nothing>\n<content-type>\n<date>\n<path>' | openssl dgst -sha512 -hmac <secret>
      'x-signature': 'B87DT59MNfL8vA6ULu6dZS3/DuY0tt/0VKEWHiSn0obtQ4SrXcNY6NlQ8PcfpwcVvtK1pQfVIbR2sqc6WizAWQ==',
    });
  });

  it.each<[string, Question]>([
    ['a path', { ...subject, id: '../../etc' }],
    ['dots', { ...subject, id: '..' }],
    ['a slash', { ...subject, id: 'a/b' }],
    ['a percent', { ...subject, id: 'a%2fb' }],
    ['a query', { ...subject, id: 'a?b' }],
    ['nothing', { ...subject, id: '' }],
    ['129 characters', { ...subject, id: 'a'.repeat(129) }],
    ['a schedule that is a path', { ...schedule, id: '../x' }],
    ['a reference with a slash', { about: 'reference', merchantReference: 'a/../b' }],
    ['a reference of dots', { about: 'reference', merchantReference: '..' }],
    ['a reference of 51', { about: 'reference', merchantReference: 'a'.repeat(51) }],
    ['a reference with a line feed', { about: 'reference', merchantReference: 'a\nb' }],
    ['an instrument', { ...subject, type: 'instrument' }],
    ['a notice', { ...subject, type: 'notice' }],
  ])('%s is never asked for', async (_name, question) => {
    expect(await requestFor(question)).toBeUndefined();
    expect(await ask({}, question)).toMatchObject({ outcome: 'cannot' });
  });

  it.each([
    [{ settings: { apiKey: 'k' } }, '/settings/username'],
    [{ settings: { username: 'u' } }, 'settings.apiKey'],
    [{ settings: { apiKey: '..', username: 'u' } }, 'settings.apiKey'],
    [{ secrets: {} }, '/secrets/password'],
    [
      { settings: { ...connector.settings, signApiRequests: true }, secrets: { password: 'p' } },
      '/secrets/sharedSecret',
    ],
  ])('case %# cannot be asked', async (over, named) => {
    expect(await requestFor(subject, over)).toBeUndefined();
    expect(await ask({}, subject, over)).toMatchObject({ outcome: 'cannot', detail: expect.stringContaining(named) });
  });

  it('says what is missing', () => {
    expect(ixopayAsking.missing({ settings: {}, secretNames: [] })).toEqual([
      '/settings/apiKey',
      '/settings/username',
      '/secrets/password',
    ]);
    expect(ixopayAsking.missing({ settings: connector.settings, secretNames: ['password'] })).toEqual([]);
  });

  it.each([
    [{}, 60, 10],
    [{ limits: { perIdPerMinute: 5 } }, 60, 5],
    [{ limits: { perMinute: 30 } }, 30, 10],
    [{ limits: { perMinute: 600, perIdPerMinute: 0 } }, 60, 10],
    [{ limits: 'none' }, 60, 10],
    [{ limits: null }, 60, 10],
  ])('limits of %o', (settings, perMinute, perIdPerMinute) => {
    expect(ixopayAsking.limitsOf(settings)).toEqual({ perMinute, perIdPerMinute });
  });

  it('asks until the last repetition of a callback is past', () => {
    const repetitions = [1, 5, 15, 60, 120, 180, 720, ...Array.from({ length: 7 }, () => 1_440)];
    expect(ixopayAsking.horizonMinutes).toBeGreaterThan(repetitions.reduce((sum, minutes) => sum + minutes, 0));
  });
});

describe('what is answered', () => {
  it('a transaction, whatever became of it', async () => {
    const body = { ...found, transactionStatus: 'ERROR', errorCode: 2003 };
    const outcome = await ask({ body }, { ...subject, originalId: 'parent1' });
    if (outcome.outcome !== 'answered') throw new Error(JSON.stringify(outcome));
    const [statement] = outcome.statements;
    expect(statement).toMatchObject({ declared: { parent: 'parent1' }, method: 'GET' });
    expect(statement?.path).toBe(`/api/v3/status/acme%20key/getByUuid/${UUID}`);
    const { notifications } = normalizeIxopay({ source: 'fetched', ...statementOf(statement) });
    expect(notifications).toMatchObject([{ id: UUID, status: 'ERROR', fields: { error: { code: '2003' } } }]);
  });

  it('by reference', async () => {
    const question: Question = { about: 'reference', merchantReference: 'ORD-1' };
    const body = { ...found, merchantTransactionId: 'ORD-1' };
    expect(await ask({ body }, question)).toMatchObject({ outcome: 'answered', statements: [{ declared: {} }] });
    expect(await ask({ body: { ...body, merchantTransactionId: 'ORD-2' } }, question)).toMatchObject({
      outcome: 'malformed',
    });
    expect(await ask({ body: { ...body, uuid: undefined } }, question)).toMatchObject({ outcome: 'malformed' });
  });

  it.each([
    ['ACTIVE', 'ACTIVE'],
    ['PAUSED', 'PAUSED'],
    ['cancelled', 'CANCELLED'],
    ['ERROR', 'ERROR'],
    ['CREATE-PENDING', 'CREATE_PENDING'],
    ['NON-EXISTING', 'NON_EXISTING'],
    ['DREAMING', 'UNKNOWN'],
  ])('a schedule that is %s', async (newStatus, status) => {
    const body = { success: true, scheduleId: SCHEDULE, oldStatus: 'ACTIVE', newStatus, ...MORE_OF_SCHEDULE };
    const outcome = await ask({ body }, schedule);
    if (outcome.outcome !== 'answered') throw new Error(JSON.stringify(outcome));
    const { declared, body: bytes } = statementOf(outcome.statements[0]);
    expect(declared).toEqual({ as: 'schedule' });
    const asked = { ...declared, askedAt: NOW.toISOString(), settles: '["d1"]' };
    expect(normalizeIxopay({ source: 'fetched', body: bytes, declared: asked })).toMatchObject({
      origin: { source: 'fetched', askedAt: NOW.toISOString(), settles: ['d1'] },
      notifications: [
        { about: 'schedule', id: SCHEDULE, status, scheduledAt: '2019-09-30T12:00:00.000Z', metadata: 'm' },
      ],
    });
  });

  it.each<[string, Answered, string]>([
    ['8001', { body: { success: false, errorCode: 8001 } }, 'not_found'],
    ['8001 in 404', { status: 404, body: { success: false, errorCode: '8001' } }, 'not_found'],
    ['401', { status: 401, body: '' }, 'not_allowed'],
    ['403', { status: 403, body: '<html>' }, 'not_allowed'],
    ['invalid signature', { body: { success: false, errorCode: 1004 } }, 'not_allowed'],
    ['429', { status: 429, body: '' }, 'rate_limited'],
    ['1009', { body: { success: false, errorCode: 1009 } }, 'rate_limited'],
    ['500', { status: 500, body: '' }, 'down'],
    ['504', { status: 504, body: '' }, 'down'],
    ['522', { status: 522, body: '' }, 'down'],
    ['maintenance', { body: { success: false, errorCode: 1010 } }, 'down'],
    ['an unknown error', { body: { success: false, errorCode: 9999 } }, 'down'],
    ['a refusal without a code', { body: { success: false } }, 'not_allowed'],
    ['404 of another server', { status: 404, body: '<html>not here</html>' }, 'malformed'],
    ['204', { status: 204, body: '' }, 'malformed'],
    ['no JSON', { body: 'OK' }, 'malformed'],
    ['cut JSON', { body: JSON.stringify(found).slice(0, -5) }, 'malformed'],
    ['a list', { body: [found] }, 'malformed'],
    ['depth', { body: '['.repeat(9_999) }, 'malformed'],
    ['no UTF-8', { body: new Uint8Array([0x7b, 0xff, 0x7d]) }, 'malformed'],
    ['no success', { body: { uuid: UUID, transactionStatus: 'SUCCESS' } }, 'malformed'],
    ['another uuid', { body: { ...found, uuid: 'ffffffffffffffffffff' } }, 'malformed'],
    ['a uuid in a list', { body: { ...found, uuid: [UUID] } }, 'malformed'],
    ['no transactionStatus', { body: { success: true, uuid: UUID } }, 'malformed'],
    ['another apiKey', { body: { ...found, apiKey: 'evil' } }, 'foreign'],
  ])('%s', async (_name, answer, outcome) => {
    expect(await ask(answer)).toMatchObject({ outcome, detail: expect.stringMatching(/./) });
  });

  it.each<[string, string]>([
    ['7040', 'not_found'],
    ['7003', 'not_allowed'],
  ])('a schedule that is refused with %s', async (errorCode, outcome) => {
    expect(await ask({ body: { success: false, errorCode } }, schedule)).toMatchObject({ outcome });
  });

  it('another connector, unless it is behind a meta-connector', async () => {
    const body = { ...found, connectorGuid: 'other' };
    const settings = { ...connector.settings, connectorGuid: 'ours' };
    expect(await ask({ body }, subject, { settings })).toMatchObject({ outcome: 'foreign' });
    expect(await ask({ body }, subject, { settings: { ...settings, members: ['c2'] } })).toMatchObject({
      outcome: 'answered',
    });
  });

  it('an apiKey of the prototype is none of the answer', async () => {
    const body = `{"success":true,"uuid":"${UUID}","transactionStatus":"SUCCESS","__proto__":{"apiKey":"evil"}}`;
    expect(await ask({ body })).toMatchObject({ outcome: 'answered' });
  });

  it('a pause beside error 1009 counts as well', async () => {
    const body = { success: false, errorCode: 1009 };
    expect(await ask({ headers: { 'retry-after': '30' }, body })).toMatchObject({
      ...{ outcome: 'rate_limited', retryAfterMs: 30_000 },
    });
  });

  it.each([
    ['30', 30_000],
    [' 7 ', 7_000],
    ['Tue, 21 Jul 2026 12:02:00 GMT', 120_000],
    ['999999999', 86_400_000],
    ['Tue, 21 Jul 2026 11:00:00 GMT', undefined],
    ['soon', undefined],
    ['-5', undefined],
  ])('Retry-After: %s', async (text, retryAfterMs) => {
    const outcome = await ask({ status: 429, headers: { 'retry-after': text }, body: '' });
    expect(outcome).toEqual({
      outcome: 'rate_limited',
      detail: expect.stringMatching(/./),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  });

  it.each([
    ['timeout', 'down'],
    ['connect_failed', 'down'],
    ['tls_failed', 'down'],
    ['host_unknown', 'down'],
    ['redirected', 'malformed'],
    ['answer_too_large', 'malformed'],
    ['host_invalid', 'cannot'],
    ['address_refused', 'cannot'],
  ] as const)('%s on the way is %s', async (code, outcome) => {
    const trouble = { ok: false as const, code, detail: 'what happened', sent: true, attempts: 1 };
    expect(await ixopayAsking.ask(depsWith(trouble), connector, subject)).toEqual({ outcome, detail: 'what happened' });
  });

  it('any bytes give an outcome, never an answer about something else, and never a secret', async () => {
    const fields = fc.dictionary(fc.constantFrom('success', 'uuid', 'transactionStatus', 'errorCode'), fc.jsonValue());
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fields.map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 200, max: 599 }), bodies, async (status, body) => {
        const outcome = await ask({ status, body });
        expect(outcome.outcome).not.toBe('answered');
        expect(JSON.stringify(outcome)).not.toMatch(/pass:word|qJ3vT8/);
      }),
      { numRuns: 200 },
    );
  });
});

const MORE_OF_SCHEDULE = {
  registrationUuid: 'abcde01234abcde01234',
  scheduledAt: '2019-09-30T12:00:00+00:00',
  merchantMetaData: 'm',
};

function statementOf<Statement>(statement: Statement | undefined): Statement {
  if (statement === undefined) throw new Error('there is no statement');
  return statement;
}
