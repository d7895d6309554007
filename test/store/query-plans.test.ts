import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { openKeyFile } from '#local/key-file/key-file.ts';
import { inboxOn } from '#local/store/inbox-database.ts';
import { INBOX_MIGRATIONS } from '#local/store/inbox-schema.ts';
import { ledgerOn } from '#local/store/ledger-database.ts';
import { LEDGER_MIGRATIONS } from '#local/store/ledger-schema.ts';
import { openDatabase } from '#local/store/open-database.ts';
import { describeDeliveryContract } from './delivery-contract.ts';
import { describeInboxContract, type InboxUnderTest } from './inbox-contract.ts';
import { describeLedgerContract } from './ledger-contract.ts';
import { describeRegistryContract } from './registry-contract.ts';
import { temporaryFolders } from './sqlite-folder.ts';

const newFolder = temporaryFolders();
const texts = { inbox: new Set<string>(), ledger: new Set<string>() };

/** Notes every statement that the stores prepare on this connection. */
function watched(db: DatabaseSync, seen: Set<string>): DatabaseSync {
  const prepare = db.prepare.bind(db);
  db.prepare = (sql) => {
    seen.add(sql);
    return prepare(sql);
  };
  return db;
}

async function openInbox(path: string): Promise<InboxUnderTest> {
  let nowMs = Date.UTC(2026, 0, 15, 9);
  const { requests } = openKeyFile(`${path}.key`);
  const db = watched(openDatabase(path, INBOX_MIGRATIONS), texts.inbox);
  const inbox = inboxOn(db, { requests, clock: { now: () => new Date(nowMs) } });
  return {
    inbox,
    refused: inbox.refused,
    async reopen() {
      inbox.close();
      return openInbox(path);
    },
    async settled() {
      nowMs += 1_000;
    },
    async close() {
      inbox.close();
    },
  };
}

async function openLedger(path: string) {
  const stores = ledgerOn(watched(openDatabase(path, LEDGER_MIGRATIONS), texts.ledger));
  return {
    ...stores,
    async reopen() {
      await stores.close();
      return openLedger(path);
    },
  };
}

// The contracts go through every query that normal work makes.
describeInboxContract('SQLite, watched', () => openInbox(join(newFolder(), 'inbox.db')));
describeLedgerContract('SQLite, watched', () => openLedger(join(newFolder(), 'ledger.db')));
describeDeliveryContract('SQLite, watched', () => openLedger(join(newFolder(), 'ledger.db')));
describeRegistryContract('SQLite, watched', () => openLedger(join(newFolder(), 'ledger.db')));

/** The parts of a plan that read a whole table or index, or sort what they read. */
function wholeReads(db: DatabaseSync, sql: string): string[] {
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
  return plan.map((step) => String(step['detail'])).filter((detail) => /^SCAN |USE TEMP B-TREE/.test(detail));
}

/** What may: it reads one row of an end of the stream, or counts what is empty when all is well. */
const ALLOWED: readonly RegExp[] = [
  /^SELECT position FROM (callback|version) ORDER BY position DESC LIMIT 1$/,
  /^SELECT \(SELECT COUNT\(\*\) FROM parking/,
  // The lines of one subject.
  /^SELECT callback_id, version FROM seen WHERE subject_no = \? ORDER BY version, row$/,
];

describe('query plans', () => {
  const inbox = openDatabase(join(newFolder(), 'inbox.db'), INBOX_MIGRATIONS);
  const ledger = openDatabase(join(newFolder(), 'ledger.db'), LEDGER_MIGRATIONS);
  afterAll(() => {
    inbox.close();
    ledger.close();
  });

  it.each([
    ['inbox', inbox, 8],
    ['ledger', ledger, 55],
  ] as const)('no query of the %s reads a whole table', (name, db, least) => {
    const planned = [...texts[name]].filter((sql) => /^\s*(SELECT|UPDATE|DELETE)/.test(sql));
    expect(planned.length).toBeGreaterThan(least);
    const whole = planned
      .filter((sql) => !ALLOWED.some((pattern) => pattern.test(sql)))
      .flatMap((sql) => wholeReads(db, sql).map((detail) => `${detail}: ${sql}`));
    expect(whole).toEqual([]);
  });

  it('bites: a planted query without an index is found', () => {
    expect(wholeReads(ledger, 'SELECT * FROM head WHERE status = ?')).toHaveLength(1);
    expect(wholeReads(inbox, 'SELECT * FROM callback WHERE connector_id = ? ORDER BY body_sha256')).toHaveLength(1);
  });
});
