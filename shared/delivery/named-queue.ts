import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { NamedQueue, QueueOwner } from '#shared/registry/queue-choice.ts';
import type { QueueTarget } from '#shared/registry/records.ts';
import { type AwsQueue, partitionOf, QUEUE_URL_RULE, readAwsQueueUrl } from './aws-queue-url.ts';

export interface NamedQueueRules {
  readonly account: string;
  readonly region: string;
  readonly approvedAccounts: readonly string[];
  /** Of the subscription's own managed queue. */
  readonly managedName: string;
}

/** Our permissions reach roles of this name only: the merchant's other roles are none of our business. */
const ROLE_ARN = /^arn:([a-z-]+):iam::(\d{12}):role\/postrider-[\w+=,.@-]{1,54}$/;
/** What STS takes as ExternalId (API reference, AssumeRole). */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/**
 * What keeps events from being sent to a queue that the merchant names. Our permissions reach every queue of our own
 * account, so one there is taken only if it is this subscription's: nobody may point us at another merchant's.
 */
export function checkNamedQueue(
  choice: NamedQueue,
  owner: QueueOwner,
  rules: NamedQueueRules,
): readonly FieldProblem[] {
  const queue = readAwsQueueUrl(choice.url);
  if (queue === undefined) return urlProblem(choice, QUEUE_URL_RULE);
  if (queue.account === rules.account) return [...checkOwnAccount(choice, queue, rules), ...checkNoRole(choice)];
  if (!rules.approvedAccounts.includes(queue.account)) {
    const approved =
      rules.approvedAccounts.length === 0 ? 'none is' : `these are: ${rules.approvedAccounts.join(', ')}`;
    return urlProblem(choice, `must be of an account that the operator has approved; ${approved}`);
  }
  const partition = partitionOf(rules.region);
  if (queue.partition !== partition) return urlProblem(choice, `must be of a region of the partition ${partition}`);
  return checkRole(choice, queue, owner);
}

/** A checked choice as it is stored; at other endpoints than AWS's without an ARN. */
export function namedTarget({ url, fifo, roleArn }: NamedQueue, { merchantId }: QueueOwner): QueueTarget {
  const arn = readAwsQueueUrl(url)?.arn;
  return {
    ...{ url, fifo, managed: false },
    ...(arn === undefined ? {} : { arn }),
    ...(roleArn === undefined ? {} : { roleArn, externalId: merchantId }),
  };
}

function checkOwnAccount(choice: NamedQueue, queue: AwsQueue, rules: NamedQueueRules): readonly FieldProblem[] {
  if (queue.name === rules.managedName && queue.region === rules.region) return [];
  const message = `must not be another queue of this deployment's own account (its own would be ${rules.managedName} in ${rules.region}): send "managed": true, or name a queue of an approved account`;
  return urlProblem(choice, message);
}

function checkNoRole({ roleArn }: NamedQueue): readonly FieldProblem[] {
  if (roleArn === undefined) return [];
  return [{ field: '/queue/roleArn', value: roleArn, message: 'is for queues of other accounts: leave it out' }];
}

function checkRole({ roleArn }: NamedQueue, queue: AwsQueue, { merchantId }: QueueOwner): readonly FieldProblem[] {
  if (roleArn === undefined) return [];
  const problem = (message: string) => [{ field: '/queue/roleArn', value: roleArn, message }];
  const [, partition, account] = ROLE_ARN.exec(roleArn) ?? [];
  if (partition !== queue.partition || account !== queue.account) {
    return problem(
      `must be a role of the queue's own account: arn:${queue.partition}:iam::${queue.account}:role/postrider-<name>`,
    );
  }
  if (EXTERNAL_ID.test(merchantId)) return [];
  return problem(
    `cannot be used by merchant ${merchantId}: its id is the ExternalId, which takes 2 or more of A-Z a-z 0-9 . _ - ; let the queue's own policy allow the sending`,
  );
}

function urlProblem({ url }: NamedQueue, message: string): readonly FieldProblem[] {
  return [{ field: '/queue/url', value: url, message }];
}
