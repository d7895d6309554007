import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { managedQueueName } from '#shared/registry/managed-queue-name.ts';
import type {
  ManagedQueue,
  QueueChoice,
  QueueDirectory,
  QueueOwner,
  QueueProvision,
} from '#shared/registry/queue-choice.ts';
import { checkReaders } from '#shared/registry/queue-readers.ts';
import type { QueueTarget } from '#shared/registry/records.ts';
import { partitionOf, queueArn } from './aws-queue-url.ts';
import { checkNamedQueue, namedTarget } from './named-queue.ts';
import { readersPolicy, samePolicy } from './queue-policy.ts';

export interface AwsQueueDirectoryOptions {
  /** Needs GetQueueUrl, CreateQueue, GetQueueAttributes and SetQueueAttributes on queues under the prefix. */
  readonly client: Pick<SQSClient, 'send'>;
  /** `postrider-<environment>-`; no prefix of the account may begin with another. */
  readonly prefix: string;
  /** Our own: queues of this account and region are ours to make. */
  readonly account: string;
  readonly region: string;
  /** Other accounts to whose queues the operator lets events be sent. */
  readonly approvedAccounts: readonly string[];
}

/** SQS's longest: its default of four days loses the events of a merchant who is away for a week. */
const RETENTION_SECONDS = '1209600';

/** What a managed queue must be, whoever made it: encrypted at rest, and FIFO order and deduplication by subject. */
const REQUIRED = { SqsManagedSseEnabled: 'true' };
const REQUIRED_OF_FIFO = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };

/** Managed queues as SQS queues of our own account; queues of approved other accounts by their URL. */
export function createAwsQueueDirectory(options: AwsQueueDirectoryOptions): QueueDirectory {
  const partition = partitionOf(options.region);
  return {
    check(choice, owner) {
      if (choice.managed) return checkReaders(choice.readers, partition);
      return checkNamedQueue(choice, owner, { ...options, managedName: nameOf(options, choice, owner) });
    },
    async provide(choice, owner) {
      if (!choice.managed) return { ok: true, target: namedTarget(choice, owner) };
      const name = nameOf(options, choice, owner);
      const arn = queueArn(partition, options.region, options.account, name);
      return (
        (await provideOnce(options, choice, name, arn)) ?? (await provideOnce(options, choice, name, arn)) ?? gone(name)
      );
    },
  };
}

function nameOf({ prefix }: AwsQueueDirectoryOptions, { fifo }: QueueChoice, owner: QueueOwner): string {
  return managedQueueName(prefix, owner, fifo);
}

/** Undefined: somebody else made or deleted the queue at this moment; look again. */
async function provideOnce(
  { client }: AwsQueueDirectoryOptions,
  choice: ManagedQueue,
  name: string,
  arn: string,
): Promise<QueueProvision | undefined> {
  const policy = readersPolicy(arn, choice.readers);
  const done = (url: string): QueueProvision => {
    return { ok: true, target: { url, fifo: choice.fifo, managed: true, arn } satisfies QueueTarget };
  };
  try {
    const url = await urlOf(client, name);
    const found = url === undefined ? undefined : await attributesOf(client, url, choice.fifo);
    if (url === undefined || found === undefined) {
      const created = await client.send(new CreateQueueCommand(creationOf(name, choice.fifo, policy)));
      return created.QueueUrl === undefined ? undefined : done(created.QueueUrl);
    }
    const different = Object.entries(requiredOf(choice.fifo)).filter(
      ([attribute, value]) => found[attribute] !== value,
    );
    if (different.length > 0) return otherAttributes(name, different, found);
    if (!samePolicy(found['Policy'] ?? '', policy)) {
      await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: policy } }));
    }
    return done(url);
  } catch (error) {
    return refusalOf(error, name, choice.readers);
  }
}

async function urlOf(client: Pick<SQSClient, 'send'>, name: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
  } catch (error) {
    if (isNamed(error, 'QueueDoesNotExist')) return undefined;
    throw error;
  }
}

/** Undefined: deleted just now; SQS gives the URL of a queue for up to a minute longer. */
async function attributesOf(
  client: Pick<SQSClient, 'send'>,
  url: string,
  fifo: boolean,
): Promise<Readonly<Record<string, string | undefined>> | undefined> {
  const names = [...Object.keys(requiredOf(fifo)), 'Policy'] as QueueAttributeName[];
  try {
    return (
      (await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: names }))).Attributes ?? {}
    );
  } catch (error) {
    if (isNamed(error, 'QueueDoesNotExist')) return undefined;
    throw error;
  }
}

function requiredOf(fifo: boolean): Readonly<Record<string, string>> {
  return fifo ? { ...REQUIRED_OF_FIFO, ...REQUIRED } : REQUIRED;
}

function creationOf(name: string, fifo: boolean, policy: string) {
  return {
    QueueName: name,
    Attributes: {
      ...(fifo ? { FifoQueue: 'true' } : {}),
      ...requiredOf(fifo),
      MessageRetentionPeriod: RETENTION_SECONDS,
      ...(policy === '' ? {} : { Policy: policy }),
    },
  };
}

function otherAttributes(
  name: string,
  different: readonly (readonly [string, string])[],
  found: Readonly<Record<string, string | undefined>>,
): QueueProvision {
  const wanted = different.map(([attribute, value]) => `${attribute}=${value}`).join(',');
  const is = different.map(([attribute]) => `${attribute} is ${JSON.stringify(found[attribute] ?? null)}`).join(', ');
  const message =
    `A queue ${name} exists, but its ${is}: set it right with aws sqs set-queue-attributes ` +
    `--attributes ${wanted}, or delete the queue and wait 60 seconds; then repeat this request.`;
  return { ok: false, code: 'queue_conflict', message };
}

function refusalOf(error: unknown, name: string, readers: readonly string[]): QueueProvision | undefined {
  // Made or deleted by somebody else between two of our calls.
  if (isNamed(error, 'QueueNameExists') || isNamed(error, 'QueueDoesNotExist')) return undefined;
  if (isNamed(error, 'QueueDeletedRecently')) {
    const message = `The queue ${name} was deleted less than 60 seconds ago, and SQS keeps its name so long: repeat this request then.`;
    return { ok: false, code: 'queue_conflict', message };
  }
  // SQS says no more of a principal that does not exist.
  if (readers.length > 0 && isNamed(error, 'InvalidAttributeValue')) {
    const message = 'must all exist: SQS refuses the policy with these readers';
    return { ok: false, code: 'invalid', problems: [{ field: '/queue/readers', value: readers.join(', '), message }] };
  }
  throw error;
}

function gone(name: string): QueueProvision {
  const message = `A queue ${name} is being made with other attributes, or deleted, by somebody else: repeat this request.`;
  return { ok: false, code: 'queue_conflict', message };
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
