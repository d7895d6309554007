import { describe, expect, it } from 'vitest';
import { createAdminFixture } from './admin-fixture.ts';
import { callbackRow, PENDING, storeTransaction } from './ledger-rows.ts';

describe('callbacks', () => {
  it('are listed from the moment they are stored, with their outcome once applied', async () => {
    const { call, stores } = createAdminFixture();
    await storeTransaction(stores, { id: 'tx', steps: [PENDING] });
    await stores.inbox.put(callbackRow('acme-cc-1:new', 'acme-cc-1', 'acme', '2026-01-15T09:20:00.000Z'));
    await stores.inbox.put(callbackRow('acme-cc-1:odd', 'acme-cc-1', 'acme', '2026-01-15T09:10:00.000Z'));
    await stores.ledger.putOutcome({
      ...{ callbackId: 'acme-cc-1:odd', connectorId: 'acme-cc-1', receivedAt: '2026-01-15T09:10:00.000Z' },
      outcome: 'unrecognized',
    });
    expect((await call('GET', '/callbacks?connectorId=acme-cc-1')).json).toMatchObject({
      items: [
        { callbackId: 'acme-cc-1:new', outcome: null, verdict: { keyId: 'k-1', path: 'registered' } },
        { callbackId: 'acme-cc-1:odd', outcome: 'unrecognized' },
        { callbackId: 'acme-cc-1:tx-1', outcome: 'changed' },
      ],
    });
    expect((await call('GET', '/callbacks?outcome=unrecognized')).json).toMatchObject({
      items: [{ callbackId: 'acme-cc-1:odd' }],
      cursor: null,
    });
    expect((await call('GET', '/callbacks?outcome=failed')).json).toMatchObject({ items: [] });
    expect((await call('GET', '/callbacks?from=2026-01-15T09:15:00Z')).json).toMatchObject({
      items: [{ outcome: null }],
    });
  });

  it('show raw bytes to operators, and each look is audited', async () => {
    const { call, stores } = createAdminFixture();
    const bytes = Uint8Array.from([0xff, 0x00, 0x7b]);
    const row = callbackRow('acme-cc-1:raw', 'acme-cc-1', 'acme', '2026-01-15T09:20:00.000Z');
    await stores.inbox.put({ ...row, body: bytes });
    const list = await call('GET', '/callbacks');
    expect(list.text).not.toContain('/wB7');
    expect(list.text).not.toContain('"headers"');
    const raw = await call('GET', `/callbacks/${encodeURIComponent('acme-cc-1:raw')}`);
    expect(raw.json).toMatchObject({ bodyBase64: '/wB7', headers: { date: 'x' }, outcome: null });
    expect((await call('GET', '/audit')).json).toMatchObject({
      items: [{ who: 'operator', what: 'callback.read', resource: '/callbacks/acme-cc-1:raw' }],
    });
    expect((await call('GET', '/callbacks/none')).status).toBe(404);
  });

  it('show card data to nobody who does not ask for it as such', async () => {
    const { call, stores } = createAdminFixture();
    const row = callbackRow('acme-cc-1:pan', 'acme-cc-1', 'acme', '2026-01-15T09:20:00.000Z');
    const body = '{"pan":"4111 1111 1111 1111","cvv":"987","iban":"DE89370400440532013000"}';
    const query = 'card=4111111111111111';
    await stores.inbox.put({
      ...{ ...row, body: Buffer.from(body), rawQuery: query, path: '/callbacks/acme-cc-1/capability-token' },
      headers: { 'x-card': '4111111111111111' },
    });
    const look = async (end: string) => {
      const { json } = await call('GET', `/callbacks/${encodeURIComponent('acme-cc-1:pan')}${end}`);
      const shown = json as { bodyBase64: string };
      return { ...shown, body: Buffer.from(shown.bodyBase64, 'base64').toString() };
    };
    const masked = { rawQuery: 'card=************1111', headers: { 'x-card': '************1111' }, masked: 5 };
    for (const end of ['', '?raw=false']) {
      expect(await look(end)).toMatchObject({ ...masked, path: '/callbacks/acme-cc-1/***' });
      expect((await look(end)).body).toBe('{"pan":"**** **** **** 1111","cvv":"***","iban":"******************3000"}');
    }
    const raw = await look('?raw=true');
    expect(raw).toMatchObject({ body, rawQuery: query, headers: { 'x-card': '4111111111111111' }, masked: 0 });
    expect(raw).toHaveProperty('path', '/callbacks/acme-cc-1/***');
    expect((await call('GET', '/callbacks')).text).not.toMatch(/4111111111111111|capability-token/);
    const { items } = (await call('GET', '/audit')).json as { items: { what: string }[] };
    expect(items.map(({ what }) => what)).toEqual(['callback.read-raw', ...Array(4).fill('callback.read')]);
  });

  it('that were refused are listed for their connector, and for unknown ones', async () => {
    const { call, stores } = createAdminFixture();
    await call('PUT', '/merchants/acme', { json: {} });
    const json = {
      merchantId: 'acme',
      gateway: 'ixopay',
      settings: { apiKey: 'x' },
      secrets: { sharedSecret: '12345678' },
    };
    await call('PUT', '/connectors/acme-cc-1', { json });
    const sample = {
      at: '2026-01-15T09:20:00.000Z',
      detail: 'd',
      method: 'POST',
      path: '/callbacks/x',
      bodyBytes: 3,
      headers: {},
    };
    for (let i = 0; i < 25; i++) stores.refused.record({ ...sample, code: 'unknown_connector' });
    stores.refused.record({ ...sample, code: 'signature_mismatch', connectorId: 'acme-cc-1' });
    const unknown = await call('GET', '/refused');
    expect(unknown.json).toMatchObject({ counts: { unknown_connector: 25 } });
    expect((unknown.json as { items: unknown[] }).items).toHaveLength(20);
    expect((await call('GET', '/connectors/acme-cc-1/refused')).json).toMatchObject({
      items: [{ code: 'signature_mismatch' }],
      counts: { signature_mismatch: 1 },
    });
    expect((await call('GET', '/connectors/none/refused')).status).toBe(404);
  });
});

