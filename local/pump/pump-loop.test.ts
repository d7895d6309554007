import { afterEach, describe, expect, it } from 'vitest';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { type PositionName, type PumpLoop, type PumpLoopDeps, startPumpLoop } from './pump-loop.ts';

function rowOf(callbackId: string): InboxRow {
  return {
    callbackId,
    connectorId: 'acme-cc-1',
    merchantId: 'acme',
    gateway: 'ixopay',
    source: 'pushed',
    mode: 'test',
    receivedAt: '2026-01-15T09:30:00.000Z',
    method: 'POST',
    path: '/callbacks/acme-cc-1',
    rawQuery: '',
    headers: {},
    declared: {},
    body: new Uint8Array(),
    bodySha256: '',
  };
}

const loops: PumpLoop[] = [];
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop();
});

class StorageTrouble extends Error {}

function setUp(over: Partial<PumpLoopDeps> = {}) {
  const world = {
    inbox: [] as string[],
    versions: [] as string[],
    positions: { applied: 0, relayed: 0 },
    applied: [] as string[],
    failed: [] as string[],
    relayed: [] as string[],
    batches: [] as number[],
    troubles: [] as unknown[],
    inBatch: false,
    overlaps: 0,
  };
  const deps: PumpLoopDeps = {
    rowsAfter: async (position, limit) =>
      world.inbox.slice(position, position + limit).map((id, i) => ({ position: position + i + 1, row: rowOf(id) })),
    versionsAfter: async (position, limit) =>
      world.versions.slice(position, position + limit).map((id, i) => ({
        position: position + i + 1,
        key: { connectorId: 'acme-cc-1', type: 'transaction', id },
        version: 1,
      })),
    position: async (name) => world.positions[name],
    async setPosition(name: PositionName, position) {
      world.positions[name] = position;
    },
    async batch(work) {
      const before = { ...world, positions: { ...world.positions }, applied: [...world.applied] };
      if (world.inBatch) world.overlaps += 1;
      world.inBatch = true;
      try {
        const result = await work();
        world.batches.push(world.applied.length - before.applied.length);
        return result;
      } catch (error) {
        Object.assign(world, { positions: before.positions, applied: before.applied });
        throw error;
      } finally {
        world.inBatch = false;
      }
    },
    async apply(row) {
      world.applied.push(row.callbackId);
      world.versions.push(row.callbackId);
    },
    async fail(row) {
      world.failed.push(row.callbackId);
    },
    async relay(moves) {
      if (world.inBatch) world.overlaps += 1;
      for (const { key } of moves) world.relayed.push(key.id);
    },
    redeliver: async () => ({ claimed: 0 }),
    nextRedeliveryMs: async () => undefined,
    reconcile: async () => undefined,
    confirm: async () => 0,
    nextQuestionMs: async () => undefined,
    isStorageTrouble: (error) => error instanceof StorageTrouble,
    trouble: (error) => void world.troubles.push(error),
    ...over,
  };
  const start = () => {
    const loop = startPumpLoop(deps);
    loops.push(loop);
    return loop;
  };
  return { world, deps, start };
}

const ids = (n: number) => Array.from({ length: n }, (_, i) => `c${i}`);

