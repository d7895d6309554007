import { describe, expect, it } from 'vitest';
import { openTestEngine } from '#local/queue/engine-fixture.ts';
import type { QueueMessage } from '#shared/pipeline/ports.ts';
import type { QueueProvision } from '#shared/registry/queue-choice.ts';
import type { QueueTarget } from '#shared/registry/records.ts';
import { createQueueDirectory, createQueueSender } from './local-queues.ts';

const ENDPOINT = 'http://127.0.0.1:8788';
const message: QueueMessage = {
  id: 'e1',
  body: '{}',
  attributes: { type: 't', empty: '' },
  groupId: 'g',
  deduplicationId: 'e1',
};

const OWNER = { merchantId: 'acme', subscriptionId: 'main' };
const NAME = 'postrider-acme-main.fifo';
const MANAGED = { managed: true, fifo: true, readers: [] } as const;

function targetOf(provision: QueueProvision): QueueTarget {
  if (!provision.ok) throw new Error(JSON.stringify(provision));
  return provision.target;
}

function house() {
  const { engine, database } = openTestEngine('memory');
  const outside = { send: async () => [] };
  const sender = createQueueSender({ engine, sqsEndpoint: ENDPOINT, outside, nextTurn: async () => undefined });
  return { engine, database, sender, directory: createQueueDirectory(engine, ENDPOINT) };
}

describe('queues of our own engine', () => {
  it('a managed queue keeps events for fourteen days, and making it again changes nothing', async () => {
    const { engine, sender, directory } = house();
    const target = targetOf(await directory.provide(MANAGED, OWNER));
    expect(target).toEqual({
      url: `${ENDPOINT}/000000000000/${NAME}`,
      arn: `arn:aws:sqs:us-east-1:000000000000:${NAME}`,
      fifo: true,
      managed: true,
    });
    expect(await sender.send(target, [message])).toEqual([{ id: 'e1', ok: true }]);
    expect(await directory.provide(MANAGED, OWNER)).toEqual({ ok: true, target });
    const found = engine.findQueue(NAME);
    expect(found.ok && found.value.attributes['MessageRetentionPeriod']).toBe('1209600');
    expect(engine.countMessages(NAME)).toMatchObject({ value: { visible: 1 } });
  });

  it('a queue that is gone, and a file that fails, are refusals and no exceptions', async () => {
    const { database, sender, directory } = house();
    const gone = { url: `${ENDPOINT}/000000000000/gone.fifo`, fifo: true, managed: true };
    expect(await sender.send(gone, [message])).toMatchObject([{ id: 'e1', ok: false, code: 'QueueDoesNotExist' }]);
    const target = targetOf(await directory.provide(MANAGED, OWNER));
    database.close();
    const answer = await sender.send(target, [message]);
    expect(answer).toMatchObject([{ id: 'e1', ok: false, code: 'InternalFailure' }]);
  });

  it.each([
    ['https://sqs.eu-west-1.amazonaws.com/123456789012/q.fifo', undefined],
    ['http://127.0.0.1:4566/000000000000/q', undefined],
    ['http://sqs.example.com/123456789012/q', /https/],
    ['https://user:pw@sqs.example.com/123456789012/q', /credentials/],
    ['https://sqs.example.com/q', /12-digit/],
    ['q.fifo', /queue URL/],
  ])('queue URL %s', (url, refusal) => {
    const { directory } = house();
    const problems = directory.check({ managed: false, url, fifo: url.endsWith('.fifo') }, OWNER);
    if (refusal === undefined) expect(problems).toEqual([]);
    else expect(problems).toMatchObject([{ field: '/queue/url', value: url, message: expect.stringMatching(refusal) }]);
  });

  it('readers are checked and change nothing; a role is refused', async () => {
    const { directory } = house();
    const readers = ['arn:aws:iam::123456789012:root'];
    expect(directory.check({ ...MANAGED, readers }, OWNER)).toEqual([]);
    expect(directory.check({ ...MANAGED, readers: ['*'] }, OWNER)).toMatchObject([{ field: '/queue/readers/0' }]);
    const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/q.fifo';
    const named = { managed: false, url, fifo: true } as const;
    expect(targetOf(await directory.provide(named, OWNER))).toEqual({
      ...named,
      arn: 'arn:aws:sqs:eu-west-1:123456789012:q.fifo',
    });
    const withRole = { ...named, roleArn: 'arn:aws:iam::123456789012:role/send' };
    expect(directory.check(withRole, OWNER)).toMatchObject([{ field: '/queue/roleArn' }]);
  });
});
