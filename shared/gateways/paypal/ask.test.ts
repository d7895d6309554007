import { describe, expect, it } from 'vitest';
import type { SubjectQuestion } from '../asking.ts';
import type { OutboundResult } from '../outbound.ts';
import { answer, CONNECTOR, standIn, TOKEN, trouble } from './api.testing.ts';
import { paypalAsking } from './ask.ts';
import { normalizePaypal } from './normalize.ts';

const TOKEN_LINE = 'POST /v1/oauth2/token';
const capture = {
  id: 'CAP1',
  status: 'COMPLETED',
  amount: { currency_code: 'EUR', value: '10.00' },
  payee: { merchant_id: 'ACME1' },
};

function question(id: string, more: Partial<SubjectQuestion> = {}): SubjectQuestion {
  return { about: 'subject', type: 'transaction', id, cause: async () => undefined, ...more };
}

function pushed(event: unknown): SubjectQuestion['cause'] {
  return async () => ({ source: 'pushed', body: new TextEncoder().encode(JSON.stringify(event)), declared: {} });
}

function ask(
  routes: Readonly<Record<string, OutboundResult | readonly OutboundResult[]>>,
  asked: SubjectQuestion,
  settings = {},
) {
  const api = standIn(routes);
  const connector = { ...CONNECTOR, settings: { ...CONNECTOR.settings, ...settings } };
  return paypalAsking.ask(api.deps, connector, asked).then((outcome) => ({ outcome, ...api }));
}

describe('what is asked', () => {
  it.each([
    ['capture', '/v2/payments/captures/X1', { id: 'X1' }],
    ['capture-v1', '/v1/payments/capture/X1', { id: 'X1' }],
    ['authorization', '/v2/payments/authorizations/X1', { id: 'X1' }],
    ['authorization-v1', '/v1/payments/authorization/X1', { id: 'X1' }],
    ['refund', '/v2/payments/refunds/X1', { id: 'X1' }],
    ['refund-v1', '/v1/payments/refund/X1', { id: 'X1' }],
    ['sale', '/v1/payments/sale/X1', { id: 'X1' }],
    ['order', '/v2/checkout/orders/X1', { id: 'X1' }],
    ['order-v1', '/v1/payments/orders/X1', { id: 'X1' }],
    ['invoice', '/v2/invoicing/invoices/X1', { id: 'X1' }],
    ['dispute', '/v1/customer/disputes/X1', { dispute_id: 'X1' }],
    ['payouts-item', '/v1/payments/payouts-item/X1', { payout_item_id: 'X1' }],
    ['payouts-batch', '/v1/payments/payouts/X1?page=1&page_size=1', { batch_header: { payout_batch_id: 'X1' } }],
    ['referenced-payout-item', '/v1/payments/referenced-payouts-items/X1', { item_id: 'X1' }],
    ['subscription', '/v1/billing/subscriptions/X1', { id: 'X1' }],
    ['payment-token', '/v3/vault/payment-tokens/X1', { id: 'X1' }],
  ])('%s: GET %s', async (as, path, body) => {
    const { outcome, asked } = await ask({ [`GET ${path}`]: answer(200, body) }, question('X1', { as }));
    expect(asked()).toEqual([TOKEN_LINE, `GET ${path}`]);
    expect(outcome).toMatchObject({
      outcome: 'answered',
      statements: [{ declared: { as, id: 'X1' }, method: 'GET', path }],
    });
  });

  it.each([
    ['schedule', undefined, ['/v1/billing/subscriptions/X1']],
    ['instrument', undefined, ['/v3/vault/payment-tokens/X1']],
    ['transaction', 'debit', ['/v2/payments/captures/X1', '/v1/payments/sale/X1']],
    ['transaction', 'refund', ['/v2/payments/refunds/X1', '/v1/payments/refund/X1']],
    ['transaction', 'order', ['/v2/checkout/orders/X1', '/v1/payments/orders/X1']],
    [
      'transaction',
      '__proto__',
      ['/v2/payments/captures/X1', '/v1/payments/sale/X1', '/v2/payments/authorizations/X1', '/v2/payments/refunds/X1'],
    ],
  ] as const)('%s of kind %s without a hint: each that it may be', async (type, kind, paths) => {
    const { outcome, asked } = await ask({}, question('X1', { type, ...(kind && { kind }) }));
    expect(outcome).toMatchObject({ outcome: 'not_found' });
    expect(asked().slice(1)).toEqual(paths.map((path) => `GET ${path}`));
  });

  it('what stands before the "~" of a derived subject', async () => {
    const { outcome } = await ask(
      { 'GET /v2/payments/captures/CAP1': answer(200, capture) },
      question('CAP1~chargeback-1', { kind: 'chargeback' }),
    );
    expect(outcome).toMatchObject({ outcome: 'answered', statements: [{ declared: { as: 'capture', id: 'CAP1' } }] });
  });

  it('the statement says what the capture is', async () => {
    const { outcome } = await ask(
      { 'GET /v2/payments/captures/CAP1': answer(200, capture) },
      question('CAP1', { as: 'capture' }),
    );
    if (outcome.outcome !== 'answered' || outcome.statements[0] === undefined) throw new Error('answered');
    const { body, declared } = outcome.statements[0];
    const { notifications } = normalizePaypal({ source: 'fetched', body, declared });
    expect(notifications).toMatchObject([{ id: 'CAP1', kind: 'debit', status: 'FINISHED' }]);
  });

  it.each(['../../oauth2/token', 'a/b', '', 'a b', 'x'.repeat(65), '%2e%2e', '~void'])(
    'no URL is made of %j',
    async (id) => {
      const { outcome, asked } = await ask({}, question(id, { as: 'capture' }));
      expect(outcome).toMatchObject({ outcome: 'cannot' });
      expect(asked()).toEqual([]);
    },
  );

  it('nothing by a merchant’s reference', async () => {
    const { deps } = standIn({});
    const outcome = await paypalAsking.ask(deps, CONNECTOR, { about: 'reference', merchantReference: 'ORD-1' });
    expect(outcome).toMatchObject({ outcome: 'cannot' });
  });
});

