import { constants, createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AskConnector, SubjectQuestion } from '../asking.ts';
import type { StoredStatement } from '../gateway.ts';
import type { OutboundRequest, OutboundResult } from '../outbound.ts';
import { confirmationFields, type Fields, SETTINGS, signedMessage, TOKEN, TOPIC } from './amazon.testing.ts';
import { amazonPayAsking } from './ask.ts';
import { readMessage } from './sns-message.ts';
import { subscriptionId } from './subscription.ts';

const NOW = new Date('2026-10-01T09:00:05.678Z');
const CHARGE = 'P01-5105180-3221187-C056351';
const KEYS = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const PEM = KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

interface Answered {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const found = { chargeId: CHARGE, statusDetails: { state: 'Captured' } };

async function ask(
  question: Partial<SubjectQuestion> = {},
  answer: Answered | OutboundResult = { body: found },
  { settings = {}, secrets = { privateKey: PEM } }: { settings?: Fields; secrets?: Record<string, string> } = {},
) {
  const seen: OutboundRequest[] = [];
  const connector: AskConnector = {
    ...{ connectorId: 'acme-amazon-pay', testMode: false },
    ...{ settings: { ...SETTINGS, ...settings }, secrets },
  };
  const outcome = await amazonPayAsking.ask(
    {
      now: () => NOW,
      tokens: { get: () => Promise.reject(new Error('none')) },
      http: {
        async send(request) {
          seen.push(request);
          if ('ok' in answer) return answer;
          const { status = 200, headers = {}, body } = answer;
          const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
          return { ok: true, status, headers, body: bytes, attempts: 1 };
        },
      },
    },
    connector,
    { about: 'subject', type: 'transaction', id: CHARGE, cause: async () => undefined, ...question },
  );
  return { outcome, seen };
}

describe('where it asks', () => {
  it.each<[string, Partial<SubjectQuestion>, string]>([
    ['a charge by its hint', { id: 'C-1', as: 'charge' }, '/v2/charges/C-1'],
    ['a charge by its id', {}, `/v2/charges/${CHARGE}`],
    ['a refund by its id', { id: 'P01-5105180-3221187-R056351' }, '/v2/refunds/P01-5105180-3221187-R056351'],
    ['a permission by its id', { id: 'P01-5105180-3221187' }, '/v2/chargePermissions/P01-5105180-3221187'],
    ['a hint before an id', { as: 'refund' }, `/v2/refunds/${CHARGE}`],
    ['a charge by its kind', { id: 'X-1', kind: 'preauthorize' }, '/v2/charges/X-1'],
    ['a refund by its kind', { id: 'X-1', kind: 'refund' }, '/v2/refunds/X-1'],
    ['an order by its kind', { id: 'X-1', kind: 'order' }, '/v2/chargePermissions/X-1'],
    ['a capture at its charge', { id: `${CHARGE}~capture`, kind: 'capture' }, `/v2/charges/${CHARGE}`],
    ['a void at its charge', { id: `${CHARGE}~void`, kind: 'void' }, `/v2/charges/${CHARGE}`],
    ['a schedule at its permission', { type: 'schedule', id: 'P-1' }, '/v2/chargePermissions/P-1'],
  ])('%s', async (_name, question, path) => {
    const { seen } = await ask(question, { status: 404 });
    expect(seen.map((request) => request.path)).toEqual([path]);
    expect(seen[0]).toMatchObject({ method: 'GET', host: 'pay-api.amazon.com', idempotent: true });
  });

  it.each([
    [{ region: 'eu' }, 'pay-api.amazon.eu', `/v2/charges/${CHARGE}`],
    [{ region: 'jp', publicKeyId: 'sandbox-x' }, 'pay-api.amazon.jp', `/v2/charges/${CHARGE}`],
    [{ publicKeyId: 'AKEY' }, 'pay-api.amazon.com', `/live/v2/charges/${CHARGE}`],
    [{ publicKeyId: 'AKEY', environment: 'sandbox' }, 'pay-api.amazon.com', `/sandbox/v2/charges/${CHARGE}`],
    [{ apiHost: '127.0.0.1:4431' }, '127.0.0.1:4431', `/v2/charges/${CHARGE}`],
  ])('%j', async (settings, host, path) => {
    const { seen, outcome } = await ask({}, { body: found }, { settings });
    expect(seen[0]).toMatchObject({ host, path });
    const statement = { declared: { as: 'charge', id: CHARGE }, method: 'GET', path };
    expect(outcome).toMatchObject({ outcome: 'answered', statements: [statement] });
  });

  it('signs as the manual has it', async () => {
    const { seen } = await ask();
    const { authorization = '', ...headers } = seen[0]?.headers ?? {};
    expect(headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-amz-pay-date': '2026-10-01T09:00:05Z',
      'x-amz-pay-host': 'pay-api.amazon.com',
      'x-amz-pay-region': 'na',
    });
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const canonical = `GET
/v2/charges/${CHARGE}

accept:application/json
content-type:application/json
x-amz-pay-date:2026-10-01T09:00:05Z
x-amz-pay-host:pay-api.amazon.com
x-amz-pay-region:na

accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region
${hash('')}`;
    const prefix =
      'AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=LIVE-AKEY, SignedHeaders=accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region, Signature=';
    expect(authorization.startsWith(prefix)).toBe(true);
    const signature = Buffer.from(authorization.slice(prefix.length), 'base64');
    const key = { key: createPublicKey(PEM), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const signed = Buffer.from(`AMZN-PAY-RSASSA-PSS-V2\n${hash(canonical)}`);
    expect(verify('sha256', signed, key, signature)).toBe(true);
  });

  it('takes a key in the old form', async () => {
    const pkcs1 = KEYS.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    expect((await ask({}, { body: found }, { secrets: { privateKey: pkcs1 } })).outcome.outcome).toBe('answered');
  });
});

describe('what cannot be asked', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  it.each<[string, Partial<SubjectQuestion>, Fields, Record<string, string>]>([
    ['an id that is a path', { id: '../refunds/X', as: 'charge' }, {}, { privateKey: PEM }],
    ['an id with an escape', { id: 'C%2f1', as: 'charge' }, {}, { privateKey: PEM }],
    ['an empty id', { id: '~capture', as: 'charge' }, {}, { privateKey: PEM }],
    ['a long id', { id: 'C'.repeat(65), as: 'charge' }, {}, { privateKey: PEM }],
    ['an id of no known form', { id: 'X-1' }, {}, { privateKey: PEM }],
    ['a chargeback', { id: 'CB-1', kind: 'chargeback', as: 'charge' }, {}, { privateKey: PEM }],
    ['a derived chargeback', { id: `${CHARGE}~chargeback-1` }, {}, { privateKey: PEM }],
    ['an instrument', { type: 'instrument' }, {}, { privateKey: PEM }],
    ['another notice', { type: 'notice' }, {}, { privateKey: PEM }],
    ['without a region', {}, { region: undefined }, { privateKey: PEM }],
    ['without a region, though a host is set', {}, { region: 'us', apiHost: 'a.example' }, { privateKey: PEM }],
    ['without the id of a key', {}, { publicKeyId: undefined }, { privateKey: PEM }],
    ['with an id of a key that would forge a header', {}, { publicKeyId: 'A, SignedHeaders=' }, { privateKey: PEM }],
    ['without a key', {}, {}, {}],
    ['with a key that is none', {}, {}, { privateKey: 'x' }],
    ['with a key that is not RSA', {}, {}, { privateKey: String(ec) }],
  ])('%s', async (_name, question, settings, secrets) => {
    const { outcome, seen } = await ask(question, { body: found }, { settings, secrets });
    expect(outcome).toMatchObject({ outcome: 'cannot' });
    expect(seen).toEqual([]);
    expect(JSON.stringify(outcome)).not.toContain('PRIVATE');
  });

  it('a reference of the merchant', async () => {
    const deps = { now: () => NOW, tokens: { get: () => Promise.reject() }, http: { send: () => Promise.reject() } };
    const connector = { connectorId: 'a', testMode: false, settings: SETTINGS, secrets: { privateKey: PEM } };
    const question = { about: 'reference', merchantReference: 'ORDER-1' } as const;
    expect(await amazonPayAsking.ask(deps, connector, question)).toMatchObject({ outcome: 'cannot' });
  });

  it('names what is missing', () => {
    const missing = amazonPayAsking.missing({ settings: {}, secretNames: [] });
    expect(missing).toEqual(['/settings/region', '/settings/publicKeyId', '/secrets/privateKey']);
    expect(amazonPayAsking.missing({ settings: SETTINGS, secretNames: ['privateKey'] })).toEqual([]);
  });
});

