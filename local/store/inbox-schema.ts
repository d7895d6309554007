/**
 * `position` is the stream: AUTOINCREMENT never gives a number twice, not even after the newest rows were deleted, so a
 * reader's place stays right. The body comes last, so that lists read no overflow page.
 */
export const INBOX_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE callback (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    callback_id TEXT NOT NULL UNIQUE,
    connector_id TEXT NOT NULL,
    received_at TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    head TEXT NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX callback_by_time ON callback (received_at);
  CREATE INDEX callback_by_connector ON callback (connector_id, received_at);

  CREATE TABLE refused_sample (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    connector_id TEXT NOT NULL,
    sample TEXT NOT NULL
  ) STRICT;
  CREATE INDEX refused_sample_by_connector ON refused_sample (connector_id);

  CREATE TABLE refused_count (
    connector_id TEXT NOT NULL,
    code TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (connector_id, code)
  ) STRICT, WITHOUT ROWID;
  `,
];
