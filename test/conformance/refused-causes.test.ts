import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { ARRIVAL, refusedHouse } from './refused-house.ts';

type Change = (callback: RawCallback) => RawCallback;

const FINISHED = '02-debit-finished';
const QUERY = '45-query-string';
const header =
  (name: string, value: string): Change =>
  (callback) => ({ ...callback, headers: { ...callback.headers, [name]: value } });
const body =
  (change: (text: string) => string): Change =>
  (callback) => ({ ...callback, body: Buffer.from(change(Buffer.from(callback.body).toString())) });
const query =
  (change: (text: string) => string): Change =>
  (callback) => ({ ...callback, rawQuery: change(callback.rawQuery) });
const without =
  (name: string): Change =>
  ({ headers: { [name]: _, ...headers }, ...callback }) => ({ ...callback, headers });

/** One thing changed on the way of a sample that is genuine as it stands: cause, sample, change, settings. */
const CHANGED: readonly (readonly [string, string, string, Change, Readonly<Record<string, unknown>>?])[] = [
  [
    'content_type_rewritten',
    'another charset',
    '47-content-type-without-charset',
    header('content-type', 'text/plain'),
  ],
  ['query_changed', 'reordered', QUERY, query((text) => text.split('&').reverse().join('&'))],
  ['query_changed', 're-encoded', QUERY, query((text) => text.replaceAll('%20', '+'))],
  ['query_changed', 'put there', FINISHED, query(() => 'utm=1')],
  ['body_changed', 'CRLF', FINISHED, body((text) => `${text}\r\n`)],
  ['body_changed', 'BOM', FINISHED, body((text) => `\ufeff${text}`)],
  ['body_changed', 'indented', FINISHED, body((text) => JSON.stringify(JSON.parse(text), null, 2))],
  ['body_changed', 'escapes', FINISHED, body((text) => text.replaceAll('š', '\\u0161'))],
  [
    'body_changed',
    'twice UTF-8',
    FINISHED,
    (one) => ({ ...one, body: Buffer.from(Buffer.from(one.body).toString('latin1')) }),
  ],
  [
    'date_rewritten',
    'GMT for UTC',
    '44-md5-body-hash',
    (one) => header('date', (one.headers['date'] ?? '').replace('UTC', 'GMT'))(one),
  ],
  ['date_rewritten', 'stamped anew', FINISHED, header('date', 'Thu, 15 Jan 2026 09:30:07 GMT')],
  ['date_rewritten', 'stale', FINISHED, header('date', 'Mon, 15 Dec 2025 09:30:00 GMT')],
  ['basic_beside', 'in place of the signature', '05-preauthorize-xml', header('authorization', 'Basic dXNlcjpwYXNz')],
  ['signature_missing', 'dropped', FINISHED, without('x-signature')],
  ['signature_malformed', 'cut', FINISHED, header('x-signature', 'AAAA')],
  ['date_missing', 'dropped', FINISHED, without('date')],
  ['wrong_method', 'a scanner', FINISHED, (one) => ({ ...one, method: 'GET' })],
  ['wrong_url', 'a token', FINISHED, (one) => ({ ...one, path: `${one.path}/abcdefgh` })],
  ['md5_refused', 'switched off', '44-md5-body-hash', (one) => one, { acceptMd5: false }],
  [
    'canonical_content_type_off',
    'switched off',
    '46-content-type-rewritten',
    (one) => one,
    { acceptCanonicalContentType: false },
  ],
  ['x_date_off', 'switched off', '48-x-date', (one) => one, { acceptXDate: false }],
];

