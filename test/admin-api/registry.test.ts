import { describe, expect, it } from 'vitest';
import type { ParkingCursor } from '#shared/pipeline/ports.ts';
import { createMemoryStores } from '../memory-stores/memory-stores.ts';
import { type AdminFixture, createAdminFixture } from './admin-fixture.ts';

const CONNECTOR = {
  merchantId: 'acme',
  gateway: 'ixopay',
  name: 'Acme cards',
  settings: { apiKey: 'acme-cc-1' },
  secrets: { sharedSecret: 'planted-shared-secret' },
  testMode: true,
  active: true,
};
const SUBSCRIPTION = { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'both' };
const MAIN = '/merchants/acme/subscriptions/main';

async function withConnector(overrides = {}): Promise<AdminFixture> {
  const fixture = createAdminFixture(overrides);
  expect((await fixture.call('PUT', '/merchants/acme', { json: { name: 'Acme' } })).status).toBe(201);
  expect((await fixture.call('PUT', '/connectors/acme-cc-1', { json: CONNECTOR })).status).toBe(201);
  return fixture;
}

describe('merchants', () => {
  it('are created, changed, archived and brought back, each write audited and told', async () => {
    const { call, told } = createAdminFixture();
    const created = await call('PUT', '/merchants/acme', { json: { name: 'Acme' } });
    expect(created).toMatchObject({
      status: 201,
      json: { merchantId: 'acme', name: 'Acme', version: 1, archived: false },
    });
    expect(created.headers['etag']).toBe('"1"');
    expect(await call('PUT', '/merchants/acme', { json: { name: 'Acme' } })).toMatchObject({
      status: 200,
      json: { version: 1 },
    });
    expect(await call('PUT', '/merchants/acme', { json: { name: 'Acme Ltd' } })).toMatchObject({
      json: { version: 2 },
    });
    expect((await call('DELETE', '/merchants/acme')).status).toBe(204);
    expect((await call('DELETE', '/merchants/acme')).status).toBe(204);
    expect(await call('GET', '/merchants')).toMatchObject({ json: { items: [] } });
    expect(await call('GET', '/merchants?archived=true')).toMatchObject({ json: { items: [{ archived: true }] } });
    expect(await call('PUT', '/merchants/acme', { json: {} })).toMatchObject({
      json: { archived: false, name: 'Acme Ltd' },
    });
    const audit = await call('GET', '/audit');
    expect(audit.json).toMatchObject({
      items: [
        { what: 'merchant.change', changes: [{ field: 'archived', before: true, after: false }] },
        { what: 'merchant.archive' },
        { what: 'merchant.change', changes: [{ field: 'name' }], resource: '/merchants/acme', who: 'operator' },
        { what: 'merchant.create', changes: [{ field: 'archived' }, { field: 'name' }] },
      ],
    });
    expect(new Set(told)).toEqual(new Set(['merchant acme']));
  });

  it('with a connector in use cannot be archived', async () => {
    const { call } = await withConnector();
    expect(await call('DELETE', '/merchants/acme')).toMatchObject({ status: 409, json: { code: 'in_use' } });
    await call('DELETE', '/connectors/acme-cc-1');
    expect((await call('DELETE', '/merchants/acme')).status).toBe(204);
  });

  it('are listed in pages whatever is archived in between', async () => {
    const { call } = createAdminFixture();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await call('PUT', `/merchants/${id}`, { json: {} });
    for (const id of ['a', 'b', 'd']) await call('DELETE', `/merchants/${id}`);
    const first = await call('GET', '/merchants?limit=1');
    expect(first.json).toMatchObject({ items: [{ merchantId: 'c' }], cursor: expect.any(String) });
    const { cursor } = first.json as { cursor: string };
    expect((await call('GET', `/merchants?limit=1&cursor=${cursor}`)).json).toMatchObject({
      items: [{ merchantId: 'e' }],
      cursor: null,
    });
  });
});

describe('pages of a filtered list', () => {
  it('never hold more than was asked for', async () => {
    const { call } = createAdminFixture();
    for (const id of ['a', 'b', 'c', 'd']) await call('PUT', `/merchants/${id}`, { json: {} });
    await call('DELETE', '/merchants/a');
    const first = await call('GET', '/merchants?limit=2');
    expect(first.json).toMatchObject({ items: [{ merchantId: 'b' }, { merchantId: 'c' }] });
    const { cursor } = first.json as { cursor: string };
    const rest = await call('GET', `/merchants?limit=2&cursor=${cursor}`);
    expect(rest.json).toMatchObject({ items: [{ merchantId: 'd' }], cursor: null });
  });
});

