import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { subjectName } from '#shared/model/vocabulary.ts';
import type { CallbackOutcome, LedgerStore } from '#shared/pipeline/ports.ts';
import { decodeCursor, encodeCursor } from '#shared/registry/page-cursor.ts';
import { idHash } from './id-hash.ts';
import { checkedLimit, preparedOnce } from './keyset.ts';
import type { Transactions } from './transactions.ts';

const LIST = 'callbacks by outcome';
/** Rows looked at for one page of the outcomes that nearly all callbacks have; it may then be short. */
const MOST_EXAMINED = 2000;

type Outcomes = Pick<LedgerStore, 'putOutcome' | 'outcomes' | 'callbacksWithOutcome'>;

/** What became of each callback. A list runs newest first by when the callback was first applied. */
export function outcomeStore(db: DatabaseSync, transactions: Transactions): Outcomes {
  const prepared = preparedOnce(db);
  const known = db.prepare('SELECT row FROM outcome WHERE id_hash = ? AND callback_id = ?');
  const outcomeOf = db.prepare('SELECT outcome FROM outcome WHERE id_hash = ? AND callback_id = ?');
  const change = db.prepare('UPDATE outcome SET outcome = ?, subjects = ? WHERE row = ?');
  const insert = db.prepare(
    'INSERT INTO outcome (id_hash, callback_id, connector_id, outcome, subjects) VALUES (?, ?, ?, ?, ?)',
  );

  return {
    putOutcome: (callbackId, outcome, subjects) =>
      transactions.write(() => {
        const hash = idHash(callbackId);
        const names = JSON.stringify(subjects.map(subjectName));
        const row = known.get(hash, callbackId)?.['row'];
        if (row !== undefined) change.run(outcome, names, row);
        else insert.run(hash, callbackId, connectorOf(callbackId), outcome, names);
      }),

    outcomes: (callbackIds) =>
      transactions.read(() =>
        Object.fromEntries(
          callbackIds.flatMap((id): [string, CallbackOutcome][] => {
            const record = outcomeOf.get(idHash(id), id);
            return record === undefined ? [] : [[id, record['outcome'] as CallbackOutcome]];
          }),
        ),
      ),

    callbacksWithOutcome: (query) =>
      transactions.read(() => {
        const limit = checkedLimit(query.limit);
        const start =
          query.cursor === undefined
            ? Number.MAX_SAFE_INTEGER
            : Number(decodeCursor(LIST, query.cursor, ['number'])[0]);
        const { sql, values } = accessOf(query.outcome, query.connectorId);
        const rows = prepared(sql).iterate(...values, start, MOST_EXAMINED + 1);
        const items: string[] = [];
        let last = start;
        let examined = 0;
        for (const record of rows) {
          if (items.length === limit || examined === MOST_EXAMINED) {
            return { items, cursor: encodeCursor(LIST, [last]) };
          }
          examined++;
          last = Number(record['row']);
          if (record['outcome'] === query.outcome && fits(record['connector_id'], query.connectorId)) {
            items.push(String(record['callback_id']));
          }
        }
        return { items, cursor: null };
      }),
  };
}

/** Outcomes that an operator looks for have an index; the two that nearly every callback has need none. */
function accessOf(outcome: CallbackOutcome, connectorId: string | undefined): { sql: string; values: SQLInputValue[] } {
  const select = (from: string) =>
    `SELECT row, callback_id, connector_id, outcome FROM outcome ${from} row < ? ORDER BY row DESC LIMIT ?`;
  if (outcome === 'changed' || outcome === 'unchanged') return { sql: select('WHERE'), values: [] };
  // Repeats the condition of the partial indexes, so that SQLite sees that they hold every row asked for.
  const asked = "outcome NOT IN ('changed', 'unchanged') AND outcome = ? AND";
  return connectorId === undefined
    ? { sql: select(`INDEXED BY outcome_notable WHERE ${asked}`), values: [outcome] }
    : {
        sql: select(`INDEXED BY outcome_notable_by_connector WHERE ${asked} connector_id = ? AND`),
        values: [outcome, connectorId],
      };
}

function fits(found: unknown, asked: string | undefined): boolean {
  return asked === undefined || found === asked;
}

function connectorOf(callbackId: string): string {
  return callbackId.slice(0, callbackId.indexOf(':'));
}