describe('events that have no object', () => {
  const event = { id: 'WH-1', event_type: 'PAYMENT.CAPTURE.REVERSED', resource: { id: 'REV1' } };
  const line = 'GET /v1/notifications/webhooks-events/WH-1';

  it('are read again, by the id that the callback names', async () => {
    const asked = question('CAP1~chargeback-1', { as: 'event', cause: pushed(event) });
    const read = await ask({ [line]: answer(200, event) }, asked);
    expect(read.asked()).toEqual([TOKEN_LINE, line]);
    expect(read.outcome).toMatchObject({
      outcome: 'answered',
      statements: [{ declared: { as: 'event', id: 'WH-1' } }],
    });
  });

  it('cannot be asked about once the callback is gone, or when its id is none', async () => {
    for (const cause of [async () => undefined, pushed({ ...event, id: '../x' })]) {
      const { outcome } = await ask({}, question('CAP1~chargeback-1', { as: 'event', cause }));
      expect(outcome).toMatchObject({ outcome: 'cannot' });
    }
  });

  it('are read beside the order whose approval was taken back', async () => {
    const reversed = { id: 'WH-1', event_type: 'CHECKOUT.PAYMENT-APPROVAL.REVERSED', resource: { order_id: 'ORD1' } };
    const asked = question('ORD1', { as: 'order', cause: pushed(reversed) });
    const both = await ask(
      {
        [line]: answer(200, reversed),
        'GET /v2/checkout/orders/ORD1': answer(200, { id: 'ORD1', status: 'APPROVED' }),
      },
      asked,
    );
    expect(both.outcome).toMatchObject({ statements: [{ declared: { as: 'order' } }, { declared: { as: 'event' } }] });
    const one = await ask({ [line]: answer(200, reversed) }, asked);
    expect(one.outcome).toMatchObject({ statements: [{ declared: { as: 'event' } }] });
  });

  it('another event than was asked for is not believed', async () => {
    const asked = question('CAP1~chargeback-1', { as: 'event', cause: pushed(event) });
    const { outcome } = await ask({ [line]: answer(200, { ...event, id: 'WH-2' }) }, asked);
    expect(outcome).toMatchObject({ outcome: 'malformed' });
  });
});

