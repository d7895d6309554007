import { describe, expect, it } from 'vitest';
import { createAdminApi } from '#shared/http/admin-api.ts';
import { backfillRoute } from '#shared/http/routes/backfill.ts';
import { backfillShape } from '#shared/http/shapes/backfill.ts';
import { problemShape } from '#shared/http/shapes/common.ts';
import { backfill } from '#shared/pipeline/backfill.ts';
import { eventFor } from '#shared/pipeline/event-for.ts';
import type { QueueMessage } from '#shared/pipeline/ports.ts';
import { createAdminFixture } from './admin-fixture.ts';
import { storeTransaction } from './ledger-rows.ts';

const MAIN = '/merchants/acme/subscriptions/main';
const RANGE = { from: '2026-01-15T09:00:00Z', to: '2026-01-16T00:00:00Z' };

/** Transactions of 15 January, 9:00 to 9:02; a subscription that begins at 9:30. */
async function withBackfill() {
  const fixture = createAdminFixture();
  const { deps, stores, call } = fixture;
  await call('PUT', '/merchants/acme', { json: {} });
  await call('PUT', MAIN, { json: { queue: { managed: true }, types: ['payment.*'] } });
  for (const [minute, id] of ['tx/1', 'tx/2', 'tx/3'].entries()) await storeTransaction(stores, { id, minute });
  await storeTransaction(stores, { id: 'theirs', merchantId: 'beta', connectorId: 'beta-cc-1' });
  const sent: QueueMessage[] = [];
  const pipeline = {
    ...stores,
    clock: deps.clock,
    apiBase: deps.schemaBase,
    retry: { claimMs: 60_000 },
    newId: () => 'b1',
    sender: {
      async send(_queue: unknown, messages: readonly QueueMessage[]) {
        sent.push(...messages);
        return messages.map(({ id }) => ({ id, ok: true as const }));
      },
    },
  };
  const route = backfillRoute({ ...deps, backfill: (...about) => backfill(pipeline, ...about) });
  const api = createAdminApi(deps, [route]);
  async function post(json: object, path = MAIN) {
    const response = await api({
      ...{ method: 'POST', path: `${path}/backfill`, rawQuery: '' },
      headers: { authorization: 'Bearer operator-token-of-the-test', 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(json)),
    });
    return { status: response.status, json: JSON.parse(String(response.body)) };
  }
  return { ...fixture, post, sent };
}

describe('POST …/backfill', () => {
  it('sends what was before the subscription and lets it begin there, so that its events and the API agree', async () => {
    const { post, sent, call, stores, told, deps } = await withBackfill();
    const answer = await post(RANGE);
    expect(answer.status).toBe(200);
    expect(backfillShape.strict().parse(answer.json)).toEqual({
      ...{ backfillId: 'b1', events: 6, subjects: 3, skipped: [], heldUpBy: null, cursor: null },
    });
    expect(new Set(sent.map(({ attributes }) => attributes['merchantId']))).toEqual(new Set(['acme']));
    const chains = sent.map(({ body }) => JSON.parse(body)).filter(({ subject }) => subject === 'transaction/tx/1');
    expect(chains.map(({ sequence, previoussequence }) => `${previoussequence} ${sequence}`)).toEqual([
      '0000000000 0000000001',
      '0000000001 0000000002',
    ]);
    const listed = await call('GET', `${MAIN}/events?subject=transaction/tx/1&connectorId=acme-cc-1`);
    expect(listed.json).toMatchObject({ items: chains });
    const subscription = await stores.registry.subscription('acme', 'main');
    expect(subscription?.entries.map(({ from }) => from)).toEqual([
      '2026-01-15T09:00:00.000Z',
      '2026-01-15T09:30:00.000Z',
    ]);
    const rows = await stores.ledger.versions({ connectorId: 'acme-cc-1', type: 'transaction', id: 'tx/1' }, 1, 2);
    const seen = rows.map((row) => eventFor(row, subscription?.entries ?? [], deps.schemaBase)?.id);
    expect(seen).toEqual(chains.map(({ id }) => id));
    expect(told.at(-1)).toBe('subscription acme/main');
    expect((await call('GET', '/audit?limit=2')).json).toMatchObject({
      items: [
        { what: 'subscription.backfill', who: 'operator', resource: MAIN },
        { what: 'subscription.start', changes: [{ field: 'startAt' }] },
      ],
    });
  });

  it('startAt lets a subscription begin earlier, new or not, and never later', async () => {
    const { call, stores } = await withBackfill();
    const put = (path: string, startAt: string) =>
      call('PUT', path, { json: { queue: { managed: true }, types: ['payment.*'], mode: 'both', startAt } });
    const starts = async (id: string) =>
      (await stores.registry.subscription('acme', id))?.entries.map(({ from }) => from);
    const late = '/merchants/acme/subscriptions/late';
    expect((await put(late, '2026-01-10T00:00:00Z')).status).toBe(201);
    expect(await starts('late')).toEqual(['2026-01-10T00:00:00.000Z']);
    await put(late, '2026-01-05T00:00:00Z');
    await put(late, '2026-01-12T00:00:00Z');
    expect(await starts('late')).toEqual(['2026-01-05T00:00:00.000Z', '2026-01-10T00:00:00.000Z']);
    expect((await put(late, 'soon')).json).toMatchObject({ errors: [{ field: '/startAt' }] });
    expect((await call('GET', '/audit?limit=1')).json).toMatchObject({
      items: [{ what: 'subscription.change', changes: [{ field: 'startAt', after: '2026-01-05T00:00:00.000Z' }] }],
    });
  });

  it('a later backfill changes nothing of the subscription', async () => {
    const { post, sent, stores } = await withBackfill();
    await post(RANGE);
    sent.splice(0);
    const before = await stores.registry.subscription('acme', 'main');
    expect((await post({ ...RANGE, from: '2026-01-15T09:01:00Z', types: ['payment.*.finished'] })).json).toMatchObject({
      events: 2,
    });
    expect(sent.map(({ attributes }) => attributes['type'])).toEqual([
      'payment.debit.finished',
      'payment.debit.finished',
    ]);
    expect(await stores.registry.subscription('acme', 'main')).toEqual(before);
  });

  it.each([
    [{ from: RANGE.to, to: RANGE.from }, 422, '/to'],
    [{ from: 'yesterday', to: RANGE.to }, 422, '/from'],
    [{ from: RANGE.from }, 422, '/to'],
    [{ ...RANGE, types: ['payment..x'] }, 422, '/types/0'],
    [{ ...RANGE, cursor: 'made-up' }, 400, 'cursor'],
    [{ ...RANGE, since: 1 }, 422, '/since'],
  ])('%j is refused', async (json, status, field) => {
    const { post, sent } = await withBackfill();
    const answer = await post(json);
    expect(answer.status).toBe(status);
    expect(problemShape.parse(answer.json).errors.map((error) => error.field)).toEqual([field]);
    expect(sent).toEqual([]);
  });

  it('of a paused subscription waits for the resume, and of none is not found', async () => {
    const { post, call } = await withBackfill();
    await call('PUT', MAIN, { json: { queue: { managed: true }, types: ['payment.*'], paused: true } });
    expect(await post(RANGE)).toMatchObject({ status: 409, json: { code: 'paused' } });
    expect(await post(RANGE, '/merchants/acme/subscriptions/none')).toMatchObject({ status: 404 });
  });
});
