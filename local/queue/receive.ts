import { expireMessages } from './expiry.ts';
import type { Content, MessageRow } from './message-store.ts';
import { type QueueContext, refreshGroup } from './queue-context.ts';
import type { Queue } from './queue-store.ts';
import { receiptHandleOf } from './receipt.ts';

export interface ReceiveLimits {
  /** 1..10. */
  readonly maximum: number;
  readonly visibilityMs: number;
}

export interface ReceivedMessage extends Content {
  readonly seq: number;
  readonly messageId: string;
  readonly receiptHandle: string;
  /** Null on standard queues. */
  readonly fifoGroup: string | null;
  readonly deduplicationId: string | null;
  /** Milliseconds since 1970, as is `firstReceivedAt`. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receiveCount: number;
  /** The queue this message was a dead letter of. */
  readonly originQueueName: string | null;
}

/** How many delayed or timed-out messages (or groups) one receive brings back into the line: ten times what it can take. */
const READMIT_LIMIT = 100;

/** Whether a receive would find anything; reads one index entry and writes nothing. */
export function mayReceive(context: QueueContext, queue: Queue, now: number): boolean {
  const at = context.messages.nextAt(queue.id, queue.settings.fifo);
  return at !== null && at <= now;
}

/**
 * Takes messages out of the line for the visibility timeout. FIFO: groups take turns; a group gives as many of its
 * messages as fit, in order, and nothing more until all of them are deleted or visible again. A message that was received
 * `maxReceiveCount` times goes to the dead-letter queue instead.
 */
export function receiveMessages(
  context: QueueContext,
  queue: Queue,
  limits: ReceiveLimits,
  now: number,
): readonly ReceivedMessage[] {
  expireMessages(context, queue, now);
  const received: ReceivedMessage[] = [];
  if (queue.settings.fifo) {
    receiveFifo(context, queue, limits, now, received);
  } else {
    readmitStandard(context, queue, now);
    take(context, queue, limits, now, received, (limit) => context.messages.readyStandard(queue.id, limit));
  }
  return received;
}

function readmitStandard(context: QueueContext, queue: Queue, now: number): void {
  for (const seq of context.messages.expiredStandard(queue.id, now, READMIT_LIMIT)) {
    context.messages.makeReady(seq, context.nextTurn());
  }
}

function receiveFifo(
  context: QueueContext,
  queue: Queue,
  limits: ReceiveLimits,
  now: number,
  received: ReceivedMessage[],
): void {
  for (const group of context.messages.expiredGroups(queue.id, now, READMIT_LIMIT)) {
    refreshGroup(context, queue.id, group, now);
  }
  const tried = new Set<string>();
  while (received.length < limits.maximum) {
    const groups = context.messages
      .readyGroups(queue.id, limits.maximum + tried.size)
      .filter((group) => !tried.has(group));
    if (groups.length === 0) {
      return;
    }
    for (const group of groups) {
      if (received.length === limits.maximum) {
        return;
      }
      tried.add(group);
      take(context, queue, limits, now, received, (limit) => context.messages.inGroup(queue.id, group, limit));
      refreshGroup(context, queue.id, group, now);
    }
  }
}

/** Receives from the front of one line until it is empty, not visible, or `received` is full. */
function take(
  context: QueueContext,
  queue: Queue,
  limits: ReceiveLimits,
  now: number,
  received: ReceivedMessage[],
  front: (limit: number) => readonly MessageRow[],
): void {
  const handled = new Set<number>();
  while (received.length < limits.maximum) {
    const rows = front(limits.maximum - received.length + handled.size).filter((row) => !handled.has(row.seq));
    if (rows.length === 0) {
      return;
    }
    for (const row of rows) {
      if (row.visibleAt > now) {
        return;
      }
      handled.add(row.seq);
      const deadLetters = deadLetterQueueOf(context, queue, row);
      if (deadLetters === null) {
        received.push(deliver(context, queue, row, limits.visibilityMs, now));
      } else {
        moveToDeadLetters(context, queue, row, deadLetters, now);
      }
    }
  }
}

function deliver(
  context: QueueContext,
  queue: Queue,
  row: MessageRow,
  visibilityMs: number,
  now: number,
): ReceivedMessage {
  const token = context.clock.randomId();
  context.messages.receive(row.seq, token, now, visibilityMs === 0 ? 0 : now + visibilityMs);
  if (visibilityMs === 0) {
    context.messages.makeReady(row.seq, context.nextTurn());
  }
  const origin = row.originQueueId === null ? null : context.queues.findById(row.originQueueId);
  return {
    ...context.messages.content(row.seq),
    seq: row.seq,
    messageId: row.messageId,
    receiptHandle: receiptHandleOf({ queueId: queue.id, seq: row.seq, token }),
    fifoGroup: row.fifoGroup,
    deduplicationId: row.deduplicationId,
    sentAt: row.sentAt,
    firstReceivedAt: row.firstReceivedAt ?? now,
    receiveCount: row.receiveCount + 1,
    originQueueName: origin?.name ?? null,
  };
}

/** Null: deliver. A dead-letter queue that is gone does not lose the message: it is delivered again. */
function deadLetterQueueOf(context: QueueContext, queue: Queue, row: MessageRow): Queue | null {
  const policy = queue.settings.deadLetter;
  if (policy === null || row.receiveCount < policy.maxReceiveCount) {
    return null;
  }
  const target = context.queues.find(policy.queueName);
  return target !== null && target.settings.fifo === queue.settings.fifo ? target : null;
}

/** Keeps message id, order and group. Retention counts on for standard queues and begins anew for FIFO, as in SQS. */
function moveToDeadLetters(context: QueueContext, queue: Queue, row: MessageRow, target: Queue, now: number): void {
  context.messages.move(row.seq, {
    queueId: target.id,
    messageId: row.messageId,
    sentAt: row.sentAt,
    enqueuedAt: queue.settings.fifo ? now : row.enqueuedAt,
    visibleAt: 0,
    turn: context.nextTurn(),
    receiveCount: row.receiveCount,
    firstReceivedAt: row.firstReceivedAt,
    originQueueId: queue.id,
  });
  if (row.fifoGroup !== null) {
    context.messages.addGroup(target.id, row.fifoGroup, 0, context.nextTurn());
  }
  context.arrived(target);
}
