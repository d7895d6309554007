import { beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryStore, QueueSender } from '#shared/pipeline/ports.ts';
import { redeliver } from '#shared/pipeline/redeliver.ts';
import { redrive } from '#shared/pipeline/redrive.ts';
import { type RelayDeps, relay } from '#shared/pipeline/relay.ts';
import { applyAll, chance, type House, openHouse } from '../simulation/house.ts';

const SINCE = '2026-01-01T00:00:00.000Z';
const KEY = { connectorId: 'acme-cc-1', type: 'transaction' as const, id: 'a' };
const ID = { merchantId: 'acme', subscriptionId: 'all', subject: KEY };

/** What relay, redelivery and redrive do to one cursor at the same moment: on AWS each is another function. */
describe('a cursor that changes while somebody sends', () => {
  let house: House;
  let deps: RelayDeps;
  /** Called once by the next sending to the queue `all`, which it then refuses or takes. */
  let meanwhile: (() => Promise<'refused' | 'taken'>) | undefined;

  beforeEach(async () => {
    house = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
    meanwhile = undefined;
    deps = { ...house.relay, sender: interrupted(house.relay.sender) };
    for (const [minute, result] of ['PENDING', 'OK', 'OK', 'OK'].entries()) {
      const body = { uuid: 'a', result, transactionType: 'DEBIT', currency: 'EUR', amount: '10.00' };
      await house.deliver({
        source: 'pushed',
        body: JSON.stringify({ ...body, merchantMetaData: `step ${minute}` }),
        minute,
      });
    }
    await applyAll(house, (await house.stores.inbox.walk({ from: '', limit: 500 })).items, 1, () => 0.5);
  });

  function interrupted(sender: QueueSender): QueueSender {
    return {
      async send(queue, messages) {
        const call = queue.url === 'all' ? meanwhile : undefined;
        if (call === undefined) return sender.send(queue, messages);
        meanwhile = undefined;
        if ((await call()) === 'taken') return sender.send(queue, messages);
        return messages.map(({ id }) => ({ id, ok: false, code: 'AccessDenied', message: 'refused' }));
      },
    };
  }

  const newest = async () => (await house.stores.ledger.newest(KEY)).version?.version ?? 0;
  const cursor = () => house.stores.delivery.cursor(ID);
  const got = () => new Set((house.queues['all'] ?? []).map(({ attributes }) => Number(attributes['sequence'])));
  const published = async () => {
    const rows = await house.stores.ledger.versions(KEY, 1, await newest());
    return new Set(rows.filter(({ type }) => type !== null).map(({ version }) => version));
  };
  const park = (from: number, upTo: number) =>
    house.stores.delivery.createCursor({
      ...ID,
      ...{ from, upTo, attempts: 1, state: 'waiting', lastError: 'AccessDenied' },
      nextAt: deps.clock.now().toISOString(),
      parkedAt: deps.clock.now().toISOString(),
    });

  it('events that a queue refuses are parked though the cursor that was in the way has just gone', async () => {
    meanwhile = async () => {
      await park(1, 0);
      return 'refused';
    };
    const delivery: DeliveryStore = {
      ...deps.delivery,
      async createCursor(row) {
        const made = await deps.delivery.createCursor(row);
        // Whoever held the subject lets it go between the two requests.
        if (made === 'exists') await deps.delivery.deleteCursor(row, 0);
        return made;
      },
    };
    const upTo = await newest();
    await relay({ ...deps, delivery }, [{ key: KEY, after: 0, upTo }]);
    expect(await cursor()).toMatchObject({ from: 1, upTo });
  });

  it('events that a queue refuses are parked from the first of them, though later ones are parked already', async () => {
    const upTo = await newest();
    meanwhile = async () => {
      await park(upTo, upTo);
      return 'refused';
    };
    await relay(deps, [{ key: KEY, after: 0, upTo }]);
    house.tick(3_600_000);
    await redeliver(deps);
    expect(got()).toEqual(await published());
    expect(await cursor()).toBeUndefined();
  });

  it.each(['taken', 'refused'] as const)(
    'what a redrive asks for while redelivery sends is sent too (%s)',
    async (outcome) => {
      const upTo = await newest();
      await park(upTo, upTo);
      meanwhile = async () => {
        const redriving = { ...house.apply, ...deps, inbox: house.stores.inbox, isStorageTrouble: () => false };
        await redrive(redriving, SINCE);
        return outcome;
      };
      await redeliver(deps);
      for (let i = 0; i < 3; i++) {
        house.tick(3_600_000);
        await redeliver(deps);
      }
      expect(got()).toEqual(await published());
      expect(await cursor()).toBeUndefined();
    },
  );
});
