import { describe, expect, it } from 'vitest';
import { paymentEvent } from '../../test/consumer/payment-event.ts';
import { type Handler, type Handling, handleEvent } from './handle-event.ts';
import { type MemoryTransaction, memoryProgressStore } from './memory-progress-store.ts';
import type { ProgressStore } from './progress-store.ts';

const KEY = 'acme/main/acme-cc-1:transaction/p1';
const EVENT = paymentEvent({ version: 1 });

function run(
  handler: Handler<MemoryTransaction>,
  store: ProgressStore<MemoryTransaction> = memoryProgressStore(),
): Promise<Handling> {
  return handleEvent(EVENT, KEY, store, handler);
}

describe('handleEvent', () => {
  it('writes the mark after the handler, not before', async () => {
    const store = memoryProgressStore();
    const handling = await run(async () => {
      expect(await store.last(KEY)).toBeUndefined();
    }, store);
    expect(handling).toEqual({ outcome: 'handled' });
    expect(await store.last(KEY)).toBe(EVENT.sequence);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no stock');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no stock'))],
  ])('writes no mark where the handler %s', async (_, handler) => {
    const store = memoryProgressStore();
    const handling = await run(handler, store);
    expect(handling).toMatchObject({ outcome: 'failed', error: { code: 'handler_failed', eventId: EVENT.id } });
    expect(handling.outcome === 'failed' && handling.error.message).toContain('no stock');
    expect(await store.last(KEY)).toBeUndefined();
  });

  it('writes no mark by itself where the handler used recordIn', async () => {
    const store = memoryProgressStore();
    const handling = await run(async (_, { recordIn }) => {
      const transaction = store.begin();
      await recordIn(transaction);
      transaction.commit();
    }, store);
    expect(handling).toEqual({ outcome: 'handled' });
    expect(await store.last(KEY)).toBe(EVENT.sequence);
  });

  it('is not handled where recordIn was called and the handler then failed', async () => {
    const store = memoryProgressStore();
    const handling = await run(async (_, { recordIn }) => {
      await recordIn(store.begin());
      throw new Error('deadlock');
    }, store);
    expect(handling).toMatchObject({ outcome: 'failed', error: { code: 'handler_failed' } });
    expect(await store.last(KEY)).toBeUndefined();
  });

  it('is not handled where the transaction of recordIn was never committed', async () => {
    const store = memoryProgressStore();
    const handling = await run((_, { recordIn }) => recordIn(store.begin()), store);
    expect(handling).toMatchObject({ outcome: 'failed', error: { code: 'not_recorded' } });
  });

  it('is handled elsewhere where another consumer was faster', async () => {
    const store = memoryProgressStore();
    const handling = await run(async (_, { recordIn }) => {
      const transaction = store.begin();
      await store.record(KEY, EVENT.sequence);
      await recordIn(transaction).catch((error) => {
        throw new Error('rolled back', { cause: error });
      });
    }, store);
    expect(handling).toEqual({ outcome: 'elsewhere' });
  });

  it('is not handled where the mark cannot be written', async () => {
    const store = { ...memoryProgressStore(), record: () => Promise.reject(new Error('disk full')) };
    expect(await run(() => undefined, store)).toMatchObject({ outcome: 'failed', error: { code: 'store_failed' } });
  });

  it('refuses recordIn after the handler has ended', async () => {
    const store = memoryProgressStore();
    let late: ((transaction: MemoryTransaction) => Promise<void>) | undefined;
    await run((_, { recordIn }) => {
      late = recordIn;
    }, store);
    await expect(late?.(store.begin())).rejects.toThrow('after its handler had ended');
  });
});
