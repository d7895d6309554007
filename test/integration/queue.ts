import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface QueuedEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: string;
  readonly previoussequence: string;
  readonly causeid: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Takes all that the queue holds, in the order it gives it. */
export async function drain(client: SQSClient, queueUrl: string): Promise<readonly QueuedEvent[]> {
  const events: QueuedEvent[] = [];
  for (;;) {
    const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await client.send(receive);
    if (Messages.length === 0) return events;
    events.push(...Messages.map(({ Body }): QueuedEvent => JSON.parse(Body ?? '')));
    const entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  }
}

/** What is wrong with the order of events: each subject's must follow one another by `previoussequence`, none twice. */
export function faultsOf(events: readonly QueuedEvent[]): readonly string[] {
  const last = new Map<string, string>();
  const faults: string[] = [];
  for (const { id, subject, sequence, previoussequence } of events) {
    const expected = last.get(subject) ?? '0000000000';
    if (previoussequence !== expected) faults.push(`${id} follows ${expected} but names ${previoussequence}`);
    last.set(subject, sequence);
  }
  return faults;
}
