import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect } from 'vitest';
import type { Check, ClientOf } from '../queue-contract.ts';
import { createQueue, pause, refusalOf } from '../queue-session.ts';

/** Visibility, delays and waiting, as every queue does them. */
export function describeStandard(check: Check, client: ClientOf): void {
  describe('visibility and waiting', () => {
    check('hides a received message until its visibility timeout is over, and deletes it for good', async () => {
      const queue = await createQueue(client(), { VisibilityTimeout: '1' });
      await queue.send('x');
      expect(await queue.bodies()).toEqual(['x']);
      expect(await queue.bodies()).toEqual([]);
      const [again] = await queue.receive({ WaitTimeSeconds: 5 });
      await queue.delete(again);
      await pause(1_100);
      expect(await queue.bodies()).toEqual([]);
    });

    check('takes the same delete twice', async () => {
      const queue = await createQueue(client());
      await queue.send('x');
      const [message] = await queue.receive();
      await queue.delete(message);
      await queue.delete(message);
    });

    check('makes a message visible at once with visibility 0, and only that one', async () => {
      const queue = await createQueue(client());
      await queue.send('one');
      await queue.send('two');
      const received = await queue.receive();
      const one = received.find((message) => message.Body === 'one');
      await client().send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queue.url,
          ReceiptHandle: one?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      );
      expect(await queue.bodies()).toEqual(['one']);
    });

    check('changes visibility in batches, entry by entry', async () => {
      const queue = await createQueue(client());
      await queue.send('x');
      const [message] = await queue.receive();
      const changed = await client().send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            { Id: 'good', ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 },
            { Id: 'bad', ReceiptHandle: 'nonsense', VisibilityTimeout: 0 },
          ],
        }),
      );
      expect(changed.Successful).toEqual([{ Id: 'good' }]);
      expect(changed.Failed).toMatchObject([{ Id: 'bad', SenderFault: true }]);
      expect(await queue.bodies()).toEqual(['x']);
    });

    check('delays a message', async () => {
      const queue = await createQueue(client());
      await queue.send('later', { DelaySeconds: 1 });
      expect(await queue.attributes('ApproximateNumberOfMessagesDelayed')).toEqual({
        ApproximateNumberOfMessagesDelayed: '1',
      });
      expect(await queue.bodies()).toEqual([]);
      expect(await queue.bodies({ WaitTimeSeconds: 5 })).toEqual(['later']);
    });

    check('wakes a long poll when a message arrives', async () => {
      const queue = await createQueue(client());
      const waiting = queue.bodies({ WaitTimeSeconds: 20 });
      await pause(200);
      await queue.send('x');
      expect(await waiting).toEqual(['x']);
    });

    check('ends a long poll with nothing, and waits as long as the queue says by default', async () => {
      const queue = await createQueue(client(), { ReceiveMessageWaitTimeSeconds: '1' });
      const started = Date.now();
      expect(await queue.bodies()).toEqual([]);
      expect(Date.now() - started).toBeGreaterThanOrEqual(900);
    });

    check('gives a message to nobody who has gone: an aborted long poll swallows nothing', async () => {
      const queue = await createQueue(client());
      const gone = new AbortController();
      const command = new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 20 });
      const waiting = refusalOf(client().send(command, { abortSignal: gone.signal }));
      await pause(200);
      gone.abort();
      expect(await waiting).toBe('AbortError');
      await pause(100);
      await queue.send('x');
      expect(await queue.bodies({ WaitTimeSeconds: 2 })).toEqual(['x']);
    });

    check('refuses to wait longer than 20 seconds', async () => {
      const queue = await createQueue(client());
      await queue.send('x');
      expect(await refusalOf(queue.receive({ WaitTimeSeconds: 21 }))).not.toBe('');
    });

    check('refuses parameters out of range and handles that are none', async () => {
      const queue = await createQueue(client());
      await queue.send('x');
      expect(await refusalOf(queue.receive({ MaxNumberOfMessages: 11 }))).not.toBe('');
      expect(await refusalOf(queue.receive({ MaxNumberOfMessages: 0 }))).not.toBe('');
      expect(await refusalOf(queue.delete({ ReceiptHandle: 'nonsense' }))).toBe('ReceiptHandleIsInvalid');
      expect(await queue.bodies()).toEqual(['x']);
    });
  });
}
