import { describe, expect, it } from 'vitest';
import type { AskConnector, Question, SubjectQuestion } from '../asking.ts';
import type { OutboundResult, OutboundTroubleCode } from '../outbound.ts';
import { answer, CONNECTOR, scripted, TOKEN } from './api.testing.ts';
import { secuconnectAsking } from './asking.ts';
import { payment } from './statement.testing.ts';

const OK = answer(200, payment(1));
const EXPIRED = answer(403, {
  ...{ status: 'error', error: 'ProductNotAllowedException', error_details: 'Valid auth token required', code: 2003 },
});

function about(id: string, more: Partial<SubjectQuestion> = {}): SubjectQuestion {
  return { about: 'subject', type: 'transaction', id, cause: async () => undefined, ...more };
}

async function ask(question: Question, answers: readonly OutboundResult[], connector: AskConnector = CONNECTOR) {
  const { deps, requests, asked } = scripted(...answers);
  const outcome = await secuconnectAsking.ask(deps, connector, question);
  return { outcome, requests, asked: asked() };
}

function trouble(code: OutboundTroubleCode): OutboundResult {
  return { ok: false, code, detail: 'GET "host" failed.', sent: false, attempts: 1 };
}

describe('ask', () => {
  it('gets a token by client credentials as JSON, then the object', async () => {
    const { outcome, requests } = await ask(about('PCI_ONE'), [TOKEN, OK]);
    expect(requests).toMatchObject([
      { method: 'POST', host: 'connect-testing.secupay-ag.de', path: '/oauth/token' },
      { method: 'GET', host: 'connect-testing.secupay-ag.de', path: '/api/v2/Payment/Transactions/PCI_ONE' },
    ]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      ...{ grant_type: 'client_credentials', client_id: 'client-1', client_secret: 'secret-1' },
    });
    expect(requests[1]?.headers).toEqual({ authorization: 'Bearer token-1', accept: 'application/json' });
    expect(outcome).toMatchObject({
      outcome: 'answered',
      statements: [
        {
          ...{ method: 'GET', path: '/api/v2/Payment/Transactions/PCI_ONE' },
          declared: { as: 'payment.transactions' },
        },
      ],
    });
  });

  it.each([
    ['PCI_1', undefined, 'transaction', 'Payment/Transactions/PCI_1'],
    ['gqaym7420193', undefined, 'transaction', 'Payment/Transactions/gqaym7420193/OldFormat'],
    ['PCI_1~chargeback-1', 'payment.transactions', 'transaction', 'Payment/Transactions/PCI_1'],
    ['STX_1', undefined, 'transaction', 'Smart/Transactions/STX_1'],
    ['SUB_1', undefined, 'schedule', 'Payment/Subscriptions/SUB_1'],
    ['PCT_1', undefined, 'instrument', 'Payment/Containers/PCT_1'],
    ['GCR_1~evt_1', undefined, 'notice', 'General/Contracts/GCR_1'],
    ['X_1', 'payment.payouts', 'transaction', 'Payment/Payouts/X_1'],
    ['X_1', 'payment.secupaypayout', 'transaction', 'Payment/Secupaypayout/X_1'],
    ['X_1', 'payment.secupaydebits', 'transaction', 'Payment/Secupaydebits/X_1'],
    ['X_1', 'payment.secupaycreditcards', 'transaction', 'Payment/Secupaycreditcards/X_1'],
    ['X_1', 'payment.secupayinvoices', 'transaction', 'Payment/Secupayinvoices/X_1'],
    ['X_1', 'payment.secupayprepays', 'transaction', 'Payment/Secupayprepays/X_1'],
    ['X_1', 'payment.secupaysofort', 'transaction', 'Payment/Secupaysofort/X_1'],
    ['X_1', 'services.identrequests', 'transaction', 'Services/Identrequests/X_1'],
    ['X_1~evt', 'services.identresults', 'notice', 'Services/Identresults/X_1'],
  ] as const)('%s as %s goes to its path', async (id, as, type, path) => {
    const [plain = ''] = id.split('~');
    const { asked, outcome } = await ask(about(id, { type, ...(as && { as }) }), [TOKEN, answer(200, { id: plain })]);
    expect(asked).toEqual(['POST /oauth/token', `GET /api/v2/${path}`]);
    expect(outcome).toMatchObject({ outcome: 'answered' });
  });

  it.each(['../oauth/token', 'PCI_1/cancel', 'PCI_1?x', '', '%2e%2e', 'a b', `A${'B'.repeat(64)}`, 'ÄÖÜ'])(
    'cannot ask about the id %j',
    async (id) => {
      const { outcome, asked } = await ask(about(id, { as: 'payment.transactions' }), [TOKEN, OK]);
      expect(outcome).toMatchObject({ outcome: 'cannot' });
      expect(asked).toEqual([]);
    },
  );

  it.each(['general.accounts', '__proto__', '../x'])(
    'cannot ask about an object type that is not in the table: %s',
    async (as) => {
      expect((await ask(about('X_1', { as }), [TOKEN, OK])).outcome).toMatchObject({ outcome: 'cannot' });
    },
  );

  it('believes the id before the type that a push gave it, and looks where it belongs', async () => {
    const forged = await ask(about('PCI_ONE', { as: 'services.identrequests' }), [TOKEN, OK]);
    expect(forged.asked[1]).toBe('GET /api/v2/Payment/Transactions/PCI_ONE');
    const hash = await ask(about('hash1', { as: 'services.identrequests' }), [
      TOKEN,
      answer(404, ''),
      answer(200, { id: 'hash1' }),
    ]);
    expect(hash.asked[2]).toBe('GET /api/v2/Payment/Transactions/hash1/OldFormat');
    expect(hash.outcome).toMatchObject({ statements: [{ declared: { as: 'payment.transactions', asked: 'hash1' } }] });
  });

  it('says which subject was asked about, where the object has another id, and what was known', async () => {
    const declared = async (question: SubjectQuestion, body: object) => {
      const { outcome } = await ask(question, [TOKEN, answer(200, body), answer(404, '')]);
      return outcome.outcome === 'answered' ? outcome.statements.map((one) => one.declared) : outcome;
    };
    const as = 'payment.transactions';
    expect(await declared(about('PCI_1~void'), { id: 'PCI_1' })).toEqual([{ as, asked: 'PCI_1~void' }]);
    expect(await declared(about('PCI_1', { kind: 'preauthorize' }), { id: 'PCI_1' })).toEqual([
      { as, kind: 'preauthorize' },
    ]);
    expect(await declared(about('PCI_1', { kind: 'register' }), { id: 'PCI_1' })).toEqual([{ as, kind: 'register' }]);
    expect(await declared(about('PCI_1', { kind: 'unknown' }), { id: 'PCI_1' })).toEqual([{ as }]);
    expect(await declared(about('PCI_1~void', { kind: 'debit' }), { id: 'PCI_1' })).toEqual([
      { as, asked: 'PCI_1~void' },
    ]);
    expect(await declared(about('hash1'), { id: 'hash1', payment_id: 'PCI_9' })).toEqual([{ as, asked: 'hash1' }]);
  });

  it('reads an old id in both formats', async () => {
    const old = answer(200, { object: 'payment.transactions', id: 'hash1', payment_id: 'PCI_ONE' });
    const { outcome, asked } = await ask(about('hash1'), [TOKEN, old, OK]);
    expect(asked.slice(1)).toEqual([
      'GET /api/v2/Payment/Transactions/hash1/OldFormat',
      'GET /api/v2/Payment/Transactions/PCI_ONE',
    ]);
    expect(outcome).toMatchObject({ outcome: 'answered', statements: [{}, {}] });
    const whole = await ask(about('hash1'), [TOKEN, old, answer(500, '')]);
    expect(whole.outcome).toMatchObject({ outcome: 'down' });
  });

  it('renews a token that has expired, once', async () => {
    for (const refusal of [EXPIRED, answer(401, ''), answer(401, '<html>')]) {
      const renewed = await ask(about('PCI_ONE'), [TOKEN, refusal, answer(200, { access_token: 'token-2' }), OK]);
      expect(renewed.outcome).toMatchObject({ outcome: 'answered' });
      expect(renewed.requests.at(-1)?.headers['authorization']).toBe('Bearer token-2');
      const again = await ask(about('PCI_ONE'), [TOKEN, refusal, TOKEN, refusal]);
      expect(again.outcome).toMatchObject({ outcome: 'not_allowed' });
      expect(again.asked).toHaveLength(4);
    }
  });

  it('asks for no new token on another 403', async () => {
    const { outcome, asked } = await ask(about('PCI_ONE'), [TOKEN, answer(403, { status: 'error', code: 2001 })]);
    expect(outcome).toMatchObject({ outcome: 'not_allowed' });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['404 without a body', answer(404, ''), 'not_found'],
    ['429', answer(429, ''), 'rate_limited'],
    ['500 with HTML', answer(500, '<html>'), 'down'],
    ['503', answer(503, ''), 'down'],
    ['405', answer(405, ''), 'malformed'],
    ['200 with HTML', answer(200, '<html>'), 'malformed'],
    ['200 with a list', answer(200, '[]'), 'malformed'],
    ['another id', answer(200, payment(1, { id: 'PCI_TWO' })), 'malformed'],
    ['no id', answer(200, {}), 'malformed'],
    ['another object', answer(200, { object: 'payment.payouts', id: 'PCI_ONE' }), 'malformed'],
    ['no connection', trouble('connect_failed'), 'down'],
    ['an endless redirect', trouble('redirected'), 'malformed'],
    ['an oversized answer', trouble('answer_too_large'), 'malformed'],
    ['a host that is none', trouble('host_invalid'), 'cannot'],
  ] as const)('%s is %s', async (_, given, expected) => {
    expect((await ask(about('PCI_ONE'), [TOKEN, given])).outcome).toMatchObject({ outcome: expected });
    expect(JSON.stringify(await ask(about('PCI_ONE'), [TOKEN, given]).then(({ outcome }) => outcome))).not.toMatch(
      /secret-1|token-1/,
    );
  });

  it('passes on how long to wait', async () => {
    const { outcome } = await ask(about('PCI_ONE'), [TOKEN, answer(429, '', { 'retry-after': '30' })]);
    expect(outcome).toMatchObject({ outcome: 'rate_limited', retryAfterMs: 30_000 });
  });

  it.each([
    ['401', answer(401, { error: 'invalid_client' }), 'not_allowed'],
    ['400', answer(400, ''), 'not_allowed'],
    ['429', answer(429, ''), 'rate_limited'],
    ['500', answer(500, ''), 'down'],
    ['no token', answer(200, {}), 'malformed'],
    ['a token that is no header', answer(200, { access_token: 'a\r\nx: y' }), 'malformed'],
    ['a token too long', answer(200, { access_token: 'a'.repeat(5_000) }), 'malformed'],
    ['no connection', trouble('timeout'), 'down'],
  ] as const)('a grant that is answered with %s is %s', async (_, given, expected) => {
    const { outcome, asked } = await ask(about('PCI_ONE'), [given]);
    expect(outcome).toMatchObject({ outcome: expected });
    expect(asked).toEqual(['POST /oauth/token']);
  });

  it.each([
    ['production', undefined, 'connect.secucard.com'],
    ['testing', undefined, 'connect-testing.secupay-ag.de'],
    ['showcase', undefined, 'connect-showcase.secupay-ag.de'],
    ['production', '127.0.0.1:8443', '127.0.0.1:8443'],
  ])('asks %s with apiHost %s at %s', async (environment, apiHost, host) => {
    const settings = { clientId: 'c', environment, ...(apiHost && { apiHost }) };
    const { requests } = await ask(about('PCI_ONE'), [TOKEN, OK], { ...CONNECTOR, settings });
    expect(requests.map((request) => request.host)).toEqual([host, host]);
  });

  it.each([
    [{ settings: { environment: 'testing' } }],
    [{ settings: { clientId: 'c', environment: 'constructor' } }],
    [{ secrets: {} }],
  ])('cannot ask without credentials: %j', async (change) => {
    expect((await ask(about('PCI_ONE'), [TOKEN, OK], { ...CONNECTOR, ...change })).outcome).toMatchObject({
      outcome: 'cannot',
    });
  });

  it('gets a new token when the secret has changed', async () => {
    const { deps, asked } = scripted(TOKEN, OK, TOKEN, OK);
    await secuconnectAsking.ask(deps, CONNECTOR, about('PCI_ONE'));
    await secuconnectAsking.ask(deps, { ...CONNECTOR, secrets: { clientSecret: 'secret-2' } }, about('PCI_ONE'));
    expect(asked()).toHaveLength(4);
  });
});

