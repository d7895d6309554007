import type { Message } from '@aws-sdk/client-sqs';
import { Consumer, type ConsumerOptions } from 'sqs-consumer';
import { describe, expect } from 'vitest';
import type { Check, ClientOf } from '../queue-contract.ts';
import { createQueue, FIFO, inGroup, type QueueSession } from '../queue-session.ts';

/** The consumer most merchants on Node run. */
export function describeConsumer(check: Check, client: ClientOf): void {
  describe('sqs-consumer', () => {
    check('handles every message once and each group in order', async () => {
      const queue = await createQueue(client(), FIFO);
      const expected: string[] = [];
      for (let version = 1; version <= 5; version += 1) {
        for (const group of ['a', 'b', 'c']) {
          await queue.send(`${group}${version}`, inGroup(group, `${group}${version}`));
          expected.push(`${group}${version}`);
        }
      }
      const handled = await consume(queue, {}, 15, async () => undefined);
      expect([...handled].sort()).toEqual([...expected].sort());
      for (const group of ['a', 'b', 'c']) {
        const ofGroup = handled.filter((body) => body.startsWith(group));
        expect(ofGroup).toEqual([...ofGroup].sort());
      }
      expect(await left(queue)).toEqual([0, 0]);
    });

    check(
      'gets a message again at once when its handler fails with terminateVisibilityTimeout, before its successors',
      async () => {
        const queue = await createQueue(client(), FIFO);
        await queue.send('a1', inGroup('a', 'a1'));
        await queue.send('a2', inGroup('a', 'a2'));
        let failures = 0;
        const handled = await consume(queue, { terminateVisibilityTimeout: true }, 4, async () => {
          if (failures < 2) {
            failures += 1;
            throw new Error('handler failed');
          }
        });
        expect(handled).toEqual(['a1', 'a1', 'a1', 'a2']);
        expect(await left(queue)).toEqual([0, 0]);
      },
    );

    check('gets a message again after its visibility timeout when its handler fails', async () => {
      const queue = await createQueue(client(), FIFO);
      await queue.send('a1', inGroup('a', 'a1'));
      await queue.send('a2', inGroup('a', 'a2'));
      let failures = 0;
      const handled = await consume(queue, { visibilityTimeout: 1 }, 3, async () => {
        failures += 1;
        if (failures === 1) {
          throw new Error('handler failed');
        }
      });
      expect(handled).toEqual(['a1', 'a1', 'a2']);
    });

    check('gets a message again when its handler takes longer than handleMessageTimeout', async () => {
      const queue = await createQueue(client(), FIFO);
      await queue.send('a1', inGroup('a', 'a1'));
      await queue.send('a2', inGroup('a', 'a2'));
      let calls = 0;
      const options = { handleMessageTimeout: 100, terminateVisibilityTimeout: true };
      const handled = await consume(queue, options, 3, () => {
        calls += 1;
        return calls === 1 ? new Promise(() => undefined) : Promise.resolve();
      });
      expect(handled).toEqual(['a1', 'a1', 'a2']);
    });

    check('is woken from its long poll by what arrives later', async () => {
      const queue = await createQueue(client(), FIFO);
      const handled = consume(queue, { waitTimeSeconds: 20 }, 2, async () => undefined);
      await queue.send('a1', inGroup('a', 'a1'));
      await queue.send('b1', inGroup('b', 'b1'));
      expect([...(await handled)].sort()).toEqual(['a1', 'b1']);
    });
  });
}

/** Runs a consumer until its handler has been called `calls` times and the last message is done; gives the bodies. */
async function consume(
  queue: QueueSession,
  options: Partial<ConsumerOptions>,
  calls: number,
  handle: (message: Message) => Promise<unknown>,
): Promise<string[]> {
  const handled: string[] = [];
  const consumer = Consumer.create({
    queueUrl: queue.url,
    sqs: queue.client,
    waitTimeSeconds: 1,
    suppressFifoWarning: true,
    ...options,
    handleMessage: async (message) => {
      handled.push(message.Body ?? '');
      await handle(message);
      return message;
    },
  });
  const errors: Error[] = [];
  consumer.on('error', (error) => errors.push(error));
  consumer.on('processing_error', () => undefined);
  consumer.on('timeout_error', () => undefined);
  await new Promise<void>((resolve) => {
    consumer.on('message_processed', () => {
      if (handled.length >= calls) {
        resolve();
      }
    });
    consumer.start();
  });
  consumer.stop({ abort: true });
  expect(errors.filter((error) => !/abort/i.test(error.message))).toEqual([]);
  return handled;
}

async function left(queue: QueueSession): Promise<number[]> {
  const counted = await queue.attributes('ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible');
  return [Number(counted['ApproximateNumberOfMessages']), Number(counted['ApproximateNumberOfMessagesNotVisible'])];
}