describe('reports', () => {
  const connector = {
    merchantId: 'acme',
    gateway: 'ixopay',
    settings: { apiKey: 'x' },
    secrets: { sharedSecret: '12345678' },
  };

  it('are stored as rows of source reported, once', async () => {
    const { call, stores } = createAdminFixture();
    await call('PUT', '/merchants/acme', { json: {} });
    await call('PUT', '/connectors/acme-cc-1', { json: { ...connector, testMode: true } });
    const json = {
      connectorId: 'acme-cc-1',
      result: { uuid: 'tx-1', returnType: 'FINISHED' },
      request: { amount: '1.00' },
    };
    const stored = await call('POST', '/transactions', { json });
    expect(stored).toMatchObject({ status: 202, json: { effect: 'stored', subject: 'transaction/tx-1' } });
    expect((await call('POST', '/transactions', { json })).json).toEqual(stored.json);
    expect(stores.inbox.stream).toMatchObject([{ source: 'reported', mode: 'test', merchantId: 'acme' }]);
    expect(stores.inbox.stream[0]).not.toHaveProperty('verdict');
  });

  it('without a transaction have no effect, and say why', async () => {
    const { call, stores } = createAdminFixture();
    await call('PUT', '/merchants/acme', { json: {} });
    await call('PUT', '/connectors/acme-cc-1', { json: connector });
    const none = await call('POST', '/transactions', {
      json: { connectorId: 'acme-cc-1', result: { errorCode: 3004 } },
    });
    expect(none).toMatchObject({ status: 200, json: { effect: 'none', why: expect.any(String) } });
    expect(stores.inbox.stream).toEqual([]);
  });

  it('without a result or a reference, or for an unknown connector are refused', async () => {
    const { call } = createAdminFixture();
    expect((await call('POST', '/transactions', { json: { connectorId: 'a' } })).json).toMatchObject({
      errors: [{ field: '/result' }],
    });
    expect((await call('POST', '/transactions', { json: { connectorId: 'nobody', result: {} } })).json).toMatchObject({
      code: 'invalid',
      errors: [{ field: '/connectorId', value: 'nobody' }],
    });
  });
});