describe('connectors', () => {
  it('are created with their callback URL and never show a secret', async () => {
    const { call, stores } = await withConnector();
    const got = await call('GET', '/connectors/acme-cc-1');
    expect(got.json).toMatchObject({
      connectorId: 'acme-cc-1',
      callbackUrl: 'https://postrider.example/callbacks/acme-cc-1',
      secretNames: ['sharedSecret'],
      version: 1,
    });
    expect(got.json).not.toHaveProperty('secrets');
    const row = await stores.registry.connector('acme-cc-1');
    const opened = await stores.secrets.open('acme-cc-1', row?.secrets[0]?.sealed ?? '');
    expect(opened).toEqual({ sharedSecret: 'planted-shared-secret' });
  });

  it('are updated whole: what a later PUT leaves out is named, secrets excepted', async () => {
    const { call, stores } = await withConnector();
    const before = await stores.registry.connector('acme-cc-1');
    const bare = await call('PUT', '/connectors/acme-cc-1', { json: { merchantId: 'acme', gateway: 'ixopay' } });
    expect(bare).toMatchObject({
      status: 422,
      json: { errors: ['/name', '/settings', '/testMode', '/active'].map((field) => ({ field })) },
    });
    const { secrets: _, ...whole } = CONNECTOR;
    const settings = { apiKey: 'acme-cc-1', publicPath: '/x' };
    const changed = await call('PUT', '/connectors/acme-cc-1', { json: { ...whole, settings } });
    expect(changed).toMatchObject({ status: 200, json: { version: 2, readiness: 'ready' } });
    const after = await stores.registry.connector('acme-cc-1');
    expect(after?.secrets).toEqual(before?.secrets);
    expect((await call('GET', '/audit?limit=1')).json).toMatchObject({
      items: [{ changes: [{ field: 'settings.publicPath' }] }],
    });
  });

  it('replace their secrets as one generation, which must be complete', async () => {
    const { call, stores } = await withConnector();
    const { secrets: _, ...rest } = CONNECTOR;
    const partial = await call('PUT', '/connectors/acme-cc-1', {
      json: { ...rest, secrets: { password: 'planted-password' } },
    });
    expect(partial).toMatchObject({ status: 422, json: { errors: [{ field: '/secrets/sharedSecret' }] } });
    const json = { ...rest, secrets: { sharedSecret: 'planted-second-secret' } };
    expect(await call('PUT', '/connectors/acme-cc-1', { json })).toMatchObject({ status: 200, json: { version: 2 } });
    const row = await stores.registry.connector('acme-cc-1');
    expect(row?.secrets).toHaveLength(1);
    expect((await call('GET', '/audit?limit=1')).json).toMatchObject({
      items: [{ changes: [{ field: 'secrets.sharedSecret' }] }],
    });
  });

  it('never change merchant or gateway', async () => {
    const { call } = await withConnector();
    await call('PUT', '/merchants/other', { json: {} });
    const moved = await call('PUT', '/connectors/acme-cc-1', { json: { ...CONNECTOR, merchantId: 'other' } });
    expect(moved).toMatchObject({
      status: 409,
      json: { code: 'immutable', errors: [{ field: '/merchantId', value: 'other' }] },
    });
  });

  it('name everything that is wrong in one answer', async () => {
    const { call } = createAdminFixture();
    const json = { ...CONNECTOR, merchantId: 'nobody', settings: { apiKey: '' }, secrets: { sharedSecret: 'short' } };
    const refused = await call('PUT', '/connectors/c1', { json });
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({
      errors: [
        { field: '/merchantId', value: 'nobody' },
        { field: '/settings/apiKey', value: '' },
        { field: '/secrets/sharedSecret' },
      ],
    });
    expect(refused.text).not.toContain('short"');
    const unknown = await call('PUT', '/connectors/c1', { json: { ...CONNECTOR, gateway: 'constructor' } });
    expect(unknown.json).toMatchObject({
      errors: [{ field: '/merchantId' }, { field: '/gateway', value: 'constructor' }],
    });
  });

  it('are archived, hidden from the list, and brought back by PUT', async () => {
    const { call } = await withConnector();
    expect((await call('DELETE', '/connectors/acme-cc-1')).status).toBe(204);
    expect((await call('GET', '/connectors?merchantId=acme')).json).toMatchObject({ items: [] });
    expect((await call('GET', '/connectors?archived=true')).json).toMatchObject({ items: [{ archived: true }] });
    expect((await call('GET', '/connectors/acme-cc-1')).status).toBe(200);
    expect(await call('PUT', '/connectors/acme-cc-1', { json: CONNECTOR })).toMatchObject({
      json: { archived: false },
    });
    expect((await call('DELETE', '/connectors/nobody')).status).toBe(404);
  });

  it('are written only at the expected version', async () => {
    const { call } = await withConnector();
    const stale = { json: { ...CONNECTOR, name: 'other' }, headers: { 'if-match': '"7"' } };
    expect(await call('PUT', '/connectors/acme-cc-1', stale)).toMatchObject({
      status: 412,
      json: { code: 'version_mismatch' },
    });
    const absent = { json: CONNECTOR, headers: { 'if-match': '*' } };
    expect((await call('PUT', '/connectors/new', absent)).status).toBe(412);
    const right = { json: { ...CONNECTOR, name: 'other' }, headers: { 'if-match': '"1"' } };
    expect(await call('PUT', '/connectors/acme-cc-1', right)).toMatchObject({ status: 200, json: { name: 'other' } });
    const odd = { json: CONNECTOR, headers: { 'if-match': 'W/"x"' } };
    expect((await call('PUT', '/connectors/acme-cc-1', odd)).status).toBe(400);
  });
});