describe('the cause of a refusal', () => {
  it.each(CHANGED.map(([cause, what, ...rest]) => ({ cause, what, rest })))(
    '$cause: $what',
    async ({ cause, rest }) => {
      const [name, change, settings] = rest;
      const untouched = await refusedHouse(name);
      expect(await untouched.post(untouched.callback)).toBe(200);
      const house = await refusedHouse(name, settings);
      expect(await house.post(change(house.callback))).toBeGreaterThanOrEqual(400);
      const { verifiesNow, causes } = await house.explain();
      expect(causes.map(({ code }) => code)).toEqual([cause]);
      expect(verifiesNow).toBe(false);
      expect(causes[0]).toMatchObject({
        certain: true,
        what: expect.stringMatching(/\w/),
        cure: expect.stringMatching(/\.$/),
      });
      const [taken] = (await house.accept()) ?? [];
      expect(taken?.outcome).toBe('refused');
      expect(await house.stores.inbox.list({ limit: 5 })).toMatchObject({ items: [] });
    },
  );

  it.each([
    ['a stage put before it', '/prod/callbacks/acme-cc-1'],
    ['two segments', '/api/v1/callbacks/acme-cc-1'],
    ['a slash', '/callbacks/acme-cc-1/'],
    ['stripped to the id', '/acme-cc-1'],
  ])('path_prefix: %s; with publicPath as it says the sample is taken in', async (_what, signed) => {
    const { signedCallback } = await import('../builders/ixopay-signer.ts');
    const house = await refusedHouse(FINISHED);
    const date = house.callback.headers['date'] ?? '';
    const callback = signedCallback(signed, house.callback.body, date, house.sharedSecret);
    expect(await house.post({ ...callback, path: '/callbacks/acme-cc-1' })).toBe(401);
    const { causes } = await house.explain();
    const [change] = causes[0]?.changes ?? [];
    expect(causes[0]?.code).toBe('path_prefix');
    expect(change).toEqual({ pointer: '/settings/publicPath', value: signed });
    const before = await house.stores.registry.connector(house.id);
    await house.put(house.id, { settings: { ...before?.settings, publicPath: change?.value } });
    expect((await house.explain()).verifiesNow).toBe(true);
    expect(await house.accept()).toMatchObject([{ outcome: 'stored' }]);
  });

  it('path_prefix: a publicPath that is wrong', async () => {
    const house = await refusedHouse(FINISHED, { publicPath: '/elsewhere', acceptReceivedPath: false });
    expect(await house.post(house.callback)).toBe(401);
    expect((await house.explain()).causes).toMatchObject([{ code: 'received_path_off' }]);
  });

  it('wrong_secret: neither a present nor a former one, nor that of a neighbour', async () => {
    const house = await refusedHouse(FINISHED);
    const other = await house.sealed(house.id, 'another-secret-of-full-length');
    await house.put(house.id, { secrets: [other] });
    await house.put('neighbour', { secrets: [await house.sealed('neighbour', 'a-third-secret-of-full-length')] });
    expect(await house.post(house.callback)).toBe(401);
    expect((await house.explain()).causes).toMatchObject([{ code: 'wrong_secret', certain: false }]);
  });

  it('stale_date: where nothing verifies and the date lies far from the arrival', async () => {
    const house = await refusedHouse(FINISHED);
    house.state.nowMs += 30 * 86_400_000;
    const headers = { ...house.callback.headers, 'x-signature': `${'A'.repeat(86)}==` };
    await house.post({ ...house.callback, headers });
    expect((await house.explain()).causes.map(({ code }) => code)).toEqual(['stale_date', 'wrong_secret']);
    expect((await house.newest()).clockDifferenceMs).toBe(-30 * 86_400_000 - 1_000);
  });

  it('old_secret: one that a rotation has put out of force', async () => {
    const house = await refusedHouse(FINISHED);
    const validUntil = '2026-01-10T00:00:00.000Z';
    const old = await house.sealed(house.id, house.sharedSecret, { keyId: 'k-old', role: 'previous', validUntil });
    // Of a revoked one nothing is left to try.
    const revoked = { keyId: 'k-gone', sealed: '', createdAt: validUntil, revokedAt: validUntil };
    const present = await house.sealed(house.id, 'the-new-secret-of-full-length');
    await house.put(house.id, { secrets: [present, revoked, old] });
    expect(await house.post(house.callback)).toBe(401);
    expect((await house.explain()).causes).toMatchObject([{ code: 'old_secret', keyId: 'k-old' }]);
  });

  it("other_connector_secret: that of another of the merchant's connectors, by its id", async () => {
    const house = await refusedHouse(FINISHED);
    await house.put(house.id, { secrets: [await house.sealed(house.id, 'another-secret-of-full-length')] });
    await house.put('neighbour');
    await house.put('stranger', { merchantId: 'beta' });
    expect(await house.post(house.callback)).toBe(401);
    expect((await house.explain()).causes).toMatchObject([
      { code: 'other_connector_secret', connectorId: 'neighbour' },
    ]);
  });

  it('incomplete: 503 and told so; after the secret is set the sample verifies', async () => {
    const house = await refusedHouse(FINISHED);
    const row = await house.stores.registry.connector(house.id);
    await house.put(house.id, { secrets: [], secretNames: [], missing: ['/secrets/sharedSecret'] });
    expect(await house.post(house.callback)).toBe(503);
    expect((await house.explain()).causes).toMatchObject([{ code: 'incomplete' }]);
    await house.put(house.id, { secrets: row?.secrets ?? [], missing: [] });
    expect(await house.explain()).toMatchObject({ verifiesNow: true, causes: [{ code: 'now_verifies' }] });
  });

  it('not_kept: a body over 300 KB', async () => {
    const house = await refusedHouse(FINISHED);
    expect(await house.post({ ...house.callback, body: Buffer.alloc(400_000, 'x') })).toBe(401);
    expect((await house.explain()).causes).toMatchObject([{ code: 'not_kept' }]);
    expect(await house.accept()).toMatchObject([{ outcome: 'not_kept' }]);
    expect(await house.post({ ...house.callback, body: Buffer.alloc(1_100_000, 'x') })).toBe(413);
    expect((await house.explain()).causes).toMatchObject([{ code: 'too_large' }]);
  });
});

