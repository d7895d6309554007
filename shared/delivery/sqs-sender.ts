import { SendMessageBatchCommand, type SendMessageBatchCommandOutput, SQSClient } from '@aws-sdk/client-sqs';
import type { QueueMessage, QueueSender, SendResult } from '#shared/pipeline/ports.ts';
import type { QueueTarget } from '#shared/registry/records.ts';
import type { RoleCredentials } from './role-credentials.ts';

export interface SqsSenderOptions {
  /** For queue URLs that name no region (another endpoint than AWS's). */
  readonly region: string;
  /** One batch, all attempts together, takes no longer. */
  readonly timeoutMs: number;
  /** For queues that are sent to with a role; absent: what is meant for them is refused. */
  readonly roles?: RoleCredentials;
  /** Ends what is being sent: it then counts as refused and is parked. */
  readonly stop?: AbortSignal;
}

export interface SqsSender extends QueueSender {
  /** Closes the connections. */
  close(): void;
}

const CONNECTION_MS = 2_000;
const ATTEMPTS = 2;
/** Clients, one an endpoint or role; beyond that the one unused for longest is forgotten. */
const MAX_CLIENTS = 200;

/**
 * Sends to queues of SQS with the SDK's default credentials, or with the queue's role. Refusals come back as the error's
 * name and message.
 */
export function createSqsSender(options: SqsSenderOptions): SqsSender {
  const clientFor = clientsOf(options);

  async function sendBatch(queue: QueueTarget, messages: readonly QueueMessage[]): Promise<readonly SendResult[]> {
    const refusal = await assumeRole(options.roles, queue);
    if (refusal !== undefined) return messages.map(({ id }) => ({ id, ok: false, ...refusal }));
    const command = new SendMessageBatchCommand({
      QueueUrl: queue.url,
      Entries: messages.map((message, index) => entryOf(queue, message, String(index))),
    });
    const limit = AbortSignal.timeout(options.timeoutMs);
    const abortSignal = options.stop === undefined ? limit : AbortSignal.any([limit, options.stop]);
    return resultsOf(messages, await clientFor.queue(queue).send(command, { abortSignal }));
  }

  return {
    async send(queue, messages) {
      try {
        return await sendBatch(queue, messages);
      } catch (error) {
        const { code, message } = reasonOf(error, options.timeoutMs);
        return messages.map(({ id }): SendResult => ({ id, ok: false, code, message }));
      }
    },
    close: () => clientFor.close(),
  };
}

/** An entry that the answer does not name was not taken, as far as we know. */
function resultsOf(messages: readonly QueueMessage[], answer: SendMessageBatchCommandOutput): readonly SendResult[] {
  const taken = new Set(answer.Successful?.map((entry) => entry.Id));
  const failed = new Map(answer.Failed?.map((entry) => [entry.Id, entry]));
  return messages.map(({ id }, index): SendResult => {
    if (taken.has(String(index))) return { id, ok: true };
    const entry = failed.get(String(index));
    const message =
      entry?.Message ?? (entry === undefined ? 'the queue did not answer for it' : 'refused without a reason');
    return { id, ok: false, code: entry?.Code ?? (entry === undefined ? 'no_answer' : 'Unknown'), message };
  });
}

/** Undefined: there is no role, or its credentials are at hand. */
async function assumeRole(
  roles: RoleCredentials | undefined,
  { roleArn, externalId }: QueueTarget,
): Promise<{ readonly code: string; readonly message: string } | undefined> {
  if (roleArn === undefined) return undefined;
  if (roles === undefined || externalId === undefined) {
    return { code: 'RoleNotAssumed', message: `${roleArn}: this home sends with no roles` };
  }
  const role = await roles.assume(roleArn, externalId);
  return role.ok ? undefined : role;
}

/** One client an endpoint, region and role; all share the connections of the first. */
function clientsOf(options: SqsSenderOptions) {
  const clients = new Map<string, SQSClient>();
  const shared: SQSClient[] = [];

  function create(queue: QueueTarget, region: string | undefined, endpoint: string | undefined): SQSClient {
    const [first] = shared;
    const client = new SQSClient({
      region: region ?? options.region,
      maxAttempts: ATTEMPTS,
      requestHandler: first?.config.requestHandler ?? { connectionTimeout: CONNECTION_MS },
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(queue.roleArn === undefined ? {} : { credentials: () => credentialsOf(options.roles, queue) }),
    });
    if (first === undefined) shared.push(client);
    return client;
  }

  return {
    /** The endpoint is named beside AWS's own: left to find another from the queue URL, the SDK prints a warning with every batch. */
    queue(queue: QueueTarget): SQSClient {
      const region = regionOf(queue.url);
      const endpoint = region === undefined && URL.canParse(queue.url) ? new URL(queue.url).origin : undefined;
      const name = `${endpoint ?? region ?? ''} ${queue.roleArn ?? ''} ${queue.externalId ?? ''}`;
      const client = clients.get(name) ?? create(queue, region, endpoint);
      clients.delete(name);
      clients.set(name, client);
      const [oldest] = clients.keys();
      if (clients.size > MAX_CLIENTS && oldest !== undefined) clients.delete(oldest);
      return client;
    },
    close(): void {
      for (const client of shared) client.destroy();
    },
  };
}

async function credentialsOf(roles: RoleCredentials | undefined, { roleArn = '', externalId = '' }: QueueTarget) {
  const role = await roles?.assume(roleArn, externalId);
  if (role?.ok) return role.credentials;
  throw new Error(role?.message ?? `${roleArn}: this home sends with no roles`);
}

function entryOf(queue: QueueTarget, message: QueueMessage, id: string) {
  const attributes = Object.entries(message.attributes).filter(([, value]) => value !== '');
  return {
    Id: id,
    MessageBody: message.body,
    MessageAttributes: Object.fromEntries(
      attributes.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
    ...(queue.fifo ? { MessageGroupId: message.groupId, MessageDeduplicationId: message.deduplicationId } : {}),
  };
}

/** `sqs.eu-west-1.amazonaws.com`, `eu-west-1.queue.amazonaws.com`, `sqs.cn-north-1.amazonaws.com.cn`. */
function regionOf(queueUrl: string): string | undefined {
  const host = URL.canParse(queueUrl) ? new URL(queueUrl).hostname : '';
  return /(?:^|\.)(?:sqs(?:-fips)?\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws\.com/
    .exec(host)
    ?.slice(1)
    .find(Boolean);
}

function reasonOf(error: unknown, timeoutMs: number): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'Unknown', message: String(error) };
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return { code: 'TimeoutError', message: `The queue did not answer within ${timeoutMs} ms` };
  }
  return { code: error.name, message: error.message };
}
