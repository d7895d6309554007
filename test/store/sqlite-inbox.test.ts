import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openKeyFile } from '#local/key-file/key-file.ts';
import { inboxOn, openInboxDatabase } from '#local/store/inbox-database.ts';
import { openInboxReader } from '#local/store/inbox-reads.ts';
import { INBOX_MIGRATIONS } from '#local/store/inbox-schema.ts';
import { openDatabase } from '#local/store/open-database.ts';
import { describeInboxContract, type InboxUnderTest } from './inbox-contract.ts';
import { inboxRowOf, timeAt } from './rows.ts';
import { temporaryFolders } from './sqlite-folder.ts';

const newFolder = temporaryFolders();
const newPath = () => join(newFolder(), 'inbox.db');

async function openAt(path: string): Promise<InboxUnderTest> {
  let nowMs = Date.UTC(2026, 0, 15, 9);
  const { requests } = openKeyFile(`${path}.key`);
  const inbox = openInboxDatabase(path, { requests, clock: { now: () => new Date(nowMs) } });
  return {
    inbox,
    refused: inbox.refused,
    async reopen() {
      inbox.close();
      return openAt(path);
    },
    async settled() {
      nowMs += 1_000;
    },
    async close() {
      inbox.close();
    },
  };
}

describeInboxContract('SQLite', () => openAt(newPath()));

describe('group commit', () => {
  it('1,000 concurrent puts share few commits, and each resolves only after its own', async () => {
    const path = newPath();
    const inbox = openInboxDatabase(path);
    // Another connection sees committed rows only.
    const other = new DatabaseSync(path, { readOnly: true });
    const has = other.prepare('SELECT 1 FROM callback WHERE callback_id = ?');
    const puts = Array.from({ length: 1000 }, async (_, i) => {
      const row = inboxRowOf(`k${i}`);
      const done = inbox.put(row);
      expect(has.get(row.callbackId), 'before').toBeUndefined();
      await done;
      expect(has.get(row.callbackId), 'resolved before its commit').toBeDefined();
    });
    await Promise.all(puts);
    expect(inbox.commits()).toBeLessThanOrEqual(3);
    other.close();
    inbox.close();
  });

  it('a duplicate inside the group resolves only after the commit that holds the first', async () => {
    const path = newPath();
    const inbox = openInboxDatabase(path);
    const other = new DatabaseSync(path, { readOnly: true });
    const seen = async () => other.prepare('SELECT COUNT(*) AS n FROM callback').get()?.['n'];
    const first = inbox.put(inboxRowOf('k1'));
    const second = inbox.put(inboxRowOf('k1')).then(async (outcome) => [outcome, await seen()]);
    const third = inbox.put(inboxRowOf('k1', { body: Buffer.from('x') }));
    expect(await Promise.all([first, second, third])).toEqual(['stored', ['duplicate', 1], 'other_body']);
    other.close();
    inbox.close();
  });

  it('a row that cannot be stored fails alone', async () => {
    const inbox = openInboxDatabase(newPath());
    const bad = { ...inboxRowOf('bad'), bodySha256: undefined as unknown as string };
    const outcomes = await Promise.allSettled([inbox.put(inboxRowOf('a')), inbox.put(bad), inbox.put(inboxRowOf('b'))]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await inbox.get('acme-cc-1:b')).toBeDefined();
    expect(await inbox.get('acme-cc-1:bad')).toBeUndefined();
    inbox.close();
  });

  it('on a full disk a large row is rejected, its small neighbours are stored, and there is work after it', async () => {
    const db = openDatabase(newPath(), INBOX_MIGRATIONS);
    const inbox = inboxOn(db);
    const pages = Number(db.prepare('PRAGMA page_count').get()?.['page_count']);
    db.exec(`PRAGMA max_page_count = ${pages + 20}`);
    const large = inboxRowOf('large', { body: Buffer.alloc(1024 * 1024, 7) });
    const outcomes = await Promise.allSettled([
      inbox.put(inboxRowOf('a')),
      inbox.put(large),
      inbox.put(large),
      inbox.put(inboxRowOf('b')),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(String(outcomes[1]?.status === 'rejected' && outcomes[1].reason)).toContain('full');
    db.exec('PRAGMA max_page_count = 1000000');
    expect(await inbox.put(large)).toBe('stored');
    inbox.close();
  });

  it('a full disk met by many small rows rejects what does not fit and says stored only of what is there', async () => {
    const db = openDatabase(newPath(), INBOX_MIGRATIONS);
    const inbox = inboxOn(db);
    db.exec(`PRAGMA max_page_count = ${Number(db.prepare('PRAGMA page_count').get()?.['page_count']) + 10}`);
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => inbox.put(inboxRowOf(`k${i}`))));
    const stored = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [i] : []));
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.length).toBeLessThan(200);
    for (let i = 0; i < 200; i++) expect((await inbox.get(`acme-cc-1:k${i}`)) !== undefined).toBe(stored.includes(i));
    inbox.close();
  });

  it('a locked file rejects every put of the group once, and the next group works', async () => {
    const path = newPath();
    const inbox = inboxOn(openDatabase(path, INBOX_MIGRATIONS, { busyTimeoutMs: 1 }));
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const outcomes = await Promise.allSettled([inbox.put(inboxRowOf('a')), inbox.put(inboxRowOf('b'))]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    expect(String(outcomes[0]?.status === 'rejected' && outcomes[0].reason)).toContain('locked');
    other.exec('ROLLBACK');
    expect(await inbox.put(inboxRowOf('a'))).toBe('stored');
    expect(inbox.commits()).toBe(1);
    other.close();
    inbox.close();
  });

  it('close commits what has queued and rejects what comes after', async () => {
    const path = newPath();
    const inbox = openInboxDatabase(path);
    const queued = inbox.put(inboxRowOf('queued'));
    inbox.close();
    const late = inbox.put(inboxRowOf('late'));
    expect(await queued).toBe('stored');
    await expect(late).rejects.toThrow(/closed.*late was not stored/);
    inbox.close();
    const again = openInboxDatabase(path);
    expect((await again.list({ limit: 10 })).items.map((item) => item.callbackId)).toEqual(['acme-cc-1:queued']);
    again.close();
  });

  it('a crash before the commit leaves nothing and rejects', async () => {
    const path = newPath();
    const db = openDatabase(path, INBOX_MIGRATIONS);
    const inbox = inboxOn(db);
    const put = inbox.put(inboxRowOf('k1'));
    db.close();
    await expect(put).rejects.toThrow(/finalized|not open/);
    const again = openInboxDatabase(path);
    expect(await again.lastPosition()).toBe(0);
    again.close();
  });
});

