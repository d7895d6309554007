import type { Message } from '@aws-sdk/client-sqs';
import { ConsumerError } from './consumer-error.ts';
import { parseEvent, type ReceivedEvent, type SubjectAddress } from './event.ts';
import { type ConsumerPorts, handleSubject } from './handle-subject.ts';

/** A message that stays on the queue: handled later, or never an event. */
export interface KeptMessage {
  readonly message: Message;
  /** How often its subject's first kept message was received; 0: nothing failed, the consumer is stopping. */
  readonly failures: number;
}

export interface BatchOutcome {
  /** Handled, or nothing is left to do: to be deleted. */
  readonly done: readonly Message[];
  readonly kept: readonly KeptMessage[];
}

interface SubjectBatch {
  readonly address: SubjectAddress;
  readonly received: { readonly message: Message; readonly event: ReceivedEvent }[];
}

/**
 * Handles what one receive brought: the events of one subject one after another by sequence, different subjects in
 * parallel. `keyOf` names a subject in the progress store. Never rejects; every message comes out once.
 */
export async function handleBatch<Transaction>(
  messages: readonly Message[],
  keyOf: (address: SubjectAddress) => string,
  ports: ConsumerPorts<Transaction>,
): Promise<BatchOutcome> {
  const unreadable: KeptMessage[] = [];
  const subjects = new Map<string, SubjectBatch>();
  for (const message of messages) {
    const reading = parseEvent(message.Body ?? '');
    if (!reading.ok) {
      const { code, detail } = reading;
      ports.notify.error(
        new ConsumerError(code, `Message ${message.MessageId}: ${detail}`, { messageId: message.MessageId }),
      );
      unreadable.push({ message, failures: receiveCount(message) });
      continue;
    }
    const key = keyOf(reading.address);
    const batch = subjects.get(key) ?? { address: reading.address, received: [] };
    batch.received.push({ message, event: reading.event });
    subjects.set(key, batch);
  }
  const outcomes = await Promise.all([...subjects].map(([key, batch]) => handleSubjectBatch(key, batch, ports)));
  return {
    done: outcomes.flatMap((outcome) => outcome.done),
    kept: [...unreadable, ...outcomes.flatMap((outcome) => outcome.kept)],
  };
}

/** All that is kept of a subject pauses as long as its first, so that none becomes visible before an earlier one. */
async function handleSubjectBatch<Transaction>(
  subjectKey: string,
  { address, received }: SubjectBatch,
  ports: ConsumerPorts<Transaction>,
): Promise<BatchOutcome> {
  const inOrder = received.toSorted((a, b) => Number(a.event.sequence) - Number(b.event.sequence));
  const events = inOrder.map((each) => each.event);
  const { done, error } = await handleSubject(address, subjectKey, events, ports);
  const first = inOrder[done];
  if (error !== undefined) {
    ports.notify.error(error.about({ messageId: first?.message.MessageId, eventId: first?.event.id }));
  }
  const failures = error === undefined || first === undefined ? 0 : receiveCount(first.message);
  return {
    done: inOrder.slice(0, done).map((each) => each.message),
    kept: inOrder.slice(done).map((each) => ({ message: each.message, failures })),
  };
}

function receiveCount(message: Message): number {
  const count = Number(message.Attributes?.ApproximateReceiveCount);
  return Number.isInteger(count) && count > 0 ? count : 1;
}
