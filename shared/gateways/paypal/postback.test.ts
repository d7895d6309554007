import { describe, expect, it } from 'vitest';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import type { OutboundResult } from '../outbound.ts';
import { answer, standIn, trouble } from './api.testing.ts';
import { connector, delivered, NOW, WEBHOOK_ID } from './connector.testing.ts';
import { front } from './front.ts';

const LINE = 'POST /v1/notifications/verify-webhook-signature';
/** 1.0 and the blanks are what a parser would lose. */
const BODY = '{ "id": "WH-1", "event_type":"PAYMENT.CAPTURE.COMPLETED", "n": 1.0, "é": "日本" }';

let clients = 0;
/** Each test is a client of its own: tokens are kept beyond one. */
const fresh = (
  settings: Readonly<Record<string, unknown>> = {},
  secrets?: readonly Readonly<Record<string, string>>[],
) => connector({ clientId: `client-${++clients}`, ...settings }, secrets);

async function askPaypal(
  routes: Readonly<Record<string, OutboundResult | readonly OutboundResult[]>>,
  callback: RawCallback = delivered(BODY),
  credentials: ConnectorCredentials = fresh(),
  now = NOW,
) {
  const api = standIn(routes);
  const verdict = await front.verifyRemotely({ http: api.http, now: () => now }, callback, credentials);
  return { verdict, ...api };
}

const success = answer(200, { verification_status: 'SUCCESS' });
const failure = answer(200, { verification_status: 'FAILURE' });