describe('the inbox as a stream', () => {
  it('gives rows behind a position in the order of their puts, through a read-only connection', async () => {
    const path = newPath();
    const inbox = openInboxDatabase(path);
    const reader = openInboxReader(path);
    expect([await reader.lastPosition(), await reader.countAfter(0)]).toEqual([0, 0]);
    const keys = ['c', 'a', 'c', 'b', 'a', 'd'];
    await Promise.all(keys.map((key, i) => inbox.put(inboxRowOf(key, { receivedAt: timeAt(-i) }))));
    const rows = await reader.rowsAfter(0, 10);
    expect(rows.map(({ row }) => row.callbackId)).toEqual(['c', 'a', 'b', 'd'].map((key) => `acme-cc-1:${key}`));
    const second = rows[1]?.position ?? 0;
    expect((await reader.rowsAfter(second, 1)).map(({ row }) => row.callbackId)).toEqual(['acme-cc-1:b']);
    expect(await reader.lastPosition()).toBe(rows.at(-1)?.position);
    expect(await reader.countAfter(second)).toBe(2);
    expect(await reader.get('acme-cc-1:d')).toBeDefined();
    expect(reader).not.toHaveProperty('put');
    reader.close();
    inbox.close();
  });

  it('a position is never given twice, not even after all rows were deleted', async () => {
    const path = newPath();
    const db = openDatabase(path, INBOX_MIGRATIONS);
    const inbox = inboxOn(db);
    await inbox.put(inboxRowOf('a'));
    const position = await inbox.lastPosition();
    db.exec('DELETE FROM callback');
    await inbox.put(inboxRowOf('b'));
    expect(await inbox.lastPosition()).toBeGreaterThan(position);
    inbox.close();
  });

  it('a page that ends early lets go of the file: the log can be cut back', async () => {
    const path = newPath();
    const db = openDatabase(path, INBOX_MIGRATIONS);
    const inbox = inboxOn(db);
    await Promise.all(Array.from({ length: 50 }, (_, i) => inbox.put(inboxRowOf(`k${i}`))));
    const reader = openInboxReader(path);
    await reader.list({ limit: 3 });
    await reader.walk({ limit: 3, from: '' });
    await reader.rowsAfter(0, 3);
    expect(db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 });
    reader.close();
    inbox.close();
  });

  it('rows of 1 MiB come in parts', async () => {
    const inbox = openInboxDatabase(newPath());
    const body = Buffer.alloc(1024 * 1024, 1);
    await Promise.all(Array.from({ length: 20 }, (_, i) => inbox.put(inboxRowOf(`k${i}`, { body }))));
    const sizes: number[] = [];
    for (let position = 0; ; ) {
      const rows = await inbox.rowsAfter(position, 100);
      if (rows.length === 0) break;
      sizes.push(rows.length);
      position = rows.at(-1)?.position ?? position;
    }
    expect(sizes).toEqual([8, 8, 4]);
    inbox.close();
  });
});

