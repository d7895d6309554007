/**
 * `version.position` is the stream that the relay follows (AUTOINCREMENT: never the same number twice).
 *
 * Gateways' ids and callback ids are random, and every random place in an index is a page to write at the next
 * checkpoint. So subjects have a number, given in order, and names are found by 48 bits of a digest and then compared
 * (measured for the inbox: inbox-schema.ts). Whoever gives a number or puts a row holds the file's only write transaction.
 */
export const LEDGER_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE subject (
    no INTEGER PRIMARY KEY,
    name_hash INTEGER NOT NULL,
    name TEXT NOT NULL
  ) STRICT;
  CREATE INDEX subject_by_name ON subject (name_hash);

  CREATE TABLE version (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    subject_no INTEGER NOT NULL REFERENCES subject (no),
    version INTEGER NOT NULL,
    type TEXT,
    cause_id TEXT NOT NULL,
    content ANY NOT NULL,
    evidence ANY NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX version_of_subject ON version (subject_no, version);

  CREATE TABLE seen (
    row INTEGER PRIMARY KEY,
    subject_no INTEGER NOT NULL REFERENCES subject (no),
    callback_id TEXT NOT NULL,
    version INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX seen_by_subject ON seen (subject_no, callback_id);

  CREATE TABLE head (
    subject_no INTEGER PRIMARY KEY REFERENCES subject (no),
    subject_type TEXT NOT NULL,
    connector_id TEXT NOT NULL,
    merchant_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    mode TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    merchant_reference TEXT,
    purchase_reference TEXT,
    flags TEXT NOT NULL,
    aliases TEXT NOT NULL,
    due TEXT
  ) STRICT;
  CREATE INDEX head_by_time ON head (subject_type, created_at);
  CREATE INDEX head_by_kind ON head (subject_type, kind, created_at);
  CREATE INDEX head_by_status ON head (subject_type, status, created_at);
  CREATE INDEX head_by_merchant ON head (merchant_id, subject_type, created_at);
  CREATE INDEX head_by_merchant_status ON head (merchant_id, subject_type, status, created_at);
  CREATE INDEX head_by_connector ON head (connector_id, subject_type, created_at);
  CREATE INDEX head_by_merchant_reference ON head (merchant_reference, subject_type, created_at)
    WHERE merchant_reference IS NOT NULL;
  CREATE INDEX head_by_purchase_reference ON head (purchase_reference, subject_type, created_at)
    WHERE purchase_reference IS NOT NULL;

  CREATE TABLE head_flag (
    flag TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    created_at TEXT NOT NULL,
    subject_no INTEGER NOT NULL,
    PRIMARY KEY (flag, subject_type, created_at, subject_no)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE head_alias (
    alias TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    created_at TEXT NOT NULL,
    subject_no INTEGER NOT NULL,
    PRIMARY KEY (alias, subject_type, created_at, subject_no)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outcome (
    row INTEGER PRIMARY KEY,
    id_hash INTEGER NOT NULL,
    callback_id TEXT NOT NULL,
    connector_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    subjects TEXT NOT NULL
  ) STRICT;
  CREATE INDEX outcome_by_callback ON outcome (id_hash);
  CREATE INDEX outcome_notable ON outcome (outcome) WHERE outcome NOT IN ('changed', 'unchanged');
  CREATE INDEX outcome_notable_by_connector ON outcome (connector_id, outcome)
    WHERE outcome NOT IN ('changed', 'unchanged');

  CREATE TABLE parking (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    merchant_id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    from_version INTEGER NOT NULL,
    up_to INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_at TEXT,
    state TEXT NOT NULL,
    parked_at TEXT NOT NULL,
    last_error TEXT NOT NULL,
    UNIQUE (merchant_id, subscription_id, subject)
  ) STRICT;
  CREATE INDEX parking_due ON parking (next_at) WHERE state = 'waiting' AND next_at IS NOT NULL;
  CREATE INDEX parking_by_time ON parking (parked_at);
  CREATE INDEX parking_by_state ON parking (state, parked_at);
  CREATE INDEX parking_by_merchant ON parking (merchant_id, parked_at);
  CREATE INDEX parking_by_subscription ON parking (merchant_id, subscription_id, parked_at);
  CREATE INDEX parking_by_subscription_state ON parking (merchant_id, subscription_id, state, parked_at);

  CREATE TABLE failed (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    callback_id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX failed_by_time ON failed (at);

  CREATE TABLE confirmation (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    evidence_digest TEXT NOT NULL,
    at TEXT NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (subject, evidence_digest)
  ) STRICT;
  CREATE INDEX confirmation_by_time ON confirmation (at);

  CREATE TABLE merchant (
    merchant_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE connector (
    connector_id TEXT PRIMARY KEY,
    merchant_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX connector_by_merchant ON connector (merchant_id, connector_id);
  CREATE TABLE subscription (
    merchant_id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (merchant_id, subscription_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE audit (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL
  ) STRICT;

  CREATE TABLE position (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Only notable outcomes are kept, in the order of the times received; rows of before have none and come last.
  `
  DROP INDEX outcome_notable;
  DROP INDEX outcome_notable_by_connector;
  DELETE FROM outcome WHERE outcome IN ('changed', 'unchanged');
  ALTER TABLE outcome DROP COLUMN subjects;
  ALTER TABLE outcome ADD COLUMN received_at TEXT NOT NULL DEFAULT '';
  CREATE INDEX outcome_by_time ON outcome (outcome, received_at);
  CREATE INDEX outcome_by_connector ON outcome (connector_id, outcome, received_at);
  `,
  // Callbacks name the version of their connector: of before only the newest is known.
  `
  CREATE TABLE connector_version (
    connector_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (connector_id, version)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO connector_version (connector_id, version, record)
    SELECT connector_id, version, json_set(record, '$.secrets', json('[]')) FROM connector;
  CREATE TABLE old_secret (
    connector_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    callbacks INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY (connector_id, key_id)
  ) STRICT, WITHOUT ROWID;
  `,
  // All tokens of a merchant in one row (shared/registry/merchant-tokens.ts).
  `
  CREATE TABLE merchant_tokens (
    merchant_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Heads of payments that wait and are not asked about yet: taken out when asked, back when they move.
  `
  ALTER TABLE head ADD COLUMN open_due TEXT;
  UPDATE head SET open_due = due WHERE status = 'PENDING';
  CREATE INDEX head_by_open_due ON head (open_due) WHERE open_due IS NOT NULL;
  `,
  // Questions have a life: when they are asked next, and how they ended. Those of before wait since they were put.
  `
  ALTER TABLE confirmation RENAME TO confirmation_of_before;
  DROP INDEX confirmation_by_time;
  CREATE TABLE confirmation (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    connector_id TEXT NOT NULL,
    about TEXT NOT NULL,
    evidence_digest TEXT NOT NULL,
    state TEXT NOT NULL,
    next_at TEXT,
    at TEXT NOT NULL,
    expires_at TEXT,
    record TEXT NOT NULL,
    UNIQUE (about, evidence_digest)
  ) STRICT;
  INSERT INTO confirmation (connector_id, about, evidence_digest, state, next_at, at, record)
    SELECT json_extract(record, '$.subject.connectorId'), subject, evidence_digest, 'waiting', at, at,
      json_object(
        'connectorId', json_extract(record, '$.subject.connectorId'),
        'about', json_object('type', 'subject', 'subject', json(json_extract(record, '$.subject'))),
        'evidenceDigest', evidence_digest, 'merchantId', json_extract(record, '$.merchantId'),
        'reason', json_extract(record, '$.reason'), 'at', at,
        'state', 'waiting', 'nextAt', at, 'attempts', 0, 'hasTurn', json('false'))
    FROM confirmation_of_before ORDER BY row;
  DROP TABLE confirmation_of_before;
  CREATE INDEX confirmation_due ON confirmation (next_at) WHERE state = 'waiting';
  CREATE INDEX confirmation_open ON confirmation (at) WHERE state <> 'done';
  CREATE INDEX confirmation_open_by_connector ON confirmation (connector_id, at) WHERE state <> 'done';
  CREATE INDEX confirmation_by_state ON confirmation (state, at);
  CREATE INDEX confirmation_by_connector_state ON confirmation (connector_id, state, at);
  CREATE INDEX confirmation_expired ON confirmation (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE turn (
    id TEXT PRIMARY KEY,
    free_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX turn_by_time ON turn (free_at);
  CREATE TABLE ask_pause (
    connector_id TEXT PRIMARY KEY,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
