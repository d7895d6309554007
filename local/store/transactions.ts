import { AsyncLocalStorage } from 'node:async_hooks';
import type { DatabaseSync } from 'node:sqlite';
import { rollBack, StoreGoneError } from './sqlite-trouble.ts';

/** How the stores over one connection share it. Work runs synchronously; only a batch may wait inside. */
export interface Transactions {
  /**
   * Runs `work` in one transaction: committed when it ends, rolled back when it throws. What `work` calls becomes part of
   * it; every other call on the connection waits until it has ended, so nobody reads or sends what may be rolled back.
   * `work` waits for nothing but these stores. A batch inside a batch is a part of the outer one.
   */
  batch<T>(work: () => Promise<T> | T): Promise<T>;
  /** One or several statements as a transaction of their own, or as a part of the caller's batch. */
  write<T>(work: () => T): Promise<T>;
  read<T>(work: () => T): Promise<T>;
  /** Ends after the batch under way and what waits behind it; later calls reject. */
  close(): Promise<void>;
}

interface Batch {
  open: boolean;
}

export function transactionsOn(db: DatabaseSync): Transactions {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const current = new AsyncLocalStorage<Batch>();
  const waiting: (() => void)[] = [];
  let busy = false;
  let closed = false;

  /** True inside a batch that is still open: work that outlives its batch takes its turn like any other. */
  function inBatch(): boolean {
    if (!current.getStore()?.open) return false;
    if (db.isTransaction) return true;
    // SQLite ends a transaction by itself when the disk is full: what came next would be committed alone.
    throw new StoreGoneError('The transaction of this batch was rolled back: nothing more can be a part of it.');
  }

  function turn<T>(job: () => T | Promise<T>): Promise<T> {
    if (closed) return Promise.reject(new StoreGoneError('The store is closed.'));
    return new Promise((resolve, reject) => {
      const run = () => settle(job).then(resolve, reject);
      if (busy) waiting.push(run);
      else run();
    });
  }

  function transaction<T>(work: () => T): T {
    begin.run();
    try {
      const value = work();
      commit.run();
      return value;
    } catch (trouble) {
      rollBack(db);
      throw trouble;
    }
  }

  async function batchTurn<T>(work: () => Promise<T> | T): Promise<T> {
    busy = true;
    const batch: Batch = { open: true };
    try {
      begin.run();
      const value = await current.run(batch, () => settle(work));
      batch.open = false;
      commit.run();
      return value;
    } catch (trouble) {
      rollBack(db);
      throw trouble;
    } finally {
      batch.open = false;
      busy = false;
      next();
    }
  }

  function next(): void {
    while (!busy) {
      const run = waiting.shift();
      if (run === undefined) return;
      run();
    }
  }

  return {
    batch: async (work) => (inBatch() ? work() : turn(() => batchTurn(work))),
    write: async (work) => (inBatch() ? work() : turn(() => transaction(work))),
    read: async (work) => (inBatch() ? work() : turn(work)),
    async close() {
      if (closed) return;
      const last = turn(() => undefined);
      closed = true;
      await last;
      db.close();
    },
  };
}

/** Runs at once; what it throws becomes a rejection. */
async function settle<T>(work: () => T | Promise<T>): Promise<T> {
  return work();
}
