import { describe, expect, it } from 'vitest';
import { batchBench, keyOfEvent, messageOf } from '../../test/consumer/batch-bench.ts';
import { paymentEvent } from '../../test/consumer/payment-event.ts';
import { type MemoryProgressStore, memoryProgressStore } from './memory-progress-store.ts';

const event = paymentEvent({ version: 1 });

/** A store of several processes: `before` happens while this one waits for its turn with the subject. */
function sharedStore(before: (store: MemoryProgressStore) => Promise<void>): MemoryProgressStore {
  const store = memoryProgressStore();
  return {
    ...store,
    exclusively: async (work, subjectKey) => {
      if (subjectKey !== undefined) await before(store);
      return work();
    },
  };
}

describe('a store that keeps other processes from the subject', () => {
  it('is told which, and an event that another handled meanwhile is not handled again', async () => {
    const store = sharedStore((other) => other.record(keyOfEvent(event), event.sequence));
    const bench = batchBench(undefined, store);
    const { done, kept } = await bench.handle([messageOf(event)]);
    expect(bench.handled).toEqual([]);
    expect(bench.news).toEqual([`${event.id} elsewhere`]);
    expect([done.length, kept.length]).toEqual([1, 0]);
  });

  it('may reject: the event is kept, and the error says that it was the store', async () => {
    const bench = batchBench(
      undefined,
      sharedStore(() => Promise.reject(new Error('handled by another process'))),
    );
    const { done, kept } = await bench.handle([messageOf(event)]);
    expect([done.length, kept.length, bench.handled.length]).toEqual([0, 1, 0]);
    expect(bench.errors).toMatchObject([{ code: 'store_failed', eventId: event.id, retryable: true }]);
    expect(bench.errors[0]?.message).toContain('handled by another process');
  });

  it('whose turn comes when the consumer is stopping begins nothing', async () => {
    const bench = batchBench(
      undefined,
      sharedStore(async () => {
        bench.stopping = true;
      }),
    );
    const { kept } = await bench.handle([messageOf(event)]);
    expect(bench.handled).toEqual([]);
    expect(kept).toMatchObject([{ failures: 0 }]);
    expect(bench.errors).toEqual([]);
  });
});
