import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from './engine-fixture.ts';
import { createSqsHandler, type SqsHandler } from './protocol.ts';

const ACTIONS = [
  'CreateQueue',
  'GetQueueUrl',
  'ListQueues',
  'DeleteQueue',
  'PurgeQueue',
  'SetQueueAttributes',
  'GetQueueAttributes',
  'ListQueueTags',
  'TagQueue',
  'UntagQueue',
  'ListDeadLetterSourceQueues',
  'SendMessage',
  'SendMessageBatch',
  'ReceiveMessage',
  'DeleteMessage',
  'DeleteMessageBatch',
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'StartMessageMoveTask',
  'ListMessageMoveTasks',
];

let test: TestEngine;
let handler: SqsHandler;
let faults: unknown[];

beforeEach(() => {
  test = openTestEngine('memory');
  faults = [];
  handler = createSqsHandler({
    engine: test.engine,
    now: () => test.clock.now,
    endpointBase: 'http://127.0.0.1:1234',
    onFault: (error) => faults.push(error),
  });
});

afterEach(() => {
  handler.close();
  test.close();
});

async function call(action: string, input: unknown) {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  const response = await handler.handle({ action, body });
  return { ...response, json: JSON.parse(response.body) };
}

describe('the JSON protocol', () => {
  it('answers in JSON 1.0, with URLs of the endpoint', async () => {
    const created = await call('CreateQueue', { QueueName: 'q.fifo', Attributes: { FifoQueue: 'true' } });
    expect(created).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      json: { QueueUrl: 'http://127.0.0.1:1234/000000000000/q.fifo' },
    });
    expect((await call('ListQueues', '')).json).toEqual({ QueueUrls: ['http://127.0.0.1:1234/000000000000/q.fifo'] });
  });

  it('shapes errors as SQS does, with the code of older clients in x-amzn-query-error', async () => {
    const missing = await call('SendMessage', { QueueUrl: 'http://x/0/none', MessageBody: 'x' });
    expect(missing).toMatchObject({
      status: 400,
      headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
      json: { __type: 'com.amazonaws.sqs#QueueDoesNotExist' },
    });
    expect(missing.json.message).toContain('none');
  });

  it('names the missing parameter, and the one that cannot be read', async () => {
    const type = async (input: unknown) => {
      const { json } = await call('SendMessageBatch', input);
      return [json.__type.split('#')[1], json.message];
    };
    expect(await type({})).toEqual(['MissingParameter', 'The request must contain the parameter QueueUrl.']);
    const url = { QueueUrl: 'http://x/0/q' };
    expect(await type({ ...url, Entries: [{ Id: 'a' }] })).toEqual([
      'MissingParameter',
      'The request must contain the parameter Entries.0.MessageBody.',
    ]);
    const wrong = await type({ ...url, Entries: [{ Id: 'a', MessageBody: 1 }] });
    expect(wrong[0]).toBe('SerializationException');
    expect(wrong[1]).toContain('Entries.0.MessageBody');
    for (const text of ['[]', 'null', '"x"', '{', '1']) {
      expect((await type(text))[0]).toBe('SerializationException');
    }
  });

  it('refuses actions it does not know', async () => {
    for (const action of ['AddPermission', 'constructor', '__proto__', '']) {
      expect((await call(action, {})).json.__type).toBe('com.amazonaws.sqs#UnknownOperationException');
    }
  });

  it('answers 500 and reports the fault when the storage fails', async () => {
    await call('CreateQueue', { QueueName: 'q' });
    test.database.exec('DROP TABLE content');
    const failed = await call('SendMessage', { QueueUrl: 'q', MessageBody: 'x' });
    expect(failed).toMatchObject({ status: 500, headers: { 'x-amzn-query-error': 'InternalFailure;Receiver' } });
    expect(faults).toHaveLength(1);
    expect((await call('GetQueueAttributes', { QueueUrl: 'q', AttributeNames: ['All'] })).json).toMatchObject({
      Attributes: { ApproximateNumberOfMessages: '0' },
    });
  });

  it('never breaks on input of any shape', async () => {
    await call('CreateQueue', { QueueName: 'q' });
    await call('CreateQueue', { QueueName: 'q.fifo', Attributes: { FifoQueue: 'true' } });
    const members = fc.constantFrom(
      'QueueName',
      'Attributes',
      'tags',
      'AttributeNames',
      'Tags',
      'TagKeys',
      'MaxResults',
      'NextToken',
      'Entries',
      'MessageBody',
      'MessageAttributes',
      'MessageSystemAttributes',
      'MessageGroupId',
      'DelaySeconds',
      'MaxNumberOfMessages',
      'VisibilityTimeout',
      'MessageAttributeNames',
      'ReceiptHandle',
      'SourceArn',
      'DestinationArn',
      '__proto__',
      'constructor',
    );
    const value = fc.oneof(
      fc.constantFrom(
        'q',
        'q.fifo',
        'arn:aws:sqs:us-east-1:000000000000:q',
        ['All'],
        [{ Id: 'a', MessageBody: 'x', ReceiptHandle: 'y' }],
        { a: { DataType: 'String', StringValue: 'x' } },
        { VisibilityTimeout: '1', __proto__: 'x' },
        0,
        1,
      ),
      fc.jsonValue({ maxDepth: 3 }),
    );
    const input = fc
      .tuple(fc.constantFrom('q', 'q.fifo', 'none', ''), fc.dictionary(members, value))
      .map(([QueueUrl, rest]) => ({ ...rest, QueueUrl }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ACTIONS), input, async (action, members) => {
        const { status } = await call(action, { ...members, WaitTimeSeconds: 0 });
        expect(faults).toEqual([]);
        expect([200, 400, 404]).toContain(status);
      }),
      { numRuns: 1_000 },
    );
  });
});
