import type { DatabaseSync } from 'node:sqlite';
import type { InboxRow, InboxStore, RefusedStore } from '#shared/pipeline/ports.ts';
import { idHash } from './id-hash.ts';
import { type InboxReads, inboxReads } from './inbox-reads.ts';
import { headJson } from './inbox-row.ts';
import { INBOX_MIGRATIONS } from './inbox-schema.ts';
import { openDatabase } from './open-database.ts';
import { type RefusedOptions, refusedStore } from './refused-store.ts';
import { mayWorkAlone, rollBack, StoreGoneError } from './sqlite-trouble.ts';

export type PutOutcome = Awaited<ReturnType<InboxStore['put']>>;

/** The HTTP thread's inbox: the one writer of `inbox.db`. */
export interface InboxDatabase extends InboxReads, InboxStore {
  readonly refused: RefusedStore;
  /** Transactions committed for callbacks since the file was opened. */
  commits(): number;
  /** Commits what has queued, then closes; a put from now on rejects. */
  close(): void;
}

/** The other threads wait for nobody in WAL: whoever holds the lock this long is trouble, and the gateway sends again. */
const BUSY_TIMEOUT_MS = 1000;

export function openInboxDatabase(path: string, options: RefusedOptions = {}): InboxDatabase {
  return inboxOn(openDatabase(path, INBOX_MIGRATIONS, { busyTimeoutMs: BUSY_TIMEOUT_MS }), options);
}

interface Waiting {
  readonly row: InboxRow;
  readonly resolve: (outcome: PutOutcome) => void;
  readonly reject: (trouble: unknown) => void;
}

type Outcome = { readonly ok: true; readonly put: PutOutcome } | { readonly ok: false; readonly trouble: unknown };

/**
 * Group commit: `put` queues its row, and one transaction per turn of the event loop takes all that has queued, in
 * order. A put resolves after the commit that holds its row (a duplicate's after the commit that holds the first).
 */
export function inboxOn(db: DatabaseSync, options: RefusedOptions = {}): InboxDatabase {
  const writer = groupWriter(db);
  const refused = refusedStore(db, options);
  let waiting: Waiting[] = [];
  let scheduled = false;
  let closed = false;

  function flush(): void {
    scheduled = false;
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    const outcomes = writer.write(group.map((one) => one.row));
    group.forEach((one, i) => {
      const outcome = outcomes[i];
      if (outcome?.ok) one.resolve(outcome.put);
      else one.reject(outcome?.trouble);
    });
  }

  return {
    ...inboxReads(db),
    refused,
    commits: writer.commits,

    put(row) {
      if (closed)
        return Promise.reject(new StoreGoneError(`The inbox is closed: callback ${row.callbackId} was not stored.`));
      return new Promise((resolve, reject) => {
        waiting.push({ row, resolve, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      });
    },

    close() {
      if (closed) return;
      closed = true;
      flush();
      refused.close();
      db.close();
    },
  };
}

interface GroupWriter {
  write(rows: readonly InboxRow[]): readonly Outcome[];
  commits(): number;
}

function groupWriter(db: DatabaseSync): GroupWriter {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const bodyOf = db.prepare('SELECT body_sha256 FROM callback WHERE id_hash = ? AND callback_id = ?');
  const insert = db.prepare(
    `INSERT INTO callback (id_hash, callback_id, connector_id, received_at, body_sha256, head, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  let commits = 0;

  function put(row: InboxRow): PutOutcome {
    const hash = idHash(row.callbackId);
    // Read and write in one transaction: of two copies at the same moment the second sees the first.
    const known = bodyOf.get(hash, row.callbackId);
    if (known !== undefined) return known['body_sha256'] === row.bodySha256 ? 'duplicate' : 'other_body';
    insert.run(hash, row.callbackId, row.connectorId, row.receivedAt, row.bodySha256, headJson(row), row.body);
    return 'stored';
  }

  /** A row that cannot be stored fails alone; what ends the transaction is thrown. */
  function attempt(row: InboxRow): Outcome {
    try {
      return { ok: true, put: put(row) };
    } catch (trouble) {
      if (!db.isTransaction) throw trouble;
      return { ok: false, trouble };
    }
  }

  function writeTogether(rows: readonly InboxRow[]): readonly Outcome[] {
    try {
      begin.run();
      const outcomes = rows.map(attempt);
      commit.run();
      commits++;
      return outcomes;
    } catch (trouble) {
      rollBack(db);
      throw trouble;
    }
  }

  function write(rows: readonly InboxRow[]): readonly Outcome[] {
    try {
      return writeTogether(rows);
    } catch (trouble) {
      // One row too large for what is left of the disk must not take its neighbours with it.
      if (rows.length > 1 && mayWorkAlone(trouble)) return rows.flatMap((row) => write([row]));
      return rows.map(() => ({ ok: false, trouble }));
    }
  }

  return { write, commits: () => commits };
}