describe('refused samples', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are written by themselves after a quarter of a second', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const db = openDatabase(newPath(), INBOX_MIGRATIONS);
    const inbox = inboxOn(db);
    const count = () => db.prepare('SELECT COUNT(*) AS n FROM refused_sample').get()?.['n'];
    const sample = { at: timeAt(0), code: 'method', detail: '', method: 'GET', path: '/', bodyBytes: 0 } as const;
    for (let i = 0; i < 3; i++) inbox.refused.record({ ...sample, headers: {} });
    vi.advanceTimersByTime(249);
    expect(count()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(count()).toBe(3);
    inbox.close();
  });

  it('a flood makes no row before its time, and storage trouble is not its concern', async () => {
    const db = openDatabase(newPath(), INBOX_MIGRATIONS, { busyTimeoutMs: 1 });
    const inbox = inboxOn(db);
    const count = () => db.prepare('SELECT COUNT(*) AS n FROM refused_sample').get()?.['n'];
    const flood = {
      at: timeAt(0),
      code: 'unknown_connector',
      detail: '',
      method: 'POST',
      path: '/',
      bodyBytes: 0,
    } as const;
    for (let i = 0; i < 10_000; i++) inbox.refused.record({ ...flood, headers: {} });
    expect(count()).toBe(0);
    const other = new DatabaseSync(db.location() ?? '');
    other.exec('BEGIN IMMEDIATE');
    expect((await inbox.refused.list(undefined)).counts).toEqual({});
    other.exec('ROLLBACK');
    expect((await inbox.refused.list(undefined)).counts).toEqual({ unknown_connector: 10_000 });
    expect(count()).toBe(20);
    other.close();
    inbox.close();
  });

  it('of a connector come at most one a second with their requests, and nothing of these is legible in the file', async () => {
    const path = newPath();
    let nowMs = 0;
    const { requests } = openKeyFile(`${path}.key`);
    const inbox = openInboxDatabase(path, { requests, clock: { now: () => new Date(nowMs) } });
    const body = Buffer.from('{"card":"body-plant-1"}');
    const request = { method: 'POST', path: '/p', rawQuery: '', headers: { x: 'header-plant-2' }, body, whole: true };
    for (nowMs = 0; nowMs < 5_000; nowMs += 10) {
      for (const connectorId of ['c1', 'c2']) {
        const flood = { connectorId, at: timeAt(0), code: 'signature_mismatch', detail: '', method: 'POST' } as const;
        inbox.refused.record({ ...flood, path: '/p', bodyBytes: nowMs, headers: {} }, request);
      }
    }
    const { items, counts } = await inbox.refused.list('c1');
    expect(counts).toEqual({ signature_mismatch: 500 });
    expect(items.map(({ bodyBytes }) => bodyBytes)).toEqual([4_000, 3_000, 2_000, 1_000, 0]);
    expect((await inbox.refused.list('c2')).items).toHaveLength(5);
    inbox.close();
    const bytes = Buffer.concat(
      [path, `${path}-wal`].filter((file) => existsSync(file)).map((file) => readFileSync(file)),
    );
    expect(bytes.includes('signature_mismatch')).toBe(true);
    expect(bytes.includes('plant')).toBe(false);
  });
});
