import type { QueueEngine } from '#local/queue/engine.ts';
import type { SendEntry } from '#local/queue/message-content.ts';
import { queueArnOf, queueUrlOf } from '#local/queue/queue-address.ts';
import { namedTarget } from '#shared/delivery/named-queue.ts';
import type { QueueMessage, QueueSender, SendResult } from '#shared/pipeline/ports.ts';
import { managedQueueName } from '#shared/registry/managed-queue-name.ts';
import type { QueueDirectory } from '#shared/registry/queue-choice.ts';
import { checkReaders } from '#shared/registry/queue-readers.ts';
import type { QueueTarget } from '#shared/registry/records.ts';

/** Queues of our own engine are written directly; everything else goes out through `outside`. */
export function createQueueSender(deps: {
  readonly engine: QueueEngine;
  /** `http://127.0.0.1:8788`. */
  readonly sqsEndpoint: string;
  readonly outside: QueueSender;
  /** Lets requests of the other thread in between two batches. */
  readonly nextTurn: () => Promise<void>;
}): QueueSender {
  return {
    async send(queue, messages) {
      if (!isOwn(queue, deps.sqsEndpoint)) return deps.outside.send(queue, messages);
      await deps.nextTurn();
      return sendHere(deps.engine, queue, messages);
    },
  };
}

/** Managed queues are ours whatever port their URL names: the endpoint may have moved since. */
function isOwn(queue: QueueTarget, sqsEndpoint: string): boolean {
  return queue.managed || queue.url.startsWith(`${sqsEndpoint}/`);
}

/** Trouble with the file is a refusal like any other: the messages are parked and tried again. */
function sendHere(engine: QueueEngine, queue: QueueTarget, messages: readonly QueueMessage[]): readonly SendResult[] {
  const entries = messages.map((message) => entryOf(queue, message));
  let sent: ReturnType<QueueEngine['sendMany']>;
  try {
    sent = engine.sendMany(queue.url, entries);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return messages.map(({ id }) => ({ id, ok: false, code: 'InternalFailure', message }));
  }
  return messages.map(({ id }, index): SendResult => {
    const outcome = sent.ok ? sent.value[index] : sent;
    if (outcome?.ok) return { id, ok: true };
    const error = outcome?.error ?? { code: 'InternalFailure', message: 'the queue engine gave no answer' };
    return { id, ok: false, code: error.code, message: error.message };
  });
}

function entryOf(queue: QueueTarget, message: QueueMessage): SendEntry {
  const attributes = Object.entries(message.attributes).filter(([, value]) => value !== '');
  return {
    body: message.body,
    attributes: Object.fromEntries(
      attributes.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
    ...(queue.fifo ? { groupId: message.groupId, deduplicationId: message.deduplicationId } : {}),
  };
}

/** Fourteen days, SQS's longest: its default of four loses the events of a merchant who is away for a week. */
const LONGEST_RETENTION_S = '1209600';

/** Queue names of the embedded home begin with it. */
const PREFIX = 'postrider-';

/** Managed queues live in our own engine; other subscriptions name an https URL or another endpoint on this machine. */
export function createQueueDirectory(engine: QueueEngine, sqsEndpoint: string): QueueDirectory {
  return {
    check(choice) {
      // Kept, so that the same request serves here and on AWS; the engine takes one access key, whoever reads.
      if (choice.managed) return checkReaders(choice.readers);
      const message = refusalOfQueueUrl(choice.url);
      if (message !== undefined) return [{ field: '/queue/url', value: choice.url, message }];
      return choice.roleArn === undefined
        ? []
        : [{ field: '/queue/roleArn', value: choice.roleArn, message: NO_ROLES }];
    },
    async provide(choice, owner) {
      if (!choice.managed) return { ok: true, target: namedTarget(choice, owner) };
      const { fifo } = choice;
      const name = managedQueueName(PREFIX, owner, fifo);
      const attributes = { MessageRetentionPeriod: LONGEST_RETENTION_S, ...(fifo ? { FifoQueue: 'true' } : {}) };
      const made = engine.createQueue({ name, attributes });
      // A queue of that name with other attributes keeps them: somebody set them for a reason.
      if (!made.ok && made.error.code !== 'QueueNameExists')
        throw new Error(`${made.error.code}: ${made.error.message}`);
      return { ok: true, target: { url: queueUrlOf(sqsEndpoint, name), fifo, managed: true, arn: queueArnOf(name) } };
    },
  };
}

const NO_ROLES = 'is not offered by the embedded home, which sends with its own credentials: leave it out';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

function refusalOfQueueUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be a queue URL, as https://sqs.<region>.amazonaws.com/<account>/<name>';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not carry credentials';
  if (url.search !== '' || url.hash !== '') return 'must not have a query or fragment';
  const isHere = url.protocol === 'http:' && LOOPBACK.has(url.hostname);
  if (url.protocol !== 'https:' && !isHere)
    return 'must begin with https://, or http:// for an endpoint on this machine';
  return /^\/\d{12}\/[A-Za-z0-9_-]{1,80}(\.fifo)?$/.test(url.pathname)
    ? undefined
    : 'must end in /<12-digit account>/<queue name>';
}
