import { AlreadyHandled, type ProgressStore } from './progress-store.ts';

/** A transaction of {@link memoryProgressStore}: marks count from `commit()` on; without it they never were. */
export interface MemoryTransaction {
  readonly pending: Map<string, string>;
  /** Throws {@link AlreadyHandled}, and writes nothing, if another transaction was faster. */
  commit(): void;
}

export interface MemoryProgressStore extends ProgressStore<MemoryTransaction> {
  begin(): MemoryTransaction;
}

/** Marks in memory, for tests and trials. NOT promised: anything after a restart (every event may come again). */
export function memoryProgressStore(): MemoryProgressStore {
  const marks = new Map<string, string>();
  const isAhead = (subjectKey: string, sequence: string): boolean => (marks.get(subjectKey) ?? '') >= sequence;
  return {
    last: async (subjectKey) => marks.get(subjectKey),
    record: async (subjectKey, sequence) => {
      if (!isAhead(subjectKey, sequence)) marks.set(subjectKey, sequence);
    },
    recordIn: async (transaction, subjectKey, sequence) => {
      if (isAhead(subjectKey, sequence)) throw new AlreadyHandled(subjectKey, sequence);
      transaction.pending.set(subjectKey, sequence);
    },
    exclusively: (work) => work(),
    begin: () => {
      const pending = new Map<string, string>();
      const commit = (): void => {
        for (const [subjectKey, sequence] of pending) {
          if (isAhead(subjectKey, sequence)) throw new AlreadyHandled(subjectKey, sequence);
        }
        for (const [subjectKey, sequence] of pending) marks.set(subjectKey, sequence);
      };
      return { pending, commit };
    },
  };
}