describe('what it is answered', () => {
  it.each<[string, Answered, string]>([
    ['another id', { body: { chargeId: 'P01-1' } }, 'malformed'],
    ['no id', { body: {} }, 'malformed'],
    ['a checkout session', { body: { checkoutSessionId: 'x', statusDetails: {} } }, 'malformed'],
    ['no JSON', { body: '<html>' }, 'malformed'],
    ['a list', { body: [found] }, 'malformed'],
    ['an object of another merchant', { body: { ...found, merchantId: 'A2' } }, 'foreign'],
    ['404', { status: 404, body: { reasonCode: 'ResourceNotFound' } }, 'not_found'],
    ['401', { status: 401 }, 'not_allowed'],
    ['403', { status: 403, body: { reasonCode: 'UnauthorizedAccess' } }, 'not_allowed'],
    ['400 for the signature', { status: 400, body: { reasonCode: 'InvalidRequestSignature' } }, 'not_allowed'],
    ['400 for a header', { status: 400, body: { reasonCode: 'InvalidHeaderValue' } }, 'not_allowed'],
    ['400 for something else', { status: 400, body: { reasonCode: 'InvalidParameterValue' } }, 'malformed'],
    ['418', { status: 418 }, 'malformed'],
    ['204', { status: 204 }, 'malformed'],
    ['408', { status: 408 }, 'down'],
    ['425', { status: 425 }, 'down'],
    ['500', { status: 500 }, 'down'],
    ['503', { status: 503, body: '<html>' }, 'down'],
    ['429', { status: 429 }, 'rate_limited'],
  ])('%s', async (_name, answer, outcome) => {
    expect((await ask({}, answer)).outcome).toMatchObject({ outcome });
  });

  it('of its own merchant is taken', async () => {
    const { outcome } = await ask({}, { body: { ...found, merchantId: 'A1' } });
    expect(outcome).toMatchObject({ outcome: 'answered' });
  });

  it.each([
    ['7', 7_000],
    ['Thu, 01 Oct 2026 09:01:05 GMT', 59_322],
    ['99999999', 86_400_000],
    ['soon', undefined],
    ['0', undefined],
  ])('Retry-After %s', async (text, retryAfterMs) => {
    const { outcome } = await ask({}, { status: 429, headers: { 'retry-after': text } });
    expect(outcome.outcome).toBe('rate_limited');
    expect(outcome).toHaveProperty('detail');
    expect('retryAfterMs' in outcome ? outcome.retryAfterMs : undefined).toBe(retryAfterMs);
  });

  it.each([
    ['timeout', 'down'],
    ['tls_failed', 'down'],
    ['redirected', 'malformed'],
    ['answer_too_large', 'malformed'],
    ['host_invalid', 'cannot'],
  ] as const)('%s on the way', async (code, outcome) => {
    const trouble = { ok: false, code, detail: 'GET "x" was in vain.', sent: true, attempts: 3 } as const;
    expect((await ask({}, trouble)).outcome).toEqual({ outcome, detail: trouble.detail });
  });

  it('never rejects, and never quotes a key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.jsonValue(), fc.integer({ min: 100, max: 599 }), async (id, body, status) => {
        const { outcome } = await ask({ id, as: 'charge' }, { status, body });
        expect(JSON.stringify(outcome)).not.toContain('PRIVATE');
      }),
      { numRuns: 200 },
    );
  });
});

