import { type MessageAttributes, md5OfAttributes, md5OfBody } from './message-content.ts';
import { queueArnOf } from './queue-address.ts';
import { sequenceNumberOf } from './queue-context.ts';
import type { ReceivedMessage } from './receive.ts';

/** Which attributes a receiver asked for; each may hold `All`. */
export interface WantedAttributes {
  readonly system: readonly string[];
  /** Names, `All`, `.*`, or prefixes such as `trace.*`. */
  readonly message: readonly string[];
}

/** SQS's SenderId is an account's or user's id; there is one sender here. */
const SENDER_ID = '000000000000';

/** A message as ReceiveMessage returns it. The MD5 of attributes covers those that are returned. */
export function receivedMessageOnWire(message: ReceivedMessage, wanted: WantedAttributes): Record<string, unknown> {
  const system = systemAttributes(message, wanted.system);
  const attributes = selectAttributes(message.attributes, wanted.message);
  const md5 = md5OfAttributes(attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5OfBody(message.body),
    Body: message.body,
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
    ...(md5 === null ? {} : { MD5OfMessageAttributes: md5, MessageAttributes: attributes }),
  };
}

function systemAttributes(message: ReceivedMessage, wanted: readonly string[]): Record<string, string> {
  if (wanted.length === 0) {
    return {};
  }
  const all: Record<string, string | null | undefined> = {
    SenderId: SENDER_ID,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    MessageGroupId: message.fifoGroup ?? message.system.MessageGroupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: message.fifoGroup === null ? null : sequenceNumberOf(message.seq),
    AWSTraceHeader: message.system.AWSTraceHeader,
    DeadLetterQueueSourceArn: message.originQueueName === null ? null : queueArnOf(message.originQueueName),
  };
  const chosen: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (typeof value === 'string' && (wanted.includes('All') || wanted.includes(name))) {
      chosen[name] = value;
    }
  }
  return chosen;
}

function selectAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  if (wanted.includes('All') || wanted.includes('.*')) {
    return attributes;
  }
  const prefixes = wanted.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -1));
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => wanted.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    ),
  );
}
