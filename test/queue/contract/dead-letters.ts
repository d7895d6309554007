import {
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect } from 'vitest';
import type { Check, ClientOf } from '../queue-contract.ts';
import { createQueue, FIFO, inGroup, type QueueSession, refusalOf } from '../queue-session.ts';

/** What fails too often goes aside, frees its group, and can be brought back. */
export function describeDeadLetters(check: Check, client: ClientOf): void {
  const redriveTo = async (target: QueueSession, maxReceiveCount: number) => {
    const { QueueArn } = await target.attributes('QueueArn');
    return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount }) };
  };

  describe('dead letters', () => {
    check('go aside after the last receive, with their id and group, and free the group', async () => {
      const dead = await createQueue(client(), FIFO);
      const queue = await createQueue(client(), { ...FIFO, VisibilityTimeout: '0', ...(await redriveTo(dead, 2)) });
      const { MessageId } = await queue.send('bad', inGroup('a', 'bad'));
      await queue.send('good', inGroup('a', 'good'));
      expect(await queue.bodies({ MaxNumberOfMessages: 1 })).toEqual(['bad']);
      expect(await queue.bodies({ MaxNumberOfMessages: 1 })).toEqual(['bad']);
      expect(await queue.bodies({ MaxNumberOfMessages: 1, WaitTimeSeconds: 5 })).toEqual(['good']);
      const [letter] = await dead.receive({ MessageSystemAttributeNames: ['All'], WaitTimeSeconds: 5 });
      expect(letter).toMatchObject({ MessageId, Body: 'bad', Attributes: { MessageGroupId: 'a' } });
    });

    check('come back to where they came from, in order', async () => {
      const dead = await createQueue(client(), FIFO);
      const queue = await createQueue(client(), { ...FIFO, VisibilityTimeout: '0', ...(await redriveTo(dead, 1)) });
      const bodies = ['a1', 'a2', 'a3'];
      for (const body of bodies) {
        await queue.send(body, inGroup('a', body));
      }
      expect(await queue.bodies()).toEqual(bodies);
      expect(await queue.bodies()).toEqual([]);
      const SourceArn = (await dead.attributes('QueueArn'))['QueueArn'];
      const { TaskHandle } = await client().send(new StartMessageMoveTaskCommand({ SourceArn }));
      expect(TaskHandle).toBeTruthy();
      expect(await queue.bodies({ WaitTimeSeconds: 5, VisibilityTimeout: 30 })).toEqual(bodies);
      const tasks = await client().send(new ListMessageMoveTasksCommand({ SourceArn }));
      expect(tasks.Results?.[0]).toMatchObject({ SourceArn, ApproximateNumberOfMessagesMoved: 3 });
    });

    check('need a target that exists and is of the same kind', async () => {
      const queue = await createQueue(client(), FIFO);
      const standard = await createQueue(client());
      const set = async (target: QueueSession) =>
        client().send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: await redriveTo(target, 3) }));
      expect(await refusalOf(set(standard))).toBe('InvalidParameterValue');
      const policy = JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:none.fifo',
        maxReceiveCount: 3,
      });
      const missing = new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { RedrivePolicy: policy } });
      expect(await refusalOf(client().send(missing))).not.toBe('');
    });

    check('name their sources', async () => {
      const dead = await createQueue(client());
      const queue = await createQueue(client(), await redriveTo(dead, 3));
      const listed = await client().send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.url }));
      expect(listed.queueUrls).toEqual([queue.url]);
    });
  });
}
