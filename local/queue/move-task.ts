import type { DatabaseSync } from 'node:sqlite';
import type { MessageRow } from './message-store.ts';
import { done, invalidParameter, type Outcome } from './outcome.ts';
import { queueArnOf } from './queue-address.ts';
import type { QueueContext } from './queue-context.ts';
import type { Queue } from './queue-store.ts';
import { integerOf, textOf } from './row.ts';

/** A finished redrive of dead letters. */
export interface MoveTask {
  readonly taskHandle: string;
  readonly status: 'COMPLETED' | 'FAILED';
  readonly sourceName: string;
  /** Null: each message went back to the queue it came from. */
  readonly destinationName: string | null;
  readonly moved: number;
  readonly toMove: number;
  readonly startedAt: number;
  readonly failureReason: string | null;
}

const TASKS_KEPT = 10;

/**
 * Moves the dead letters that are not in flight back, in order, as new messages (new id, no receives), before it returns.
 * Behind a message of a group that stays, the rest of the group stays too.
 */
export function moveDeadLetters(
  context: QueueContext,
  source: Queue,
  destination: Queue | null,
  now: number,
): Outcome<MoveTask> {
  if (!context.queues.list().some((queue) => queue.settings.deadLetter?.queueName === source.name)) {
    return invalidParameter(
      'SourceArn',
      queueArnOf(source.name),
      'Source queue must be configured as a Dead Letter Queue.',
    );
  }
  if (destination !== null && (destination.id === source.id || destination.settings.fifo !== source.settings.fifo)) {
    return invalidParameter(
      'DestinationArn',
      queueArnOf(destination.name),
      'The destination must be another queue of the same type.',
    );
  }
  const seqs = context.messages.seqs(source.id);
  let moved = 0;
  let withoutOrigin = 0;
  const stoppedGroups = new Set<string>();
  for (const seq of seqs) {
    const row = context.messages.get(source.id, seq);
    if (row === null) {
      continue;
    }
    const target = destination ?? originOf(context, source, row);
    const inFlight = row.receipt !== null && row.visibleAt > now;
    if (target === null || inFlight || (row.fifoGroup !== null && stoppedGroups.has(row.fifoGroup))) {
      withoutOrigin += target === null ? 1 : 0;
      stoppedGroups.add(row.fifoGroup ?? '');
      continue;
    }
    moveBack(context, source, row, target, now);
    moved += 1;
  }
  return done({
    taskHandle: context.clock.randomId(),
    status: withoutOrigin === 0 ? 'COMPLETED' : 'FAILED',
    sourceName: source.name,
    destinationName: destination?.name ?? null,
    moved,
    toMove: seqs.length,
    startedAt: now,
    failureReason: withoutOrigin === 0 ? null : 'CouldNotDetermineMessageSource',
  });
}

function originOf(context: QueueContext, source: Queue, row: MessageRow): Queue | null {
  const origin = row.originQueueId === null ? null : context.queues.findById(row.originQueueId);
  return origin !== null && origin.settings.fifo === source.settings.fifo ? origin : null;
}

/** Deduplication is not asked: the message was let in once, and a redrive must not lose it. */
function moveBack(context: QueueContext, source: Queue, row: MessageRow, target: Queue, now: number): void {
  context.messages.move(row.seq, {
    queueId: target.id,
    messageId: context.clock.randomId(),
    sentAt: now,
    enqueuedAt: now,
    visibleAt: 0,
    turn: context.nextTurn(),
    receiveCount: 0,
    firstReceivedAt: null,
    originQueueId: null,
  });
  if (row.fifoGroup !== null) {
    context.messages.addGroup(target.id, row.fifoGroup, 0, context.nextTurn());
    dropEmptyGroup(context, source, row.fifoGroup);
  }
  context.arrived(target);
}

function dropEmptyGroup(context: QueueContext, queue: Queue, group: string): void {
  if (context.messages.inGroup(queue.id, group, 1).length === 0) {
    context.messages.dropGroup(queue.id, group);
  }
}

/** The last redrives of each queue. */
export class MoveTaskStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  add(sourceQueueId: number, task: MoveTask): void {
    this.#database
      .prepare('INSERT INTO move_task (source_queue_id, record) VALUES (?, ?)')
      .run(sourceQueueId, JSON.stringify(task));
    const oldest = this.#database
      .prepare('SELECT id FROM move_task WHERE source_queue_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?')
      .get(sourceQueueId, TASKS_KEPT);
    if (oldest !== undefined) {
      this.#database
        .prepare('DELETE FROM move_task WHERE source_queue_id = ? AND id <= ?')
        .run(sourceQueueId, integerOf(oldest, 'id'));
    }
  }

  /** Newest first. */
  list(sourceQueueId: number, limit: number): readonly MoveTask[] {
    return this.#database
      .prepare('SELECT record FROM move_task WHERE source_queue_id = ? ORDER BY id DESC LIMIT ?')
      .all(sourceQueueId, limit)
      .map((row): MoveTask => JSON.parse(textOf(row, 'record')));
  }

  forgetQueue(queueId: number): void {
    this.#database.prepare('DELETE FROM move_task WHERE source_queue_id = ?').run(queueId);
  }
}
