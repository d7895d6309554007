import { describe, expect, it } from 'vitest';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { confirmDue } from '#shared/pipeline/confirm.ts';
import { chance, openHouse } from '../simulation/house.ts';
import { answered, CONNECTOR, type ConfirmHouse, type ConfirmHouseOptions, openConfirmHouse } from './confirm-house.ts';

const MINUTE = 60_000;

/** The most that was asked in any minute, of one id or of all. */
function mostInAMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + MINUTE).length));
}

async function burst(count: number, options: ConfirmHouseOptions): Promise<ConfirmHouse> {
  const house = await openConfirmHouse(options);
  for (let i = 0; i < count; i++) {
    await house.push({ id: `t${i}`, status: 'PENDING', hint: true });
    if (i % 10 === 0) house.house.tick(10);
  }
  house.answerWith((question) => answered({ id: question.about === 'subject' ? question.id : '', status: 'FINISHED' }));
  return house;
}

const waiting = async (house: ConfirmHouse) => (await house.house.stores.delivery.counts()).confirmations;

describe('the rate of a gateway', () => {
  it('1,000 hints within a second: the last is confirmed, and no minute has more requests than the limit', async () => {
    const house = await burst(1_000, { perMinute: 60 });
    for (let second = 0; (await waiting(house)) > 0 && second < 3_600; second++) {
      await house.confirm();
      house.house.tick(1_000);
    }
    expect(await waiting(house)).toBe(0);
    expect(new Set(house.asked.map(({ about }) => about)).size).toBe(1_000);
    expect(house.asked).toHaveLength(1_000);
    const times = house.asked.map(({ atMs }) => atMs);
    expect(mostInAMinute(times)).toBeLessThanOrEqual(60);
    // 42 a minute after a burst of 6.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(25 * MINUTE);
  });

  it('runs that come late, or two at once, use no turn of long ago and none twice', async () => {
    const house = await burst(200, { perMinute: 60 });
    for (let minute = 0; (await waiting(house)) > 0 && minute < 120; minute++) {
      await Promise.all([house.confirm(), house.confirm()]);
      house.house.tick(minute % 3 === 0 ? MINUTE : 20_000);
    }
    expect(await waiting(house)).toBe(0);
    expect(house.asked).toHaveLength(200);
    expect(mostInAMinute(house.asked.map(({ atMs }) => atMs))).toBeLessThanOrEqual(60);
  });

  it('holds the limit of one id, and counts what one question takes more than one request', async () => {
    const house = await openConfirmHouse({ perMinute: 600, perIdPerMinute: 10, requests: 3 });
    const asked: { atMs: number; host: string }[] = [];
    const send: OutboundClient['send'] = async (request) => {
      asked.push({ atMs: house.nowMs(), host: request.host });
      return { ok: true, status: 200, headers: {}, body: new Uint8Array(), attempts: 1 };
    };
    const deps = { ...house.deps, http: { send } };
    house.answerWith(() => answered({ id: 't1', status: 'PENDING' }));
    for (let second = 0; second < 180; second++) {
      // Each says something new: a question each.
      await house.push({ id: 't1', status: 'PENDING', hint: true, n: second });
      for (let i = 0; i < 4; i++) await house.push({ id: `u${second}-${i}`, status: 'PENDING', hint: true });
      await confirmDue(deps);
      house.house.tick(1_000);
    }
    const ofOne = house.asked.filter(({ about }) => about === 't1').map(({ atMs }) => atMs);
    expect(ofOne.length).toBeGreaterThanOrEqual(9);
    expect(mostInAMinute(ofOne)).toBeLessThanOrEqual(10);
    expect(mostInAMinute(asked.map(({ atMs }) => atMs))).toBeLessThanOrEqual(600);
  });
});

