import { describe, expect, it } from 'vitest';
import { openTestEngine } from '#local/queue/engine-fixture.ts';
import type { QueueMessage } from '#shared/pipeline/ports.ts';
import { createQueueDirectory, createQueueSender } from './local-queues.ts';

const ENDPOINT = 'http://127.0.0.1:8788';
const message: QueueMessage = {
  id: 'e1',
  body: '{}',
  attributes: { type: 't', empty: '' },
  groupId: 'g',
  deduplicationId: 'e1',
};

function house() {
  const { engine, database } = openTestEngine('memory');
  const outside = { send: async () => [] };
  const sender = createQueueSender({ engine, sqsEndpoint: ENDPOINT, outside, nextTurn: async () => undefined });
  return { engine, database, sender, directory: createQueueDirectory(engine, ENDPOINT) };
}

describe('queues of our own engine', () => {
  it('a managed queue keeps events for fourteen days, and making it again changes nothing', async () => {
    const { engine, sender, directory } = house();
    const { url } = await directory.ensure('q.fifo', true);
    const target = { url, fifo: true, managed: true };
    expect(await sender.send(target, [message])).toEqual([{ id: 'e1', ok: true }]);
    expect(await directory.ensure('q.fifo', true)).toEqual({ url });
    const found = engine.findQueue('q.fifo');
    expect(found.ok && found.value.attributes['MessageRetentionPeriod']).toBe('1209600');
    expect(engine.countMessages('q.fifo')).toMatchObject({ value: { visible: 1 } });
  });

  it('a queue that is gone, and a file that fails, are refusals and no exceptions', async () => {
    const { database, sender, directory } = house();
    const gone = { url: `${ENDPOINT}/000000000000/gone.fifo`, fifo: true, managed: true };
    expect(await sender.send(gone, [message])).toMatchObject([{ id: 'e1', ok: false, code: 'QueueDoesNotExist' }]);
    const { url } = await directory.ensure('q.fifo', true);
    database.close();
    const answer = await sender.send({ url, fifo: true, managed: true }, [message]);
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
    const answer = house().directory.accepts(url);
    if (refusal === undefined) expect(answer).toBeUndefined();
    else expect(answer).toMatch(refusal);
  });
});
