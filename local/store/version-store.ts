import type { DatabaseSync } from 'node:sqlite';
import type { Evidence } from '#shared/model/fact.ts';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { HistoryLine, LedgerStore, PastVersion, VersionRow } from '#shared/pipeline/ports.ts';
import { packJson, unpackJson } from './packed-json.ts';
import { type Subjects, subjectKey } from './subjects.ts';
import type { Transactions } from './transactions.ts';

/** A version's place in the stream that the relay follows. */
export interface PositionedVersion {
  readonly position: number;
  readonly key: SubjectKey;
  readonly version: number;
}

export interface VersionStore
  extends Pick<LedgerStore, 'putVersion' | 'putSeen' | 'versions' | 'history' | 'effectOf'> {
  /** Versions behind `position` in the order of their commits; positions grow but may leave gaps. */
  versionsAfter(position: number, limit: number): Promise<readonly PositionedVersion[]>;
  lastVersionPosition(): Promise<number>;
  /** Versions behind `position`: what is not yet relayed. */
  countVersionsAfter(position: number): Promise<number>;
}

/** The newest version of a subject; part of `newest`, inside one turn of the connection. */
export type NewestVersion = (key: SubjectKey, subjectNo: number) => VersionRow | undefined;

interface VersionRecord {
  readonly version: number;
  readonly type: string | null;
  readonly cause_id: string;
  readonly content: string | Uint8Array;
}

interface NewestRecord extends VersionRecord {
  readonly evidence: string | Uint8Array;
}

type VersionContent = Omit<PastVersion, 'key' | 'version' | 'type' | 'causeId'>;

export function newestVersionIn(db: DatabaseSync): NewestVersion {
  const select = db.prepare(
    'SELECT version, type, cause_id, content, evidence FROM version WHERE subject_no = ? ORDER BY version DESC LIMIT 1',
  );
  return (key, subjectNo) => {
    const record = select.get(subjectNo);
    return record === undefined ? undefined : newestRow(key, record as unknown as NewestRecord);
  };
}

export function versionStore(db: DatabaseSync, transactions: Transactions, subjects: Subjects): VersionStore {
  const insert = db.prepare(
    `INSERT INTO version (subject_no, version, type, cause_id, content, evidence) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (subject_no, version) DO NOTHING`,
  );
  const range = db.prepare(
    `SELECT version, type, cause_id, content FROM version
     WHERE subject_no = ? AND version BETWEEN ? AND ? ORDER BY version`,
  );
  const see = db.prepare(
    'INSERT INTO seen (subject_no, callback_id, version) VALUES (?, ?, ?) ON CONFLICT (subject_no, callback_id) DO NOTHING',
  );
  const after = db.prepare(
    `SELECT version.position, subject.name, version.version FROM version
     CROSS JOIN subject ON subject.no = version.subject_no
     WHERE version.position > ? ORDER BY version.position LIMIT ?`,
  );
  const last = db.prepare('SELECT position FROM version ORDER BY position DESC LIMIT 1');
  const countAfter = db.prepare('SELECT COUNT(*) AS n FROM version WHERE position > ?');
  const history = historyIn(db);
  const made = db.prepare('SELECT type FROM version WHERE subject_no = ? AND cause_id = ? ORDER BY version LIMIT 1');
  const met = db.prepare('SELECT version FROM seen WHERE subject_no = ? AND callback_id = ?');

  return {
    putVersion: (row) =>
      transactions.write(() => {
        const { key, version, type, causeId, evidence, ...content } = row;
        const packed = [packJson(content satisfies VersionContent), packJson(evidence)];
        return insert.run(subjects.findOrAdd(key), version, type, causeId, ...packed).changes === 1 ? 'put' : 'exists';
      }),
    putSeen: (key, callbackId, version) =>
      transactions.write(() => {
        see.run(subjects.findOrAdd(key), callbackId, version);
      }),
    versions: (key, from, to) =>
      transactions.read(() => {
        const no = subjects.find(key);
        const records = no === undefined ? [] : (range.all(no, from, to) as unknown[] as VersionRecord[]);
        return records.map((record) => versionRow(key, record));
      }),
    history: (key) =>
      transactions.read(() => {
        const no = subjects.find(key);
        return no === undefined ? [] : history(no);
      }),
    effectOf: (key, callbackId) =>
      transactions.read(() => {
        const no = subjects.find(key);
        if (no === undefined) return undefined;
        const version = made.get(no, callbackId);
        if (version !== undefined) return version['type'] === null ? 'quiet' : 'changed';
        return met.get(no, callbackId) === undefined ? undefined : 'unchanged';
      }),
    versionsAfter: (position, limit) =>
      transactions.read(() =>
        after.all(position, limit).map((record) => ({
          position: Number(record['position']),
          key: subjectKey(String(record['name'])),
          version: Number(record['version']),
        })),
      ),
    lastVersionPosition: () => transactions.read(() => Number(last.get()?.['position'] ?? 0)),
    countVersionsAfter: (position) => transactions.read(() => Number(countAfter.get(position)?.['n'] ?? 0)),
  };
}

/** Versions in order; behind each the callbacks that met it and changed nothing, as they came. */
function historyIn(db: DatabaseSync): (subjectNo: number) => readonly HistoryLine[] {
  const made = db.prepare('SELECT version, type, cause_id FROM version WHERE subject_no = ? ORDER BY version');
  const seen = db.prepare('SELECT callback_id, version FROM seen WHERE subject_no = ? ORDER BY version, row');
  return (subjectNo) => {
    const versions = made.all(subjectNo).map(
      (record): HistoryLine => ({
        callbackId: String(record['cause_id']),
        version: Number(record['version']),
        outcome: record['type'] === null ? 'quiet' : 'changed',
      }),
    );
    // A callback that made a version and came again by replay is that version's line, not a second one.
    const causes = new Set(versions.map((line) => line.callbackId));
    const unchanged = seen
      .all(subjectNo)
      .map(
        (record): HistoryLine => ({
          callbackId: String(record['callback_id']),
          version: Number(record['version']),
          outcome: 'unchanged',
        }),
      )
      .filter((line) => !causes.has(line.callbackId));
    // Stable: a version's own line stays before those that met it.
    return [...versions, ...unchanged].sort((a, b) => a.version - b.version);
  };
}

function newestRow(key: SubjectKey, record: NewestRecord): VersionRow {
  return { ...versionRow(key, record), evidence: unpackJson(record.evidence) as Evidence };
}

function versionRow(key: SubjectKey, record: VersionRecord): PastVersion {
  const content = unpackJson(record.content) as VersionContent;
  return { key, version: record.version, type: record.type, causeId: record.cause_id, ...content };
}
