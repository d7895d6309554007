import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect } from 'vitest';
import type { Check, ClientOf } from '../queue-contract.ts';
import { createQueue, FIFO, inGroup, refusalOf, sessionOf, uniqueName } from '../queue-session.ts';

/** Making, finding, changing, emptying and deleting queues. */
export function describeQueues(check: Check, client: ClientOf): void {
  describe('queues', () => {
    check('keeps the messages of a queue that is created again, and refuses other attributes', async () => {
      const QueueName = uniqueName('.fifo');
      const create = (visibility: string) =>
        client().send(new CreateQueueCommand({ QueueName, Attributes: { ...FIFO, VisibilityTimeout: visibility } }));
      const { QueueUrl } = await create('45');
      const queue = sessionOf(client(), QueueUrl ?? '');
      await queue.send('kept', inGroup('a', 'kept'));
      expect((await create('45')).QueueUrl).toBe(QueueUrl);
      expect(['QueueNameExists', 'QueueAlreadyExists']).toContain(await refusalOf(create('46')));
      expect(await queue.bodies()).toEqual(['kept']);
    });

    check('finds queues by name and prefix, page by page', async () => {
      const prefix = uniqueName('-');
      const names = ['a', 'b', 'c'].map((end) => `${prefix}${end}`);
      const urls: (string | undefined)[] = [];
      for (const QueueName of names) {
        urls.push((await client().send(new CreateQueueCommand({ QueueName }))).QueueUrl);
      }
      expect((await client().send(new GetQueueUrlCommand({ QueueName: names[1] }))).QueueUrl).toBe(urls[1]);
      const first = await client().send(new ListQueuesCommand({ QueueNamePrefix: prefix, MaxResults: 2 }));
      const second = await client().send(
        new ListQueuesCommand({ QueueNamePrefix: prefix, MaxResults: 2, NextToken: first.NextToken }),
      );
      expect([...(first.QueueUrls ?? []), ...(second.QueueUrls ?? [])].sort()).toEqual(urls);
      expect(second.NextToken ?? undefined).toBeUndefined();
    });

    check('refuses a queue that does not exist by the name the SDK knows', async () => {
      const gone = await createQueue(client());
      await client().send(new DeleteQueueCommand({ QueueUrl: gone.url }));
      expect(await refusalOf(gone.send('x'))).toBe('QueueDoesNotExist');
      expect(await refusalOf(gone.receive())).toBe('QueueDoesNotExist');
      expect(await refusalOf(client().send(new GetQueueUrlCommand({ QueueName: uniqueName() })))).toBe(
        'QueueDoesNotExist',
      );
    });

    check('shows defaults, what was set, its ARN and its kind', async () => {
      const queue = await createQueue(client(), { ...FIFO, DelaySeconds: '7' });
      const shown = await queue.attributes('All');
      expect(shown).toMatchObject({
        FifoQueue: 'true',
        ContentBasedDeduplication: 'false',
        DelaySeconds: '7',
        VisibilityTimeout: '30',
        MessageRetentionPeriod: '345600',
        ReceiveMessageWaitTimeSeconds: '0',
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
        ApproximateNumberOfMessagesDelayed: '0',
      });
      expect(shown['QueueArn']).toMatch(/^arn:aws:sqs:[a-z0-9-]+:\d{12}:t-.*\.fifo$/);
      expect(Number(shown['CreatedTimestamp'])).toBeGreaterThan(1_600_000_000);
      const change = new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { VisibilityTimeout: '99' } });
      await client().send(change);
      expect(await queue.attributes('VisibilityTimeout')).toEqual({ VisibilityTimeout: '99' });
    });

    check('refuses attributes out of range and names that do not fit the kind', async () => {
      const create = (QueueName: string, Attributes: Record<string, string>) =>
        refusalOf(client().send(new CreateQueueCommand({ QueueName, Attributes })));
      expect(await create(uniqueName(), { VisibilityTimeout: '43201' })).toMatch(/^Invalid(Attribute|Parameter)Value$/);
      expect(await create(uniqueName(), FIFO)).toBe('InvalidParameterValue');
    });

    check('empties a queue', async () => {
      const queue = await createQueue(client());
      await queue.send('one');
      await queue.send('two');
      await queue.receive({ MaxNumberOfMessages: 1 });
      await client().send(new PurgeQueueCommand({ QueueUrl: queue.url }));
      expect(await queue.attributes('ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible')).toEqual({
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
      });
      expect(await queue.bodies()).toEqual([]);
    });

    check('keeps tags', async () => {
      const QueueName = uniqueName();
      const { QueueUrl } = await client().send(new CreateQueueCommand({ QueueName, tags: { team: 'payments' } }));
      await client().send(new TagQueueCommand({ QueueUrl, Tags: { stage: 'test', team: 'events' } }));
      await client().send(new UntagQueueCommand({ QueueUrl, TagKeys: ['stage'] }));
      expect((await client().send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ team: 'events' });
    });
  });
}