describe('whose an object is', () => {
  const OURS = { contractId: 'GCR_ACME', merchantId: 'MRC_ACME' };
  it.each([
    [{ contract: { id: 'GCR_ACME' } }, OURS, 'answered'],
    [{ contract: 'GCR_ACME' }, OURS, 'answered'],
    [{}, OURS, 'answered'],
    [{ contract_id: 81698 }, OURS, 'answered'],
    [{ contract: { id: 'GCR_EVIL' } }, OURS, 'foreign'],
    [{ contract: 'GCR_EVIL' }, OURS, 'foreign'],
    [{ contract_id: 'GCR_EVIL' }, OURS, 'foreign'],
    [{ merchant: { id: 'MRC_EVIL' } }, OURS, 'foreign'],
    [{ merchant: { id: 'MRC_EVIL' }, contract: { id: 'GCR_ACME' } }, OURS, 'foreign'],
    [{ merchant: { id: 'MRC_ACME' }, contract: { id: 'GCR_EVIL' } }, OURS, 'foreign'],
    [
      { merchant: { id: 'MRC_SELLER' }, platform: { id: 'MRC_ACME' }, contract: { id: 'GCR_SELLER' } },
      OURS,
      'answered',
    ],
    [{ merchant: { id: 'MRC_SELLER' }, platform: { id: 'MRC_EVIL' } }, OURS, 'foreign'],
    [{ merchant: { id: 'MRC_EVIL' }, contract: { id: 'GCR_EVIL' } }, {}, 'answered'],
  ])('%j under %j is %s', async (object, ids, expected) => {
    const settings = { clientId: 'c', environment: 'testing', ...ids };
    const { outcome } = await ask(about('PCI_ONE'), [TOKEN, answer(200, payment(1, object))], {
      ...CONNECTOR,
      settings,
    });
    expect(outcome).toMatchObject({ outcome: expected });
  });
});