describe('limits', () => {
  it('are the connector’s, or our own', () => {
    expect(amazonPayAsking.limitsOf({})).toEqual({ perMinute: 120 });
    expect(amazonPayAsking.limitsOf({ limits: { perMinute: 600 } })).toEqual({ perMinute: 600 });
    expect(amazonPayAsking.limitsOf({ limits: { perMinute: 0 } })).toEqual({ perMinute: 120 });
  });
});

describe('a subscription', () => {
  const AUTO = { settings: { confirmSubscriptions: 'auto' } };
  const ARN = `<ConfirmSubscriptionResult><SubscriptionArn>${TOPIC}:1b</SubscriptionArn></ConfirmSubscriptionResult>`;
  const message = signedMessage(confirmationFields());

  function questionOf(body: Uint8Array = message.body): Partial<SubjectQuestion> {
    const reading = readMessage(body);
    const id = reading.ok ? subscriptionId(reading.message) : 'subscription-none';
    const cause = async (): Promise<StoredStatement> => ({ source: 'pushed', body, declared: {} });
    return { type: 'notice', id, as: 'subscription', cause };
  }

  it('is confirmed at the URL that the message names, written anew', async () => {
    const { outcome, seen } = await ask(questionOf(), { body: ARN }, AUTO);
    expect(seen).toMatchObject([
      {
        method: 'GET',
        host: 'sns.us-east-1.amazonaws.com',
        path: `/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(TOPIC)}&Token=${TOKEN}`,
        idempotent: true,
      },
    ]);
    expect(outcome).toMatchObject({
      outcome: 'answered',
      statements: [{ declared: { as: 'subscription' }, method: 'GET', path: '/?Action=ConfirmSubscription' }],
    });
    expect(JSON.stringify(outcome)).not.toContain(TOKEN);
  });

  it.each<[string, Fields, Fields]>([
    ['left to the operator', { confirmSubscriptions: 'operator' }, {}],
    ['not said', { confirmSubscriptions: undefined }, {}],
    ['of a topic that is no longer pinned', { topicArns: [`${TOPIC}-other`] }, {}],
    ['of no pinned topic', { topicArns: undefined }, {}],
    ['over http', {}, { SubscribeURL: `http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription` }],
    ['at another host', {}, { SubscribeURL: urlWith({ host: 'evil.example' }) }],
    ['at another port', {}, { SubscribeURL: urlWith({ host: 'sns.us-east-1.amazonaws.com:8443' }) }],
    [
      'at a host that only begins so',
      {},
      { SubscribeURL: urlWith({ host: 'sns.us-east-1.amazonaws.com.evil.example' }) },
    ],
    ['with a user', {}, { SubscribeURL: urlWith({ host: 'a:b@sns.us-east-1.amazonaws.com' }) }],
    ['under another path', {}, { SubscribeURL: urlWith({ host: 'sns.us-east-1.amazonaws.com/x' }) }],
    ['with another action', {}, { SubscribeURL: urlWith({ action: 'Unsubscribe' }) }],
    ['for another topic', {}, { SubscribeURL: urlWith({ topic: `${TOPIC}-other` }) }],
    ['with another token', {}, { SubscribeURL: urlWith({ token: 'ffff' }) }],
    ['with a further parameter', {}, { SubscribeURL: urlWith({ more: '&AuthenticateOnUnsubscribe=true' }) }],
    ['with a second action', {}, { SubscribeURL: urlWith({ more: '&Action=ConfirmSubscription' }) }],
  ])('is not confirmed: %s', async (_name, settings, fields) => {
    const { body } = signedMessage({ ...confirmationFields(), ...fields });
    const { outcome, seen } = await ask(
      questionOf(body),
      { body: ARN },
      { settings: { ...AUTO.settings, ...settings } },
    );
    expect(outcome).toMatchObject({ outcome: 'cannot' });
    expect(seen).toEqual([]);
  });

  function urlWith({
    host = 'sns.us-east-1.amazonaws.com',
    action = 'ConfirmSubscription',
    topic = TOPIC,
    token = TOKEN,
    more = '',
  }) {
    return `https://${host}/?Action=${action}&TopicArn=${topic}&Token=${token}${more}`;
  }

  it('is not confirmed without its message, or by another', async () => {
    const causes: StoredStatement[] = [
      { source: 'pushed', body: signedMessage(confirmationFields('UnsubscribeConfirmation')).body, declared: {} },
      { source: 'reported', body: message.body, declared: {} },
      { source: 'pushed', body: new Uint8Array(), declared: {} },
    ];
    for (const cause of [undefined, ...causes]) {
      const { outcome, seen } = await ask({ ...questionOf(), cause: async () => cause }, { body: ARN }, AUTO);
      expect(outcome).toMatchObject({ outcome: 'cannot' });
      expect(seen).toEqual([]);
    }
    const other = await ask({ ...questionOf(), id: `subscription-${'A'.repeat(43)}` }, { body: ARN }, AUTO);
    expect(other.outcome).toMatchObject({ outcome: 'cannot' });
  });

  it.each<[Answered, string]>([
    [{ body: '<SubscriptionArn>pending confirmation</SubscriptionArn>' }, 'malformed'],
    [{ body: '' }, 'malformed'],
    [{ status: 400, body: '<Error><Code>InvalidParameter</Code></Error>' }, 'not_allowed'],
    [{ status: 403 }, 'not_allowed'],
    [{ status: 429 }, 'rate_limited'],
    [{ status: 503 }, 'down'],
  ])('is answered %j', async (answer, outcome) => {
    expect((await ask(questionOf(), answer, AUTO)).outcome).toMatchObject({ outcome });
  });
});
