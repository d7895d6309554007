import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { gateway as paylock } from '#shared/gateways/paylock/index.ts';
import { readSample } from '#shared/gateways/sample.ts';
import { type AdminFixture, createAdminFixture } from './admin-fixture.ts';

const sampleOf = (name: string) => readSample(fileURLToPath(new URL(`../../events/${name}`, import.meta.url)));
const { callback, sample } = sampleOf('paylock/02-json-debit-finished');
const { id, settings, secrets } = sample.connector;
const at = sample.at;

let fixture: AdminFixture;

const put = (json: object = {}, connectorId = id) =>
  fixture.call('PUT', `/connectors/${connectorId}`, {
    json: {
      merchantId: 'acme',
      gateway: 'paylock',
      name: 'Desk',
      testMode: true,
      active: true,
      settings,
      secrets,
      ...json,
    },
  });

const pasted = ({ method, path, rawQuery, headers, body }: RawCallback, over: object = {}) => ({
  ...{ method, path: rawQuery === '' ? path : `${path}?${rawQuery}`, headers },
  ...{ bodyBase64: Buffer.from(body).toString('base64'), ...over },
});

async function test(request: object, when: string | undefined = at, connectorId = id) {
  const json = { request, ...(when === undefined ? {} : { at: when }) };
  return fixture.call('POST', `/connectors/${connectorId}/test-callback`, { json });
}

beforeEach(async () => {
  fixture = createAdminFixture({ gateways: { ixopay, paylock } });
  await fixture.call('PUT', '/merchants/acme', { json: { name: 'Acme' } });
});