describe('a reference', () => {
  const of = (merchantReference: string): Question => ({ about: 'reference', merchantReference });

  it('is looked for among the payments, and only its own are taken', async () => {
    const data = [payment(1, { order_id: 'ORD-1' }), payment(1, { id: 'PCI_TWO', order_id: 'ORD-1-b' })];
    const { outcome, asked } = await ask(of('ORD-1'), [TOKEN, answer(200, { count: 2, data })]);
    expect(asked[1]).toBe('GET /api/v2/Payment/Transactions?count=50&q=order_id%3AORD-1');
    expect(outcome).toMatchObject({
      outcome: 'answered',
      statements: [{ declared: { as: 'payment.transactions', list: 'entry' } }],
    });
  });

  it('that nobody has is not found', async () => {
    const { outcome } = await ask(of('ORD-1'), [TOKEN, answer(200, { count: 0, data: [] })]);
    expect(outcome).toMatchObject({ outcome: 'not_found' });
    expect((await ask(of('ORD-1'), [TOKEN, answer(200, {})])).outcome).toMatchObject({ outcome: 'malformed' });
  });

  it.each(['a b', '*', 'a:b', 'x) OR (y', 'NOT', '', 'ä', 'a'.repeat(65)])(
    'cannot be asked as %j',
    async (reference) => {
      const { outcome, asked } = await ask(of(reference), [TOKEN, OK]);
      expect(outcome).toMatchObject({ outcome: 'cannot' });
      expect(asked).toEqual([]);
    },
  );
});

describe('what an operator is told', () => {
  it('names what is missing, and the limit', () => {
    expect(secuconnectAsking.missing({ settings: {}, secretNames: [] })).toEqual([
      ...['/settings/clientId', '/settings/environment', '/secrets/clientSecret'],
    ]);
    expect(secuconnectAsking.missing({ settings: CONNECTOR.settings, secretNames: ['clientSecret'] })).toEqual([]);
    expect(secuconnectAsking.limitsOf({})).toEqual({ perMinute: 60 });
    expect(secuconnectAsking.limitsOf({ requestsPerMinute: 10 })).toEqual({ perMinute: 10 });
  });
});
