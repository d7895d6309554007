import { beforeEach, describe, expect, it } from 'vitest';
import { createBreaker } from '#shared/pipeline/breaker.ts';
import type { DeliveryStore, SendResult } from '#shared/pipeline/ports.ts';
import { redeliver } from '#shared/pipeline/redeliver.ts';
import { redrive } from '#shared/pipeline/redrive.ts';
import { type RelayDeps, relay } from '#shared/pipeline/relay.ts';
import { applyAll, chance, type House, openHouse } from '../simulation/house.ts';
import type { Row } from '../simulation/world.ts';

const SUBSCRIPTION = { merchantId: 'acme', subscriptionId: 'all' };
const key = (id: string) => ({ connectorId: 'acme-cc-1', type: 'transaction' as const, id });

function pushed(uuid: string, result: string, amount = '10.00', minute = 1): Row {
  const body = { uuid, result, transactionType: 'DEBIT', amount, currency: 'EUR' };
  return { source: 'pushed', body: JSON.stringify(body), minute };
}

/** A house whose queue `all` answers as told; the others take everything. */
describe('delivery', () => {
  let house: House;
  let deps: RelayDeps;
  let refusal: string | undefined;
  let relayed = 0;
  let sends = 0;

  beforeEach(async () => {
    house = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
    [refusal, relayed, sends] = [undefined, 0, 0];
    const { sender } = house.relay;
    deps = {
      ...house.relay,
      sender: {
        async send(queue, messages): Promise<readonly SendResult[]> {
          if (queue.url !== 'all') return sender.send(queue, messages);
          sends++;
          if (refusal === undefined) return sender.send(queue, messages);
          return messages.map(({ id }) => ({ id, ok: false, code: refusal ?? '', message: 'refused' }));
        },
      },
    };
  });

  async function tell(...rows: readonly Row[]): Promise<void> {
    for (const row of rows) await house.deliver(row);
    await applyAll(house, (await house.stores.inbox.walk({ from: '', limit: 500 })).items, 1, () => 0.5);
    const moves = house.stores.ledger.stream.slice(relayed);
    relayed += moves.length;
    await relay(
      deps,
      moves.map(({ from, head }) => ({ key: head.key, after: from, upTo: head.version })),
    );
  }

  const redriving = () => ({ ...house.apply, ...deps, inbox: house.stores.inbox, isStorageTrouble: () => false });
  const got = (subscription: string) =>
    (house.queues[subscription] ?? []).map(
      (message) => `${message.groupId.split('/')[1]} ${message.attributes['sequence']}`,
    );
  const cursor = (id: string) => house.stores.delivery.cursor({ ...SUBSCRIPTION, subject: key(id) });

  it.each(['QueueDoesNotExist', 'AccessDenied', 'ThrottlingException', 'timeout'])(
    'a queue that refuses (%s) parks its own messages only; order holds while parked and after',
    async (code) => {
      refusal = code;
      await tell(pushed('a', 'PENDING'));
      await tell(pushed('a', 'OK'));
      expect(got('all')).toEqual([]);
      expect(got('live')).toEqual(['a 0000000001', 'a 0000000002']);
      expect(await cursor('a')).toMatchObject({ from: 1, upTo: 2, attempts: 1, state: 'waiting' });
      refusal = undefined;
      house.tick(60_000);
      expect(await redeliver(deps)).toEqual({ claimed: 1, cleared: 1, refused: 0 });
      expect(got('all')).toEqual(['a 0000000001', 'a 0000000002']);
      expect(await cursor('a')).toBeUndefined();
    },
  );

  it('a message that comes while its subject is parked waits behind it, though the queue takes others again', async () => {
    refusal = 'ThrottlingException';
    await tell(pushed('a', 'PENDING'));
    refusal = undefined;
    house.tick(60_000);
    await tell(pushed('a', 'OK'), pushed('b', 'OK'));
    expect(got('all')).toEqual(['b 0000000001']);
    await redeliver(deps);
    expect(got('all')).toEqual(['b 0000000001', 'a 0000000001', 'a 0000000002']);
  });

  it('pauses grow, and after the limit an operator is asked; nothing is dropped', async () => {
    deps = { ...deps, retry: { ...deps.retry, firstPauseMs: 1000, maxPauseMs: 8000, deadAfterAttempts: 4 } };
    refusal = 'AccessDenied';
    await tell(pushed('a', 'OK'));
    const pauses: (number | null)[] = [];
    for (let i = 0; i < 6; i++) {
      house.tick(8000);
      await redeliver(deps);
      const parked = await cursor('a');
      pauses.push(parked?.nextAt ? Date.parse(parked.nextAt) - deps.clock.now().getTime() : null);
    }
    expect(pauses).toEqual([2000, 4000, null, null, null, null]);
    expect(await cursor('a')).toMatchObject({ state: 'dead', from: 1, upTo: 1, lastError: 'AccessDenied: refused' });
    refusal = undefined;
    await house.stores.delivery.releaseCursors('acme', 'all', deps.clock.now().toISOString());
    await redeliver(deps);
    expect(got('all')).toEqual(['a 0000000001']);
  });

  it('one refusal of the whole queue spares the others waiting: nothing more is tried at once', async () => {
    const retry = { ...deps.retry, firstPauseMs: 10_000 };
    deps = { ...deps, breaker: createBreaker(deps.clock, retry) };
    refusal = 'timeout';
    await tell(...Array.from({ length: 40 }, (_, i) => pushed(`s${i}`, 'OK')));
    expect(sends).toBe(1);
    await tell(pushed('later', 'OK'));
    expect(sends).toBe(1);
    expect((await house.stores.delivery.counts()).parked).toBe(41);
    expect(got('live')).toHaveLength(41);
    refusal = undefined;
    house.tick(60_000);
    await redeliver(deps);
    expect(got('all')).toHaveLength(41);
  });

  it('with a breaker that no time closes, only redelivery tries a queue that has refused', async () => {
    const retry = { ...deps.retry, firstPauseMs: Number.POSITIVE_INFINITY, maxPauseMs: Number.POSITIVE_INFINITY };
    deps = { ...deps, breaker: createBreaker(deps.clock, retry) };
    refusal = 'timeout';
    await tell(pushed('a', 'PENDING'));
    house.tick(3_600_000);
    await tell(pushed('b', 'OK'));
    expect(sends).toBe(1);
    refusal = undefined;
    house.tick(60_000);
    await redeliver(deps);
    await tell(pushed('a', 'OK'));
    expect(got('all')).toEqual(expect.arrayContaining(['b 0000000001', 'a 0000000001', 'a 0000000002']));
    expect((await house.stores.delivery.counts()).parked).toBe(0);
  });

  it('merchants do not wait for one another: several queues that hang cost the time of one', async () => {
    const { ledger, registry } = house.stores;
    const theirs = await registry.subscription('acme', 'all');
    if (!theirs) throw new Error('no subscription');
    const others = Promise.withResolvers<void>();
    deps = {
      ...deps,
      ledger: {
        ...ledger,
        versions: async (subject, from, upTo) =>
          (await ledger.versions(subject, from, upTo)).map((row) => ({ ...row, merchantId: subject.id })),
      },
      registry: {
        subscriptionsOf: async (merchantId) => [{ ...theirs, merchantId, queue: { ...theirs.queue, url: merchantId } }],
      },
      sender: {
        async send({ url }, messages) {
          if (url === 'm2') others.resolve();
          else await others.promise;
          return messages.map(({ id }) => ({ id, ok: true }));
        },
      },
    };
    await tell(pushed('m1', 'OK'), pushed('m2', 'OK'));
    expect((await house.stores.delivery.counts()).parked).toBe(0);
  }, 10_000);

  it('a queue that takes messages again gets at once what waited for it', async () => {
    refusal = 'timeout';
    await tell(pushed('a', 'OK'));
    for (let i = 0; i < 10; i++) {
      house.tick(2000);
      await redeliver(deps);
    }
    refusal = undefined;
    house.tick(500);
    expect(await redeliver(deps)).toMatchObject({ claimed: 0 });
    house.tick(501);
    await tell(pushed('b', 'OK'));
    expect(await redeliver(deps)).toMatchObject({ claimed: 1, cleared: 1 });
    expect(got('all')).toContain('a 0000000001');
  });

  it('a queue with more parked subjects than one pass takes is tried once a pause, and others come to their turn', async () => {
    deps = { ...deps, retry: { ...deps.retry, firstPauseMs: 10_000, maxPauseMs: 10_000 } };
    refusal = 'timeout';
    await tell(...Array.from({ length: 450 }, (_, i) => pushed(`s${i}`, 'OK')));
    house.tick(20_000);
    sends = 0;
    expect(await redeliver(deps)).toMatchObject({ claimed: 200, refused: 200 });
    expect(await redeliver(deps)).toMatchObject({ claimed: 0 });
    expect(sends).toBe(1);
    refusal = undefined;
    house.tick(20_000);
    for (let pass = 0; pass < 3; pass++) await redeliver(deps);
    expect(got('all')).toHaveLength(450);
  });

  it('a slow queue with more than a run can send gets on with each run, and none of it counts as refused', async () => {
    refusal = 'timeout';
    const many = Array.from({ length: 60 }, (_, i) => `s${i}`);
    await tell(...many.flatMap((id) => [pushed(id, 'PENDING'), pushed(id, 'OK', '10.00', 2)]));
    refusal = undefined;
    for (let run = 1; run <= 20 && (await house.stores.delivery.counts()).parked > 0; run++) {
      house.tick(60_000);
      const [before, gone] = [sends, got('all').length];
      await redeliver(deps, () => sends - before >= 2);
      expect(sends - before).toBeLessThanOrEqual(2);
      expect(got('all').length).toBeGreaterThan(gone);
    }
    expect((await house.stores.delivery.counts()).parked).toBe(0);
    expect(new Set(got('all')).size).toBe(got('all').length);
    for (const id of many) expect(got('all').filter((one) => one.startsWith(`${id} `))).toHaveLength(2);
  });

  it('pitfall 22: a paused subscription parks and is sent in order on resume', async () => {
    const { registry, delivery } = house.stores;
    const subscription = await registry.subscription('acme', 'all');
    if (!subscription) throw new Error('no subscription');
    const audit = { at: '', who: '', what: '', resource: '', changes: [] };
    await registry.putSubscription({ ...subscription, paused: true, version: 2 }, 1, audit);
    await tell(pushed('a', 'PENDING'));
    await tell(pushed('a', 'OK'));
    house.tick(60_000);
    expect(await redeliver(deps)).toMatchObject({ claimed: 0 });
    expect(await cursor('a')).toMatchObject({ state: 'paused', nextAt: null, upTo: 2 });
    await registry.putSubscription({ ...subscription, paused: false, version: 3 }, 2, audit);
    await delivery.releaseCursors('acme', 'all', deps.clock.now().toISOString());
    await redeliver(deps);
    expect(got('all')).toEqual(['a 0000000001', 'a 0000000002']);
  });

  it('a relay that still remembers a pause parks nothing for ever', async () => {
    const { registry } = house.stores;
    const fresh = deps.registry;
    const remembering = async (merchantId: string) =>
      (await registry.subscriptionsOf(merchantId)).map((one) => ({ ...one, paused: true }));
    deps = { ...deps, registry: { subscriptionsOf: remembering } };
    await tell(pushed('a', 'OK'));
    expect(got('all')).toEqual([]);
    deps = { ...deps, registry: fresh };
    house.tick(60_000);
    await redeliver(deps);
    expect(got('all')).toEqual(['a 0000000001']);
  });

  it('a subscription that is resumed while its cursor is being paused is not forgotten', async () => {
    const { registry, delivery } = house.stores;
    refusal = 'AccessDenied';
    await tell(pushed('a', 'OK'));
    refusal = undefined;
    house.tick(60_000);
    let reads = 0;
    // The first read is of before the resume, whose release comes before the cursor is written.
    const subscriptionsOf = async (merchantId: string) => {
      reads++;
      return (await registry.subscriptionsOf(merchantId)).map((one) => ({ ...one, paused: reads === 1 }));
    };
    const claimCursor: typeof delivery.claimCursor = async (...about) => {
      const mine = await delivery.claimCursor(...about);
      await delivery.releaseCursors('acme', 'all', deps.clock.now().toISOString());
      return mine;
    };
    const resuming: DeliveryStore = Object.create(delivery, { claimCursor: { value: claimCursor } });
    await redeliver({ ...deps, registry: { subscriptionsOf }, delivery: resuming });
    expect(await cursor('a')).toMatchObject({ state: 'waiting' });
    await redeliver(deps);
    expect(got('all')).toEqual(['a 0000000001']);
  });

  it('pitfall 22: cursors of a subscription that is gone are cleared away and spin no worker', async () => {
    refusal = 'QueueDoesNotExist';
    await tell(pushed('a', 'OK'));
    const audit = { at: '', who: '', what: '', resource: '', changes: [] };
    await house.stores.registry.deleteSubscription('acme', 'all', audit);
    house.tick(60_000);
    await redeliver(deps);
    expect((await house.stores.delivery.counts()).parked).toBe(0);
  });

  it('pitfall 9: what was stored and never sent is sent when its move comes again', async () => {
    await tell(pushed('a', 'PENDING'), pushed('a', 'OK'));
    const moves = house.stores.ledger.stream.map(({ from, head }) => ({
      key: head.key,
      after: from,
      upTo: head.version,
    }));
    house.queues['all']?.splice(0);
    const amnesiac = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
    await relay({ ...deps, sender: amnesiac.relay.sender }, moves);
    expect(amnesiac.queues['all']?.map((m) => m.attributes['sequence'])).toEqual(['0000000001', '0000000002']);
  });

  it('redrive applies every callback again, changes nothing, and sends every version since then with its stored id', async () => {
    await tell(pushed('a', 'PENDING'), pushed('b', 'OK'));
    await tell(pushed('a', 'OK'));
    const ids = house.queues['all']?.map((message) => message.id);
    const other = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
    const recovering = { ...redriving(), sender: other.relay.sender };
    const report = await redrive(recovering, '2026-01-01T00:00:00.000Z');
    expect(report).toEqual({ callbacks: 3, failed: 0, subjects: 2, versions: 3, cursor: null });
    expect(new Set(other.queues['all']?.map((message) => message.id))).toEqual(new Set(ids));
    expect(await redrive(recovering, '2030-01-01T00:00:00.000Z')).toEqual({
      callbacks: 0,
      failed: 0,
      subjects: 0,
      versions: 0,
      cursor: null,
    });
  });

  it('redrive lets dead cursors of the subjects it meets go on', async () => {
    deps = { ...deps, retry: { ...deps.retry, deadAfterAttempts: 1 } };
    refusal = 'AccessDenied';
    await tell(pushed('a', 'OK'));
    house.tick(60_000);
    await redeliver(deps);
    expect(await cursor('a')).toMatchObject({ state: 'dead' });
    refusal = undefined;
    await redrive(redriving(), '2026-01-01T00:00:00.000Z');
    await redeliver(deps);
    expect(got('all')).toEqual(['a 0000000001']);
  });

  it('pitfall 10: nothing of one batch is remembered in the next', async () => {
    refusal = 'timeout';
    await tell(pushed('a', 'OK'));
    refusal = undefined;
    house.tick(60_000);
    await tell(pushed('b', 'OK'));
    expect(got('all')).toEqual(['b 0000000001']);
  });
});
