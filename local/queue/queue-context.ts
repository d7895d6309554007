import type { DeduplicationStore } from './deduplication-store.ts';
import type { MessageStore } from './message-store.ts';
import type { Queue, QueueStore } from './queue-store.ts';

/** Time (whole milliseconds since 1970) and unique ids (letters, digits and hyphens) as parameters. */
export interface QueueClock {
  now(): number;
  randomId(): string;
}

/** What the rules of sending, receiving and moving work on, inside one transaction of the engine. */
export interface QueueContext {
  readonly queues: QueueStore;
  readonly messages: MessageStore;
  readonly deduplication: DeduplicationStore;
  readonly clock: QueueClock;
  /** The next place at the back of the line. */
  nextTurn(): number;
  /** Notes that the queue may have something to receive now or later: whoever waits for it is woken after the commit. */
  arrived(queue: Queue): void;
}

/** 20 digits, growing strictly with the order of sending. */
export function sequenceNumberOf(seq: number): string {
  return `1${String(seq).padStart(19, '0')}`;
}

/**
 * Works out anew from when a group gives messages: not before its oldest message is visible and nothing received from it
 * is still in flight. An empty group is dropped; a free one goes to the back of the line, so that groups take turns.
 */
export function refreshGroup(context: QueueContext, queueId: number, group: string, now: number): void {
  const head = context.messages.inGroup(queueId, group, 1)[0];
  if (head === undefined) {
    context.messages.dropGroup(queueId, group);
    return;
  }
  const availableAt = Math.max(head.visibleAt, context.messages.heldUntil(queueId, group));
  context.messages.setGroup(queueId, group, availableAt > now ? availableAt : 0, context.nextTurn());
}
