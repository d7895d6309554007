import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type DeleteMessageBatchRequestEntry,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { asker } from './closed-loop.ts';
import { ACCOUNT, type Ready } from './servers.ts';
import { paymentId, signedRequest } from './signed-requests.ts';

const CONNECTIONS = 128;

/**
 * Open loop: so many callbacks a second for so many seconds, whatever the answers take; a merchant's consumer (the AWS
 * SDK) receives and deletes meanwhile. Milliseconds from the callback's first byte to its event in the consumer's hand, sorted.
 */
export async function eventLatencies(
  ready: Ready,
  queueUrl: string,
  perSecond: number,
  seconds: number,
): Promise<{ events: Float64Array; acknowledgements: Float64Array }> {
  const count = perSecond * seconds;
  const port = Number(new URL(ready.base).port);
  const first = 0x7000_0000;
  const sentAt = new Map<string, number>();
  const events: number[] = [];
  const acknowledgements: number[] = [];
  const consuming = consume(ready, queueUrl, count, (uuid, at) => events.push(at - (sentAt.get(uuid) ?? Number.NaN)));
  const idle = Array.from({ length: CONNECTIONS }, () => asker(connect({ port, host: '127.0.0.1', noDelay: true })));
  // Thrown below, together with what the sending meets first.
  consuming.catch(() => undefined);
  const start = performance.now();
  const answers: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const due = start + (i * 1000) / perSecond;
    while (performance.now() < due) await pause(Math.max(0, due - performance.now()));
    const ask = idle.pop();
    if (ask === undefined) throw new Error(`all ${CONNECTIONS} connections wait: the rate cannot be held`);
    const uuid = paymentId(first + i);
    const request = signedRequest(ACCOUNT, port, uuid);
    const sent = performance.now();
    sentAt.set(uuid, sent);
    answers.push(
      ask(request).then((answer) => {
        if (!answer.endsWith('OK')) throw new Error(`unexpected answer: ${answer}`);
        acknowledgements.push(performance.now() - sent);
        idle.push(ask);
      }),
    );
  }
  await Promise.all(answers);
  await consuming;
  return { events: Float64Array.from(events).sort(), acknowledgements: Float64Array.from(acknowledgements).sort() };
}

async function consume(
  ready: Ready,
  queueUrl: string,
  count: number,
  seen: (uuid: string, at: number) => void,
): Promise<void> {
  const sqs = new SQSClient({
    region: 'us-east-1',
    endpoint: ready.sqsEndpoint,
    credentials: { accessKeyId: ready.sqsAccessKeyId, secretAccessKey: 'any' },
  });
  let left = count;
  const worker = async () => {
    while (left > 0) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      const at = performance.now();
      const entries: DeleteMessageBatchRequestEntry[] = [];
      for (const [i, message] of Messages.entries()) {
        const event = JSON.parse(message.Body ?? '{}') as { data: { id: string } };
        seen(event.data.id, at);
        entries.push({ Id: String(i), ReceiptHandle: message.ReceiptHandle ?? '' });
      }
      left -= Messages.length;
      if (entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  sqs.destroy();
}
