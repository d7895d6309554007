import { describe, expect, it } from 'vitest';
import { createTokenBuckets } from '#shared/http/rate-limit.ts';
import { createAdminFixture } from './admin-fixture.ts';

const connector = {
  merchantId: 'acme',
  gateway: 'ixopay',
  ...{ name: 'Cards', testMode: true, active: true },
  settings: { apiKey: 'x' },
  secrets: { sharedSecret: '12345678' },
};
const subscription = { queue: { managed: true }, types: ['*'] };

async function acme(merchant: object = {}) {
  const fixture = createAdminFixture();
  await fixture.call('PUT', '/merchants/acme', { json: merchant });
  const make = async (json: object = {}) => {
    const { json: made } = await fixture.call('POST', '/merchants/acme/tokens', { json });
    return made as { token: string; tokenId: string };
  };
  const look = async (token: string) => (await fixture.call('GET', '/merchants/acme', { token })).status;
  return { ...fixture, make, look };
}

describe('merchant tokens', () => {
  it('open the merchant’s own, and are shown once', async () => {
    const { call, make, look, stores } = await acme();
    const { token, tokenId } = await make({ name: 'shop' });
    expect(token).toMatch(/^prm\/acme\/t-/);
    expect(await look(token)).toBe(200);
    const list = await call('GET', '/merchants/acme/tokens');
    expect(list.json).toMatchObject({ items: [{ tokenId, name: 'shop', live: true, createdBy: 'operator' }] });
    expect(list.text).not.toContain(token);
    const kept = JSON.stringify(await stores.tokens.tokensOf('acme'));
    expect(kept).not.toContain(token.split('/').at(-1));
    const audit = await call('GET', '/audit');
    expect(audit.text).not.toContain(token.split('/').at(-1));
    expect(audit.json).toMatchObject({
      items: [{ what: 'merchant.token-make', resource: `/merchants/acme/tokens/${tokenId}` }, {}],
    });
  });

  it('open nothing once they are revoked or expired, and revoking twice is harmless', async () => {
    const { call, make, look, advance } = await acme();
    const revoked = await make();
    const expiring = await make({ expiresAt: '2026-01-15T10:00:00Z' });
    expect([await look(revoked.token), await look(expiring.token)]).toEqual([200, 200]);
    for (let i = 0; i < 2; i++) {
      expect((await call('DELETE', `/merchants/acme/tokens/${revoked.tokenId}`)).status).toBe(204);
    }
    expect([await look(revoked.token), await look(expiring.token)]).toEqual([401, 200]);
    advance(30 * 60_000);
    expect(await look(expiring.token)).toBe(401);
    expect((await call('GET', '/merchants/acme/tokens')).json).toMatchObject({
      items: [
        { live: false, revokedAt: '2026-01-15T09:30:00.000Z' },
        { live: false, expiresAt: '2026-01-15T10:00:00.000Z' },
      ],
    });
    expect((await call('DELETE', '/merchants/acme/tokens/t-none')).status).toBe(404);
  });

  it.each([
    ['another secret', (token: string) => `${token}x`],
    ['another token id', (token: string) => token.replace('/t-', '/t-x')],
    ['another merchant', (token: string) => token.replace('acme', 'other')],
    ['no merchant', () => 'prm///'],
    ['the digest', () => 'random'],
  ])('not with %s', async (_what, change) => {
    const { call, make, look } = await acme();
    await call('PUT', '/merchants/other', { json: {} });
    const { token } = await make();
    expect(await look(change(token))).toBe(401);
  });

  it('are refused where they mean nothing', async () => {
    const { call } = await acme();
    expect((await call('POST', '/merchants/none/tokens', { json: {} })).status).toBe(404);
    expect((await call('GET', '/merchants/none/tokens')).status).toBe(404);
    expect(await call('POST', '/merchants/acme/tokens', { json: { expiresAt: '2026-01-01' } })).toMatchObject({
      status: 422,
      json: { errors: [{ field: '/expiresAt' }] },
    });
  });

  it('of a merchant out of use open nothing, and say why', async () => {
    const { call, make } = await acme();
    const { token } = await make();
    await call('DELETE', '/merchants/acme');
    expect(await call('GET', '/merchants/acme', { token })).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  });
});

