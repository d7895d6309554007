import {
  checkContent,
  checkSendId,
  contentDeduplicationId,
  md5OfAttributes,
  md5OfBody,
  type SendEntry,
} from './message-content.ts';
import type { SystemValues } from './message-store.ts';
import { done, invalidParameter, type Outcome, refused } from './outcome.ts';
import { MAXIMUM_DELAY_SECONDS } from './queue-attributes.ts';
import { type QueueContext, sequenceNumberOf } from './queue-context.ts';
import type { Queue } from './queue-store.ts';

export interface SentMessage {
  readonly messageId: string;
  readonly md5OfBody: string;
  readonly md5OfAttributes: string | null;
  readonly md5OfSystemAttributes: string | null;
  /** Null on standard queues. */
  readonly sequenceNumber: string | null;
  /** True: the deduplication id was known, nothing was stored, and the ids are those of the first message. */
  readonly duplicate: boolean;
}

/** Where a checked message goes: FIFO group and deduplication id, both null on a standard queue. */
interface Placement {
  readonly fifoGroup: string | null;
  readonly deduplicationId: string | null;
  readonly delayMs: number;
}

const NOT_FOR_THIS_QUEUE = 'The request include parameter that is not valid for this queue type';

/** Stores one message, or answers the first one's ids when its deduplication id is known. */
export function sendMessage(context: QueueContext, queue: Queue, entry: SendEntry, now: number): Outcome<SentMessage> {
  const content = checkContent(entry, queue.settings.maximumMessageBytes);
  if (!content.ok) {
    return content;
  }
  const placed = queue.settings.fifo ? placeFifo(queue, entry) : placeStandard(queue, entry);
  if (!placed.ok) {
    return placed;
  }
  const placement = placed.value;
  const scope = queue.settings.deduplicationPerGroup ? (placement.fifoGroup ?? '') : '';
  const known =
    placement.deduplicationId === null
      ? null
      : context.deduplication.find(queue.id, scope, placement.deduplicationId, now);
  const send = known ?? store(context, queue, entry, placement, now);
  if (known === null && placement.deduplicationId !== null) {
    context.deduplication.remember(queue.id, scope, placement.deduplicationId, send, now);
  }
  return done({
    messageId: send.messageId,
    md5OfBody: md5OfBody(entry.body),
    md5OfAttributes: md5OfAttributes(entry.attributes ?? {}),
    md5OfSystemAttributes: md5OfAttributes(entry.systemAttributes ?? {}),
    sequenceNumber: queue.settings.fifo ? sequenceNumberOf(send.seq) : null,
    duplicate: known !== null,
  });
}

function store(context: QueueContext, queue: Queue, entry: SendEntry, placement: Placement, now: number) {
  const messageId = context.clock.randomId();
  const visibleAt = placement.delayMs === 0 ? 0 : now + placement.delayMs;
  const seq = context.messages.insert({
    queueId: queue.id,
    messageId,
    fifoGroup: placement.fifoGroup,
    deduplicationId: placement.deduplicationId,
    sentAt: now,
    visibleAt,
    turn: context.nextTurn(),
    body: entry.body,
    attributes: entry.attributes ?? {},
    system: systemValues(queue, entry),
  });
  if (placement.fifoGroup !== null) {
    context.messages.addGroup(queue.id, placement.fifoGroup, visibleAt, context.nextTurn());
  }
  context.arrived(queue);
  return { messageId, seq };
}

function systemValues(queue: Queue, entry: SendEntry): SystemValues {
  const trace = entry.systemAttributes?.['AWSTraceHeader']?.StringValue;
  return {
    ...(trace === undefined ? {} : { AWSTraceHeader: trace }),
    ...(queue.settings.fifo || entry.groupId === undefined ? {} : { MessageGroupId: entry.groupId }),
  };
}

function placeStandard(queue: Queue, entry: SendEntry): Outcome<Placement> {
  if (entry.deduplicationId !== undefined) {
    return invalidParameter('MessageDeduplicationId', entry.deduplicationId, `${NOT_FOR_THIS_QUEUE}.`);
  }
  if (entry.groupId !== undefined) {
    const group = checkSendId('MessageGroupId', entry.groupId);
    if (!group.ok) {
      return group;
    }
  }
  const delay = entry.delaySeconds ?? queue.settings.delaySeconds;
  if (!Number.isInteger(delay) || delay < 0 || delay > MAXIMUM_DELAY_SECONDS) {
    return invalidParameter('DelaySeconds', delay, `DelaySeconds must be >= 0 and <= ${MAXIMUM_DELAY_SECONDS}.`);
  }
  return done({ fifoGroup: null, deduplicationId: null, delayMs: delay * 1_000 });
}

function placeFifo(queue: Queue, entry: SendEntry): Outcome<Placement> {
  if (entry.groupId === undefined) {
    return refused('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  }
  const group = checkSendId('MessageGroupId', entry.groupId);
  if (!group.ok) {
    return group;
  }
  if (entry.delaySeconds !== undefined && entry.delaySeconds !== 0) {
    return invalidParameter(
      'DelaySeconds',
      entry.delaySeconds,
      `${NOT_FOR_THIS_QUEUE}: a FIFO queue delays by its own DelaySeconds.`,
    );
  }
  if (entry.deduplicationId === undefined && !queue.settings.contentBasedDeduplication) {
    return refused(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly.',
    );
  }
  const id = checkSendId('MessageDeduplicationId', entry.deduplicationId ?? contentDeduplicationId(entry.body));
  return id.ok
    ? done({ fifoGroup: group.value, deduplicationId: id.value, delayMs: queue.settings.delaySeconds * 1_000 })
    : id;
}
