import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { QueueMessage, QueueSender, SendResult } from '#shared/pipeline/ports.ts';
import type { QueueTarget } from '#shared/registry/records.ts';

export interface SqsSenderOptions {
  /** For queue URLs that name no region (another endpoint than AWS's). */
  readonly region: string;
  /** One batch, all attempts together, takes no longer. */
  readonly timeoutMs: number;
  /** Ends what is being sent: it then counts as refused and is parked. */
  readonly stop?: AbortSignal;
}

export interface SqsSender extends QueueSender {
  /** Closes the connections. */
  close(): void;
}

const CONNECTION_MS = 2_000;
const ATTEMPTS = 2;

/** Sends to queues of SQS, credentials from the SDK's default chain. Refusals come back as the error's name and message. */
export function createSqsSender(options: SqsSenderOptions): SqsSender {
  const clients = new Map<string, SQSClient>();

  /** Named beside AWS's own endpoints: left to find another from the queue URL, the SDK prints a warning with every batch. */
  function clientFor(queueUrl: string): SQSClient {
    const region = regionOf(queueUrl);
    const endpoint = region === undefined && URL.canParse(queueUrl) ? new URL(queueUrl).origin : undefined;
    const name = endpoint ?? region ?? options.region;
    const known = clients.get(name);
    if (known !== undefined) return known;
    const client = new SQSClient({
      region: region ?? options.region,
      maxAttempts: ATTEMPTS,
      requestHandler: { connectionTimeout: CONNECTION_MS },
      ...(endpoint === undefined ? {} : { endpoint }),
    });
    clients.set(name, client);
    return client;
  }

  return {
    async send(queue, messages) {
      try {
        const command = new SendMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: messages.map((message, index) => entryOf(queue, message, String(index))),
        });
        const limit = AbortSignal.timeout(options.timeoutMs);
        const abortSignal = options.stop === undefined ? limit : AbortSignal.any([limit, options.stop]);
        const { Failed } = await clientFor(queue.url).send(command, { abortSignal });
        const failed = new Map((Failed ?? []).map((entry) => [entry.Id, entry]));
        return messages.map(({ id }, index): SendResult => {
          const entry = failed.get(String(index));
          if (entry === undefined) return { id, ok: true };
          return { id, ok: false, code: entry.Code ?? 'Unknown', message: entry.Message ?? 'refused without a reason' };
        });
      } catch (error) {
        const { code, message } = reasonOf(error, options.timeoutMs);
        return messages.map(({ id }): SendResult => ({ id, ok: false, code, message }));
      }
    },
    close() {
      for (const client of clients.values()) client.destroy();
    },
  };
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
