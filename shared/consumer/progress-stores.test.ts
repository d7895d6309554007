import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import {
  describeProgressStoreContract,
  KEY,
  ONE,
  type ProgressStoreUnderTest,
  TWO,
} from '../../test/consumer/progress-store-contract.ts';
import { type MemoryTransaction, memoryProgressStore } from './memory-progress-store.ts';
import { AlreadyHandled } from './progress-store.ts';
import { sqliteProgressStore } from './sqlite-progress-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'postrider-progress-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => join(folder, `${files++}.db`);
const open = (file: string): DatabaseSync => new DatabaseSync(file, { timeout: 1000 });

async function memory(): Promise<ProgressStoreUnderTest<MemoryTransaction>> {
  const store = memoryProgressStore();
  return {
    store,
    begin: () => {
      const transaction = store.begin();
      return { transaction, commit: () => transaction.commit(), rollback: () => undefined };
    },
  };
}

async function sqlite(): Promise<ProgressStoreUnderTest<DatabaseSync>> {
  const database = open(newFile());
  return {
    store: sqliteProgressStore(database),
    begin: () => {
      database.exec('BEGIN IMMEDIATE');
      return {
        transaction: database,
        commit: () => database.exec('COMMIT'),
        rollback: () => database.exec('ROLLBACK'),
      };
    },
  };
}

describeProgressStoreContract('memory', memory);
describeProgressStoreContract('sqlite', sqlite);

describe('memory transactions', () => {
  it('of two that race, the second cannot commit', async () => {
    const store = memoryProgressStore();
    const [first, second] = [store.begin(), store.begin()];
    await store.recordIn(first, KEY, ONE);
    await store.recordIn(second, KEY, ONE);
    first.commit();
    expect(() => second.commit()).toThrow(AlreadyHandled);
  });
});

describe('sqlite', () => {
  it('keeps marks over a restart', async () => {
    const file = newFile();
    const before = open(file);
    await sqliteProgressStore(before).record(KEY, TWO);
    before.close();
    expect(await sqliteProgressStore(open(file)).last(KEY)).toBe(TWO);
  });

  it('of two connections that race, the second rolls back', async () => {
    const file = newFile();
    const [a, b] = [open(file), open(file)];
    const [storeA, storeB] = [sqliteProgressStore(a), sqliteProgressStore(b)];
    a.exec('CREATE TABLE effects (id TEXT)');
    await storeA.transaction(async (transaction) => {
      transaction.exec("INSERT INTO effects VALUES ('a')");
      await storeA.recordIn(transaction, KEY, ONE);
    });
    const late = storeB.transaction(async (transaction) => {
      transaction.exec("INSERT INTO effects VALUES ('b')");
      await storeB.recordIn(transaction, KEY, ONE);
    });
    await expect(late).rejects.toThrow(AlreadyHandled);
    expect(a.prepare('SELECT id FROM effects').all()).toEqual([{ id: 'a' }]);
  });

  it("takes another connection to the same file, and no other file's", async () => {
    const file = newFile();
    const [mine, same, other] = [open(file), open(file), open(newFile())];
    const store = sqliteProgressStore(mine);
    sqliteProgressStore(other);
    same.exec('BEGIN IMMEDIATE');
    await store.recordIn(same, KEY, ONE);
    same.exec('COMMIT');
    expect(await store.last(KEY)).toBe(ONE);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.recordIn(other, KEY, TWO)).rejects.toThrow('another database');
  });

  it('refuses recordIn outside a transaction: the mark would be committed without the effects', async () => {
    const database = open(newFile());
    const store = sqliteProgressStore(database);
    await expect(store.recordIn(database, KEY, ONE)).rejects.toThrow('outside a transaction');
    expect(await store.last(KEY)).toBeUndefined();
  });

  it('neither reads nor writes marks inside a transaction that somebody left open', async () => {
    const database = open(newFile());
    const store = sqliteProgressStore(database);
    database.exec('BEGIN');
    await expect(store.last(KEY)).rejects.toThrow('transaction is open');
    await expect(store.record(KEY, ONE)).rejects.toThrow('transaction is open');
  });

  it('lets work on one connection run alone, also from two stores, and after a failure', async () => {
    const database = open(newFile());
    const stores = [sqliteProgressStore(database), sqliteProgressStore(database)];
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
      throw new Error('planned');
    };
    const all = [0, 1, 0, 1].map((index) => stores[index]?.exclusively(work));
    const results = await Promise.allSettled(all);
    expect(most).toBe(1);
    expect(results.map((result) => result.status)).toEqual(Array(4).fill('rejected'));
  });

  it('transaction() rolls back and passes the error on', async () => {
    const database = open(newFile());
    const store = sqliteProgressStore(database);
    database.exec('CREATE TABLE effects (id TEXT)');
    const work = store.transaction((transaction) => {
      transaction.exec("INSERT INTO effects VALUES ('a')");
      throw new Error('planned');
    });
    await expect(work).rejects.toThrow('planned');
    expect(database.isTransaction).toBe(false);
    expect(database.prepare('SELECT count(*) AS n FROM effects').get()).toEqual({ n: 0 });
  });
});
