import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { integerOf, textOf } from './row.ts';

/** How long SQS remembers a deduplication id (developer guide, "Using the message deduplication ID"). */
const DEDUPLICATION_MS = 300_000;

/** The first message sent under a deduplication id. */
export interface KnownSend {
  readonly messageId: string;
  readonly seq: number;
}

/** Deduplication ids on disk: they outlive the message, a purge and a restart. */
export class DeduplicationStore {
  readonly #find: StatementSync;
  readonly #remember: StatementSync;
  readonly #sweep: StatementSync;
  readonly #forgetQueue: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(
      'SELECT message_id, seq FROM deduplication WHERE queue_id = ? AND scope = ? AND deduplication_id = ? AND expires_at > ?',
    );
    this.#remember = database.prepare(
      `INSERT INTO deduplication (queue_id, scope, deduplication_id, message_id, seq, expires_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET message_id = excluded.message_id, seq = excluded.seq, expires_at = excluded.expires_at`,
    );
    this.#sweep = database.prepare(
      `DELETE FROM deduplication WHERE (queue_id, scope, deduplication_id) IN
       (SELECT queue_id, scope, deduplication_id FROM deduplication WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
    );
    this.#forgetQueue = database.prepare('DELETE FROM deduplication WHERE queue_id = ?');
  }

  /** `scope` is the group with DeduplicationScope messageGroup, else ''. */
  find(queueId: number, scope: string, id: string, now: number): KnownSend | null {
    const row = this.#find.get(queueId, scope, id, now);
    return row === undefined ? null : { messageId: textOf(row, 'message_id'), seq: integerOf(row, 'seq') };
  }

  remember(queueId: number, scope: string, id: string, send: KnownSend, now: number): void {
    this.#remember.run(queueId, scope, id, send.messageId, send.seq, now + DEDUPLICATION_MS);
  }

  /** Takes at most `limit` ids away that are over; bounded, so that no send after a pause waits for all of them. */
  sweep(now: number, limit: number): void {
    this.#sweep.run(now, limit);
  }

  forgetQueue(queueId: number): void {
    this.#forgetQueue.run(queueId);
  }
}
