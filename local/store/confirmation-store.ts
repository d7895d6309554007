import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { aboutName } from '#shared/pipeline/about-name.ts';
import { changedRequest } from '#shared/pipeline/changed-request.ts';
import type { AskPause, ConfirmationStore, ConfirmId, ConfirmRequest } from '#shared/pipeline/confirm-request.ts';
import { nextTurnAfter } from '#shared/pipeline/next-turn-after.ts';
import { newestFirst, preparedOnce, type TimedRow } from './keyset.ts';
import type { Transactions } from './transactions.ts';

export interface ConfirmationDatabase extends ConfirmationStore {
  /** When the next question is due (ISO); undefined: none waits. */
  nextQuestionAt(): Promise<string | undefined>;
  /** Deletes at most `limit` ended questions whose time is over, and as many unused rates; how many they were. */
  purgeConfirmations(now: string, limit: number): Promise<number>;
}

interface Recorded extends TimedRow {
  readonly record: string;
}

const DAY_MS = 86_400_000;
/** Ended questions are kept for so long, so that they are not asked again. */
const KEPT_MS = 30 * DAY_MS;
/** A rate that nobody used for so long has its whole burst again. */
const RATE_KEPT_MS = DAY_MS;

const THIS = 'about = ? AND evidence_digest = ?';
const DUE = `FROM confirmation INDEXED BY confirmation_due WHERE state = 'waiting'`;

/** Questions to gateways, the turns in their rates and their pauses. */
export function confirmationStore(db: DatabaseSync, transactions: Transactions): ConfirmationDatabase {
  return {
    ...questions(db, transactions),
    ...questionLists(db, transactions),
    ...rates(db, transactions),
    ...purging(db, transactions),
  };
}

function questions(
  db: DatabaseSync,
  { read, write }: Transactions,
): Pick<ConfirmationDatabase, 'putConfirmation' | 'confirmation' | 'claimConfirmation' | 'updateConfirmation'> {
  const insert = db.prepare(
    `INSERT INTO confirmation (connector_id, about, evidence_digest, state, next_at, at, record)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (about, evidence_digest) DO NOTHING`,
  );
  const select = db.prepare(`SELECT record FROM confirmation WHERE ${THIS}`);
  const update = db.prepare(
    `UPDATE confirmation SET state = ?, next_at = ?, expires_at = ?, record = ? WHERE ${THIS} AND next_at IS ?`,
  );

  function find(id: ConfirmId): ConfirmRequest | undefined {
    const record = select.get(...idValues(id))?.['record'];
    return record === undefined ? undefined : (JSON.parse(String(record)) as ConfirmRequest);
  }

  function change(next: ConfirmRequest, heldUntil: string | null): boolean {
    const isDone = next.state === 'done' && heldUntil !== null;
    const expiresAt = isDone ? new Date(Date.parse(heldUntil) + KEPT_MS).toISOString() : null;
    const values = [next.state, next.nextAt, expiresAt, JSON.stringify(next)];
    return update.run(...values, ...idValues(next), heldUntil).changes === 1;
  }

  return {
    putConfirmation: (request) =>
      write(() => {
        const { connectorId, state, nextAt, at } = request;
        const values = [connectorId, ...idValues(request), state, nextAt, at, JSON.stringify(request)];
        return insert.run(...values).changes === 1 ? 'put' : 'exists';
      }),
    confirmation: (id) => read(() => find(id)),
    claimConfirmation: (request, nextAt) =>
      write(() => {
        const present = find(request);
        if (present?.state !== 'waiting' || request.nextAt === null) return undefined;
        const claimed = { ...present, nextAt, hasTurn: false };
        return change(claimed, request.nextAt) ? claimed : undefined;
      }),
    updateConfirmation: (id, changed, heldUntil) =>
      write(() => {
        const present = find(id);
        return present !== undefined && change(changedRequest(present, changed), heldUntil);
      }),
  };
}

