import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { QueueEngine } from '#local/queue/engine.ts';
import { createSqsHandler } from '#local/queue/protocol.ts';
import { openQueueDatabaseInMemory } from '#local/queue/queue-database.ts';
import { createSqsListener } from '#local/queue/server.ts';
import type { PostriderEvent } from '#shared/consumer/index.ts';
import { addressOf } from './payment-event.ts';

export interface LocalQueue {
  readonly endpoint: string;
  readonly accessKeyId: string;
  /** The real SDK client. */
  readonly sqs: SQSClient;
  createQueue(name: string, attributes?: Record<string, string>): Promise<string>;
  send(queueUrl: string, event: PostriderEvent): Promise<void>;
  sendText(queueUrl: string, body: string, group?: string): Promise<void>;
  /** Inputs of the finished requests of one kind, such as `ReceiveMessage`, since the last `forgetRequests`. */
  requests(action: string): readonly object[];
  forgetRequests(): void;
  /** Messages that are there at all, visible or not. */
  count(queueUrl: string): Promise<number>;
  /** Lets pauses and reservations pass without waiting for them. */
  passTime(ms: number): void;
  close(): Promise<void>;
}

/** Wakes waiting receives when a test moves the clock. */
class MovedEngine extends QueueEngine {
  readonly #waiting: ((queueName: string) => void)[] = [];

  override onArrival(listener: (queueName: string) => void): () => void {
    this.#waiting.push(listener);
    return super.onArrival(listener);
  }

  wake(queueNames: readonly string[]): void {
    for (const listener of this.#waiting) for (const name of queueNames) listener(name);
  }
}

/** The queue engine of the embedded home over real HTTP, with a clock of its own that tests move. */
export async function localQueue(): Promise<LocalQueue> {
  const accessKeyId = `PR${randomUUID()}`;
  const database = openQueueDatabaseInMemory();
  let passed = 0;
  const names: string[] = [];
  const now = (): number => Date.now() + passed;
  const engine = new MovedEngine(database, { now, randomId: randomUUID });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const onFault = (error: unknown): void => console.error(error);
  const handler = createSqsHandler({ engine, now, endpointBase: endpoint, onFault });
  server.on(
    'request',
    createSqsListener({
      accessKeyId,
      allowedHosts: [],
      forward: (action, body, signal) => handler.handle({ action, body, signal }),
    }),
  );
  const sqs = new SQSClient({ endpoint, region: 'eu-central-1', credentials: { accessKeyId, secretAccessKey: 'any' } });
  const finished: { readonly action: string; readonly input: object }[] = [];
  sqs.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      finished.push({ action: String(context['commandName']).replace(/Command$/, ''), input: args.input });
      return result;
    },
    { step: 'initialize' },
  );

  async function sendText(queueUrl: string, body: string, group = 'any'): Promise<void> {
    const fifo = { MessageGroupId: group, MessageDeduplicationId: randomUUID() };
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        ...(queueUrl.endsWith('.fifo') ? fifo : {}),
      }),
    );
  }
  return {
    endpoint,
    accessKeyId,
    sqs,
    createQueue: async (name, attributes = {}) => {
      names.push(name);
      const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
      const { QueueUrl = '' } = await sqs.send(
        new CreateQueueCommand({ QueueName: name, Attributes: { ...fifo, ...attributes } }),
      );
      return QueueUrl;
    },
    sendText,
    requests: (action) => finished.filter((each) => each.action === action).map((each) => each.input),
    forgetRequests: () => {
      finished.length = 0;
    },
    send: (queueUrl, event) => {
      const { connectorId, subject } = addressOf(event);
      return sendText(queueUrl, JSON.stringify(event), `${connectorId}:${subject}`);
    },
    count: async (queueUrl) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
      );
      return (
        Number(Attributes['ApproximateNumberOfMessages']) + Number(Attributes['ApproximateNumberOfMessagesNotVisible'])
      );
    },
    passTime: (ms) => {
      passed += ms;
      engine.wake(names);
    },
    close: async () => {
      handler.close();
      sqs.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      database.close();
    },
  };
}
