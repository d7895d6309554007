import type { Message } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Handler } from '#shared/consumer/handle-event.ts';
import { type MemoryTransaction, memoryProgressStore, type PostriderEvent } from '#shared/consumer/index.ts';
import { type BatchBench, batchBench, messageOf } from './batch-bench.ts';
import { streams } from './delivered-stream.ts';
import { subscriptionApi } from './subscription-api.ts';

const RUNS = 1000;

/** What happens to a delivery on its way: its place in the shuffled order, how often it comes, 0 is lost. */
const fates = fc.array(fc.record({ place: fc.integer(), copies: fc.integer({ min: 0, max: 3 }) }), {
  minLength: 36,
  maxLength: 36,
});
const batchSizes = fc.integer({ min: 1, max: 10 });
/** Which calls of the handler fail. */
const failures = fc.array(fc.boolean(), { maxLength: 12 });

type Fates = readonly { readonly place: number; readonly copies: number }[];

function arrivals(events: readonly PostriderEvent[], fate: Fates): PostriderEvent[] {
  return events
    .flatMap((event, index) => Array.from({ length: fate[index]?.copies ?? 1 }, () => ({ event, index })))
    .map((each, copy) => ({ ...each, place: fate[(each.index + copy * 7) % fate.length]?.place ?? 0 }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ event }) => event);
}

/** Hands over batch after batch; what is kept comes again at the end, as on a queue that is not FIFO. */
async function consume(bench: BatchBench, queue: Message[], batchSize: number): Promise<void> {
  for (let rounds = 0; queue.length > 0; rounds += 1) {
    expect(rounds).toBeLessThan(1000);
    const { done, kept } = await bench.handle(queue.splice(0, batchSize));
    queue.push(...kept.map(({ message }) => message));
    expect(done.length + kept.length).toBeLessThanOrEqual(batchSize);
  }
}

/** A handler that commits its effect with the mark, and fails as planned, before or after recordIn. */
function exactlyOnce(
  store: ReturnType<typeof memoryProgressStore>,
  effects: PostriderEvent[],
  plan: boolean[],
): Handler<MemoryTransaction> {
  return async (event, { recordIn }) => {
    const transaction = store.begin();
    if (plan.shift()) throw new Error('planned, before recordIn');
    await recordIn(transaction);
    if (plan.shift()) throw new Error('planned, before the commit');
    transaction.commit();
    effects.push(event);
  };
}

function expectInOrder(
  effects: readonly PostriderEvent[],
  subjects: readonly PostriderEvent[][],
  arrived: readonly PostriderEvent[],
): void {
  for (const events of subjects) {
    const subject = events[0]?.subject;
    const sequences = arrived.filter((event) => event.subject === subject).map((event) => Number(event.sequence));
    const newest = Math.max(0, ...sequences);
    const expected = events.filter((event) => Number(event.sequence) <= newest).map((event) => event.id);
    expect(effects.filter((event) => event.subject === subject).map((event) => event.id)).toEqual(expected);
  }
}

describe('the consumer promise', () => {
  it(`holds for shuffled, repeated and lost deliveries under any filter and failing handlers (${RUNS} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(streams(0), fates, batchSizes, failures, async (subjects, fate, batchSize, plan) => {
        const effects: PostriderEvent[] = [];
        const store = memoryProgressStore();
        const server = subscriptionApi();
        server.delivered.push(...subjects.flat());
        const bench = batchBench(exactlyOnce(store, effects, [...plan]), store, server);
        const arrived = arrivals(subjects.flat(), fate);
        await consume(
          bench,
          arrived.map((event) => messageOf(event)),
          batchSize,
        );
        expectInOrder(effects, subjects, arrived);
      }),
      { numRuns: RUNS },
    );
  });

  it(`holds over changes of the filters, once a subject has a mark (${RUNS} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(streams(3), fates, batchSizes, failures, async (subjects, fate, batchSize, plan) => {
        const effects: PostriderEvent[] = [];
        const store = memoryProgressStore();
        const server = subscriptionApi();
        server.delivered.push(...subjects.flat());
        const bench = batchBench(exactlyOnce(store, effects, [...plan]), store, server);
        const firsts = subjects.flatMap((events) => events.slice(0, 1));
        const arrived = arrivals(subjects.flat(), fate);
        await consume(
          bench,
          firsts.map((event) => messageOf(event)),
          batchSize,
        );
        await consume(
          bench,
          arrived.map((event) => messageOf(event)),
          batchSize,
        );
        expectInOrder(effects, subjects, [...firsts, ...arrived]);
      }),
      { numRuns: RUNS },
    );
  });

  it(`holds for two consumers that race on one store and one queue (${RUNS / 4} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(streams(0), fates, batchSizes, failures, async (subjects, fate, batchSize, plan) => {
        const effects: PostriderEvent[] = [];
        const store = memoryProgressStore();
        const server = subscriptionApi();
        server.delivered.push(...subjects.flat());
        const steps = [...plan];
        const racer = (): BatchBench =>
          batchBench(
            async (event, context) => {
              if (event.sequence.endsWith('2')) await new Promise(setImmediate);
              await exactlyOnce(store, effects, steps)(event, context);
            },
            store,
            server,
          );
        const arrived = arrivals(subjects.flat(), fate);
        const queue = arrived.map((event) => messageOf(event));
        await Promise.all([consume(racer(), queue, batchSize), consume(racer(), queue, batchSize)]);
        expectInOrder(effects, subjects, arrived);
      }),
      { numRuns: RUNS / 4 },
    );
  });
});
