import { describe, expect, it } from 'vitest';
import type { Asking } from '#shared/gateways/asking.ts';
import type { Gateway } from '#shared/gateways/gateway.ts';
import { type AdminFixture, createAdminFixture } from './admin-fixture.ts';
import { storeTransaction } from './ledger-rows.ts';
import { createPlainGateway } from './plain-gateway.ts';

const NOW = '2026-01-15T09:30:00.000Z';

const LIST: Asking = {
  limitsOf: () => ({ perMinute: 60 }),
  horizonMinutes: 60,
  missing: ({ secretNames }) => (secretNames.includes('password') ? [] : ['/secrets/password']),
  ask: async () => ({ outcome: 'cannot', detail: 'Not asked here.' }),
  discover: async () => ({ outcome: 'cannot', detail: 'Not asked here.' }),
};

async function openHouse(asking: Asking | null = LIST): Promise<AdminFixture> {
  const gateway: Gateway = { ...createPlainGateway(), ...(asking && { asking }) };
  const house = createAdminFixture({ gateways: { ixopay: gateway } });
  await house.call('PUT', '/merchants/acme', { json: {} });
  await putConnector(house, { secrets: { sharedSecret: '12345678', password: '87654321' } });
  return house;
}

async function putConnector({ call }: AdminFixture, change: object): Promise<void> {
  const json = {
    merchantId: 'acme',
    gateway: 'ixopay',
    name: 'Cards',
    testMode: false,
    settings: { apiKey: 'x' },
    ...change,
  };
  expect((await call('PUT', '/connectors/acme-cc-1', { json })).status).toBeLessThan(300);
}

describe('an expectation', () => {
  const json = { connectorId: 'acme-cc-1', merchantReference: 'ORD-1' };
  const waiting = async ({ call }: AdminFixture) => (await call('GET', '/confirmations')).json;

  it('is a question that waits for the first age behind its due time, and is listed', async () => {
    const house = await openHouse();
    const due = '2026-01-15T12:00:00+01:00';
    const answer = await house.call('POST', '/transactions', { json: { ...json, due } });
    const expected = { ...json, due: '2026-01-15T11:00:00.000Z', state: 'waiting', nextAt: '2026-01-15T11:05:00.000Z' };
    expect(answer).toMatchObject({ status: 202, json: { effect: 'expected', ...expected } });
    const question = { ...expected, reason: 'expected', at: NOW, attempts: 0 };
    expect(await waiting(house)).toMatchObject({ items: [question], count: 1 });
    expect(house.stores.inbox.stream).toEqual([]);
    expect((await house.call('GET', '/transactions')).json).toMatchObject({ items: [] });
  });

  it('without a due time is due in an hour, and is one however often it is sent', async () => {
    const house = await openHouse();
    const first = await house.call('POST', '/transactions', { json });
    expect(first.json).toMatchObject({ due: '2026-01-15T10:30:00.000Z' });
    house.advance(60_000);
    expect((await house.call('POST', '/transactions', { json })).json).toEqual(first.json);
    await house.call('POST', '/transactions', { json: { ...json, merchantReference: 'ORD-2' } });
    await house.call('POST', '/transactions', { json: { ...json, due: '2026-01-16' } });
    expect(await waiting(house)).toMatchObject({ count: 3 });
  });

  it('of a payment that is known already is answered with it', async () => {
    const house = await openHouse();
    await storeTransaction(house.stores, { id: 'tx-1', reference: 'ORD-1' });
    const answer = await house.call('POST', '/transactions', { json });
    expect(answer).toMatchObject({ status: 200, json: { effect: 'found', subject: 'transaction/tx-1' } });
    expect(await waiting(house)).toMatchObject({ count: 0 });
  });

  it.each([
    [{ due: 'tomorrow' }, '/due'],
    [{ due: '2026-13-01T00:00:00Z' }, '/due'],
    [{ due: 1 }, '/due'],
    [{ due: '9999-12-31' }, '/due'],
    [{ merchantReference: '' }, '/merchantReference'],
    [{ connectorId: 'nobody' }, '/connectorId'],
  ])('%j is refused with the field', async (change, field) => {
    const house = await openHouse();
    const answer = await house.call('POST', '/transactions', { json: { ...json, ...change } });
    expect(answer).toMatchObject({ status: 422, json: { code: 'invalid', errors: [{ field }] } });
    expect(await waiting(house)).toMatchObject({ count: 0 });
  });
});

