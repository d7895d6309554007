import { describe, expect, it } from 'vitest';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { recentProgress } from '#shared/platform/recent-progress.ts';
import { chance, type House, openHouse } from '../simulation/house.ts';

const calm = () => openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });

async function deliver(house: House, count: number, first = 0): Promise<void> {
  for (let i = first; i < first + count; i++) {
    const body = JSON.stringify({
      result: 'OK',
      uuid: `tx-${i}`,
      transactionType: 'DEBIT',
      amount: '10.00',
      currency: 'EUR',
    });
    await house.deliver({ source: 'pushed', body, minute: i });
    house.tick(1);
  }
}

async function apply(house: House, count: number): Promise<void> {
  for (const row of (await house.stores.inbox.walk({ from: '', limit: count })).items)
    await applyCallback(house.apply, row);
}

const progress = (house: House) => recentProgress({ ...house.apply, inbox: house.stores.inbox });

describe('progress as the newest callbacks show it', () => {
  it('is quiet where nothing came', async () => {
    expect(await progress(await calm())).toEqual({ unapplied: 0, unpublished: 0 });
  });

  it('counts what is stored and not applied, no further than it looks', async () => {
    const house = await calm();
    await deliver(house, 4);
    expect(await progress(house)).toEqual({ unapplied: 4, unpublished: 0 });
    await deliver(house, 60, 4);
    expect(await progress(house)).toEqual({ unapplied: 50, unpublished: 0 });
  });

  it('what was applied a moment ago may be on its way, later it is not', async () => {
    const house = await calm();
    await deliver(house, 3);
    await apply(house, 2);
    expect(await progress(house)).toEqual({ unapplied: 1, unpublished: 2 });
    await apply(house, 3);
    house.tick(10_001);
    expect(await progress(house)).toEqual({ unapplied: 0, unpublished: 0 });
  });

  it('a head that stays behind its newest version is unpublished however old', async () => {
    const house = await calm();
    await deliver(house, 1);
    const dying = { ...house.stores.ledger, moveHead: () => Promise.reject(new Error('the process died')) };
    const [row] = (await house.stores.inbox.walk({ from: '', limit: 1 })).items;
    if (row === undefined) throw new Error('nothing stored');
    await expect(applyCallback({ ...house.apply, ledger: dying }, row)).rejects.toThrow('died');
    house.tick(3_600_000);
    expect(await progress(house)).toEqual({ unapplied: 0, unpublished: 1 });
  });

  it('a failed callback is applied as far as it can be: it is counted as failed', async () => {
    const house = await calm();
    await deliver(house, 1);
    const [row] = (await house.stores.inbox.walk({ from: '', limit: 1 })).items;
    if (row === undefined) throw new Error('nothing stored');
    expect((await applyCallback({ ...house.apply, gateways: {} }, row)).outcome).toBe('failed');
    expect(await progress(house)).toEqual({ unapplied: 0, unpublished: 0 });
  });
});