describe('subscriptions', () => {
  it('show the read token once', async () => {
    const { call, queues, told } = await withConnector();
    const created = await call('PUT', MAIN, { json: SUBSCRIPTION });
    expect(created).toMatchObject({
      status: 201,
      json: { queueUrl: 'http://127.0.0.1/queues/postrider-acme-main.fifo', mode: 'both', paused: false },
    });
    const { readToken } = created.json as { readToken: string };
    expect(readToken).toMatch(/^random-32-/);
    expect(queues).toEqual(['postrider-acme-main.fifo']);
    expect(told.at(-1)).toBe('subscription acme/main');
    for (const [method, json] of [
      ['GET', undefined],
      ['PUT', SUBSCRIPTION],
    ] as const) {
      const again = await call(method, MAIN, json === undefined ? {} : { json });
      expect(again.json).not.toHaveProperty('readToken');
      expect(again.text).not.toContain(readToken);
    }
    const renewed = await call('POST', `${MAIN}/read-token`);
    expect((renewed.json as { readToken: string }).readToken).not.toBe(readToken);
    const events = `${MAIN}/events?subject=transaction/x&connectorId=acme-cc-1`;
    expect((await call('GET', events, { token: readToken })).status).toBe(401);
  });

  it('append a changed filter and never rewrite an earlier one', async () => {
    const { call, advance, stores } = await withConnector({ activationDelayMs: 60_000 });
    await call('PUT', MAIN, { json: SUBSCRIPTION });
    await call('PUT', MAIN, { json: { ...SUBSCRIPTION, types: ['payment.*.finished'] } });
    advance(5_000);
    await call('PUT', MAIN, { json: { ...SUBSCRIPTION, types: ['payment.*.finished'], connectors: ['acme-cc-1'] } });
    const same = await call('PUT', MAIN, {
      json: { ...SUBSCRIPTION, types: ['payment.*.finished'], connectors: ['acme-cc-1'] },
    });
    expect(same.json).toMatchObject({ version: 3, types: ['payment.*.finished'], connectors: ['acme-cc-1'] });
    const row = await stores.registry.subscription('acme', 'main');
    expect(row?.entries.map(({ from }) => from)).toEqual([
      '2026-01-15T09:31:00.000Z',
      '2026-01-15T09:31:00.001Z',
      '2026-01-15T09:31:05.000Z',
    ]);
    expect(row?.entries[0]?.filter.types).toEqual(['payment.*']);
  });

  it('deliver in order what was parked while they were paused', async () => {
    const { call, stores, deps } = await withConnector();
    await call('PUT', MAIN, { json: { ...SUBSCRIPTION, paused: true } });
    expect((await call('PUT', MAIN, { json: SUBSCRIPTION })).json).toMatchObject({ paused: true });
    await stores.delivery.createCursor(parked('tx-1', { state: 'paused', nextAt: null }));
    expect(await call('POST', '/parked/acme/main/redrive')).toMatchObject({ status: 409, json: { code: 'paused' } });
    expect((await call('PUT', MAIN, { json: { ...SUBSCRIPTION, paused: false } })).json).toMatchObject({
      paused: false,
    });
    expect(await stores.delivery.dueCursors(deps.clock.now().toISOString(), 10)).toHaveLength(1);
    // A resume that stopped between its two writes is finished by the next PUT.
    await stores.delivery.createCursor(parked('tx-2', { state: 'paused', nextAt: null }));
    await call('PUT', MAIN, { json: SUBSCRIPTION });
    expect(await stores.delivery.dueCursors(deps.clock.now().toISOString(), 10)).toHaveLength(2);
  });

  it('drop what is parked for them when they are removed', async () => {
    const { call, stores } = await withConnector();
    await call('PUT', MAIN, { json: SUBSCRIPTION });
    await stores.delivery.createCursor(parked('tx-1'));
    await stores.delivery.createCursor(parked('tx-1', { subscriptionId: 'other' }));
    expect((await call('DELETE', MAIN)).status).toBe(204);
    expect((await stores.delivery.counts()).parked).toBe(1);
    expect((await call('DELETE', MAIN)).status).toBe(404);
    expect((await call('GET', MAIN)).status).toBe(404);
  });

  it("refuse other merchants' connectors, foreign queues, odd patterns and unknown merchants", async () => {
    const { call, queues } = await withConnector();
    await call('PUT', '/merchants/other', { json: {} });
    const json = {
      queue: { url: 'https://example.com/q.fifo' },
      types: ['payment..x', 'payment.*'],
      connectors: ['acme-cc-1'],
    };
    const refused = await call('PUT', '/merchants/other/subscriptions/s', { json });
    expect(refused).toMatchObject({
      status: 422,
      json: {
        errors: [
          { field: '/types/0', value: 'payment..x' },
          { field: '/connectors/0', value: 'acme-cc-1' },
          { field: '/queue/url', value: 'https://example.com/q.fifo' },
        ],
      },
    });
    const fifo = { queue: { url: 'https://sqs.eu/1/q', fifo: true }, types: ['*'] };
    expect((await call('PUT', MAIN, { json: fifo })).json).toMatchObject({
      errors: [{ field: '/queue/fifo', value: true }],
    });
    const both = { queue: { url: 'https://sqs.eu/1/q', managed: true }, types: ['*'] };
    expect((await call('PUT', MAIN, { json: both })).json).toMatchObject({ errors: [{ field: '/queue' }] });
    const nobody = await call('PUT', '/merchants/nobody/subscriptions/s', { json: SUBSCRIPTION });
    expect(nobody).toMatchObject({ status: 422, json: { errors: [{ field: '/merchantId', value: 'nobody' }] } });
    expect(queues).toEqual([]);
    const own = { queue: { url: 'https://sqs.eu/1/q.fifo' }, types: ['*'] };
    expect((await call('PUT', MAIN, { json: own })).json).toMatchObject({
      queue: { fifo: true, managed: false },
      queueUrl: 'https://sqs.eu/1/q.fifo',
      mode: 'live',
    });
  });
});