describe('pump loop', () => {
  it('applies and relays what was there when it started, in order, many rows a commit', async () => {
    const { world, start } = setUp();
    world.inbox = ids(300);
    start();
    await expect.poll(() => world.relayed.length).toBe(300);
    expect(world.applied).toEqual(ids(300));
    expect(world.relayed).toEqual(ids(300));
    expect(world.batches.length).toBeLessThan(10);
    expect(world.overlaps).toBe(0);
  });

  it('goes on when it is woken', async () => {
    const { world, start } = setUp();
    const loop = start();
    for (const id of ids(5)) {
      world.inbox.push(id);
      loop.wake();
      await expect.poll(() => world.relayed).toContain(id);
    }
    expect(world.positions).toEqual({ applied: 5, relayed: 5 });
  });

  it('a record that cannot be applied becomes a failed one, and the next ones go on', async () => {
    const { world, deps, start } = setUp();
    const { apply } = deps;
    Object.assign(deps, {
      apply: async (row: InboxRow) => {
        if (row.callbackId === 'c3') throw new TypeError('a bug');
        return apply(row);
      },
    });
    world.inbox = ids(6);
    start();
    await expect.poll(() => world.relayed.length).toBeGreaterThanOrEqual(5);
    expect(world.applied).toEqual(['c0', 'c1', 'c2', 'c4', 'c5']);
    expect(world.failed).toEqual(['c3']);
    expect(world.positions.applied).toBe(6);
    expect(world.troubles).toHaveLength(1);
  });

  it('storage trouble passes over nothing: the same rows come again', async () => {
    const { world, deps, start } = setUp();
    const { batch } = deps;
    let broken = 1;
    Object.assign(deps, {
      batch: async (work: () => Promise<unknown>) => {
        if (broken > 0) {
          broken -= 1;
          throw new StorageTrouble('disk full');
        }
        return batch(work);
      },
    });
    world.inbox = ids(3);
    const loop = start();
    await expect.poll(() => world.troubles.length).toBe(1);
    expect(world.failed).toEqual([]);
    loop.wake();
    await expect.poll(() => world.relayed).toEqual(ids(3));
  });

  it('pitfall 9: what the relay did not finish comes again', async () => {
    const { world, deps, start } = setUp();
    const { relay } = deps;
    let broken = true;
    Object.assign(deps, {
      relay: async (moves: Parameters<typeof relay>[0]) => {
        if (broken) {
          broken = false;
          throw new StorageTrouble('disk full');
        }
        return relay(moves);
      },
    });
    world.inbox = ids(2);
    const loop = start();
    await expect.poll(() => world.troubles.length).toBe(1);
    world.inbox.push('c2');
    loop.wake();
    await expect.poll(() => world.relayed).toEqual(ids(3));
  });

  it('a queue that answers slowly does not hold up applying', async () => {
    const held = Promise.withResolvers<void>();
    const { world, deps, start } = setUp();
    Object.assign(deps, { relay: () => held.promise });
    world.inbox = ids(1);
    const loop = start();
    await expect.poll(() => world.applied.length).toBe(1);
    world.inbox.push('c1');
    loop.wake();
    await expect.poll(() => world.applied.length).toBe(2);
    held.resolve();
  });

  it('tries parked deliveries when the next is due and when it is told to', async () => {
    let tries = 0;
    const { start } = setUp({
      redeliver: async () => {
        tries += 1;
        return { claimed: 0 };
      },
      nextRedeliveryMs: async () => (tries === 1 ? 20 : undefined),
    });
    const loop = start();
    await expect.poll(() => tries).toBe(2);
    loop.wakeRedelivery();
    await expect.poll(() => tries).toBe(3);
  });

  it('reconciles when it starts, beside the rest, again after trouble, and is told when it is to stop', async () => {
    const over: boolean[] = [];
    let isOver: () => boolean = () => true;
    const { world, start } = setUp({
      reconcile: async (ask) => {
        isOver = ask;
        over.push(ask());
        if (over.length === 1) throw new StorageTrouble('locked');
      },
    });
    world.inbox.push(...ids(3));
    const loop = start();
    await expect.poll(() => over, { timeout: 3_000 }).toEqual([false, false]);
    expect(world.troubles).toHaveLength(1);
    expect(world.applied).toHaveLength(3);
    await loop.stop();
    expect(isOver()).toBe(true);
  });

  it('asks gateways when it starts, when a question is put and when the next is due; not in a circle', async () => {
    const asked: number[] = [];
    let next: number | undefined = 0;
    const loop = setUp({
      async confirm() {
        asked.push(performance.now());
        return 0;
      },
      nextQuestionMs: async () => next,
    }).start();
    await expect.poll(() => asked.length).toBe(1);
    // Due, and it does not move: a second's rest, unless something new is put.
    loop.wakeConfirm();
    await expect.poll(() => asked.length).toBe(2);
    next = undefined;
    await expect.poll(() => asked.length, { timeout: 3_000 }).toBe(3);
    expect((asked[2] ?? 0) - (asked[1] ?? 0)).toBeGreaterThan(900);
    loop.wakeConfirm();
    await expect.poll(() => asked.length).toBe(4);
  });
});
