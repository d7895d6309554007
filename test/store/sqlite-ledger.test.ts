import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { type LedgerDatabase, ledgerOn, openLedgerDatabase } from '#local/store/ledger-database.ts';
import { LEDGER_MIGRATIONS } from '#local/store/ledger-schema.ts';
import { openDatabase } from '#local/store/open-database.ts';
import { openRegistryReader } from '#local/store/registry-store.ts';
import { isStorageTrouble } from '#local/store/sqlite-trouble.ts';
import { type DeliveryUnderTest, describeDeliveryContract } from './delivery-contract.ts';
import { describeLedgerContract, type LedgerUnderTest } from './ledger-contract.ts';
import { describeRegistryContract, type RegistryUnderTest } from './registry-contract.ts';
import { headOf, parkingOf, subjectOf, timeAt, versionOf } from './rows.ts';
import { temporaryFolders } from './sqlite-folder.ts';

const newFolder = temporaryFolders();
const newPath = () => join(newFolder(), 'ledger.db');

async function openAt(path: string): Promise<LedgerUnderTest & DeliveryUnderTest & RegistryUnderTest> {
  const stores = openLedgerDatabase(path);
  return {
    ...stores,
    async reopen() {
      await stores.close();
      return openAt(path);
    },
  };
}

describeLedgerContract('SQLite', () => openAt(newPath()));
describeDeliveryContract('SQLite', () => openAt(newPath()));
describeRegistryContract('SQLite', () => openAt(newPath()));

/** What another connection sees: committed rows only. */
function committed(path: string): () => number {
  const other = new DatabaseSync(path, { readOnly: true });
  const count = other.prepare('SELECT COUNT(*) AS n FROM version');
  return () => Number(count.get()?.['n']);
}

async function inside(stores: LedgerDatabase, work: () => Promise<unknown>): Promise<void> {
  await stores.batch(async () => {
    await work();
  });
}

describe('batch', () => {
  it('is one commit: nothing before its end, all of it after', async () => {
    const path = newPath();
    const stores = openLedgerDatabase(path);
    const seen = committed(path);
    await inside(stores, async () => {
      for (let n = 1; n <= 50; n++) await stores.ledger.putVersion(versionOf('t1', n));
      await stores.positions.setPosition('applied', 7);
      expect((await stores.ledger.newest(subjectOf('t1'))).version?.version).toBe(50);
      expect(seen()).toBe(0);
    });
    expect(seen()).toBe(50);
    expect(await stores.positions.position('applied')).toBe(7);
    await stores.close();
  });

  it('rolls everything back when its work throws, and the next one works', async () => {
    const path = newPath();
    const stores = openLedgerDatabase(path);
    const failing = stores.batch(async () => {
      await stores.ledger.putVersion(versionOf('t1', 1));
      await stores.positions.setPosition('applied', 7);
      throw new Error('a bug');
    });
    await expect(failing).rejects.toThrow('a bug');
    expect(committed(path)()).toBe(0);
    expect(await stores.positions.position('applied')).toBe(0);
    expect(await stores.batch(() => stores.ledger.putVersion(versionOf('t1', 1)))).toBe('put');
    expect(committed(path)()).toBe(1);
    await stores.close();
  });

  it('others wait until it has ended: no write of theirs joins it, no read sees what is rolled back', async () => {
    const stores = openLedgerDatabase(newPath());
    const started = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const order: string[] = [];
    const failing = stores.batch(async () => {
      await stores.ledger.putVersion(versionOf('t1', 1));
      started.resolve();
      await mayEnd.promise;
      order.push('batch');
      throw new Error('a bug');
    });
    await started.promise;
    const read = stores.ledger.newest(subjectOf('t1')).then((found) => {
      order.push('read');
      return found;
    });
    const write = stores.ledger.putVersion(versionOf('t2', 1)).then(() => order.push('write'));
    const second = stores.batch(() => stores.ledger.putVersion(versionOf('t3', 1))).then(() => order.push('second'));
    mayEnd.resolve();
    await expect(failing).rejects.toThrow('a bug');
    expect(await read).toEqual({});
    await Promise.all([write, second]);
    expect(order).toEqual(['batch', 'read', 'write', 'second']);
    expect((await stores.ledger.versionsAfter(0, 10)).map((row) => row.key.id)).toEqual(['t2', 't3']);
    await stores.close();
  });

  it('batches at the same moment run one after another; a batch inside one is a part of it', async () => {
    const path = newPath();
    const stores = openLedgerDatabase(path);
    let running = 0;
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        stores.batch(async () => {
          running++;
          expect(running).toBe(1);
          await stores.batch(() => stores.ledger.putVersion(versionOf(`t${i}`, 1)));
          await new Promise((resolve) => setImmediate(resolve));
          running--;
        }),
      ),
    );
    expect(committed(path)()).toBe(10);
    await stores.close();
  });

  it('work that outlives its batch takes its turn like any other', async () => {
    const path = newPath();
    const stores = openLedgerDatabase(path);
    let late: Promise<unknown> = Promise.resolve();
    await stores.batch(() => {
      late = new Promise((resolve) => setImmediate(resolve)).then(() => stores.ledger.putVersion(versionOf('late', 1)));
    });
    const failing = stores.batch(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error('a bug');
    });
    await expect(failing).rejects.toThrow('a bug');
    await late;
    expect(committed(path)()).toBe(1);
    await stores.close();
  });

  it('a disk that fills up inside a batch leaves nothing of it, not even what its work does after', async () => {
    const path = newPath();
    const db = openDatabase(path, LEDGER_MIGRATIONS);
    const stores = ledgerOn(db);
    db.exec(`PRAGMA max_page_count = ${Number(db.prepare('PRAGMA page_count').get()?.['page_count']) + 2}`);
    const outcomes: string[] = [];
    const large = { text: Array.from({ length: 20_000 }, (_, i) => String(i * 7919)) };
    const failing = stores.batch(async () => {
      for (let n = 1; n <= 5; n++) {
        const put = stores.ledger.putVersion(versionOf('t1', n, n === 2 ? { data: large } : {}));
        outcomes.push(await put.catch((error: unknown) => (isStorageTrouble(error) ? 'trouble' : String(error))));
      }
      throw new Error('given up');
    });
    await expect(failing).rejects.toThrow();
    expect(outcomes[1]).toBe('trouble');
    expect(committed(path)()).toBe(0);
    db.exec('PRAGMA max_page_count = 1000000');
    expect(await stores.ledger.putVersion(versionOf('t1', 1))).toBe('put');
    await stores.close();
  });

  it('a crash in the middle leaves nothing of it (the files as they lie there, opened by another process)', async () => {
    const path = newPath();
    const stores = openLedgerDatabase(path);
    await stores.ledger.putVersion(versionOf('before', 1));
    const copy = newPath();
    await inside(stores, async () => {
      for (let n = 1; n <= 200; n++) await stores.ledger.putVersion(versionOf('t1', n));
      for (const end of ['', '-wal']) copyFileSync(path + end, copy + end);
    });
    const crashed = openLedgerDatabase(copy);
    expect((await crashed.ledger.versionsAfter(0, 500)).map((row) => row.key.id)).toEqual(['before']);
    expect(await crashed.ledger.putVersion(versionOf('t1', 1))).toBe('put');
    await crashed.close();
    await stores.close();
  });

  it('close waits for the batch under way; later calls reject as storage trouble', async () => {
    const path = newPath();
    const stores = openLedgerDatabase(path);
    const batch = stores.batch(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await stores.ledger.putVersion(versionOf('t1', 1));
    });
    const closed = stores.close();
    const late = stores.ledger.putVersion(versionOf('t1', 2)).catch(isStorageTrouble);
    await Promise.all([batch, closed]);
    expect(await late).toBe(true);
    expect(committed(path)()).toBe(1);
  });
});

