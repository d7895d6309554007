/**
 * `position` is the stream: AUTOINCREMENT never gives a number twice, not even after the newest rows were deleted, so a
 * reader's place stays right. The body comes last, so that lists read no overflow page.
 *
 * Callback ids are digests: an index of them is written at random places, and at 1,000,000 rows a UNIQUE one on the text
 * (90 MB) cut the rate from 23,000 to 3,700 rows a second at 16 writers, this one to 13,000; checkpoints are the cost. So the index holds 48 bits of
 * a digest, and the writer compares the ids behind it inside its transaction, which is the only one.
 */
export const INBOX_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE callback (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id_hash INTEGER NOT NULL,
    callback_id TEXT NOT NULL,
    connector_id TEXT NOT NULL,
    received_at TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    head TEXT NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX callback_by_id ON callback (id_hash);
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
  // The request of a refused callback, sealed (key-file.ts); null: not kept.
  `
  ALTER TABLE refused_sample ADD COLUMN sealed BLOB;
  `,
];
