import { describe, expect, it } from 'vitest';
import type { ConfirmRequest } from '#shared/pipeline/ports.ts';
import { answered, CONNECTOR, type ConfirmHouse, openConfirmHouse } from './confirm-house.ts';

const HOUR = 3_600_000;

/** A question of reconcile's sample, due now. */
function sample(house: ConfirmHouse, id: string): ConfirmRequest {
  const at = new Date(house.nowMs()).toISOString();
  return {
    ...{ connectorId: CONNECTOR, merchantId: 'acme', evidenceDigest: `drift/${at}`, reason: 'drift', at, nextAt: at },
    about: { type: 'subject', subject: { connectorId: CONNECTOR, type: 'transaction', id } },
    ...{ state: 'waiting', attempts: 0, hasTurn: false },
  };
}

const rows = async (house: ConfirmHouse) => (await house.house.stores.inbox.list({ limit: 100 })).items.length;
const versionOf = async (house: ConfirmHouse, id: string) =>
  (await house.house.stores.ledger.newest({ connectorId: CONNECTOR, type: 'transaction', id })).version?.version;

async function houseWith(id: string): Promise<ConfirmHouse> {
  const house = await openConfirmHouse();
  await house.push({ id, status: 'FINISHED' });
  return house;
}

describe('a sampled payment', () => {
  it.each([
    ['the same words', 0],
    ['other words each time', 1],
  ])('of which the gateway says nothing new, in %s, leaves no row and no version', async (_name, differs) => {
    const house = await houseWith('t1');
    house.answerWith(() => answered({ id: 't1', status: 'FINISHED', n: house.asked.length * differs }));
    for (let hour = 0; hour < 5; hour++) {
      house.house.tick(HOUR);
      await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
      expect(await house.confirm()).toEqual({ answered: 1 });
      await house.applyNew();
    }
    expect(house.asked).toHaveLength(5);
    expect(await rows(house)).toBe(1);
    expect(await versionOf(house, 't1')).toBe(1);
  });

  it('of which it says otherwise is changed by the answer', async () => {
    const house = await houseWith('t1');
    house.answerWith(() => answered({ id: 't1', status: 'ERROR' }));
    await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
    await house.confirm();
    await house.applyNew();
    expect(await rows(house)).toBe(2);
    expect(await house.status('t1')).toBe('ERROR');
  });

  it('whose answer tells of a payment that nobody knew makes that known', async () => {
    const house = await houseWith('t1');
    house.answerWith(() => answered({ id: 't1', status: 'FINISHED' }, { id: 't1-refund', status: 'FINISHED' }));
    await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
    await house.confirm();
    await house.applyNew();
    expect(await house.status('t1-refund')).toBe('FINISHED');
  });

  it('whose answer changes another payment is stored', async () => {
    const house = await houseWith('t1');
    await house.push({ id: 't2', status: 'PENDING' });
    house.answerWith(() => answered({ id: 't1', status: 'FINISHED' }, { id: 't2', status: 'ERROR' }));
    await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
    await house.confirm();
    await house.applyNew();
    expect(await house.status('t2')).toBe('ERROR');
  });

  it('whose answer cannot be read is kept: a bug of ours is shown, not lost', async () => {
    const house = await houseWith('t1');
    const broken = {
      ...house.gateway,
      normalize() {
        throw new TypeError('a bug');
      },
    };
    house.answerWith(() => answered({ id: 't1', status: 'FINISHED' }));
    await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
    const { confirmDue } = await import('#shared/pipeline/confirm.ts');
    await confirmDue({ ...house.deps, gateways: { ixopay: broken } });
    expect(await rows(house)).toBe(2);
  });

  it('does not answer what else waits about it', async () => {
    const house = await houseWith('t1');
    await house.push({ id: 't1', status: 'PENDING', hint: true, n: 1 });
    const [hint] = await house.questions();
    if (hint === undefined) throw new Error('no question');
    const later = new Date(house.nowMs() + 1_000).toISOString();
    await house.house.stores.delivery.updateConfirmation(hint, { ...hint, nextAt: later }, hint.nextAt);
    await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
    house.answerWith(() => answered({ id: 't1', status: 'FINISHED' }));
    expect(await house.confirm()).toEqual({ answered: 1 });
    expect((await house.questions()).find(({ reason }) => reason === 'hint')?.state).toBe('waiting');
    house.house.tick(1_000);
    expect(await house.confirm()).toEqual({ answered: 1 });
    await house.applyNew();
    expect(house.asked).toHaveLength(2);
    expect(await rows(house)).toBe(3);
  });

  it('that has its turn lets no other question about it wait', async () => {
    const house = await houseWith('t1');
    const nextAt = new Date(house.nowMs() + 10_000).toISOString();
    await house.house.stores.delivery.putConfirmation({ ...sample(house, 't1'), nextAt, hasTurn: true });
    await house.push({ id: 't1', status: 'PENDING', hint: true, n: 1 });
    house.answerWith(() => answered({ id: 't1', status: 'FINISHED' }));
    expect(await house.confirm()).toEqual({ answered: 1 });
  });

  it('is asked about later where the gateway is only slow', async () => {
    const house = await houseWith('t1');
    for (let i = 0; i < 3; i++) {
      await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
      house.house.tick(1);
    }
    house.answerWith(() => {
      house.house.tick(11_000);
      return answered({ id: 't1', status: 'FINISHED' });
    });
    expect(await house.confirm()).toEqual({ answered: 1, paused: 2 });
    house.house.tick(5_000);
    expect(await house.confirm()).toEqual({ answered: 1, paused: 1 });
    house.house.tick(5_000);
    expect(await house.confirm()).toEqual({ answered: 1 });
    expect(await rows(house)).toBe(1);
  });

  it.each(['not_found', 'not_allowed', 'rate_limited', 'down', 'malformed', 'foreign', 'cannot'] as const)(
    'that is answered with %s is not asked about again: the next round takes another',
    async (outcome) => {
      const house = await houseWith('t1');
      house.answerWith(() => ({ outcome, detail: 'It says no.' }));
      await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
      house.house.tick(1);
      await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
      await house.confirm();
      for (const question of await house.questions()) {
        expect(question).toMatchObject({ state: 'done', nextAt: null, lastOutcome: outcome });
      }
      house.house.tick(48 * HOUR);
      expect(await house.confirm()).toEqual({});
    },
  );

  it.each([{ active: false }, { archived: true }, { secretNames: [] }])(
    'of a connector that is not asked (%j) is not asked about later',
    async (change) => {
      const house = await houseWith('t1');
      await house.house.stores.delivery.putConfirmation(sample(house, 't1'));
      await house.changeConnector(change);
      await house.confirm();
      expect((await house.questions()).map(({ state }) => state)).toEqual(['done']);
    },
  );
});