describe('the ledger as a stream', () => {
  it('gives versions behind a position in the order of their commits, across subjects', async () => {
    const stores = openLedgerDatabase(newPath());
    const { ledger } = stores;
    expect([await ledger.lastVersionPosition(), await ledger.countVersionsAfter(0)]).toEqual([0, 0]);
    await ledger.putVersion(versionOf('b:c', 1));
    await ledger.putVersion(versionOf('a', 1));
    await ledger.putVersion(versionOf('a', 1));
    await ledger.putVersion(versionOf('b:c', 2));
    const all = await ledger.versionsAfter(0, 10);
    expect(all.map(({ key, version }) => [key, version])).toEqual([
      [subjectOf('b:c'), 1],
      [subjectOf('a'), 1],
      [subjectOf('b:c'), 2],
    ]);
    const second = all[1]?.position ?? 0;
    expect((await ledger.versionsAfter(second, 10)).map(({ version }) => version)).toEqual([2]);
    expect(await ledger.versionsAfter(0, 1)).toHaveLength(1);
    expect(await ledger.lastVersionPosition()).toBe(all.at(-1)?.position);
    expect(await ledger.countVersionsAfter(second)).toBe(1);
    await stores.close();
  });

  it('tells when the next parked delivery is due', async () => {
    const stores = openLedgerDatabase(newPath());
    expect(await stores.delivery.nextDueAt()).toBeUndefined();
    await stores.delivery.createCursor(parkingOf('t1', { nextAt: timeAt(9000) }));
    await stores.delivery.createCursor(parkingOf('t2', { nextAt: timeAt(3000) }));
    await stores.delivery.createCursor(parkingOf('t3', { nextAt: null, state: 'dead' }));
    expect(await stores.delivery.nextDueAt()).toBe(timeAt(3000));
    await stores.close();
  });

  it('the HTTP thread reads connectors through a connection of its own', async () => {
    const path = newPath();
    const stores = openLedgerDatabase(path);
    const reader = openRegistryReader(path);
    expect(await reader.connector('c1')).toBeUndefined();
    reader.close();
    await stores.close();
  });

  it('an ordinary version takes less than 1 KiB', async () => {
    const db = openDatabase(newPath(), LEDGER_MIGRATIONS);
    const stores = ledgerOn(db);
    const claim = { rank: [3, 'none', 2, '2026-01-15T09:30:00.000Z', 'x'.repeat(43)], value: { a: 'y'.repeat(80) } };
    const evidence = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`group-${i}/pushed/${i}`, claim]));
    const data = { ...Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`member${i}`, `value ${i}`])) };
    const row = versionOf('t1', 1, { evidence, data });
    expect(JSON.stringify(row).length).toBeGreaterThan(3000);
    await stores.ledger.putVersion(row);
    await stores.ledger.moveHead(headOf('t1', 1));
    expect(Number(db.prepare('SELECT length(content) + length(evidence) AS n FROM version').get()?.['n'])).toBeLessThan(
      1024,
    );
    await stores.close();
  });
});
