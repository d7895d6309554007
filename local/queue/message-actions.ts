import { type Action, action } from './action.ts';
import { batchAnswer, checkBatch, checkBatchSize } from './batch.ts';
import type { SendEntry } from './message-content.ts';
import { done, invalidParameter, type Outcome, refused } from './outcome.ts';
import { empty } from './queue-actions.ts';
import { queueNameOf } from './queue-address.ts';
import { MAXIMUM_WAIT_SECONDS } from './queue-attributes.ts';
import { receivedMessageOnWire } from './received-wire.ts';
import type { SentMessage } from './send.ts';
import { type SendMembers, WIRE } from './wire.ts';

/** Sending, receiving, deleting and hiding messages. */
export const messageActions: Readonly<Record<string, Action>> = {
  SendMessage: action(WIRE.SendMessage, ({ engine }, input) => {
    const sent = engine.sendMessage(input.QueueUrl, sendEntryOf(input));
    return sent.ok ? done(sentOnWire(sent.value)) : sent;
  }),

  SendMessageBatch: action(WIRE.SendMessageBatch, ({ engine }, input) => {
    const entries = input.Entries.map(sendEntryOf);
    const refusal = firstRefusal(engine.findQueue(input.QueueUrl), checkBatch(input.Entries), checkBatchSize(entries));
    if (refusal !== null) {
      return refusal;
    }
    const sent = engine.sendMany(input.QueueUrl, entries);
    return sent.ok ? done(batchAnswer(input.Entries, sent.value, sentOnWire)) : sent;
  }),

  ReceiveMessage: action(WIRE.ReceiveMessage, async ({ engine, polls, signal }, input) => {
    const queue = engine.findQueue(input.QueueUrl);
    if (!queue.ok) {
      return queue;
    }
    const waitSeconds = input.WaitTimeSeconds ?? queue.value.settings.waitSeconds;
    if (waitSeconds < 0 || waitSeconds > MAXIMUM_WAIT_SECONDS) {
      return invalidParameter(
        'WaitTimeSeconds',
        waitSeconds,
        `Must be >= 0 and <= ${MAXIMUM_WAIT_SECONDS}, if provided.`,
      );
    }
    const request = { maximum: input.MaxNumberOfMessages, visibilitySeconds: input.VisibilityTimeout };
    const received = await polls.receive(queueNameOf(input.QueueUrl), request, waitSeconds * 1_000, signal);
    if (!received.ok) {
      return received;
    }
    const wanted = {
      system: [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])],
      message: input.MessageAttributeNames ?? [],
    };
    const messages = received.value.map((message) => receivedMessageOnWire(message, wanted));
    return done(messages.length === 0 ? {} : { Messages: messages });
  }),

  DeleteMessage: action(WIRE.DeleteMessage, ({ engine }, input) =>
    empty(engine.deleteMessage(input.QueueUrl, input.ReceiptHandle)),
  ),

  DeleteMessageBatch: action(WIRE.DeleteMessageBatch, ({ engine }, input) => {
    const refusal = firstRefusal(engine.findQueue(input.QueueUrl), checkBatch(input.Entries));
    if (refusal !== null) {
      return refusal;
    }
    const handles = input.Entries.map((entry) => entry.ReceiptHandle);
    const deleted = engine.deleteMany(input.QueueUrl, handles);
    return deleted.ok ? done(batchAnswer(input.Entries, deleted.value, () => ({}))) : deleted;
  }),

  ChangeMessageVisibility: action(WIRE.ChangeMessageVisibility, ({ engine }, input) =>
    empty(engine.changeVisibility(input.QueueUrl, input.ReceiptHandle, input.VisibilityTimeout)),
  ),

  ChangeMessageVisibilityBatch: action(WIRE.ChangeMessageVisibilityBatch, ({ engine }, input) => {
    const refusal = firstRefusal(engine.findQueue(input.QueueUrl), checkBatch(input.Entries));
    if (refusal !== null) {
      return refusal;
    }
    if (input.Entries.some((entry) => entry.VisibilityTimeout === undefined)) {
      return refused('MissingParameter', 'The request must contain the parameter VisibilityTimeout in each entry.');
    }
    const changes = input.Entries.map((entry) => ({
      receiptHandle: entry.ReceiptHandle,
      seconds: entry.VisibilityTimeout ?? 0,
    }));
    const changed = engine.changeVisibilityMany(input.QueueUrl, changes);
    return changed.ok ? done(batchAnswer(input.Entries, changed.value, () => ({}))) : changed;
  }),
};

function firstRefusal(...outcomes: readonly Outcome<unknown>[]) {
  return outcomes.find((outcome) => !outcome.ok) ?? null;
}

function sendEntryOf(input: SendMembers): SendEntry {
  return {
    body: input.MessageBody,
    attributes: input.MessageAttributes,
    systemAttributes: input.MessageSystemAttributes,
    groupId: input.MessageGroupId,
    deduplicationId: input.MessageDeduplicationId,
    delaySeconds: input.DelaySeconds,
  };
}

function sentOnWire(sent: SentMessage): Record<string, unknown> {
  return {
    MessageId: sent.messageId,
    MD5OfMessageBody: sent.md5OfBody,
    ...(sent.md5OfAttributes === null ? {} : { MD5OfMessageAttributes: sent.md5OfAttributes }),
    ...(sent.md5OfSystemAttributes === null ? {} : { MD5OfMessageSystemAttributes: sent.md5OfSystemAttributes }),
    ...(sent.sequenceNumber === null ? {} : { SequenceNumber: sent.sequenceNumber }),
  };
}
