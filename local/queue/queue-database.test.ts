import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE_SQL } from './message-sql.ts';
import { openQueueDatabase } from './queue-database.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postrider-queue-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

describe('openQueueDatabase', () => {
  it('flushes every commit: WAL, synchronous FULL, a busy timeout, on the writing connection', () => {
    const database = openQueueDatabase(join(folder, 'queues.db'));
    expect(pragma(database, 'journal_mode')).toBe('wal');
    expect(pragma(database, 'synchronous')).toBe(2);
    expect(pragma(database, 'busy_timeout')).toBe(5_000);
    database.close();
  });

  it('migrates once and keeps what is there', () => {
    const path = join(folder, 'queues.db');
    const first = openQueueDatabase(path);
    first.exec("INSERT INTO queue VALUES (1, 'q', '{}', '{}', 0, 0)");
    const version = pragma(first, 'user_version');
    first.close();
    const second = openQueueDatabase(path);
    expect(pragma(second, 'user_version')).toBe(version);
    expect(second.prepare('SELECT name FROM queue').get()).toEqual({ name: 'q' });
    second.close();
  });

  it('refuses a file of a newer version and leaves it alone', () => {
    const path = join(folder, 'queues.db');
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(() => openQueueDatabase(path)).toThrow(/schema 99/);
  });

  it('reads messages by an index in every statement, with no scan and no sorting of a whole queue', () => {
    const database = openQueueDatabase(join(folder, 'queues.db'));
    const plans = Object.entries(MESSAGE_SQL).map(([name, sql]) => {
      const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      return { name, plan: steps.map((step) => String(step['detail'])).join(' | ') };
    });
    const slow = plans.filter(({ plan }) => /\bSCAN (message|content|fifo_group)\b|TEMP B-TREE/.test(plan));
    // Redrive sorts the sequence numbers of one dead-letter queue once.
    expect(slow.map(({ name }) => name)).toEqual(['seqs']);
    const indexed = (name: string) => plans.find((entry) => entry.name === name)?.plan;
    expect(indexed('readyStandard')).toContain('INDEX message_ready');
    expect(indexed('inGroup')).toContain('INDEX message_in_group (queue_id=? AND fifo_group=?');
    expect(indexed('heldUntil')).toContain('INDEX message_held (queue_id=? AND fifo_group=?');
    expect(indexed('readyGroups')).toContain('INDEX fifo_group_ready (queue_id=? AND available_at=?');
    expect(indexed('countHeld')).toContain('INDEX message_held');
    expect(indexed('countDelayed')).toContain('INDEX message_delayed');
    database.close();
  });
});
