import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertDurable, openDatabase, openReadOnly } from './open-database.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postrider-open-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ONE = 'CREATE TABLE a (x INTEGER) STRICT';
const TWO = 'ALTER TABLE a ADD COLUMN y TEXT';

describe('openDatabase', () => {
  it('writes ahead with synchronous FULL on the writing connection', () => {
    const db = openDatabase(join(folder, 'x.db'), [ONE]);
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(db.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
    expect(db.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 5000 });
    expect(() => assertDurable(db)).not.toThrow();
    db.close();
  });

  it.each(['OFF', 'NORMAL'])('assertDurable bites when synchronous is planted to %s', (planted) => {
    const db = openDatabase(join(folder, 'x.db'), [ONE]);
    db.exec(`PRAGMA synchronous = ${planted}`);
    expect(() => assertDurable(db)).toThrow(/synchronous is \d, not 2/);
    db.close();
  });

  it('assertDurable bites on a journal that is not a write-ahead log', () => {
    const db = new DatabaseSync(':memory:');
    expect(() => assertDurable(db)).toThrow(/journal_mode is memory/);
    db.close();
  });

  it('makes the file and its log readable by the owner only', () => {
    const db = openDatabase(join(folder, 'x.db'), [ONE]);
    for (const name of ['x.db', 'x.db-wal', 'x.db-shm']) {
      expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    }
    db.close();
  });

  it('migrates step by step, keeps the rows, and runs no step twice', () => {
    const path = join(folder, 'x.db');
    const first = openDatabase(path, [ONE]);
    first.exec('INSERT INTO a (x) VALUES (7)');
    first.close();
    for (let i = 0; i < 2; i++) {
      const db = openDatabase(path, [ONE, TWO]);
      expect(db.prepare('SELECT x, y FROM a').all()).toEqual([{ x: 7, y: null }]);
      expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
      db.close();
    }
  });

  it('a step that fails leaves the version before it', () => {
    const path = join(folder, 'x.db');
    expect(() => openDatabase(path, [ONE, 'CREATE TABLE b (x); CREATE TABLE a (x)'])).toThrow();
    const db = openDatabase(path, [ONE]);
    expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'a' }]);
    db.close();
  });

  it('refuses a file of a newer release, with what to do', () => {
    const path = join(folder, 'x.db');
    openDatabase(path, [ONE, TWO]).close();
    expect(() => openDatabase(path, [ONE])).toThrow(/schema 2, this release knows 1.*newer release/);
  });

  it('refuses a file that is no database', () => {
    const path = join(folder, 'x.db');
    writeFileSync(path, 'this is a text of more than sixteen bytes');
    expect(() => openDatabase(path, [ONE])).toThrow(/not a database/);
  });
});

describe('openReadOnly', () => {
  it('reads what was committed and writes nothing', () => {
    const path = join(folder, 'x.db');
    const writer = openDatabase(path, [ONE]);
    const reader = openReadOnly(path);
    writer.exec('BEGIN; INSERT INTO a (x) VALUES (1)');
    expect(reader.prepare('SELECT x FROM a').all()).toEqual([]);
    writer.exec('COMMIT');
    expect(reader.prepare('SELECT x FROM a').all()).toEqual([{ x: 1 }]);
    expect(() => reader.exec('INSERT INTO a (x) VALUES (2)')).toThrow(/readonly/);
    reader.close();
    writer.close();
  });

  it('makes no file', () => {
    expect(() => openReadOnly(join(folder, 'none.db'))).toThrow();
    expect(() => statSync(join(folder, 'none.db'))).toThrow();
  });
});
