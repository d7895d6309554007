import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  type SendMessageBatchResultEntry,
} from '@aws-sdk/client-sqs';
import { describe, expect } from 'vitest';
import type { Check, ClientOf } from '../queue-contract.ts';
import { createQueue, FIFO, inGroup, pause, type QueueSession, refusalOf } from '../queue-session.ts';

const GROUPS = 10_000;
const PARALLEL = 8;

/** Order, group locks and deduplication. */
export function describeFifo(check: Check, client: ClientOf): void {
  const fifo = (attributes: Record<string, string> = {}) => createQueue(client(), { ...FIFO, ...attributes });
  const hide = (queue: QueueSession, handle: string | undefined, VisibilityTimeout: number) =>
    client().send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: handle, VisibilityTimeout }),
    );

  describe('FIFO order and group locks', () => {
    check(
      'keeps the order of a group and gives nothing more of it until all that was received is deleted',
      async () => {
        const queue = await fifo();
        for (const body of ['a1', 'a2', 'a3']) {
          await queue.send(body, inGroup('a', body));
        }
        const first = await queue.receive({ MaxNumberOfMessages: 2 });
        expect(first.map((message) => message.Body)).toEqual(['a1', 'a2']);
        await queue.delete(first[0]);
        expect(await queue.bodies()).toEqual([]);
        await queue.delete(first[1]);
        expect(await queue.bodies()).toEqual(['a3']);
      },
    );

    check('lets other groups go on while one is locked', async () => {
      const queue = await fifo();
      await queue.send('a1', inGroup('a', 'a1'));
      expect(await queue.bodies()).toEqual(['a1']);
      await queue.send('a2', inGroup('a', 'a2'));
      await queue.send('b1', inGroup('b', 'b1'));
      expect(await queue.bodies()).toEqual(['b1']);
    });

    check('frees the group with visibility 0 and gives the same message again first', async () => {
      const queue = await fifo();
      await queue.send('a1', inGroup('a', 'a1'));
      await queue.send('a2', inGroup('a', 'a2'));
      const [first] = await queue.receive({ MaxNumberOfMessages: 1 });
      await hide(queue, first?.ReceiptHandle, 0);
      const again = await queue.receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
      expect(again.map((message) => message.Body)).toEqual(['a1', 'a2']);
      expect(again[0]?.Attributes?.ApproximateReceiveCount).toBe('2');
    });

    check(
      'gives the message again before its successors when its time is over; the handle of then deletes nothing',
      async () => {
        const queue = await fifo({ VisibilityTimeout: '1' });
        await queue.send('a1', inGroup('a', 'a1'));
        await queue.send('a2', inGroup('a', 'a2'));
        const [old] = await queue.receive({ MaxNumberOfMessages: 1 });
        await pause(1_100);
        const again = await queue.receive({ VisibilityTimeout: 30, MaxNumberOfMessages: 1 });
        expect(again.map((message) => message.Body)).toEqual(['a1']);
        await refusalOf(queue.delete(old));
        expect(await queue.attributes('ApproximateNumberOfMessagesNotVisible')).toEqual({
          ApproximateNumberOfMessagesNotVisible: '1',
        });
      },
    );

    check('a handle whose time is over deletes nothing, also before the message was given again', async () => {
      const queue = await fifo({ VisibilityTimeout: '1' });
      await queue.send('a1', inGroup('a', 'a1'));
      const [old] = await queue.receive();
      await pause(1_100);
      await refusalOf(queue.delete(old));
      expect(await queue.bodies()).toEqual(['a1']);
    });

    check('wakes a long poll when a lock ends by a delete', async () => {
      const queue = await fifo();
      await queue.send('a1', inGroup('a', 'a1'));
      const [first] = await queue.receive();
      await queue.send('a2', inGroup('a', 'a2'));
      const waiting = queue.bodies({ WaitTimeSeconds: 20 });
      await pause(200);
      await queue.delete(first);
      expect(await waiting).toEqual(['a2']);
    });

    check('tells group, deduplication id and a sequence number that grows', async () => {
      const queue = await fifo();
      const sent = [
        await queue.send('a1', inGroup('a', 'd1')),
        await queue.send('b1', inGroup('b', 'd2')),
        await queue.send('a2', inGroup('a', 'd3')),
      ].map((answer) => answer.SequenceNumber ?? '');
      expect([...sent].sort()).toEqual(sent);
      expect(new Set(sent).size).toBe(3);
      const [first] = await queue.receive({ MessageSystemAttributeNames: ['All'], MaxNumberOfMessages: 1 });
      expect(first?.Attributes).toMatchObject({
        MessageGroupId: 'a',
        MessageDeduplicationId: 'd1',
        SequenceNumber: sent[0],
      });
    });

    check(`keeps ${GROUPS} groups apart`, async () => {
      const queue = await fifo({ VisibilityTimeout: '600' });
      const batches = Array.from({ length: GROUPS / 10 }, (_, batch) => batch);
      await inParallel(batches, async (batch) => {
        const ids = Array.from({ length: 10 }, (_, index) => `g${batch * 10 + index}`);
        const sent = await sendBatch(queue, ids);
        expect(sent).toHaveLength(10);
      });
      await sendBatch(queue, ['g0', 'g5000', 'g9999'], 'second');
      const received: string[] = [];
      await inParallel(Array(PARALLEL).fill(0), async () => {
        for (;;) {
          const bodies = await queue.bodies();
          if (bodies.length === 0) {
            return;
          }
          received.push(...bodies);
        }
      });
      const seconds = received.filter((body) => body.startsWith('second')).sort();
      expect(new Set(received).size).toBe(received.length);
      expect(received.length - seconds.length).toBe(GROUPS);
      for (const second of seconds) {
        expect(received.indexOf(second.replace('second', 'first'))).toBeLessThan(received.indexOf(second));
      }
    });
  });

  describe('FIFO deduplication', () => {
    check('answers a repeat with the first ids and stores nothing, even after the message is gone', async () => {
      const queue = await fifo();
      const first = await queue.send('one', inGroup('a', 'd'));
      await queue.delete((await queue.receive())[0]);
      const again = await queue.send('another body', inGroup('a', 'd'));
      expect(again.MessageId).toBe(first.MessageId);
      expect(again.SequenceNumber).toBe(first.SequenceNumber);
      expect(await queue.bodies()).toEqual([]);
    });

    check('tells repeats by their content when the queue says so', async () => {
      const queue = await fifo({ ContentBasedDeduplication: 'true' });
      const first = await queue.send('same', { MessageGroupId: 'a' });
      expect((await queue.send('same', { MessageGroupId: 'a' })).MessageId).toBe(first.MessageId);
      await queue.send('same', inGroup('a', 'explicit'));
      expect(await queue.bodies()).toEqual(['same', 'same']);
    });

    check('keeps ids per group with DeduplicationScope messageGroup', async () => {
      const queue = await fifo({ DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
      await queue.send('a', inGroup('a', 'd'));
      await queue.send('b', inGroup('b', 'd'));
      expect((await queue.bodies()).sort()).toEqual(['a', 'b']);
    });

    check('refuses what lacks a group or an id', async () => {
      const queue = await fifo();
      expect(await refusalOf(queue.send('x', { MessageDeduplicationId: 'd' }))).toBe('MissingParameter');
      expect(await refusalOf(queue.send('x', { MessageGroupId: 'a' }))).toBe('InvalidParameterValue');
      expect(await refusalOf(queue.send('x', { ...inGroup('a', 'd'), DelaySeconds: 5 }))).toBe('InvalidParameterValue');
      expect(await queue.bodies()).toEqual([]);
    });
  });

  /** Sends one message per group; the body says which of the group it is. */
  async function sendBatch(
    queue: QueueSession,
    groups: readonly string[],
    which = 'first',
  ): Promise<SendMessageBatchResultEntry[]> {
    const Entries = groups.map((group) => ({
      Id: group,
      MessageBody: `${which}:${group}`,
      ...inGroup(group, `${which}:${group}`),
    }));
    return (await client().send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }))).Successful ?? [];
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const workers = Array.from({ length: PARALLEL }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await work(item);
    }
  });
  await Promise.all(workers);
}
