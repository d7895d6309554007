import { describe, expect, it } from 'vitest';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { outcomesOf } from '#shared/pipeline/outcomes-of.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { applyAll, chance, type House, insist, openHouse, Trouble } from '../simulation/house.ts';
import type { Row } from '../simulation/world.ts';

const calm = () => openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
const key = (id: string) => ({ connectorId: 'acme-cc-1', type: 'transaction' as const, id });

function pushed(body: Record<string, unknown>, minute = 1): Row {
  return { source: 'pushed', body: JSON.stringify({ transactionType: 'DEBIT', ...body }), minute };
}

async function tell(house: House, ...rows: readonly Row[]): Promise<readonly InboxRow[]> {
  for (const row of rows) await house.deliver(row);
  const { items } = await house.stores.inbox.walk({ from: '', limit: 500 });
  await applyAll(house, items, 1, () => 0.5);
  return items;
}

async function newest(house: House, id: string) {
  return (await house.stores.ledger.newest(key(id))).version;
}

describe('applyCallback', () => {
  it('a FINISHED debit that is refunded, charged back and enriched never gives a second payment.debit.finished', async () => {
    const house = await calm();
    const money = { amount: '10.00', currency: 'EUR' };
    await tell(
      house,
      pushed({ uuid: 'd', result: 'PENDING', ...money }),
      pushed({ uuid: 'd', result: 'OK', ...money }),
      pushed({
        uuid: 'r',
        result: 'OK',
        transactionType: 'REFUND',
        referenceUuid: 'd',
        amount: '4.00',
        currency: 'EUR',
      }),
      pushed({
        uuid: 'c',
        result: 'OK',
        transactionType: 'CHARGEBACK',
        chargebackData: { originalUuid: 'd', amount: '6.00', currency: 'EUR' },
      }),
      pushed({ uuid: 'd', result: 'OK', ...money, merchantMetaData: 'more' }),
    );
    const versions = await house.stores.ledger.versions(key('d'), 1, 100);
    const types = versions.map((row) => row.type);
    expect(types.filter((type) => type === 'payment.debit.finished')).toHaveLength(1);
    expect(types).toEqual([
      'payment.debit.pending',
      'payment.debit.finished',
      'payment.debit.updated',
      'payment.debit.updated',
      'payment.debit.updated',
    ]);
    expect(versions.map((row) => row.data['reasons'])).toEqual([
      ['status', 'amount', 'totals', 'details'],
      ['status', 'totals', 'details'],
      ['totals'],
      ['totals'],
      ['details'],
    ]);
    expect((await newest(house, 'd'))?.data).toMatchObject({ totals: { refunded: 400, chargedBack: 600 } });
  });

  it('a settlement ERROR of a refund that arrives before the refund still counts (a quiet version)', async () => {
    const house = await calm();
    const refund = { uuid: 'r', transactionType: 'REFUND', referenceUuid: 'd', amount: '4.00', currency: 'EUR' };
    await tell(house, pushed({ uuid: 'd', result: 'OK', amount: '10.00', currency: 'EUR' }));
    await tell(house, pushed({ ...refund, result: 'ERROR', code: '2003', notificationSource: 'settlement' }));
    expect(await newest(house, 'd')).toMatchObject({ version: 2, type: null });
    await tell(house, pushed({ ...refund, result: 'OK' }));
    expect((await newest(house, 'd'))?.data).toMatchObject({ totals: { refunded: 0 } });
  });

  it('an original that is known only from its child has no event until its kind is known', async () => {
    const house = await calm();
    await tell(
      house,
      pushed({
        uuid: 'r',
        result: 'OK',
        transactionType: 'REFUND',
        referenceUuid: 'd',
        amount: '4.00',
        currency: 'EUR',
      }),
    );
    expect(await newest(house, 'd')).toMatchObject({ version: 1, type: null });
    expect((await newest(house, 'd'))?.data).toMatchObject({ kind: 'unknown', status: 'PENDING', proven: false });
    const asked = await house.stores.delivery.confirmations({ limit: 10 });
    expect(asked.items).toMatchObject([{ about: { subject: key('d') }, reason: 'unknown_original' }]);
    await tell(house, pushed({ uuid: 'd', result: 'OK', amount: '10.00', currency: 'EUR' }));
    expect(await newest(house, 'd')).toMatchObject({ version: 2, type: 'payment.debit.finished' });
    expect((await newest(house, 'd'))?.data).not.toHaveProperty('previousStatus');
  });

  it('one question is written once, however often its callbacks come', async () => {
    const house = await calm();
    const rows = [pushed({ uuid: 'd', result: 'OK' }), pushed({ uuid: 'd', result: 'ERROR', code: '2003' })];
    await tell(house, ...rows);
    await tell(house, ...rows, pushed({ uuid: 'd', result: 'OK' }, 77));
    const { items } = await house.stores.delivery.confirmations({ limit: 10 });
    expect(items).toMatchObject([{ about: { subject: key('d') }, reason: 'contradictory' }]);
  });

  it('a re-dated retry makes no event and shows in the history', async () => {
    const house = await calm();
    await tell(house, pushed({ uuid: 'd', result: 'OK' }, 5));
    const rows = await tell(house, pushed({ uuid: 'd', result: 'OK' }, 6), pushed({ uuid: 'd', result: 'OK' }, 5));
    expect(rows).toHaveLength(2);
    const versions = await house.stores.ledger.versions(key('d'), 1, 100);
    expect(versions.map((row) => row.type)).toEqual(['payment.debit.finished', null]);
    expect((await house.stores.ledger.history(key('d'))).map((line) => line.outcome)).toEqual(['changed', 'quiet']);
  });

  it('a quiet version shows the last event, under its own version', async () => {
    const house = await calm();
    await tell(house, pushed({ uuid: 'd', result: 'PENDING' }, 5), pushed({ uuid: 'd', result: 'OK' }, 5));
    await tell(house, pushed({ uuid: 'd', result: 'OK' }, 6));
    expect((await newest(house, 'd'))?.data).toMatchObject({
      version: 3,
      previousStatus: 'PENDING',
      changes: expect.arrayContaining(['status']),
    });
  });

  it('testMode is that of the callback that made version 1, for ever', async () => {
    const house = await calm();
    await house.deliver(pushed({ uuid: 'd', result: 'PENDING' }));
    const [first] = (await house.stores.inbox.walk({ from: '', limit: 1 })).items;
    if (!first) throw new Error('nothing stored');
    await applyCallback(house.apply, { ...first, mode: 'test' });
    await tell(house, pushed({ uuid: 'd', result: 'OK' }));
    expect((await newest(house, 'd'))?.data).toMatchObject({ testMode: true, status: 'FINISHED' });
  });

  it.each([
    ['changed', [pushed({ uuid: 'd', result: 'OK' })]],
    ['unrecognized', [pushed({ uuid: 'd', result: 'INVALID_REQUEST' })]],
    ['anomaly', [pushed({ uuid: 'd', result: 'OK', amount: '1.005', currency: 'EUR' })]],
    ['contradictory', [pushed({ uuid: 'd', result: 'OK' }), pushed({ uuid: 'd', result: 'ERROR', code: '2003' })]],
  ])('outcome %s of the last callback lasts when it is applied again', async (outcome, rows) => {
    const house = await calm();
    const stored = await tell(house, ...rows);
    const last = stored.at(-1)?.callbackId ?? '';
    const outcomes = async () => outcomesOf({ gateways: { ixopay }, ledger: house.stores.ledger }, stored);
    expect((await outcomes())[last]).toBe(outcome);
    await applyAll(house, stored, 1, () => 0.5);
    expect((await outcomes())[last]).toBe(outcome);
  });

  it('a crash between any two calls to the store is repaired by the repeat', async () => {
    const rows = [
      pushed({ uuid: 'd', result: 'OK', amount: '10.00', currency: 'EUR' }),
      pushed({
        uuid: 'r',
        result: 'OK',
        transactionType: 'REFUND',
        referenceUuid: 'd',
        amount: '4.00',
        currency: 'EUR',
      }),
    ];
    const whole = await calm();
    const stored = await tell(whole, ...rows);
    for (let crashAt = 1; crashAt < 40; crashAt++) {
      let calls = 0;
      const house = await calm();
      const crashing = new Proxy(house.stores.ledger, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return async (...parameters: unknown[]) => {
            const answer: unknown = await Reflect.apply(member, target, parameters);
            if (++calls === crashAt) throw new Trouble(`after ${String(name)}`);
            return answer;
          };
        },
      });
      for (const row of stored) await insist(() => applyCallback({ ...house.apply, ledger: crashing }, row));
      for (const id of ['d', 'r']) {
        const [got, expected] = [await house.stores.ledger.newest(key(id)), await whole.stores.ledger.newest(key(id))];
        expect(got.version?.evidence).toEqual(expected.version?.evidence);
        expect(got.head?.version).toBe(got.version?.version);
        expect(got.version?.version).toBe(expected.version?.version);
      }
    }
  });
});
