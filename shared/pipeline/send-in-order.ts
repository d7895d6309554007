import type { QueueTarget } from '#shared/registry/records.ts';
import { cutIntoBatches } from './messages.ts';
import type { QueueMessage, QueueSender, SendResult } from './ports.ts';

/** The events of one subject for one queue, in order of their versions. */
export interface OutgoingStream {
  readonly messages: readonly { readonly version: number; readonly message: QueueMessage }[];
}

export interface StreamResult {
  /** The first version that the queue did not take; later ones were not tried. Undefined: all were taken. */
  readonly refused?: { readonly version: number; readonly code: string; readonly message: string };
}

export interface SendReport {
  /** As many as streams, in their order. */
  readonly results: readonly StreamResult[];
  /** True: a whole batch was refused, not for its messages, and nothing more was tried: the queue is not there, denies or throttles. */
  readonly queueRefuses: boolean;
  /** False: nothing was sent, which says nothing of the queue. */
  readonly anySent: boolean;
}

interface Planned {
  readonly stream: number;
  readonly version: number;
}

/**
 * Sends streams to one queue: batches of different groups, one batch after the other. After a refusal nothing later of
 * that stream is sent; after a batch that was refused whole, and once `isOver`, nothing at all.
 */
export async function sendInOrder(
  sender: QueueSender,
  queue: QueueTarget,
  streams: readonly OutgoingStream[],
  isOver: () => boolean = () => false,
): Promise<SendReport> {
  const plan = new Map<QueueMessage, Planned>();
  for (const [stream, { messages }] of streams.entries()) {
    for (const { version, message } of messages) plan.set(message, { stream, version });
  }
  const results: StreamResult[] = streams.map(() => ({}));
  const pending = new Set(plan.keys());
  let [queueRefuses, over, anySent] = [false, false, false];
  for (const batch of cutIntoBatches(interleaved(streams))) {
    const open = batch.filter((message) => results[plan.get(message)?.stream ?? -1]?.refused === undefined);
    over ||= isOver();
    if (open.length === 0 || queueRefuses || over) continue;
    anySent = true;
    const answers = new Map((await sender.send(queue, open)).map((answer) => [answer.id, answer]));
    for (const message of open) {
      const answer: SendResult = answers.get(message.id) ?? noAnswer(message.id);
      if (answer.ok) pending.delete(message);
      else refuse(results, plan.get(message), answer);
    }
    queueRefuses = open.every((message) => isQueueTrouble(answers.get(message.id)));
  }
  for (const message of pending) refuse(results, plan.get(message), queueRefuses ? NOT_TRIED : NO_TIME);
  return { results, queueRefuses, anySent };
}

/** What SQS says of one message, and not of the queue: another one may well be taken. */
const ABOUT_THE_MESSAGE: ReadonlySet<string> = new Set([
  'InvalidMessageContents',
  'InvalidParameterValue',
  'MissingParameter',
  'BatchRequestTooLong',
]);

/** True: the queue may take other messages, and will never take this one. */
export function isAboutTheMessage(code: string): boolean {
  return ABOUT_THE_MESSAGE.has(code);
}

function isQueueTrouble(answer: SendResult | undefined): boolean {
  return answer === undefined || (!answer.ok && !isAboutTheMessage(answer.code));
}

const NOT_TRIED = { code: 'queue_refuses', message: 'Not tried: the queue had just refused a whole batch' };

/** Says nothing of the queue. */
const NO_TIME = { code: 'no_time', message: 'Not tried: the time of this run was over' };

/** True: it was not refused, there was no time for it. */
export function isForLater(code: string): boolean {
  return code === NO_TIME.code;
}

function noAnswer(id: string): SendResult {
  return { id, ok: false, code: 'no_answer', message: 'The queue answered for other messages of the batch only' };
}

/** Keeps the first refusal of a stream: messages are visited in order of their versions. */
function refuse(results: StreamResult[], planned: Planned | undefined, why: { code: string; message: string }): void {
  if (planned === undefined) return;
  const refused = results[planned.stream]?.refused;
  if (refused === undefined || planned.version < refused.version) {
    results[planned.stream] = { refused: { version: planned.version, code: why.code, message: why.message } };
  }
}

/** First messages of all streams, then the second ones …: batches fill with different groups. */
function interleaved(streams: readonly OutgoingStream[]): QueueMessage[] {
  const longest = Math.max(0, ...streams.map((stream) => stream.messages.length));
  const messages: QueueMessage[] = [];
  for (let i = 0; i < longest; i++) {
    for (const stream of streams) {
      const entry = stream.messages[i];
      if (entry) messages.push(entry.message);
    }
  }
  return messages;
}