describe('answers', () => {
  const line = 'GET /v2/payments/captures/CAP1';
  const asked = question('CAP1', { as: 'capture' });

  it.each([
    ['of another id', answer(200, { ...capture, id: 'CAP2' }), 'malformed'],
    ['of another merchant', answer(200, { ...capture, payee: { merchant_id: 'EVIL1' } }), 'foreign'],
    ['that are a list', answer(200, [capture]), 'malformed'],
    ['that are no JSON', answer(200, '<html>'), 'malformed'],
    ['nested too deep', answer(200, `${'['.repeat(100)}${']'.repeat(100)}`), 'malformed'],
    ['404', answer(404, {}), 'not_found'],
    ['403', answer(403, {}), 'not_allowed'],
    ['400', answer(400, {}), 'malformed'],
    ['429', answer(429, {}, { 'retry-after': '7' }), 'rate_limited'],
    ['500', answer(500, ''), 'down'],
    ['302', answer(302, ''), 'malformed'],
    ['that never come', trouble('timeout'), 'down'],
    ['that lead elsewhere', trouble('redirected'), 'malformed'],
    ['that are too large', trouble('answer_too_large'), 'malformed'],
  ])('%s: %s', async (_, given, expected) => {
    const { outcome } = await ask({ [line]: given }, asked);
    expect(outcome.outcome).toBe(expected);
    expect(JSON.stringify(outcome)).not.toMatch(/secret-of-a-test|token-1/);
  });

  it('a pause that is asked for is kept', async () => {
    const { outcome } = await ask({ [line]: answer(429, {}, { 'retry-after': '7' }) }, asked);
    expect(outcome).toMatchObject({ retryAfterMs: 7_000 });
    const dated = await ask({ [line]: answer(429, {}, { 'retry-after': 'Tue, 14 Jul 2026 10:00:30 GMT' }) }, asked);
    expect(dated.outcome).toMatchObject({ retryAfterMs: 30_000 });
  });

  it('a merchant is checked only where the settings name one', async () => {
    const theirs = answer(200, { ...capture, payee: { merchant_id: 'EVIL1' } });
    expect((await ask({ [line]: theirs }, asked, { merchantId: undefined })).outcome.outcome).toBe('answered');
    const platform = answer(200, {
      id: 'ORD1',
      purchase_units: [{ payee: { merchant_id: 'X' } }, { payee: { merchant_id: 'ACME1' } }],
    });
    const order = await ask({ 'GET /v2/checkout/orders/ORD1': platform }, question('ORD1', { as: 'order' }));
    expect(order.outcome.outcome).toBe('answered');
  });
});

describe('access tokens', () => {
  const line = 'GET /v2/payments/captures/CAP1';
  const asked = question('CAP1', { as: 'capture' });

  it('are asked for with Basic authentication, and sent as Bearer', async () => {
    const { requests } = await ask({ [line]: answer(200, capture) }, asked);
    const basic = Buffer.from('app-of-a-test:secret-of-a-test').toString('base64');
    expect(requests[0]).toMatchObject({
      host: 'api-m.sandbox.paypal.com',
      headers: { authorization: `Basic ${basic}` },
      body: 'grant_type=client_credentials',
    });
    expect(requests[1]).toMatchObject({ headers: { authorization: 'Bearer token-1' } });
  });

  it('are renewed once', async () => {
    const renewed = answer(200, { access_token: 'token-2', expires_in: 10 });
    const once = await ask({ [line]: [answer(401, {}), answer(200, capture)], [TOKEN_LINE]: [TOKEN, renewed] }, asked);
    expect(once.outcome.outcome).toBe('answered');
    expect(once.requests.at(-1)).toMatchObject({ headers: { authorization: 'Bearer token-2' } });
    const never = await ask({ [line]: answer(401, {}), [TOKEN_LINE]: [TOKEN, renewed] }, asked);
    expect(never.outcome.outcome).toBe('not_allowed');
    expect(never.asked()).toEqual([TOKEN_LINE, line, TOKEN_LINE, line]);
  });

  it.each([
    [answer(401, {}), 'not_allowed'],
    [answer(200, {}), 'malformed'],
    [answer(200, { access_token: 'a\r\nb' }), 'malformed'],
    [answer(503, {}), 'down'],
    [trouble('timeout'), 'down'],
  ])('that are not given: %#', async (given, expected) => {
    expect((await ask({ [TOKEN_LINE]: given }, asked)).outcome.outcome).toBe(expected);
  });

  it('are of the live host, of the sandbox, or of the stand-in', async () => {
    for (const [settings, host] of [
      [{ environment: 'live' }, 'api-m.paypal.com'],
      [{ environment: 'sandbox' }, 'api-m.sandbox.paypal.com'],
      [{ environment: 'live', apiHost: '127.0.0.1:8443' }, '127.0.0.1:8443'],
    ] as const) {
      const { requests } = await ask({ [line]: answer(200, capture) }, asked, settings);
      expect(requests.map((request) => request.host)).toEqual([host, host]);
    }
  });

  it('need credentials', async () => {
    const { outcome, asked: lines } = await ask({}, asked, { clientId: undefined });
    expect(outcome.outcome).toBe('cannot');
    expect(lines()).toEqual([]);
    const missing = (settings: object, secretNames: readonly string[]) =>
      paypalAsking.missing({ settings: { ...settings }, secretNames });
    expect(missing({}, [])).toEqual(['/settings/clientId', '/secrets/clientSecret']);
    expect(missing(CONNECTOR.settings, ['clientSecret'])).toEqual([]);
  });
});

it('the limit is our own, or the connector’s', () => {
  expect(paypalAsking.limitsOf({})).toEqual({ perMinute: 300 });
  expect(paypalAsking.limitsOf({ requestsPerMinute: 30 })).toEqual({ perMinute: 30 });
});