describe('taking in again', () => {
  it('is as if received then: time of then, verdict of now, the same key; a second time stores nothing', async () => {
    const house = await refusedHouse(FINISHED);
    const row = await house.stores.registry.connector(house.id);
    const wrong = await house.sealed(house.id, 'another-secret-of-full-length');
    await house.put(house.id, { secrets: [wrong] });
    await house.post(house.callback);
    house.state.nowMs += 86_400_000;
    expect(await house.accept()).toMatchObject([{ outcome: 'refused', code: 'signature_mismatch' }]);
    await house.put(house.id, { secrets: (row?.secrets ?? []).map((secret) => ({ ...secret, keyId: 'k-now' })) });
    const [taken] = (await house.accept()) ?? [];
    expect(taken?.outcome).toBe('stored');
    const stored = await house.stores.inbox.get(taken?.outcome === 'stored' ? taken.callbackId : '');
    expect(stored).toMatchObject({
      receivedAt: ARRIVAL.toISOString(),
      verdict: { keyId: 'k-now' },
      connectorVersion: 3,
    });
    expect(Buffer.from(stored?.body ?? '')).toEqual(Buffer.from(house.callback.body));
    expect(await house.accept()).toMatchObject([{ outcome: 'duplicate' }]);
    // The gateway's own repeat meets the same row.
    expect(await house.post(house.callback)).toBe(200);
    expect((await house.stores.inbox.list({ limit: 5 })).items).toHaveLength(1);
  });

  it('a number that is not kept is nothing', async () => {
    const house = await refusedHouse(FINISHED);
    expect(await house.accept(7)).toBeUndefined();
    expect(await house.accept()).toEqual([]);
  });

  it('a flipped signature or body is never accepted, and explained without one', async () => {
    const house = await refusedHouse(FINISHED);
    const signature = house.callback.headers['x-signature'] ?? '';
    for (let at = 0; at < 86; at += 7) {
      const flipped = signature.slice(0, at) + (signature[at] === 'A' ? 'B' : 'A') + signature.slice(at + 1);
      await house.post(header('x-signature', flipped)(house.callback));
      const { verifiesNow, causes } = await house.explain();
      expect([verifiesNow, causes.map(({ certain }) => certain)]).toEqual([false, [false]]);
      expect(JSON.stringify(causes)).not.toContain(signature.slice(0, 20));
    }
    await house.post(body((text) => text.replace('24.50', '24.51'))(house.callback));
    expect((await house.explain()).causes).toMatchObject([{ code: 'wrong_secret' }]);
    expect((await house.accept())?.map(({ outcome }) => outcome)).not.toContain('stored');
    expect((await house.stores.inbox.list({ limit: 5 })).items).toEqual([]);
  });

  it('arbitrary requests never throw and are never accepted', async () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('%zz', 'a=b&c', '+', '\n'));
    const request = fc.record({
      method: fc.constantFrom('POST', 'GET', ''),
      path: fc.oneof(
        fc.constant('/callbacks/acme-cc-1'),
        text.map((rest) => `/callbacks/acme-cc-1/${rest}`),
      ),
      rawQuery: text,
      headers: fc.record(
        {
          'content-type': text,
          date: fc.oneof(text, fc.constant('Thu, 15 Jan 2026 09:30:00 UTC')),
          'x-signature': fc.oneof(text, fc.constant(`${'A'.repeat(86)}==`)),
          authorization: text,
        },
        { requiredKeys: [] },
      ),
      body: fc.oneof(
        fc.uint8Array(),
        fc.json().map((json) => Buffer.from(json)),
      ),
    });
    const house = await refusedHouse(FINISHED);
    await fc.assert(
      fc.asyncProperty(request, async (one) => {
        expect(await house.post(one)).toBeGreaterThanOrEqual(400);
        const { items } = await house.stores.refused.list(house.id);
        const [item] = items;
        if (item === undefined) return;
        const { verifiesNow, causes } = await house.explain(item.n);
        expect(verifiesNow).toBe(false);
        expect(causes.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
    expect((await house.accept())?.map(({ outcome }) => outcome)).not.toContain('stored');
  });
});

describe('what a sample shows', () => {
  it('names what the signature was held against, with key ids and digests, never the signature', async () => {
    const house = await refusedHouse(FINISHED);
    const flipped = header('x-signature', `${'A'.repeat(86)}==`)(house.callback);
    const withBasic = header('authorization', 'Basic dXNlcjpwYXNz')(flipped);
    await house.post(withBasic);
    const item = await house.newest();
    expect(item.tried?.[0]).toEqual({
      reading: 'sha512, Content-Type received, Date, path registered',
      textSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      keyIds: ['key-acme-cc-1'],
    });
    expect(item).toMatchObject({ clockDifferenceMs: -1_000, kept: { bytes: 616, whole: true } });
    expect(item.headers['authorization']).toBe('Basic …');
    const shown = JSON.stringify(item);
    for (const secret of ['AAAA', 'dXNlcjpwYXNz', house.sharedSecret, 'Mira']) expect(shown).not.toContain(secret);
  });
});
