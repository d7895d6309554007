import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MessageAttributes } from './message-content.ts';
import { MESSAGE_SQL } from './message-sql.ts';
import { integerOf, integerOrNull, type Row, textOf, textOrNull } from './row.ts';

/** The small, often rewritten half of a message. Times are milliseconds since 1970; see queue-database.ts. */
export interface MessageRow {
  /** Grows strictly over all queues; the SequenceNumber is made from it. */
  readonly seq: number;
  readonly messageId: string;
  /** Null on standard queues. */
  readonly fifoGroup: string | null;
  readonly deduplicationId: string | null;
  readonly sentAt: number;
  /** Retention counts from here. */
  readonly enqueuedAt: number;
  readonly visibleAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number | null;
  readonly receivedAt: number | null;
  /** The token of the newest receipt handle; null: never received from this queue. */
  readonly receipt: string | null;
  readonly originQueueId: number | null;
}

export interface NewMessage extends Content {
  readonly queueId: number;
  readonly messageId: string;
  readonly fifoGroup: string | null;
  readonly deduplicationId: string | null;
  readonly sentAt: number;
  readonly visibleAt: number;
  readonly turn: number;
}

export interface Content {
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** What is returned as system attributes beside the columns. */
  readonly system: SystemValues;
}

export interface SystemValues {
  readonly AWSTraceHeader?: string;
  /** Standard queues keep a group as a label only. */
  readonly MessageGroupId?: string;
}

type StatementName = keyof typeof MESSAGE_SQL;

/** The message tables, one method a statement, no rules: send.ts, receive.ts and in-flight.ts hold those. */
export class MessageStore {
  readonly #run: (name: StatementName) => StatementSync;