describe('POST /connectors/{id}/backfill', () => {
  const target = '/connectors/acme-cc-1/backfill';
  const json = { from: '2026-01-14T22:00:00Z', to: '2026-01-15T09:00:00Z' };

  it('is one question about the span, asked at once, listed, and on the record', async () => {
    const house = await openHouse();
    const answer = await house.call('POST', target, { json });
    const span = { from: '2026-01-14T22:00:00.000Z', to: '2026-01-15T09:00:00.000Z' };
    const question = { connectorId: 'acme-cc-1', span, reason: 'discovery', state: 'waiting', nextAt: NOW };
    expect(answer).toMatchObject({ status: 202, json: question });
    expect((await house.call('POST', target, { json })).json).toEqual(answer.json);
    expect((await house.call('GET', '/confirmations?connectorId=acme-cc-1')).json).toMatchObject({
      items: [question],
      count: 1,
    });
    const { json: audit } = await house.call('GET', '/audit?resource=/connectors/acme-cc-1');
    expect(audit).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ what: 'connector.backfill' })]),
    });
  });

  it('may be asked again once it was answered', async () => {
    const house = await openHouse();
    await house.call('POST', target, { json });
    const [question] = (await house.stores.delivery.confirmations({ limit: 1 })).items;
    if (question === undefined) throw new Error('no question was put');
    const done = { ...question, state: 'done', nextAt: null } as const;
    expect(await house.stores.delivery.updateConfirmation(question, done, question.nextAt)).toBe(true);
    house.advance(1);
    expect((await house.call('POST', target, { json })).json).toMatchObject({ state: 'waiting' });
  });

  it.each([
    [{ from: '2025-12-15T08:59:59Z' }, '/from', '31 days'],
    [{ from: json.to }, '/to', 'after from'],
    [{ to: '2026-01-15T09:30:01Z' }, '/to', 'future'],
    [{ to: 'now' }, '/to', 'ISO 8601'],
  ])('%j is refused with clear words', async (change, field, words) => {
    const answer = await (await openHouse()).call('POST', target, { json: { ...json, ...change } });
    expect(answer).toMatchObject({
      status: 422,
      json: { errors: [{ field, message: expect.stringContaining(words) }] },
    });
  });

  it('takes 31 days to now', async () => {
    const longest = { from: '2025-12-15T09:30:00Z', to: NOW };
    expect((await (await openHouse()).call('POST', target, { json: longest })).status).toBe(202);
  });

  it('is told what is in the way: no connector, one out of use, no list, no credentials', async () => {
    const house = await openHouse();
    expect((await house.call('POST', '/connectors/none/backfill', { json })).status).toBe(404);
    await putConnector(house, { active: false });
    expect(await house.call('POST', target, { json })).toMatchObject({ status: 409, json: { code: 'not_in_use' } });
    const { discover: _, ...noList } = LIST;
    for (const [asking, words] of [
      [null, 'has no list'],
      [noList, 'has no list'],
      [{ ...LIST, missing: () => ['/secrets/password'] }, 'set /secrets/password'],
    ] as const) {
      const other = await openHouse(asking);
      const answer = await other.call('POST', target, { json });
      const detail = expect.stringContaining(words);
      expect(answer).toMatchObject({ status: 409, json: { code: 'cannot_ask', detail } });
    }
  });
});