function questionLists(
  db: DatabaseSync,
  { read }: Transactions,
): Pick<ConfirmationDatabase, 'confirmations' | 'dueConfirmations' | 'waitingAbout' | 'nextQuestionAt'> {
  const prepared = preparedOnce(db);
  const due = db.prepare(`SELECT record ${DUE} AND next_at <= ? ORDER BY next_at, row LIMIT ?`);
  const next = db.prepare(`SELECT next_at ${DUE} AND next_at >= '' ORDER BY next_at LIMIT 1`);
  const about = db.prepare(`SELECT record FROM confirmation WHERE about = ? AND state = 'waiting'`);
  const requests = (rows: readonly Record<string, unknown>[]) =>
    rows.map(({ record }) => JSON.parse(String(record)) as ConfirmRequest);
  return {
    dueConfirmations: (now, limit) => read(() => requests(due.all(now, limit))),
    waitingAbout: (id) => read(() => requests(about.all(aboutName(id)))),
    nextQuestionAt: () =>
      read(() => {
        const at = next.get()?.['next_at'];
        return at === undefined ? undefined : String(at);
      }),
    confirmations: (query) =>
      read(() => {
        const { connectorId, state } = query;
        const index = [
          ...(state === undefined ? ['confirmation_open'] : ['confirmation']),
          ...(connectorId === undefined ? (state === undefined ? [] : ['by_state']) : ['by_connector']),
          ...(connectorId !== undefined && state !== undefined ? ['state'] : []),
        ].join('_');
        const statement = prepared(
          `SELECT row, at, record FROM confirmation INDEXED BY ${index}
           WHERE ${connectorId === undefined ? '' : 'connector_id = ? AND'}
           ${state === undefined ? `state <> 'done'` : 'state = ?'} AND (at, row) < (?, ?)
           ORDER BY at DESC, row DESC LIMIT ?`,
        );
        const values = [connectorId, state].filter((value) => value !== undefined);
        return newestFirst('confirmations', statement, values, query, (row: Recorded) => {
          return JSON.parse(row.record) as ConfirmRequest;
        });
      }),
  };
}

function rates(
  db: DatabaseSync,
  { read, write }: Transactions,
): Pick<ConfirmationDatabase, 'takeTurn' | 'askPause' | 'setAskPause'> {
  const freeAt = db.prepare('SELECT free_at FROM turn WHERE id = ?');
  const take = db.prepare(
    'INSERT INTO turn (id, free_at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET free_at = excluded.free_at',
  );
  const pause = db.prepare('SELECT record FROM ask_pause WHERE connector_id = ?');
  const setPause = db.prepare(
    'INSERT INTO ask_pause (connector_id, record) VALUES (?, ?) ON CONFLICT (connector_id) DO UPDATE SET record = excluded.record',
  );
  const endPause = db.prepare('DELETE FROM ask_pause WHERE connector_id = ?');
  return {
    takeTurn: (rate, nowMs) =>
      write(() => {
        const known = freeAt.get(rate.id)?.['free_at'];
        const turn = nextTurnAfter(rate, known === undefined ? undefined : Number(known), nowMs);
        take.run(rate.id, turn.freeAtMs);
        return turn.turnMs;
      }),
    askPause: (connectorId) =>
      read(() => {
        const record = pause.get(connectorId)?.['record'];
        return record === undefined ? undefined : (JSON.parse(String(record)) as AskPause);
      }),
    setAskPause: (connectorId, value) =>
      write(() => {
        if (value === undefined) endPause.run(connectorId);
        else setPause.run(connectorId, JSON.stringify(value));
      }),
  };
}

function purging(db: DatabaseSync, { write }: Transactions): Pick<ConfirmationDatabase, 'purgeConfirmations'> {
  const ended = db.prepare(
    `DELETE FROM confirmation WHERE row IN
       (SELECT row FROM confirmation INDEXED BY confirmation_expired WHERE expires_at <= ? LIMIT ?)`,
  );
  const unused = db.prepare(
    'DELETE FROM turn WHERE id IN (SELECT id FROM turn INDEXED BY turn_by_time WHERE free_at < ? LIMIT ?)',
  );
  return {
    purgeConfirmations: (now, limit) =>
      write(() => {
        const questions = ended.run(now, limit).changes;
        return Number(questions) + Number(unused.run(Date.parse(now) - RATE_KEPT_MS, limit).changes);
      }),
  };
}

function idValues(id: ConfirmId): SQLInputValue[] {
  return [aboutName(id), id.evidenceDigest];
}