describe('confirmers that die or meet', () => {
  it('killed between the inbox and the end of the question: asked again, to the same state', async () => {
    const house = await openConfirmHouse();
    await house.push({ id: 't1', status: 'PENDING', hint: true });
    house.answerWith(() => answered({ id: 't1', status: 'FINISHED' }));
    const delivery = { ...house.deps.delivery, updateConfirmation: () => Promise.reject(new Error('killed')) };
    expect(await confirmDue({ ...house.deps, delivery })).toEqual({});
    expect(house.troubles).toHaveLength(1);
    await house.applyNew();
    expect(await house.status('t1')).toBe('FINISHED');
    const { version: before } = await house.house.stores.ledger.newest({
      connectorId: CONNECTOR,
      type: 'transaction',
      id: 't1',
    });
    // Nobody else has it before the claim has run out.
    house.house.tick(119_000);
    expect(await house.confirm()).toEqual({});
    house.house.tick(2_000);
    // The answer is applied by now: there is nothing left to ask.
    expect(await house.confirm()).toEqual({ nothing: 1 });
    await house.applyNew();
    const { version } = await house.house.stores.ledger.newest({
      connectorId: CONNECTOR,
      type: 'transaction',
      id: 't1',
    });
    expect(version).toEqual(before);
  });

  it('a turn goes with the claim: whoever comes after a crash takes another', async () => {
    const house = await openConfirmHouse({ perMinute: 1 });
    await house.push({ id: 't1', status: 'PENDING', hint: true }, { id: 't2', status: 'PENDING', hint: true });
    house.answerWith(() => {
      throw new Error('killed');
    });
    await house.confirm();
    for (let second = 0; second < 400; second++) {
      house.house.tick(1_000);
      await house.confirm();
    }
    expect(house.asked.length).toBeGreaterThan(2);
    expect(mostInAMinute(house.asked.map(({ atMs }) => atMs))).toBe(1);
  });

  it('of many at once each question is asked by one', async () => {
    const house = await burst(50, { perMinute: 60_000 });
    await Promise.all(Array.from({ length: 5 }, () => house.confirm()));
    expect(house.asked).toHaveLength(50);
    expect(await waiting(house)).toBe(0);
  });

  it('a connector whose secrets cannot be opened does not stand before the others', async () => {
    const house = await burst(300, { perMinute: 60_000 });
    const connector = await house.deps.registry.connector(CONNECTOR);
    if (connector === undefined) throw new Error('no connector');
    house.house.tick(1);
    const at = new Date(house.nowMs()).toISOString();
    const other = {
      connectorId: 'other',
      merchantId: 'acme',
      about: { type: 'reference', merchantReference: 'r' },
    } as const;
    await house.house.stores.delivery.putConfirmation({
      ...{
        ...other,
        evidenceDigest: 'e',
        reason: 'expected',
        at,
        nextAt: at,
        state: 'waiting',
        attempts: 0,
        hasTurn: false,
      },
    });
    const deps = {
      ...house.deps,
      registry: { connector: async (connectorId: string) => ({ ...connector, connectorId }) },
      secrets: {
        open: (id: string) =>
          id === 'other' ? Promise.resolve({ sharedSecret: 's' }) : Promise.reject(new Error('key')),
      },
    };
    const report = await confirmDue(deps);
    expect(report).toEqual({ answered: 1, paused: 299 });
    expect(house.asked.map(({ about }) => about)).toEqual(['r']);
    expect(house.troubles).toHaveLength(1);
    house.house.tick(121_000);
    await house.confirm();
    expect(await waiting(house)).toBe(0);
  });

  it('stops between two questions when its time is over', async () => {
    const house = await burst(20, { perMinute: 60_000 });
    expect((await house.confirm(() => house.asked.length >= 7)).answered).toBe(7);
    expect(await waiting(house)).toBe(13);
  });
});

describe('IXOPAY', () => {
  it('a contradiction is closed by its status API', async () => {
    const { stores, apply, deliver, tick } = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
    const connector = await stores.registry.connector(CONNECTOR);
    if (connector === undefined) throw new Error('no connector');
    const secrets = { sharedSecret: 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7', password: 'api-user-password' };
    const sealed = await stores.secrets.seal(CONNECTOR, secrets);
    const next = {
      ...connector,
      ...{ settings: { ...connector.settings, username: 'api-user' }, secretNames: Object.keys(secrets), version: 2 },
      secrets: [{ keyId: 'k2', sealed, createdAt: connector.createdAt }],
    };
    const audit = { at: connector.updatedAt, who: 'test', what: 'changed', resource: 'test', changes: [] };
    await stores.registry.putConnector(next, 1, audit);
    const story = { uuid: 'a1b2c3', transactionType: 'DEBIT', amount: '10.00', currency: 'EUR' };
    for (const result of [{ result: 'ERROR', code: '2003' }, { result: 'OK' }]) {
      await deliver({ source: 'pushed', body: JSON.stringify({ ...story, ...result }), minute: 1 });
    }
    const applyAllNew = async () => {
      for (const row of (await stores.inbox.walk({ from: '', limit: 500 })).items) await applyCallback(apply, row);
    };
    await applyAllNew();
    const paths: string[] = [];
    const answer = {
      success: true,
      transactionStatus: 'SUCCESS',
      transactionType: 'DEBIT',
      uuid: 'a1b2c3',
      amount: '10.00',
      currency: 'EUR',
    };
    const send: OutboundClient['send'] = async ({ path }) => {
      paths.push(path);
      return { ok: true, status: 200, headers: {}, body: Buffer.from(JSON.stringify(answer)), attempts: 1 };
    };
    tick(1_000);
    const report = await confirmDue({
      ...{ registry: stores.registry, ledger: stores.ledger, delivery: stores.delivery, inbox: stores.inbox },
      ...{ secrets: stores.secrets, gateways: { ixopay }, http: { send }, clock: apply.clock },
      tokens: { get: async () => ({ outcome: 'cannot', detail: 'IXOPAY has no tokens.' }) },
      onHorizon: async () => undefined,
      isExpectedFound: async () => false,
      onDrift: () => undefined,
      trouble: (error) => {
        throw error;
      },
    });
    expect(report).toEqual({ answered: 1 });
    expect(paths).toEqual([expect.stringMatching(/getByUuid\/a1b2c3$/)]);
    await applyAllNew();
    const { version } = await stores.ledger.newest({ connectorId: CONNECTOR, type: 'transaction', id: 'a1b2c3' });
    expect(version?.data).toMatchObject({ status: 'FINISHED', contradictory: false, settled: true });
    expect((await stores.delivery.counts()).confirmations).toBe(0);
  });
});
