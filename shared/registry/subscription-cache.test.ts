import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryInForce } from '#shared/model/subscription-filter.ts';
import type { Subscription, SubscriptionFilter } from './records.ts';
import {
  ACTIVATION_DELAY_MS,
  createSubscriptionCache,
  REMEMBERED_MERCHANTS,
  SUBSCRIPTIONS_LIFETIME_MS,
} from './subscription-cache.ts';

const BEGINNING = Date.UTC(2026, 0, 15);
const iso = (ms: number) => new Date(BEGINNING + ms).toISOString();

function subscriptionOf(merchantId: string, change: Partial<Subscription> = {}): Subscription {
  const queue: Subscription['queue'] = { url: `https://q/${merchantId}`, fifo: true, managed: true };
  const times = { createdAt: iso(0), updatedAt: iso(0) };
  return {
    ...{ merchantId, subscriptionId: 'main', queue, entries: [], paused: false, readTokenSha256: 'x', version: 1 },
    ...times,
    ...change,
  };
}

function setUp() {
  const clock = { nowMs: 0, now: () => new Date(BEGINNING + clock.nowMs) };
  const rows = new Map<string, readonly Subscription[]>();
  const reads: string[] = [];
  const trouble: Error[] = [];
  const gate: { wait?: Promise<void> } = {};
  const registry = {
    async subscriptionsOf(merchantId: string) {
      reads.push(merchantId);
      const found = rows.get(merchantId) ?? [];
      await gate.wait;
      const error = trouble.shift();
      if (error !== undefined) throw error;
      return found;
    },
  };
  return { clock, rows, reads, trouble, gate, cache: createSubscriptionCache(registry, clock) };
}

