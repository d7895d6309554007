import { DatabaseSync } from 'node:sqlite';
import { migrate, openDatabase } from '#local/store/open-database.ts';

/**
 * Each entry brings the file from one `user_version` to the next. Never edit a published one: add the next.
 *
 * A message is two rows: `message` (small, rewritten on every receive) and `content` (body and attributes, written
 * once). `visible_at` 0 means ready now whatever the clock says, so a clock that jumps back hides no ready message;
 * only delayed and in-flight messages hold a time. `turn` is the place in the line of what is ready: what becomes ready
 * again goes to the back, so a message that fails at once cannot starve the others.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    attributes TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_id INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    fifo_group TEXT,
    deduplication_id TEXT,
    sent_at INTEGER NOT NULL,
    enqueued_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    receive_count INTEGER NOT NULL,
    first_received_at INTEGER,
    received_at INTEGER,
    receipt TEXT,
    origin_queue_id INTEGER
  ) STRICT;
  CREATE INDEX message_ready ON message (queue_id, visible_at, turn) WHERE fifo_group IS NULL;
  CREATE INDEX message_in_group ON message (queue_id, fifo_group, seq) WHERE fifo_group IS NOT NULL;
  CREATE INDEX message_held ON message (queue_id, fifo_group, visible_at) WHERE receipt IS NOT NULL;
  CREATE INDEX message_delayed ON message (queue_id, visible_at) WHERE receipt IS NULL AND visible_at > 0;
  CREATE INDEX message_age ON message (queue_id, enqueued_at);

  CREATE TABLE content (
    seq INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    system TEXT NOT NULL
  ) STRICT;

  CREATE TABLE fifo_group (
    queue_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    available_at INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    PRIMARY KEY (queue_id, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fifo_group_ready ON fifo_group (queue_id, available_at, turn);

  CREATE TABLE deduplication (
    queue_id INTEGER NOT NULL,
    scope TEXT NOT NULL,
    deduplication_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (queue_id, scope, deduplication_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deduplication_expiry ON deduplication (expires_at);

  CREATE TABLE move_task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_queue_id INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX move_task_source ON move_task (source_queue_id, id);
  `,
];

/**
 * Opens (and makes, or migrates) the file of the queue engine. WAL with synchronous FULL: a commit is on disk when it
 * returns. Throws when the file was written by a newer Postrider.
 */
export function openQueueDatabase(path: string): DatabaseSync {
  return openDatabase(path, MIGRATIONS);
}

/** An engine's tables in memory, gone when closed: for tests of semantics, where no file has to last. */
export function openQueueDatabaseInMemory(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  migrate(database, MIGRATIONS, ':memory:');
  return database;
}