  constructor(database: DatabaseSync) {
    const prepared = new Map<StatementName, StatementSync>();
    this.#run = (name) => {
      const known = prepared.get(name) ?? database.prepare(MESSAGE_SQL[name]);
      prepared.set(name, known);
      return known;
    };
  }

  /** Stores the message and gives its seq. */
  insert(message: NewMessage): number {
    const seq = Number(
      this.#run('insert').run(
        message.queueId,
        message.messageId,
        message.fifoGroup,
        message.deduplicationId,
        message.sentAt,
        message.sentAt,
        message.visibleAt,
        message.turn,
      ).lastInsertRowid,
    );
    const { body, attributes, system } = message;
    this.#run('insertContent').run(seq, body, JSON.stringify(attributes), JSON.stringify(system));
    return seq;
  }

  get(queueId: number, seq: number): MessageRow | null {
    const row = this.#run('get').get(seq, queueId);
    return row === undefined ? null : messageRow(row);
  }

  content(seq: number): Content {
    const row = this.#run('getContent').get(seq);
    if (row === undefined) {
      throw new Error(`The queue file is damaged: message ${seq} has no content row`);
    }
    return {
      body: textOf(row, 'body'),
      attributes: JSON.parse(textOf(row, 'attributes')),
      system: JSON.parse(textOf(row, 'system')),
    };
  }

  delete(seq: number): void {
    this.#run('delete').run(seq);
    this.#run('deleteContent').run(seq);
  }

  /** Messages of a standard queue that wait in the line, in its order. */
  readyStandard(queueId: number, limit: number): readonly MessageRow[] {
    return this.#run('readyStandard').all(queueId, limit).map(messageRow);
  }

  /** Messages of a standard queue whose delay or visibility timeout is over and that are not in the line yet. */
  expiredStandard(queueId: number, now: number, limit: number): readonly number[] {
    const rows = this.#run('expiredStandard').all(queueId, now, limit);
    return rows.map((row) => integerOf(row, 'seq'));
  }

  /** The oldest messages of a group, in order. */
  inGroup(queueId: number, group: string, limit: number): readonly MessageRow[] {
    return this.#run('inGroup').all(queueId, group, limit).map(messageRow);
  }

  /** Until when a received message of the group holds it; 0: nothing was received, or nothing remains of it. */
  heldUntil(queueId: number, group: string): number {
    const row = this.#run('heldUntil').get(queueId, group);
    return row === undefined ? 0 : (integerOrNull(row, 'visible_at') ?? 0);
  }

  receive(seq: number, receipt: string, now: number, visibleAt: number): void {
    this.#run('receive').run(visibleAt, receipt, now, now, seq);
  }

  hideUntil(seq: number, visibleAt: number): void {
    this.#run('hideUntil').run(visibleAt, seq);
  }

  makeReady(seq: number, turn: number): void {
    this.#run('makeReady').run(turn, seq);
  }

  /** Moves a message to the end of another queue under a new seq. */
  move(seq: number, target: MoveTarget): number {
    const moved = Number(
      this.#run('move').run(
        target.queueId,
        target.messageId,
        target.sentAt,
        target.enqueuedAt,
        target.visibleAt,
        target.turn,
        target.receiveCount,
        target.firstReceivedAt,
        target.originQueueId,
        seq,
      ).lastInsertRowid,
    );
    this.#run('moveContent').run(moved, seq);
    this.#run('delete').run(seq);
    return moved;
  }

  /** Messages that came in at `cutoff` or before. */
  expired(queueId: number, cutoff: number, limit: number): readonly { seq: number; fifoGroup: string | null }[] {
    const rows = this.#run('expired').all(queueId, cutoff, limit);
    return rows.map((row) => ({ seq: integerOf(row, 'seq'), fifoGroup: textOrNull(row, 'fifo_group') }));
  }

  /** All messages of a queue in the order of arrival. */
  seqs(queueId: number): readonly number[] {
    return this.#run('seqs')
      .all(queueId)
      .map((row) => integerOf(row, 'seq'));
  }

  counts(queueId: number, now: number): { all: number; inFlight: number; delayed: number } {
    const count = (row: Row | undefined): number => (row === undefined ? 0 : integerOf(row, 'n'));
    return {
      all: count(this.#run('count').get(queueId)),
      inFlight: count(this.#run('countHeld').get(queueId, now)),
      delayed: count(this.#run('countDelayed').get(queueId, now)),
    };
  }

  /** When the next message can be received: 0 now, a time, or null when there is none. */
  nextAt(queueId: number, fifo: boolean): number | null {
    const row = this.#run(fifo ? 'nextGroup' : 'nextStandard').get(queueId);
    return row === undefined ? null : integerOrNull(row, 'at');
  }

  deleteAll(queueId: number): void {
    this.#run('deleteAllContent').run(queueId);
    this.#run('deleteAll').run(queueId);
    this.#run('deleteGroups').run(queueId);
  }

  /** Gives every message of a FIFO queue that was never received the delay `delayMs` from its sending. */
  delayUnreceived(queueId: number, delayMs: number): void {
    this.#run('delayUnreceived').run(delayMs, delayMs, queueId);
  }

  groups(queueId: number): readonly string[] {
    return groupNames(this.#run('groups').all(queueId));
  }

  /** Puts a group into the line unless it is known. */
  addGroup(queueId: number, group: string, availableAt: number, turn: number): void {
    this.#run('addGroup').run(queueId, group, availableAt, turn);
  }

  setGroup(queueId: number, group: string, availableAt: number, turn: number): void {
    this.#run('setGroup').run(availableAt, turn, queueId, group);
  }

  dropGroup(queueId: number, group: string): void {
    this.#run('dropGroup').run(queueId, group);
  }

  readyGroups(queueId: number, limit: number): readonly string[] {
    return groupNames(this.#run('readyGroups').all(queueId, limit));
  }

  expiredGroups(queueId: number, now: number, limit: number): readonly string[] {
    return groupNames(this.#run('expiredGroups').all(queueId, now, limit));
  }

  /** The last place taken in the line of the queue. */
  lastTurn(queueId: number): number {
    const row = this.#run('lastTurn').get(queueId);
    return row === undefined ? 0 : integerOf(row, 'turn');
  }
}

interface MoveTarget {
  readonly queueId: number;
  readonly messageId: string;
  readonly sentAt: number;
  readonly enqueuedAt: number;
  readonly visibleAt: number;
  readonly turn: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number | null;
  readonly originQueueId: number | null;
}

function groupNames(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => textOf(row, 'name'));
}

function messageRow(row: Row): MessageRow {
  return {
    seq: integerOf(row, 'seq'),
    messageId: textOf(row, 'message_id'),
    fifoGroup: textOrNull(row, 'fifo_group'),
    deduplicationId: textOrNull(row, 'deduplication_id'),
    sentAt: integerOf(row, 'sent_at'),
    enqueuedAt: integerOf(row, 'enqueued_at'),
    visibleAt: integerOf(row, 'visible_at'),
    receiveCount: integerOf(row, 'receive_count'),
    firstReceivedAt: integerOrNull(row, 'first_received_at'),
    receivedAt: integerOrNull(row, 'received_at'),
    receipt: textOrNull(row, 'receipt'),
    originQueueId: integerOrNull(row, 'origin_queue_id'),
  };
}
