import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { LedgerStore, NotableOutcome, OutcomeQuery } from '#shared/pipeline/ports.ts';
import { decodeCursor, encodeCursor } from '#shared/registry/page-cursor.ts';
import { idHash } from './id-hash.ts';
import { checkedLimit, preparedOnce } from './keyset.ts';
import type { Transactions } from './transactions.ts';

const LIST = 'callbacks by outcome';
/** Sorts after every time that toISOString writes. */
const END_OF_TIME = '~';

type Outcomes = Pick<LedgerStore, 'putOutcome' | 'deleteOutcome' | 'outcomes' | 'callbacksWithOutcome'>;

/** What an operator should look at of each callback. A list runs newest first by when the callback was received. */
export function outcomeStore(db: DatabaseSync, transactions: Transactions): Outcomes {
  const prepared = preparedOnce(db);
  const known = db.prepare('SELECT row, outcome FROM outcome WHERE id_hash = ? AND callback_id = ?');
  const change = db.prepare('UPDATE outcome SET outcome = ? WHERE row = ?');
  const remove = db.prepare('DELETE FROM outcome WHERE id_hash = ? AND callback_id = ?');
  const insert = db.prepare(
    'INSERT INTO outcome (id_hash, callback_id, connector_id, received_at, outcome) VALUES (?, ?, ?, ?, ?)',
  );

  return {
    putOutcome: ({ callbackId, connectorId, receivedAt, outcome }) =>
      transactions.write(() => {
        const hash = idHash(callbackId);
        const present = known.get(hash, callbackId);
        if (present === undefined) insert.run(hash, callbackId, connectorId, receivedAt, outcome);
        else if (present['outcome'] === 'failed') change.run(outcome, present['row'] as SQLInputValue);
      }),

    deleteOutcome: (callbackId) =>
      transactions.write(() => {
        remove.run(idHash(callbackId), callbackId);
      }),

    outcomes: (callbackIds) =>
      transactions.read(() =>
        Object.fromEntries(
          callbackIds.flatMap((id): [string, NotableOutcome][] => {
            const record = known.get(idHash(id), id);
            return record === undefined ? [] : [[id, record['outcome'] as NotableOutcome]];
          }),
        ),
      ),

    callbacksWithOutcome: (query) =>
      transactions.read(() => {
        const limit = checkedLimit(query.limit);
        const { sql, values } = selectOf(query);
        const records = prepared(sql).all(...values, limit + 1);
        const items = records.slice(0, limit).map((record) => String(record['callback_id']));
        const last = records[limit - 1];
        if (records.length <= limit || last === undefined) return { items, cursor: null };
        return { items, cursor: encodeCursor(LIST, [String(last['received_at']), Number(last['row'])]) };
      }),
  };
}

function selectOf(query: OutcomeQuery): { sql: string; values: SQLInputValue[] } {
  const { connectorId, outcome, from = '', to = END_OF_TIME, cursor } = query;
  const [time, row] = cursor === undefined ? [END_OF_TIME, 0] : decodeCursor(LIST, cursor, ['string', 'number']);
  const ofConnector = connectorId === undefined ? '' : 'connector_id = ? AND';
  return {
    sql: `SELECT row, callback_id, received_at FROM outcome
      WHERE ${ofConnector} outcome = ? AND received_at >= ? AND received_at < ? AND (received_at, row) < (?, ?)
      ORDER BY received_at DESC, row DESC LIMIT ?`,
    values: [...(connectorId === undefined ? [] : [connectorId]), outcome, from, to, time as string, row as number],
  };
}