describe('writes at the same moment', () => {
  it('all take effect, one after another, with dense versions and an audit entry each', async () => {
    const order: (() => void)[] = [];
    // Everybody has read before anybody writes.
    const stores = createMemoryStores({
      before: (operation) =>
        operation === 'registry.putMerchant' && order.length < 3
          ? new Promise<void>((resolve) => {
              order.push(resolve);
              if (order.length === 3) for (const go of order) go();
            })
          : undefined,
    });
    const { call } = createAdminFixture({ ...stores });
    const answers = await Promise.all(
      ['x', 'y', 'z'].map((name) => call('PUT', '/merchants/acme', { json: { name } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(await stores.registry.merchant('acme')).toMatchObject({ version: 3 });
    expect((await stores.registry.audit({ limit: 50 })).items).toHaveLength(3);
  });
});

function parked(id: string, change: Partial<ParkingCursor> = {}): ParkingCursor {
  return {
    merchantId: 'acme',
    subscriptionId: 'main',
    subject: { connectorId: 'acme-cc-1', type: 'transaction', id },
    from: 1,
    upTo: 2,
    attempts: 0,
    nextAt: '2026-01-15T10:00:00.000Z',
    state: 'waiting',
    parkedAt: '2026-01-15T09:30:00.000Z',
    lastError: 'paused',
    ...change,
  };
}