describe('operations', () => {
  it('show what waits and what failed, and status counts it', async () => {
    const { call, stores } = createAdminFixture({ progress: async () => ({ unapplied: 2, unpublished: 1 }) });
    const subject = { connectorId: 'acme-cc-1', type: 'transaction', id: 'tx/1' } as const;
    const at = '2026-01-15T09:30:00.000Z';
    await call('PUT', '/merchants/acme', { json: {} });
    await call('PUT', '/merchants/acme/subscriptions/main', { json: { queue: { managed: true }, types: ['*'] } });
    await stores.delivery.createCursor({
      ...{ merchantId: 'acme', subscriptionId: 'main', subject, from: 2, upTo: 5, attempts: 9, nextAt: null },
      ...{ state: 'dead', parkedAt: at, lastError: 'AccessDenied' },
    });
    await stores.delivery.putFailed({
      callbackId: 'a:1',
      connectorId: 'a',
      code: 'bug',
      message: 'm',
      release: '1',
      at,
    });
    const confirm = {
      connectorId: 'acme-cc-1',
      merchantId: 'acme',
      reason: 'contradictory',
      evidenceDigest: 'd',
      at,
    } as const;
    const waiting = { ...confirm, state: 'waiting', nextAt: at, attempts: 0, hasTurn: false } as const;
    await stores.delivery.putConfirmation({ ...waiting, about: { type: 'subject', subject } });
    await stores.delivery.putConfirmation({
      ...{ ...waiting, state: 'given_up', nextAt: null, lastOutcome: 'foreign' },
      about: { type: 'reference', merchantReference: 'order-1' },
    });
    expect((await call('GET', '/status')).json).toEqual({
      inbox: { unapplied: 2 },
      relay: { unpublished: 1 },
      parked: 1,
      failed: 1,
      confirmations: 1,
    });
    expect((await call('GET', '/parked?merchantId=acme&state=dead')).json).toMatchObject({
      items: [{ connectorId: 'acme-cc-1', subject: 'transaction/tx/1', from: 2, upTo: 5, state: 'dead', nextAt: null }],
    });
    expect((await call('GET', '/failed')).json).toMatchObject({ items: [{ callbackId: 'a:1', code: 'bug' }] });
    expect((await call('GET', '/confirmations')).json).toMatchObject({
      items: [
        { subject: 'transaction/tx/1', reason: 'contradictory', state: 'waiting', nextAt: at },
        { merchantReference: 'order-1', state: 'given_up', lastOutcome: 'foreign', nextAt: null },
      ],
      count: 1,
    });
    const given = (await call('GET', '/confirmations?state=given_up&connectorId=acme-cc-1')).json;
    expect(given).toMatchObject({ items: [{ merchantReference: 'order-1' }] });
    expect(given).not.toHaveProperty('items.0.hasTurn');
    expect((await call('GET', '/confirmations?state=lost')).status).toBe(400);
    expect((await call('POST', '/parked/acme/main/redrive')).json).toEqual({ released: 1 });
    expect((await call('GET', '/parked')).json).toMatchObject({ items: [{ state: 'waiting', nextAt: at }] });
    expect((await call('GET', '/audit?limit=1')).json).toMatchObject({ items: [{ what: 'subscription.redrive' }] });
    expect((await call('POST', '/parked/acme/none/redrive')).status).toBe(404);
  });
});
