import { createHash } from 'node:crypto';
import type { PostriderEvent } from '#shared/model/event.ts';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { PastVersion, QueueMessage } from './ports.ts';

/** SQS takes 1 MiB a message and 1 MiB a batch (body and attributes together). */
export const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_BATCH_ENTRIES = 10;

/** What SQS allows as message group id and deduplication id: up to 128 characters of its alphabet. */
const SQS_ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

type MessageOrigin = Pick<PastVersion, 'key' | 'merchantId' | 'mode'>;

/** The id itself, or its base64url SHA-256 where SQS would refuse it (interfaces.md). */
export function sqsId(text: string): string {
  return SQS_ID.test(text) ? text : createHash('sha256').update(text).digest('base64url');
}

/** FIFO group of a subject: `<connectorId>:<subject>`. */
function groupOf(key: SubjectKey): string {
  return sqsId(`${key.connectorId}:${key.type}/${key.id}`);
}

/**
 * An event as an SQS message: structured CloudEvents JSON with attributes to filter by. One that SQS would refuse for
 * its size carries `dataref`, where the subscription's read token gets it, in place of `data`.
 */
export function messageOf(event: PostriderEvent, row: MessageOrigin, dataref: string): QueueMessage {
  const message = wholeMessage(event, row);
  if (messageBytes(message) <= MAX_MESSAGE_BYTES) return message;
  const { data: _, ...envelope } = event;
  return { ...message, body: eventJson({ ...envelope, dataref }) };
}

function wholeMessage(event: PostriderEvent, row: MessageOrigin): QueueMessage {
  return {
    id: event.id,
    body: eventJson(event),
    attributes: {
      type: event.type,
      merchantId: row.merchantId,
      connectorId: row.key.connectorId,
      sequence: event.sequence,
      kind: event.type.split('.')[1] ?? '',
      mode: row.mode,
    },
    groupId: groupOf(row.key),
    deduplicationId: sqsId(event.id),
  };
}

/** SQS refuses U+FFFE and U+FFFF (and raw control characters, which JSON escapes anyway). */
function eventJson(event: object): string {
  return JSON.stringify(event).replace(/[\uFFFE\uFFFF]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}

export function messageBytes(message: QueueMessage): number {
  const attributes = Object.entries(message.attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + 'String'.length,
    0,
  );
  return Buffer.byteLength(message.body) + attributes;
}

/**
 * Cuts a list of messages of different groups into batches that SQS takes: at most ten entries, at most 1 MiB, and no
 * batch with two entries of one group, whose order a partial failure would break. Order inside a group is kept.
 */
export function cutIntoBatches(messages: readonly QueueMessage[]): QueueMessage[][] {
  const batches: { messages: QueueMessage[]; bytes: number }[] = [];
  /** By group: the first batch that may take its next message. */
  const earliest = new Map<string, number>();
  for (const message of messages) {
    const bytes = messageBytes(message);
    let index = earliest.get(message.groupId) ?? 0;
    while (!hasRoom(batches[index], bytes)) index++;
    const batch = batches[index] ?? { messages: [], bytes: 0 };
    batches[index] = batch;
    batch.messages.push(message);
    batch.bytes += bytes;
    earliest.set(message.groupId, index + 1);
  }
  return batches.map((batch) => batch.messages);
}

function hasRoom(batch: { messages: readonly unknown[]; bytes: number } | undefined, bytes: number): boolean {
  if (batch === undefined) return true;
  return batch.messages.length < MAX_BATCH_ENTRIES && batch.bytes + bytes <= MAX_MESSAGE_BYTES;
}
