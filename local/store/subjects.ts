import type { DatabaseSync } from 'node:sqlite';
import { type SubjectKey, type SubjectType, subjectName } from '#shared/model/vocabulary.ts';
import { idHash } from './id-hash.ts';

/** The numbers of subjects in `ledger.db`. */
export interface Subjects {
  find(key: SubjectKey): number | undefined;
  /** Gives a number where the subject has none; inside a write transaction. */
  findOrAdd(key: SubjectKey): number;
}

export function subjectsIn(db: DatabaseSync): Subjects {
  const select = db.prepare('SELECT no FROM subject WHERE name_hash = ? AND name = ?');
  const insert = db.prepare('INSERT INTO subject (name_hash, name) VALUES (?, ?)');

  function find(key: SubjectKey): number | undefined {
    const name = subjectName(key);
    const no = select.get(idHash(name), name)?.['no'];
    return no === undefined ? undefined : Number(no);
  }

  return {
    find,
    findOrAdd(key) {
      const known = find(key);
      if (known !== undefined) return known;
      const name = subjectName(key);
      return Number(insert.run(idHash(name), name).lastInsertRowid);
    },
  };
}

/** The key behind `subjectName`: ids of connectors and types hold no colon, gateways' ids may. */
export function subjectKey(name: string): SubjectKey {
  const first = name.indexOf(':');
  const second = name.indexOf(':', first + 1);
  return {
    connectorId: name.slice(0, first),
    type: name.slice(first + 1, second) as SubjectType,
    id: name.slice(second + 1),
  };
}
