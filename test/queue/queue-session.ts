import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SendMessageCommandOutput,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** One queue through the real SDK, in few words. */
export interface QueueSession {
  readonly client: SQSClient;
  readonly url: string;
  send(body: string, more?: Partial<SendMessageCommandInput>): Promise<SendMessageCommandOutput>;
  /** At most ten messages, without waiting, unless `more` says otherwise. */
  receive(more?: Partial<ReceiveMessageCommandInput>): Promise<Message[]>;
  /** The bodies of `receive`. */
  bodies(more?: Partial<ReceiveMessageCommandInput>): Promise<string[]>;
  delete(message: Message | undefined): Promise<unknown>;
  attributes(...names: QueueAttributeName[]): Promise<Partial<Record<string, string>>>;
}

export const FIFO = { FifoQueue: 'true' };

/** A name that no other test of a shared queue engine uses. */
export function uniqueName(suffix = ''): string {
  return `t-${randomUUID()}${suffix}`;
}

/** Makes a queue with a name of its own; FIFO when the attributes say so. */
export async function createQueue(client: SQSClient, attributes: Record<string, string> = {}): Promise<QueueSession> {
  const name = uniqueName(attributes['FifoQueue'] === 'true' ? '.fifo' : '');
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return sessionOf(client, QueueUrl ?? '');
}

export function sessionOf(client: SQSClient, url: string): QueueSession {
  const receive: QueueSession['receive'] = async (more) => {
    const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, ...more });
    return (await client.send(command)).Messages ?? [];
  };
  return {
    client,
    url,
    send: (body, more) => client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, ...more })),
    receive,
    bodies: async (more) => (await receive(more)).map((message) => message.Body ?? ''),
    delete: (message) =>
      client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle })),
    attributes: async (...names) => {
      const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: names });
      return (await client.send(command)).Attributes ?? {};
    },
  };
}

/** Sends `body` to a FIFO group under its own deduplication id, which is the body unless given. */
export function inGroup(group: string, deduplicationId: string): Partial<SendMessageCommandInput> {
  return { MessageGroupId: group, MessageDeduplicationId: deduplicationId };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** The name of the error a call is refused with, without the prefixes of older protocols; '' when it succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return '';
  } catch (error) {
    return error instanceof Error ? error.name.replace(/^AWS\.SimpleQueueService\./, '') : String(error);
  }
}
