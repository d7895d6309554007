import { type Action, type Answer, action } from './action.ts';
import type { QueueEngine } from './engine.ts';
import { done, invalidParameter, type Outcome, refused } from './outcome.ts';
import { queueArnOf, queueUrlOf } from './queue-address.ts';
import { withDefaults } from './queue-attributes.ts';
import type { Queue } from './queue-store.ts';
import { WIRE } from './wire.ts';

const COUNTED = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** Besides those that are set: what GetQueueAttributes may be asked for. */
const SHOWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...COUNTED,
  'All',
  'QueueArn',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
]);

const MAXIMUM_LISTED = 1_000;

/** Making, finding, describing and emptying queues. */
export const queueActions: Readonly<Record<string, Action>> = {
  CreateQueue: action(WIRE.CreateQueue, ({ engine, endpointBase }, input) => {
    const queue = engine.createQueue({
      name: input.QueueName,
      attributes: input.Attributes,
      tags: input.tags ?? input.Tags,
    });
    return queue.ok ? done({ QueueUrl: queueUrlOf(endpointBase, queue.value.name) }) : queue;
  }),

  GetQueueUrl: action(WIRE.GetQueueUrl, ({ engine, endpointBase }, input) => {
    const queue = engine.findQueue(input.QueueName);
    return queue.ok ? done({ QueueUrl: queueUrlOf(endpointBase, queue.value.name) }) : queue;
  }),

  ListQueues: action(WIRE.ListQueues, ({ engine, endpointBase }, input) => {
    const page = pageOf(input, (after, limit) => engine.listQueues(input.QueueNamePrefix ?? '', after, limit));
    return listed(page, 'QueueUrls', endpointBase);
  }),

  DeleteQueue: action(WIRE.QueueOnly, ({ engine }, input) => empty(engine.deleteQueue(input.QueueUrl))),
  PurgeQueue: action(WIRE.QueueOnly, ({ engine }, input) => empty(engine.purgeQueue(input.QueueUrl))),

  SetQueueAttributes: action(WIRE.SetQueueAttributes, ({ engine }, input) =>
    empty(engine.setQueueAttributes(input.QueueUrl, input.Attributes)),
  ),

  GetQueueAttributes: action(WIRE.GetQueueAttributes, ({ engine }, input) => {
    const queue = engine.findQueue(input.QueueUrl);
    return queue.ok ? shownAttributes(engine, queue.value, input.AttributeNames ?? []) : queue;
  }),

  ListQueueTags: action(WIRE.QueueOnly, ({ engine }, input) => {
    const queue = engine.findQueue(input.QueueUrl);
    return queue.ok ? done({ Tags: queue.value.tags }) : queue;
  }),

  TagQueue: action(WIRE.TagQueue, ({ engine }, input) => empty(engine.changeTags(input.QueueUrl, input.Tags, []))),
  UntagQueue: action(WIRE.UntagQueue, ({ engine }, input) =>
    empty(engine.changeTags(input.QueueUrl, {}, input.TagKeys)),
  ),

  ListDeadLetterSourceQueues: action(WIRE.ListDeadLetterSourceQueues, ({ engine, endpointBase }, input) => {
    const sources = engine.deadLetterSources(input.QueueUrl);
    if (!sources.ok) {
      return sources;
    }
    const page = pageOf(input, (after, limit) => sources.value.filter((queue) => queue.name > after).slice(0, limit));
    return listed(page, 'queueUrls', endpointBase);
  }),
};

/** The answer of an action that returns nothing. */
export function empty(outcome: Outcome<null>): Outcome<Answer> {
  return outcome.ok ? done({}) : outcome;
}

interface QueuePage {
  readonly queues: readonly Queue[];
  readonly nextToken: string | null;
}

/** As in SQS there is a next page only for those who gave MaxResults. The token is the last name of the page. */
function pageOf(
  input: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
  list: (after: string, limit: number) => readonly Queue[],
): Outcome<QueuePage> {
  const limit = input.MaxResults ?? MAXIMUM_LISTED;
  if (limit < 1 || limit > MAXIMUM_LISTED) {
    return invalidParameter('MaxResults', limit, `Must be between 1 and ${MAXIMUM_LISTED}.`);
  }
  const after = Buffer.from(input.NextToken ?? '', 'base64url').toString();
  const found = list(after, limit + 1);
  const queues = found.slice(0, limit);
  const more = input.MaxResults !== undefined && found.length > limit;
  const last = queues.at(-1)?.name ?? '';
  return done({ queues, nextToken: more ? Buffer.from(last).toString('base64url') : null });
}

function listed(page: Outcome<QueuePage>, member: string, endpointBase: string): Outcome<Answer> {
  if (!page.ok) {
    return page;
  }
  const { queues, nextToken } = page.value;
  return done({
    [member]: queues.map((queue) => queueUrlOf(endpointBase, queue.name)),
    ...(nextToken === null ? {} : { NextToken: nextToken }),
  });
}

function shownAttributes(engine: QueueEngine, queue: Queue, names: readonly string[]): Outcome<Answer> {
  const attributes: Record<string, string> = {
    ...withDefaults(queue.settings.fifo, queue.attributes),
    QueueArn: queueArnOf(queue.name),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1_000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1_000)),
  };
  const unknown = names.find((name) => !SHOWN_ATTRIBUTES.has(name) && !Object.hasOwn(attributes, name));
  if (unknown !== undefined) {
    return refused('InvalidAttributeName', `Unknown Attribute ${unknown.slice(0, 80)}.`);
  }
  const all = names.includes('All');
  if (all || COUNTED.some((name) => names.includes(name))) {
    const counts = engine.countMessages(queue.name);
    if (!counts.ok) {
      return counts;
    }
    attributes['ApproximateNumberOfMessages'] = String(counts.value.visible);
    attributes['ApproximateNumberOfMessagesNotVisible'] = String(counts.value.inFlight);
    attributes['ApproximateNumberOfMessagesDelayed'] = String(counts.value.delayed);
  }
  const chosen = Object.entries(attributes).filter(([name]) => all || names.includes(name));
  return done(chosen.length === 0 ? {} : { Attributes: Object.fromEntries(chosen) });
}