describe('subscription cache', () => {
  it('uses what it read for 45 s, an empty list too, and then reads again', async () => {
    const { clock, rows, reads, cache } = setUp();
    expect(await cache.subscriptionsOf('acme')).toEqual([]);
    rows.set('acme', [subscriptionOf('acme')]);
    clock.nowMs = SUBSCRIPTIONS_LIFETIME_MS - 1;
    expect(await cache.subscriptionsOf('acme')).toEqual([]);
    clock.nowMs += 1;
    expect(await cache.subscriptionsOf('acme')).toHaveLength(1);
    expect(reads).toHaveLength(2);
  });

  it('counts the age from the beginning of the read', async () => {
    const { clock, rows, gate, cache } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.wait = promise;
    const slow = cache.subscriptionsOf('acme');
    rows.set('acme', [subscriptionOf('acme')]);
    clock.nowMs = SUBSCRIPTIONS_LIFETIME_MS;
    resolve();
    expect(await slow).toEqual([]);
    expect(await cache.subscriptionsOf('acme')).toHaveLength(1);
  });

  it('shares one read among look-ups at the same moment, of one merchant only', async () => {
    const { reads, cache } = setUp();
    await Promise.all(['a', 'a', 'b', 'a', 'b'].map((id) => cache.subscriptionsOf(id)));
    expect(reads).toEqual(['a', 'b']);
  });

  it('sees a pause that has ended with the next look-up, whatever was read before', async () => {
    const { rows, cache } = setUp();
    rows.set('acme', [subscriptionOf('acme'), subscriptionOf('acme', { paused: true })]);
    expect((await cache.subscriptionsOf('acme'))[1]?.paused).toBe(true);
    rows.set('acme', [subscriptionOf('acme'), subscriptionOf('acme', { paused: false })]);
    expect((await cache.subscriptionsOf('acme'))[1]?.paused).toBe(false);
  });

  it('rejects as the registry does and remembers nothing of it', async () => {
    const { rows, trouble, cache } = setUp();
    rows.set('acme', [subscriptionOf('acme')]);
    trouble.push(new Error('throttled'));
    const both = await Promise.allSettled([cache.subscriptionsOf('acme'), cache.subscriptionsOf('acme')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cache.subscriptionsOf('acme')).toHaveLength(1);
  });

  it('reads again where the clock was set back', async () => {
    const { clock, reads, cache } = setUp();
    clock.nowMs = 10_000;
    await cache.subscriptionsOf('acme');
    clock.nowMs = 0;
    await cache.subscriptionsOf('acme');
    expect(reads).toHaveLength(2);
  });

  it('is not grown by merchants without end', async () => {
    const { reads, cache } = setUp();
    await cache.subscriptionsOf('first');
    for (let i = 0; i < REMEMBERED_MERCHANTS; i += 1) await cache.subscriptionsOf(`m${i}`);
    await cache.subscriptionsOf('m0');
    await cache.subscriptionsOf('first');
    expect(reads.filter((id) => id === 'first')).toHaveLength(2);
    expect(reads.filter((id) => id === 'm0')).toHaveLength(1);
  });
});

/** What the margin is for: a write may take 5 s, and apply's clock may be 5 s ahead of the admin's. */
const SLOWEST_WRITE_MS = 5_000;
const CLOCKS_APART_MS = 5_000;

interface Change {
  readonly atMs: number;
  readonly writeMs: number;
}

describe('the bound of 60 s', () => {
  it('with any timing, a version is judged by the filter in force at its time, on the queue of at most 60 s ago', async () => {
    const halfSeconds = (most: number) => fc.integer({ min: 0, max: most / 500 }).map((n) => n * 500);
    const change = fc.record({ atMs: halfSeconds(120_000), writeMs: halfSeconds(SLOWEST_WRITE_MS) });
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    const looks = fc.array(halfSeconds(240_000), { minLength: 40, maxLength: 80 });
    await fc.assert(fc.asyncProperty(changes, looks, halfSeconds(CLOCKS_APART_MS), judgedRightly));
  });

  it('is the one that is promised', () => {
    expect(ACTIVATION_DELAY_MS).toBe(60_000);
  });
});

/** `applyAhead`: by how many milliseconds apply's clock is ahead of the admin's. The relay's counts for ages only. */
async function judgedRightly(changes: readonly Change[], looks: readonly number[], applyAhead: number): Promise<void> {
  let truth = subscriptionOf('acme');
  const clock = { trueMs: 0, now: () => new Date(BEGINNING + clock.trueMs) };
  const cache = createSubscriptionCache({ subscriptionsOf: async () => [truth] }, clock);
  const queues = [{ atMs: Number.NEGATIVE_INFINITY, url: truth.queue.url }];
  // A write is made at its end, with the time of its beginning.
  const steps = [
    ...changes.map(({ atMs, writeMs }, i) => ({ atMs: atMs + writeMs, write: { atMs, name: `change${i}` } })),
    ...looks.map((atMs) => ({ atMs, write: undefined })),
  ].sort((a, b) => a.atMs - b.atMs);
  for (const { atMs, write } of steps) {
    clock.trueMs = atMs;
    if (write !== undefined) {
      truth = changed(truth, write.atMs, write.name);
      queues.push({ atMs, url: truth.queue.url });
      continue;
    }
    const [used] = await cache.subscriptionsOf('acme');
    const versionTime = iso(atMs + applyAhead);
    expect(entryInForce(used?.entries ?? [], versionTime)).toEqual(entryInForce(truth.entries, versionTime));
    const oldest = queues.findLastIndex((queue) => queue.atMs <= atMs - ACTIVATION_DELAY_MS);
    expect(queues.slice(oldest).map(({ url }) => url)).toContain(used?.queue.url);
  }
}

/** As write-subscription does: a filter counts after the delay, and after the one before it. */
function changed(before: Subscription, atMs: number, name: string): Subscription {
  const last = before.entries.at(-1);
  const earliestMs = last === undefined ? 0 : Date.parse(last.from) + 1;
  const from = new Date(Math.max(BEGINNING + atMs + ACTIVATION_DELAY_MS, earliestMs)).toISOString();
  const filter: SubscriptionFilter = { types: [`payment.${name}`], kinds: [], connectors: [], mode: 'both' };
  const queue = { ...before.queue, url: `https://q/${name}.fifo` };
  return { ...before, queue, entries: [...before.entries, { from, filter }], version: before.version + 1 };
}
