import { describe, expect, it } from 'vitest';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { chargebackOf, debitOf, type IxopayHouse, openIxopayHouse } from '../builders/ixopay-house.ts';
import { permutations } from '../builders/permutations.ts';

const MEMBERS = ['visa', 'amex', 'sepa'];

/** `all` is the URL that the gateway calls for the merchant as a whole. */
async function merchantHouse(members: readonly string[] = MEMBERS): Promise<IxopayHouse> {
  const house = openIxopayHouse();
  await house.put('all', { settings: { members } }, 'secret-of-all');
  for (const id of MEMBERS) await house.put(id, { testMode: id === 'sepa' }, `secret-of-${id}`);
  return house;
}

const rowsOf = (house: IxopayHouse) => house.stores.inbox.stream;
const dataOf = async (house: IxopayHouse, connectorId: string, id: string) =>
  (await house.stores.ledger.newest({ connectorId, type: 'transaction', id })).version?.data;
const listed = async (house: IxopayHouse) => {
  const { items } = await house.stores.ledger.find({ type: 'transaction', merchantId: 'acme', limit: 100 });
  return items.map(({ key, kind, mode }) => `${key.connectorId} ${key.id} ${kind} ${mode}`).sort();
};

describe('a callback at the URL of several connectors', () => {
  it.each(['all', ...MEMBERS])('is proved by the secret of %s and filed under it', async (owner) => {
    const house = await merchantHouse();
    expect(await house.call('/callbacks/all', debitOf('d'), `secret-of-${owner}`)).toBe(200);
    const [row] = rowsOf(house);
    expect(row).toMatchObject({
      ...{ connectorId: owner, merchantId: 'acme', mode: owner === 'all' || owner === 'sepa' ? 'test' : 'live' },
      ...{ verdict: { keyId: `k-${owner}` }, connectorVersion: 1, path: '/callbacks/all' },
    });
    expect(row?.callbackId.startsWith(`${owner}:`)).toBe(true);
    expect(row?.viaConnectorId).toBe(owner === 'all' ? undefined : 'all');
    expect(row?.group).toEqual(['all', ...MEMBERS].filter((id) => id !== owner));
  });

  it('is the same row where it comes to the URL of its own connector as well', async () => {
    const house = await merchantHouse();
    await house.put('amex', { settings: { publicPath: '/callbacks/all' } });
    expect(await house.call('/callbacks/all', debitOf('d'), 'secret-of-amex')).toBe(200);
    expect(await house.call('/callbacks/all', debitOf('d'), 'secret-of-amex')).toBe(200);
    expect(rowsOf(house)).toHaveLength(1);
  });

  it.each([
    ['is not listed', { members: ['visa', 'sepa'] }, {}],
    ['is of another merchant', { members: MEMBERS }, { merchantId: 'other' }],
    ['is of another gateway', { members: MEMBERS }, { gateway: 'paypal' as const }],
    [
      'has been out of use for too long',
      { members: MEMBERS },
      { active: false, inactiveSince: '2024-01-01T00:00:00.000Z' },
    ],
    ['is beyond the twentieth', { members: [...Array.from({ length: 20 }, (_, i) => `no-${i}`), 'amex'] }, {}],
  ])('is refused where the connector whose secret signed it %s', async (_name, settings, change) => {
    const house = await merchantHouse();
    await house.put('all', { settings });
    await house.put('amex', change);
    expect(await house.call('/callbacks/all', debitOf('d'), 'secret-of-amex')).toBe(401);
    expect(rowsOf(house)).toHaveLength(0);
  });

  it('needs no secret of the connector that is called, and takes a new member’s at once', async () => {
    const house = openIxopayHouse();
    await house.put('all', { settings: { members: ['late'] } });
    expect(await house.call('/callbacks/all', debitOf('d'), 'secret-of-late')).toBe(401);
    house.advance(5_000);
    await house.stores.registry.connector('late');
    await house.put('late', {}, 'secret-of-late');
    expect(await house.call('/callbacks/all', debitOf('d'), 'secret-of-late')).toBe(200);
  });
});

describe('a chargeback that another member’s secret signed than its original’s', () => {
  async function told(): Promise<readonly InboxRow[]> {
    const house = await merchantHouse();
    await house.call('/callbacks/visa', debitOf('d'), 'secret-of-visa');
    await house.call('/callbacks/all', chargebackOf('c1', 'd', '20.00'), 'secret-of-all', 1);
    await house.call('/callbacks/all', chargebackOf('c2', 'd', '1.50'), 'secret-of-sepa', 2);
    await house.call('/callbacks/amex', debitOf('other'), 'secret-of-amex', 3);
    return rowsOf(house);
  }

  it('reaches its original in every order and however often it is told', async () => {
    const rows = await told();
    expect(rows.map(({ connectorId }) => connectorId)).toEqual(['visa', 'all', 'sepa', 'amex']);
    const ends = new Set<string>();
    for (const order of permutations(rows)) {
      const house = await merchantHouse();
      await house.apply([...order, ...order.slice(0, 2)]);
      const data = await dataOf(house, 'visa', 'd');
      expect(data).toMatchObject({ kind: 'debit', status: 'FINISHED', testMode: false, connectorId: 'visa' });
      expect(data).toMatchObject({ totals: { chargedBack: 2150 } });
      ends.add(JSON.stringify([await listed(house), data?.['totals']]));
      // Its events are those of a payment of its own, in their order.
      const versions = await house.stores.ledger.versions({ connectorId: 'visa', type: 'transaction', id: 'd' }, 1, 99);
      expect(versions.map(({ version }) => version)).toEqual(versions.map((_, i) => i + 1));
      const types = versions.flatMap(({ type }) => type ?? []);
      expect(types[0]).toBe('payment.debit.finished');
      expect(new Set(types.slice(1))).toEqual(types.length > 1 ? new Set(['payment.debit.updated']) : new Set());
    }
    expect([...ends]).toHaveLength(1);
    expect(JSON.parse([...ends][0] ?? '')[0]).toEqual([
      'all c1 chargeback test',
      'all d unknown test',
      'amex other debit live',
      'sepa c2 chargeback test',
      'sepa d unknown test',
      'visa d debit live',
    ]);
  });

  it('tells no other connector where the original is its own', async () => {
    const house = await merchantHouse();
    await house.call('/callbacks/all', debitOf('d'), 'secret-of-visa');
    await house.call('/callbacks/all', chargebackOf('c', 'd'), 'secret-of-visa', 1);
    await house.apply(rowsOf(house));
    expect(await dataOf(house, 'visa', 'd')).toMatchObject({ totals: { chargedBack: 2000 } });
    for (const id of ['all', 'amex', 'sepa']) expect(await dataOf(house, id, 'd')).toBeUndefined();
    expect((await house.stores.delivery.counts()).confirmations).toBe(0);
  });
});
