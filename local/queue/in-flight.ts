import type { MessageRow } from './message-store.ts';
import { done, invalidParameter, type Outcome, type Refused, refused } from './outcome.ts';
import { MAXIMUM_VISIBILITY_SECONDS } from './queue-attributes.ts';
import { type QueueContext, refreshGroup } from './queue-context.ts';
import type { Queue } from './queue-store.ts';
import { readReceiptHandle } from './receipt.ts';

/**
 * Deletes a received message and frees its group. What is gone already is deleted: done. On a standard queue an older
 * handle does nothing, the newest one deletes even after its time; on a FIFO queue only the newest one deletes, and only
 * while the message is in flight, because afterwards somebody else may hold it.
 */
export function deleteMessage(context: QueueContext, queue: Queue, handle: string, now: number): Outcome<null> {
  const receipt = readReceiptHandle(handle);
  if (receipt === null || receipt.queueId !== queue.id) {
    return notAHandle(handle);
  }
  const message = context.messages.get(queue.id, receipt.seq);
  if (message === null) {
    return done(null);
  }
  const newest = message.receipt === receipt.token;
  if (message.fifoGroup === null) {
    if (newest) {
      context.messages.delete(message.seq);
    }
    return done(null);
  }
  if (!newest || message.visibleAt <= now) {
    return invalidParameter('ReceiptHandle', handle, 'The receipt handle has expired.');
  }
  context.messages.delete(message.seq);
  refreshGroup(context, queue.id, message.fifoGroup, now);
  context.arrived(queue);
  return done(null);
}

/** Hides an in-flight message for `seconds` (0..43200) from now; 0 makes it visible at once. */
export function changeVisibility(
  context: QueueContext,
  queue: Queue,
  handle: string,
  seconds: number,
  now: number,
): Outcome<null> {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAXIMUM_VISIBILITY_SECONDS) {
    return invalidParameter('VisibilityTimeout', seconds, `Must be between 0 and ${MAXIMUM_VISIBILITY_SECONDS}.`);
  }
  const found = findInFlight(context, queue, handle, now);
  if (!found.ok) {
    return found;
  }
  const message = found.value;
  const latest = (message.receivedAt ?? now) + MAXIMUM_VISIBILITY_SECONDS * 1_000;
  if (now + seconds * 1_000 > latest) {
    return invalidParameter(
      'VisibilityTimeout',
      seconds,
      `Total VisibilityTimeout for the message is beyond the limit [${MAXIMUM_VISIBILITY_SECONDS} seconds].`,
    );
  }
  if (seconds === 0) {
    context.messages.makeReady(message.seq, context.nextTurn());
  } else {
    context.messages.hideUntil(message.seq, now + seconds * 1_000);
  }
  if (message.fifoGroup !== null) {
    refreshGroup(context, queue.id, message.fifoGroup, now);
  }
  context.arrived(queue);
  return done(null);
}

function findInFlight(context: QueueContext, queue: Queue, handle: string, now: number): Outcome<MessageRow> {
  const receipt = readReceiptHandle(handle);
  if (receipt === null || receipt.queueId !== queue.id) {
    return notAHandle(handle);
  }
  const message = context.messages.get(queue.id, receipt.seq);
  if (message === null || message.receipt !== receipt.token) {
    return invalidParameter(
      'ReceiptHandle',
      handle,
      'Message does not exist or is not available for visibility timeout change.',
    );
  }
  return message.visibleAt <= now
    ? refused('MessageNotInflight', "The message referred to isn't in flight: its visibility timeout is over.")
    : done(message);
}

function notAHandle(handle: string): Refused {
  return refused(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle.slice(0, 200)}" is not a valid receipt handle of this queue.`,
  );
}
