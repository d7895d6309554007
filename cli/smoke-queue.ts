import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AdminClient, dataFile } from './admin-client.ts';

export interface SmokeEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
}

/** The canary's queue, from the merchant's side. */
export interface SmokeQueue {
  /** Waits for the events of a payment and takes them off the queue; undefined when the time is over. */
  eventOf(paymentId: string, until: Date): Promise<SmokeEvent | undefined>;
  close(): void;
}

/** What an earlier run left is taken off the queue; what a run at the same time waits for is not. */
const LEFT_OVER_MS = 10 * 60_000;
/** Another run's events come back to it after so long. */
const VISIBILITY_SECONDS = 2;

export function openQueue(
  admin: AdminClient,
  queueUrl: string,
  tokenFile: string | undefined,
  environment: NodeJS.ProcessEnv,
): SmokeQueue {
  const client = new SQSClient(
    admin.aws ?? {
      endpoint: new URL(queueUrl).origin,
      region: 'us-east-1',
      credentials: { accessKeyId: localAccessKeyId(tokenFile, environment), secretAccessKey: 'any' },
    },
  );
  return { eventOf: (paymentId, until) => waitFor(client, queueUrl, paymentId, until), close: () => client.destroy() };
}

/** The embedded home keeps it beside the operator's token. */
function localAccessKeyId(tokenFile: string | undefined, environment: NodeJS.ProcessEnv): string {
  const name = 'sqs.access-key-id';
  const path = tokenFile === undefined ? dataFile(name, environment) : join(dirname(tokenFile), name);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `cannot read the access key id of the embedded queues: ${reason}; name the folder in POSTRIDER_DATA`,
    );
  }
}

async function waitFor(
  client: SQSClient,
  queueUrl: string,
  paymentId: string,
  until: Date,
): Promise<SmokeEvent | undefined> {
  while (Date.now() < until.getTime()) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: Math.max(0, Math.min(5, Math.floor((until.getTime() - Date.now()) / 1000))),
        VisibilityTimeout: VISIBILITY_SECONDS,
      }),
    );
    let found: SmokeEvent | undefined;
    for (const message of Messages) {
      const { event, time } = read(message);
      const isAwaited = event?.subject === `transaction/${paymentId}`;
      if (isAwaited) found = event;
      if (isAwaited || Date.now() - time > LEFT_OVER_MS) {
        await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
      }
    }
    if (found !== undefined) return found;
  }
  return undefined;
}

function read({ Body = '' }: Message): { readonly event?: SmokeEvent; readonly time: number } {
  const value: unknown = JSON.parse(Body);
  const event: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { id, type, subject, time } = event;
  if (typeof id !== 'string' || typeof type !== 'string' || typeof subject !== 'string') return { time: 0 };
  return { event: { id, type, subject }, time: Date.parse(String(time)) };
}