describe('POST /connectors/{connectorId}/test-callback', () => {
  it('says how it is proved and what it says', async () => {
    expect((await put()).status).toBe(201);
    const { status, json } = await test(pasted(callback));
    expect(status).toBe(200);
    expect(json).toMatchObject({
      ...{ outcome: 'accepted', status: 200, connectorId: id, verdict: { algorithm: 'hmac-sha256' } },
      notifications: [
        { about: 'transaction', status: 'FINISHED', kind: 'debit', amount: { amount: { minor: 4_000 } } },
      ],
      // The sale names no original.
      problems: [{ field: '/settings/originalPath', value: 'payment.originalId' }],
    });
  });

  it('stores nothing, neither of what is taken in nor of what is refused, and is audited', async () => {
    await put();
    await test(pasted(callback));
    await test(pasted(callback, { bodyBase64: 'e30=' }));
    expect((await fixture.call('GET', '/callbacks')).json).toMatchObject({ items: [] });
    expect((await fixture.call('GET', `/connectors/${id}/refused`)).json).toMatchObject({ items: [], counts: {} });
    const { items } = (await fixture.call('GET', '/audit')).json as { items: { what: string }[] };
    expect(items.slice(0, 2).map(({ what }) => what)).toEqual(['connector.test-callback', 'connector.test-callback']);
    const said = fixture.answers.map(({ text }) => text).join();
    for (const key of secrets['keys'] as string[]) expect(said).not.toContain(key);
  });

  it('takes headers in any case, several of one name, and the body as text', async () => {
    await put();
    const headers = {
      'X-Paylock-Timestamp': callback.headers['x-paylock-timestamp'],
      'x-PAYLOCK-signature': [`sha256=${'00'.repeat(32)}`, callback.headers['x-paylock-signature']],
    };
    const { json } = await test({ headers, body: Buffer.from(callback.body).toString() });
    expect(json).toMatchObject({ outcome: 'accepted' });
  });

  it('names each path that finds nothing, and each word that is not known', async () => {
    await put({
      settings: {
        ...settings,
        ...{ amountPath: 'payment.total', referencePath: 'payment', idempotencyPath: 'event.id' },
        statusMap: { paid: 'FINISHED' },
      },
    });
    const { json } = await test(pasted(callback));
    expect(json).toMatchObject({
      outcome: 'accepted',
      notifications: [{ about: 'notice', status: 'UNRECOGNIZED', reason: 'unknown_status' }],
      problems: [
        { field: '/settings/idempotencyPath', value: 'event.id', message: 'finds nothing in this callback' },
        { field: '/settings/amountPath', message: 'finds nothing in this callback' },
        { field: '/settings/referencePath', message: 'finds members, and no text, in this callback' },
        { field: '/settings/originalPath' },
        { field: '/notifications/0', message: expect.stringContaining('"Paid" at payment.state') },
      ],
    });
  });

  it('finds the way of signing that was meant', async () => {
    const { prefix: _, timestampHeader: __, timestampUnit: ___, ...rest } = settings;
    await put({ settings: { ...rest, prefix: 'sha256=', template: '{body}' } });
    const { json } = await test(pasted(callback));
    expect(json).toMatchObject({
      outcome: 'refused',
      status: 401,
      refusal: { code: 'signature_mismatch', tried: [{}] },
    });
    await put({ settings: { ...settings, algorithm: 'sha512' } });
    expect((await test(pasted(callback))).json).toMatchObject({
      causes: [
        { code: 'scheme_refused', certain: true, changes: [{ pointer: '/settings/algorithm', value: 'sha256' }] },
      ],
    });
    await put({ settings: { ...settings, template: '{timestamp}{body}' } });
    expect((await test(pasted(callback))).json).toMatchObject({
      causes: [{ changes: [{ pointer: '/settings/template', value: '{timestamp}.{body}' }] }],
    });
  });

  it('finds the encoding that was meant', async () => {
    const xml = sampleOf('paylock/10-xml-preauthorize');
    const { id: xmlId, settings: written, secrets: keys } = xml.sample.connector;
    await put({ settings: { ...written, encoding: 'hex' }, secrets: keys }, xmlId);
    expect((await test(pasted(xml.callback), xml.sample.at, xmlId)).json).toMatchObject({
      refusal: { code: 'signature_malformed' },
      causes: [{ code: 'scheme_refused', changes: [{ pointer: '/settings/encoding', value: 'base64' }] }],
    });
    await put();
    const { headers } = callback;
    const other = { ...headers, 'x-paylock-signature': 'sha256=no signature at all' };
    expect((await test(pasted({ ...callback, headers: other }))).json).toMatchObject({
      refusal: { code: 'signature_malformed' },
      causes: [{ code: 'signature_malformed' }],
    });
  });

  it('finds what copying has changed', async () => {
    await put();
    const body = Buffer.from(callback.body).toString().replaceAll('\n', '\r\n');
    expect((await test(pasted(callback, { bodyBase64: undefined, body }))).json).toMatchObject({
      causes: [{ code: 'body_changed', what: expect.stringContaining('LF to CRLF') }],
    });
  });

  it('judges the signed time by `at`', async () => {
    await put();
    expect((await test(pasted(callback), '2026-05-04T12:00:31+02:00')).json).toMatchObject({ outcome: 'accepted' });
    expect((await test(pasted(callback), '2026-05-04T10:06:00Z')).json).toMatchObject({
      ...{ outcome: 'refused', refusal: { code: 'time_out_of_range', clockDifferenceMs: expect.any(Number) } },
    });
  });

  it('flags what the imported configuration does not expect: limits and convenience fees', async () => {
    const guid = '6f9619ff8b86d011b42d00cf4fc964ff';
    const document = {
      ...{ displayName: 'Desk', testMode: 1, maxPaymentAmount: 30 },
      convenienceFees: [{ paymentType: 'CreditCard', minRange: 0, maxRange: 100, feeAmount: 2.5 }],
    };
    const target = `/connectors/${guid}?shape=paylock&merchantId=acme`;
    expect((await fixture.call('PUT', target, { json: document })).status).toBe(201);
    expect((await put({}, guid)).status).toBe(200);
    const request = pasted(callback, { path: `/callbacks/${guid}` });
    expect((await test(request, at, guid)).json).toMatchObject({
      notifications: [{ fields: { paymentMethod: 'CreditCard' } }],
      problems: [
        { field: '/settings/originalPath' },
        { field: '/notifications/0', value: '40.00 USD', message: 'is flagged amount_above_maximum (amount)' },
        { field: '/notifications/0', value: '3.50 USD', message: 'is flagged convenience_fee_mismatch (surcharge)' },
      ],
    });
    const fitting = {
      ...document,
      maxPaymentAmount: 0,
      convenienceFees: [{ ...document.convenienceFees[0], feeAmount: 3.5 }],
    };
    expect((await fixture.call('PUT', target, { json: fitting })).status).toBe(200);
    await put({}, guid);
    expect((await test(request, at, guid)).json).toMatchObject({ problems: [{ field: '/settings/originalPath' }] });
  });

  it('needs the token of a URL that has one, and refuses the path of another connector', async () => {
    const hint = sampleOf('paylock/20-fetch-hint-open');
    const { id: fetchId, settings: fetching } = hint.sample.connector;
    const made = await put({ settings: fetching, secrets: { apiPassword: 'p' } }, fetchId);
    const { callbackUrl } = made.json as { callbackUrl: string };
    const path = new URL(callbackUrl).pathname;
    expect((await test(pasted(hint.callback, { path }), undefined, fetchId)).json).toMatchObject({
      ...{ outcome: 'accepted', notifications: [{ hint: true, ask: {} }] },
    });
    expect(
      (await test(pasted(hint.callback, { path: `/callbacks/${fetchId}` }), undefined, fetchId)).json,
    ).toMatchObject({
      ...{ outcome: 'refused', status: 404, refusal: { code: 'unknown_connector' } },
    });
    expect((await test(pasted(hint.callback, { path: '/callbacks/other' }), undefined, fetchId)).json).toMatchObject({
      ...{ outcome: 'refused', status: 404, refusal: { detail: expect.stringContaining(fetchId) } },
    });
  });

  it('serves every gateway', async () => {
    const { callback: genuine, sample: said } = sampleOf('ixopay/02-debit-finished');
    const { id: ownId, apiKey, sharedSecret } = said.connector;
    await put({ gateway: 'ixopay', name: 'Cards', settings: { apiKey }, secrets: { sharedSecret } }, ownId);
    expect((await test(pasted(genuine), undefined, ownId)).json).toMatchObject({
      ...{ outcome: 'accepted', status: 200, notifications: [{ status: 'FINISHED' }], problems: [] },
    });
    const flipped = pasted(genuine, { method: 'GET' });
    expect((await test(flipped, undefined, ownId)).json).toMatchObject({
      status: 405,
      causes: [{ code: 'wrong_method' }],
    });
  });

  it('is 404 for no connector, and names what is wrong with the paste', async () => {
    expect((await test(pasted(callback))).status).toBe(404);
    await put();
    expect((await test({ headers: {}, body: 'a', bodyBase64: 'YQ==' })).status).toBe(422);
    expect((await test({ headers: {}, bodyBase64: 'not base64!' })).status).toBe(422);
    expect((await test({ headers: { a: 1 } })).status).toBe(422);
  });
});
