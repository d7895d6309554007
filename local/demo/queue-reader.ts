import { DeleteMessageBatchCommand, DeleteQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

export interface QueueReader {
  /** Bodies of at most ten messages, in order, deleted from the queue; empty after a second without any. */
  receive(signal: AbortSignal): Promise<readonly string[]>;
  /** Deletes the queue. */
  drop(): Promise<void>;
  close(): void;
}

/** A merchant's side of the queue: the real SDK, as against AWS. */
export function createQueueReader(
  endpoint: { readonly sqsEndpoint: string; readonly sqsAccessKeyId: string },
  queueUrl: string,
): QueueReader {
  const client = new SQSClient({
    endpoint: endpoint.sqsEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: endpoint.sqsAccessKeyId, secretAccessKey: 'any' },
  });
  return {
    async receive(abortSignal) {
      const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
      const { Messages = [] } = await client.send(receive, { abortSignal });
      if (Messages.length === 0) return [];
      const entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }), { abortSignal });
      return Messages.map(({ Body }) => Body ?? '');
    },
    async drop() {
      await client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    },
    close: () => client.destroy(),
  };
}
