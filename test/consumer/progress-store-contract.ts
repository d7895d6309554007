import { describe, expect, it } from 'vitest';
import { AlreadyHandled, type ProgressStore } from '#shared/consumer/index.ts';

export const KEY = 'acme/main/acme-cc-1:transaction/p1';
export const [ONE, TWO, TEN] = ['0000000001', '0000000002', '0000000010'] as const;

export interface OpenTransaction<Transaction> {
  readonly transaction: Transaction;
  commit(): Promise<void> | void;
  rollback(): void;
}

export interface ProgressStoreUnderTest<Transaction> {
  readonly store: ProgressStore<Transaction>;
  begin(): OpenTransaction<Transaction>;
}

/** What every ProgressStore must do; `make` gives an empty one. */
export function describeProgressStoreContract<Transaction>(
  name: string,
  make: () => Promise<ProgressStoreUnderTest<Transaction>>,
): void {
  describe(name, () => {
    it('has no mark at first, then the one recorded', async () => {
      const { store } = await make();
      expect(await store.last(KEY)).toBeUndefined();
      await store.record(KEY, ONE);
      expect(await store.last(KEY)).toBe(ONE);
      expect(await store.last(`${KEY}x`)).toBeUndefined();
    });

    it('only ever goes forward', async () => {
      const { store } = await make();
      await store.record(KEY, TEN);
      await store.record(KEY, TWO);
      expect(await store.last(KEY)).toBe(TEN);
    });

    it('recordIn counts with its transaction', async () => {
      const { store, begin } = await make();
      const first = begin();
      await store.recordIn(first.transaction, KEY, ONE);
      first.rollback();
      expect(await store.last(KEY)).toBeUndefined();
      const second = begin();
      await store.recordIn(second.transaction, KEY, ONE);
      await second.commit();
      expect(await store.last(KEY)).toBe(ONE);
    });

    it.each([ONE, TWO])('recordIn refuses %s at or before the mark', async (sequence) => {
      const { store, begin } = await make();
      await store.record(KEY, TWO);
      const { transaction, rollback } = begin();
      await expect(store.recordIn(transaction, KEY, sequence)).rejects.toThrow(AlreadyHandled);
      rollback();
      expect(await store.last(KEY)).toBe(TWO);
    });

    it('runs what is to run alone, gives its result, passes its error on, and runs the next', async () => {
      const { store } = await make();
      const read = () => store.last(KEY);
      const mark = async () => {
        await store.record(KEY, ONE);
        return 'done';
      };
      const fail = () => Promise.reject(new Error('planned'));
      expect(await store.exclusively(read)).toBeUndefined();
      await expect(store.exclusively(fail, KEY)).rejects.toThrow('planned');
      expect(await store.exclusively(mark, KEY)).toBe('done');
      expect(await store.exclusively(read, KEY)).toBe(ONE);
    });
  });
}