describe('quotas', () => {
  it('refuse one more with the figure, and what is out of use does not count', async () => {
    const { call } = await acme({ quotas: { connectors: 2, subscriptions: 1, tokens: 1 } });
    const put = (id: string) => call('PUT', `/connectors/${id}`, { json: connector });
    expect([(await put('a')).status, (await put('b')).status]).toEqual([201, 201]);
    expect(await put('c')).toMatchObject({
      status: 409,
      json: { code: 'quota_exceeded', errors: [{ field: 'quotas.connectors', value: 2 }] },
    });
    expect((await put('a')).status).toBe(200);
    await call('DELETE', '/connectors/a');
    expect((await put('c')).status).toBe(201);
    expect((await put('a')).status).toBe(409);
    const subscribe = (id: string) => call('PUT', `/merchants/acme/subscriptions/${id}`, { json: subscription });
    expect([(await subscribe('one')).status, (await subscribe('two')).status]).toEqual([201, 409]);
    expect((await subscribe('one')).status).toBe(200);
    const make = () => call('POST', '/merchants/acme/tokens', { json: {} });
    const { tokenId } = (await make()).json as { tokenId: string };
    expect((await make()).json).toMatchObject({
      code: 'quota_exceeded',
      detail: expect.stringContaining('quota is 1'),
    });
    await call('DELETE', `/merchants/acme/tokens/${tokenId}`);
    expect((await make()).status).toBe(201);
  });

  it('are shown as they count, changed as a whole, and recorded', async () => {
    const { call } = await acme({ quotas: { connectors: 7 } });
    const defaults = { connectors: 1_000, subscriptions: 50, tokens: 20, requestsPerSecond: 20 };
    expect((await call('GET', '/merchants/acme')).json).toMatchObject({ quotas: { ...defaults, connectors: 7 } });
    await call('PUT', '/merchants/acme', { json: { name: 'Acme' } });
    expect((await call('GET', '/merchants/acme')).json).toMatchObject({ quotas: { connectors: 7 } });
    await call('PUT', '/merchants/acme', { json: { quotas: { tokens: 3 } } });
    expect((await call('GET', '/merchants/acme')).json).toMatchObject({ quotas: { ...defaults, tokens: 3 } });
    expect((await call('GET', '/audit?limit=1')).json).toMatchObject({
      items: [
        {
          changes: [
            { field: 'quotas.connectors', before: 7 },
            { field: 'quotas.tokens', after: 3 },
          ],
        },
      ],
    });
    expect((await call('PUT', '/merchants/acme', { json: { quotas: { tokens: 1_000_000 } } })).status).toBe(422);
  });

  it('are a merchant’s rate of requests: 429 says when there is room, and nobody else waits', async () => {
    const { call, make, advance } = await acme({ quotas: { requestsPerSecond: 1 } });
    const { token } = await make();
    const look = () => call('GET', '/merchants/acme', { token });
    for (let i = 0; i < 5; i++) expect((await look()).status).toBe(200);
    expect(await look()).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      json: { code: 'rate_limited', detail: expect.stringContaining('1 requests a second') },
    });
    // What is not for merchants costs as much.
    expect((await call('GET', '/status', { token })).status).toBe(429);
    expect((await call('GET', '/merchants/acme')).status).toBe(200);
    advance(1_000);
    expect((await look()).status).toBe(200);
  });

  it('operators and read tokens have a rate too', async () => {
    const clock = { now: () => new Date('2026-01-15T09:30:00.000Z') };
    const few = { perSecond: 1, burst: 3 };
    const { call } = createAdminFixture({
      rateLimits: { limiter: createTokenBuckets(clock), operator: few, subscription: { perSecond: 1, burst: 1 } },
    });
    await call('PUT', '/merchants/acme', { json: {} });
    const made = await call('PUT', '/merchants/acme/subscriptions/main', { json: subscription });
    const { readToken } = made.json as { readToken: string };
    const read = () => call('GET', '/merchants/acme/subscriptions/main/events?subject=notice/x', { token: readToken });
    expect([(await read()).status, (await read()).status]).toEqual([404, 429]);
    expect((await call('GET', '/merchants')).status).toBe(200);
    expect((await call('GET', '/merchants')).status).toBe(429);
    expect((await call('GET', '/openapi.json', { token: null })).status).toBe(200);
  });
});

describe('POST …/test', () => {
  it('sends a marked event that a consumer takes for the first of its subject', async () => {
    const { call, sent } = await acme();
    await call('PUT', '/merchants/acme/subscriptions/main', { json: { ...subscription, paused: true } });
    const { json } = await call('POST', '/merchants/acme/subscriptions/main/test');
    const [first] = sent;
    const event = JSON.parse(first?.message.body ?? '{}') as Record<string, unknown>;
    expect(json).toEqual({ taken: true, eventId: event['id'] });
    expect(event).toMatchObject({
      ...{ specversion: '1.0', type: 'postrider.test', sequence: '0000000001', previoussequence: '0000000000' },
      data: { kind: 'notice', reason: 'test', testMode: true, merchantId: 'acme' },
    });
    expect(first?.message.attributes).toMatchObject({ type: 'postrider.test', merchantId: 'acme', mode: 'test' });
    await call('POST', '/merchants/acme/subscriptions/main/test');
    expect(sent[1]?.message.groupId).not.toBe(first?.message.groupId);
    expect((await call('POST', '/merchants/acme/subscriptions/none/test')).status).toBe(404);
  });

  it('pause and resume are recorded as such', async () => {
    const { call } = await acme();
    for (const paused of [false, true, false]) {
      await call('PUT', '/merchants/acme/subscriptions/main', { json: { ...subscription, paused } });
    }
    expect((await call('GET', '/audit?resource=/merchants/acme/subscriptions')).json).toMatchObject({
      items: [
        { what: 'subscription.resume', changes: [{ field: 'paused', before: true, after: false }] },
        { what: 'subscription.pause', changes: [{ field: 'paused', before: false, after: true }] },
        { what: 'subscription.create' },
      ],
    });
  });
});