describe('asking PayPal whether a delivery is its own', () => {
  it('sends the headers, and the body as it came', async () => {
    const callback = delivered(BODY);
    const { verdict, requests } = await askPaypal({ [LINE]: success }, callback);
    expect(verdict).toMatchObject({
      ok: true,
      algorithm: 'postback',
      keyId: 'settings.webhookId',
      declared: { money: 'fetch' },
    });
    const sent = requests.at(-1)?.body ?? '';
    expect(sent.endsWith(`,"webhook_event":${BODY}}`)).toBe(true);
    expect(JSON.parse(sent)).toMatchObject({
      auth_algo: 'SHA256withRSA',
      cert_url: callback.headers['paypal-cert-url'],
      transmission_id: callback.headers['paypal-transmission-id'],
      transmission_sig: callback.headers['paypal-transmission-sig'],
      transmission_time: callback.headers['paypal-transmission-time'],
      webhook_id: WEBHOOK_ID,
    });
  });

  it('asks about 30 deliveries a minute and client, and has the others come again', async () => {
    const [credentials, forger] = [fresh(), fresh()];
    const asked = async (count: number, now: Date, client = credentials) => {
      const all = [];
      for (let i = 0; i < count; i++) all.push(await askPaypal({ [LINE]: failure }, delivered(BODY), client, now));
      return all;
    };
    for (const { verdict } of await asked(30, NOW)) expect(verdict).toMatchObject({ code: 'signature_mismatch' });
    const [one] = await asked(1, new Date(NOW.getTime() + 59_999));
    expect(one?.verdict).toMatchObject({ ok: false, code: 'certificate_unavailable', retry: true });
    expect(one?.requests).toEqual([]);
    const [other] = await asked(1, NOW, forger);
    expect(other?.verdict).toMatchObject({ code: 'signature_mismatch' });
    const [later] = await asked(1, new Date(NOW.getTime() + 60_000));
    expect(later?.verdict).toMatchObject({ code: 'signature_mismatch' });
  });

  it('has the same inbox key as an ordinary proof', async () => {
    const { verdict } = await askPaypal({ [LINE]: success });
    if (verdict?.ok !== true) throw new Error('genuine');
    const own = front.inboxKey('pushed', new Uint8Array(), { transmissionId: '071f7d20-1584-11e7-abf0-6b62a8a99ac4' });
    expect(front.inboxKey('pushed', delivered(BODY).body, verdict.declared)).toBe(own);
  });

  it('a FAILURE is a refusal for good', async () => {
    const { verdict } = await askPaypal({ [LINE]: failure });
    expect(verdict).toMatchObject({ ok: false, code: 'signature_mismatch' });
    expect(verdict).not.toHaveProperty('retry');
  });

  it('asks for each webhook in turn', async () => {
    const both = fresh({}, [{ clientSecret: 's', webhookId: 'NEW1' }]);
    const { verdict, requests } = await askPaypal({ [LINE]: [failure, success] }, delivered(BODY), both);
    expect(verdict).toMatchObject({ ok: true, keyId: 'settings.webhookId' });
    expect(requests.map(({ body }) => /"webhook_id":"(\w+)"/.exec(body ?? '')?.[1])).toEqual([
      undefined,
      'NEW1',
      WEBHOOK_ID,
    ]);
  });

  it.each([
    ['an error', answer(503, {})],
    ['too many questions', answer(429, {})],
    ['a refusal', answer(403, {})],
    ['neither of the two words', answer(200, { verification_status: 'MAYBE' })],
    ['no JSON', answer(200, 'OK')],
    ['no answer', trouble('timeout')],
  ])('%s: PayPal is asked to send again', async (_, given) => {
    const { verdict } = await askPaypal({ [LINE]: given });
    expect(verdict).toMatchObject({ ok: false, code: 'certificate_unavailable', retry: true });
    expect(JSON.stringify(verdict)).not.toMatch(/secret-of-a-test|token-1/);
  });

  it.each([
    ['members of the request', '{"id":"WH-1"},"webhook_id":"EVIL"'],
    ['an end of the request', '{"id":"WH-1"}}'],
    ['a list', '[1]'],
    ['nothing', ''],
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['a byte order mark', '\ufeff{"id":"WH-1"}'],
  ])('a body that is %s is never spliced in', async (_, body) => {
    const { verdict, asked } = await askPaypal({ [LINE]: success }, delivered(body));
    expect(verdict).toMatchObject({ ok: false, code: 'signature_mismatch' });
    expect(asked()).toEqual([]);
  });

  it('an old transmission is refused though it is genuine', async () => {
    const { verdict } = await askPaypal(
      { [LINE]: success },
      delivered(BODY),
      fresh(),
      new Date('2026-07-20T00:00:00Z'),
    );
    expect(verdict).toMatchObject({ ok: false, code: 'time_out_of_range' });
  });

  it('one token does for many, until it expires or is refused', async () => {
    const credentials = fresh();
    const first = await askPaypal({ [LINE]: success }, delivered(BODY), credentials);
    expect(first.asked()).toEqual(['POST /v1/oauth2/token', LINE]);
    const second = await askPaypal({ [LINE]: success }, delivered(BODY), credentials);
    expect(second.asked()).toEqual([LINE]);
    const refused = await askPaypal({ [LINE]: [answer(401, {}), success] }, delivered(BODY), credentials);
    expect(refused.asked()).toEqual([LINE, 'POST /v1/oauth2/token', LINE]);
    expect(refused.verdict).toMatchObject({ ok: true });
    const never = await askPaypal({ [LINE]: answer(401, {}) }, delivered(BODY), credentials);
    expect(never.verdict).toMatchObject({ ok: false, retry: true });
    const later = await askPaypal(
      { [LINE]: success },
      delivered(BODY),
      credentials,
      new Date(NOW.getTime() + 33_000_000),
    );
    expect(later.asked()).toEqual(['POST /v1/oauth2/token', LINE]);
    const other = { ...credentials, secrets: [{ keyId: 'k1', values: { clientSecret: 'another' } }] };
    expect((await askPaypal({ [LINE]: success }, delivered(BODY), other)).asked()).toHaveLength(2);
  });

  it('is not asked without credentials, nor about a URL that is not PayPal’s', () => {
    const deps = { http: standIn({}).http, now: () => NOW };
    expect(front.verifyRemotely(deps, delivered(BODY), fresh({ clientId: undefined }))).toBeUndefined();
    expect(front.verifyRemotely(deps, delivered(BODY), fresh({}, [{}]))).toBeUndefined();
    const elsewhere = delivered(BODY, { headers: { 'paypal-cert-url': 'https://evil.example/x' } });
    expect(front.verifyRemotely(deps, elsewhere, fresh())).toBeUndefined();
    expect(front.verifyRemotely(deps, { ...delivered(BODY), headers: {} }, fresh())).toBeUndefined();
  });
});
