import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, expectDone, openTestEngine, type TestEngine } from './engine-fixture.ts';
import { queueArnOf } from './queue-address.ts';

const FIFO = { FifoQueue: 'true' };
let test: TestEngine;

beforeEach(() => {
  test = openTestEngine(':memory:');
});

afterEach(() => {
  test.close();
});

/** For what must outlive the process: the file is closed and opened again. */
function onDisk(): void {
  test.close();
  test = openTestEngine();
}

function createFifo(name: string, attributes: Record<string, string> = {}): void {
  expectDone(test.engine.createQueue({ name, attributes: { ...FIFO, ...attributes } }));
}

function send(queue: string, groupId: string, body: string, deduplicationId = body) {
  return expectDone(test.engine.sendMessage(queue, { body, groupId, deduplicationId }));
}

function receive(queue: string, maximum = 10, visibilitySeconds?: number) {
  return expectDone(test.engine.receiveMessages(queue, { maximum, visibilitySeconds }));
}

function bodies(queue: string, maximum = 10): string[] {
  return receive(queue, maximum).map((message) => message.body);
}

function counts(queue: string) {
  return expectDone(test.engine.countMessages(queue));
}

describe('FIFO groups', () => {
  beforeEach(() => createFifo('q.fifo'));

  it('gives as many messages of one group as fit, in order, and then nothing until all of them are done', () => {
    for (const body of ['a1', 'a2', 'a3']) {
      send('q.fifo', 'a', body);
    }
    const [first, second] = receive('q.fifo', 2);
    expect([first?.body, second?.body]).toEqual(['a1', 'a2']);
    expect(bodies('q.fifo')).toEqual([]);
    expectDone(test.engine.deleteMessage('q.fifo', first?.receiptHandle ?? ''));
    expect(bodies('q.fifo')).toEqual([]);
    expectDone(test.engine.deleteMessage('q.fifo', second?.receiptHandle ?? ''));
    expect(bodies('q.fifo')).toEqual(['a3']);
  });

  it('keeps groups independent', () => {
    send('q.fifo', 'a', 'a1');
    send('q.fifo', 'a', 'a2');
    send('q.fifo', 'b', 'b1');
    expect(bodies('q.fifo', 1)).toEqual(['a1']);
    expect(bodies('q.fifo')).toEqual(['b1']);
  });

  it('redelivers the message that timed out before its successors', () => {
    send('q.fifo', 'a', 'a1');
    send('q.fifo', 'a', 'a2');
    expect(bodies('q.fifo', 1)).toEqual(['a1']);
    test.clock.now += 29_999;
    expect(bodies('q.fifo')).toEqual([]);
    test.clock.now += 1;
    expect(bodies('q.fifo')).toEqual(['a1', 'a2']);
  });

  it('frees the group at once when visibility is set to 0', () => {
    send('q.fifo', 'a', 'a1');
    send('q.fifo', 'a', 'a2');
    const [first] = receive('q.fifo', 1);
    expectDone(test.engine.changeVisibility('q.fifo', first?.receiptHandle ?? '', 0));
    expect(receive('q.fifo').map((message) => [message.body, message.receiveCount])).toEqual([
      ['a1', 2],
      ['a2', 1],
    ]);
  });

  it('lets groups take turns: one that fails at once over and over does not starve the others', () => {
    send('q.fifo', 'bad', 'bad');
    send('q.fifo', 'good', 'good');
    const [bad] = receive('q.fifo', 1);
    expectDone(test.engine.changeVisibility('q.fifo', bad?.receiptHandle ?? '', 0));
    expect(bodies('q.fifo', 1)).toEqual(['good']);
  });

  it('extends the lock of the group with ChangeMessageVisibility', () => {
    send('q.fifo', 'a', 'a1');
    send('q.fifo', 'a', 'a2');
    const [first] = receive('q.fifo', 1);
    test.clock.now += 20_000;
    expectDone(test.engine.changeVisibility('q.fifo', first?.receiptHandle ?? '', 60));
    test.clock.now += 59_999;
    expect(bodies('q.fifo')).toEqual([]);
    test.clock.now += 1;
    expect(bodies('q.fifo', 1)).toEqual(['a1']);
  });

  it('refuses a delete with an expired or older handle and keeps the message', () => {
    send('q.fifo', 'a', 'a1');
    const [first] = receive('q.fifo');
    test.clock.now += 30_000;
    expect(codeOf(test.engine.deleteMessage('q.fifo', first?.receiptHandle ?? ''))).toBe('InvalidParameterValue');
    const [again] = receive('q.fifo');
    expect(codeOf(test.engine.deleteMessage('q.fifo', first?.receiptHandle ?? ''))).toBe('InvalidParameterValue');
    expect(codeOf(test.engine.deleteMessage('q.fifo', again?.receiptHandle ?? ''))).toBe('done');
    expect(codeOf(test.engine.deleteMessage('q.fifo', again?.receiptHandle ?? ''))).toBe('done');
    expect(counts('q.fifo')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('keeps locks, order and sequence numbers over a restart', () => {
    onDisk();
    createFifo('q.fifo');
    const before = send('q.fifo', 'a', 'a1');
    send('q.fifo', 'a', 'a2');
    const [first] = receive('q.fifo', 1);
    test.restart();
    expect(bodies('q.fifo')).toEqual([]);
    expectDone(test.engine.deleteMessage('q.fifo', first?.receiptHandle ?? ''));
    const after = send('q.fifo', 'a', 'a3');
    expect(after.sequenceNumber).toMatch(/^\d{20}$/);
    expect((after.sequenceNumber ?? '') > (before.sequenceNumber ?? '')).toBe(true);
    expect(bodies('q.fifo')).toEqual(['a2', 'a3']);
  });

  it('never uses a sequence number again after the newest message was deleted', () => {
    onDisk();
    createFifo('q.fifo');
    const before = send('q.fifo', 'a', 'a1');
    const [first] = receive('q.fifo');
    expectDone(test.engine.deleteMessage('q.fifo', first?.receiptHandle ?? ''));
    test.restart();
    expect((send('q.fifo', 'a', 'a2').sequenceNumber ?? '') > (before.sequenceNumber ?? '')).toBe(true);
  });

  it('hides no ready message when the clock jumps back', () => {
    send('q.fifo', 'a', 'a1');
    test.clock.now -= 3_600_000;
    expect(bodies('q.fifo')).toEqual(['a1']);
  });

  it('delays by the queue, also what waits already, and gives the group up in order', () => {
    createFifo('slow.fifo', { DelaySeconds: '5' });
    send('slow.fifo', 'a', 'a1');
    test.clock.now += 2_000;
    send('slow.fifo', 'a', 'a2');
    test.clock.now += 3_000;
    expect(counts('slow.fifo')).toEqual({ visible: 1, inFlight: 0, delayed: 1 });
    const [first] = receive('slow.fifo');
    expect(first?.body).toBe('a1');
    expect(bodies('slow.fifo')).toEqual([]);
    expectDone(test.engine.setQueueAttributes('slow.fifo', { DelaySeconds: '0' }));
    expectDone(test.engine.deleteMessage('slow.fifo', first?.receiptHandle ?? ''));
    expect(bodies('slow.fifo')).toEqual(['a2']);
  });
});

describe('FIFO deduplication', () => {
  it('answers the first ids for five minutes, over deletes, purges and restarts, and then forgets', () => {
    onDisk();
    createFifo('q.fifo');
    const first = send('q.fifo', 'a', 'body', 'd1');
    const [received] = receive('q.fifo');
    expectDone(test.engine.deleteMessage('q.fifo', received?.receiptHandle ?? ''));
    expectDone(test.engine.purgeQueue('q.fifo'));
    test.restart();
    test.clock.now += 299_999;
    const again = send('q.fifo', 'b', 'other body', 'd1');
    expect(again).toMatchObject({
      messageId: first.messageId,
      sequenceNumber: first.sequenceNumber,
      duplicate: true,
    });
    expect(again.md5OfBody).not.toBe(first.md5OfBody);
    expect(bodies('q.fifo')).toEqual([]);
    test.clock.now += 1;
    expect(send('q.fifo', 'b', 'other body', 'd1').duplicate).toBe(false);
    expect(bodies('q.fifo')).toEqual(['other body']);
  });

  it('knows duplicates within one batch', () => {
    createFifo('q.fifo');
    const entry = { body: 'x', groupId: 'a', deduplicationId: 'd' };
    const sent = expectDone(test.engine.sendMany('q.fifo', [entry, entry])).map(expectDone);
    expect(sent.map((message) => message.duplicate)).toEqual([false, true]);
    expect(bodies('q.fifo')).toEqual(['x']);
  });

  it('deduplicates per group with DeduplicationScope messageGroup', () => {
    createFifo('q.fifo', { DeduplicationScope: 'messageGroup' });
    send('q.fifo', 'a', 'a', 'd');
    send('q.fifo', 'b', 'b', 'd');
    send('q.fifo', 'b', 'b again', 'd');
    expect(bodies('q.fifo')).toEqual(['a', 'b']);
  });

  it('takes the SHA-256 of the body with content-based deduplication', () => {
    createFifo('q.fifo', { ContentBasedDeduplication: 'true' });
    const one = expectDone(test.engine.sendMessage('q.fifo', { body: 'same', groupId: 'a' }));
    const two = expectDone(test.engine.sendMessage('q.fifo', { body: 'same', groupId: 'a' }));
    expect(two.messageId).toBe(one.messageId);
    expect(receive('q.fifo')[0]?.deduplicationId).toBe(
      '0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5',
    );
  });

  it('refuses what lacks a group or a deduplication id, or brings its own delay', () => {
    createFifo('q.fifo');
    const code = (entry: object) => codeOf(test.engine.sendMessage('q.fifo', { body: 'x', ...entry }));
    expect(code({ deduplicationId: 'd' })).toBe('MissingParameter');
    expect(code({ groupId: 'a' })).toBe('InvalidParameterValue');
    expect(code({ groupId: 'a', deduplicationId: 'd', delaySeconds: 1 })).toBe('InvalidParameterValue');
    expect(code({ groupId: 'a b', deduplicationId: 'd' })).toBe('InvalidParameterValue');
    expect(code({ groupId: 'a'.repeat(129), deduplicationId: 'd' })).toBe('InvalidParameterValue');
    expect(code({ groupId: 'a', deduplicationId: '' })).toBe('InvalidParameterValue');
    expect(code({ groupId: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', deduplicationId: '~'.repeat(128) })).toBe('done');
  });
});

describe('standard queues', () => {
  beforeEach(() => {
    expectDone(test.engine.createQueue({ name: 'q' }));
  });

  it('delays a message, and counts it as delayed', () => {
    expectDone(test.engine.sendMessage('q', { body: 'later', delaySeconds: 900 }));
    expectDone(test.engine.sendMessage('q', { body: 'now' }));
    expect(counts('q')).toEqual({ visible: 1, inFlight: 0, delayed: 1 });
    expect(bodies('q')).toEqual(['now']);
    expect(counts('q')).toEqual({ visible: 0, inFlight: 1, delayed: 1 });
    test.clock.now += 900_000;
    expect(bodies('q')).toEqual(['now', 'later']);
    expect(codeOf(test.engine.sendMessage('q', { body: 'x', delaySeconds: 901 }))).toBe('InvalidParameterValue');
  });

  it('deletes with the newest handle even when it expired; an older handle does nothing', () => {
    expectDone(test.engine.sendMessage('q', { body: 'x' }));
    const [first] = receive('q');
    test.clock.now += 30_000;
    const [second] = receive('q');
    test.clock.now += 30_000;
    expect(codeOf(test.engine.deleteMessage('q', first?.receiptHandle ?? ''))).toBe('done');
    expect(counts('q').visible).toBe(1);
    expect(codeOf(test.engine.deleteMessage('q', second?.receiptHandle ?? ''))).toBe('done');
    expect(counts('q').visible).toBe(0);
  });

  it('receives a message once per call even with visibility 0, and the next call again', () => {
    expectDone(test.engine.sendMessage('q', { body: 'x' }));
    expect(receive('q', 10, 0)).toHaveLength(1);
    expect(receive('q', 10, 0)[0]?.receiveCount).toBe(2);
  });

  it('refuses handles that are malformed or of another queue, and changes of what is not in flight', () => {
    expectDone(test.engine.createQueue({ name: 'other' }));
    expectDone(test.engine.sendMessage('q', { body: 'x' }));
    const handle = receive('q')[0]?.receiptHandle ?? '';
    expect(codeOf(test.engine.deleteMessage('q', 'nonsense'))).toBe('ReceiptHandleIsInvalid');
    expect(codeOf(test.engine.deleteMessage('other', handle))).toBe('ReceiptHandleIsInvalid');
    expect(codeOf(test.engine.changeVisibility('q', '', 0))).toBe('ReceiptHandleIsInvalid');
    expect(codeOf(test.engine.changeVisibility('q', handle, 43_201))).toBe('InvalidParameterValue');
    expect(codeOf(test.engine.changeVisibility('q', handle, -1))).toBe('InvalidParameterValue');
    test.clock.now += 10_000;
    expect(codeOf(test.engine.changeVisibility('q', handle, 43_200))).toBe('InvalidParameterValue');
    expect(codeOf(test.engine.changeVisibility('q', handle, 43_190))).toBe('done');
    expect(codeOf(test.engine.changeVisibility('q', handle, 0))).toBe('done');
    expect(codeOf(test.engine.changeVisibility('q', handle, 10))).toBe('MessageNotInflight');
  });

  it('lets messages expire after the retention period, received or not', () => {
    expectDone(test.engine.setQueueAttributes('q', { MessageRetentionPeriod: '60' }));
    expectDone(test.engine.sendMessage('q', { body: 'old' }));
    test.clock.now += 59_000;
    expectDone(test.engine.sendMessage('q', { body: 'young' }));
    expect(counts('q').visible).toBe(2);
    test.clock.now += 1_000;
    expect(bodies('q')).toEqual(['young']);
  });
});

describe('dead letters', () => {
  const redriveTo = (name: string, maxReceiveCount: number) => ({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArnOf(name), maxReceiveCount }),
  });

  it('moves a message after its last receive, keeps id and group, frees the group, and brings it back in order', () => {
    createFifo('dead.fifo');
    createFifo('q.fifo', redriveTo('dead.fifo', 2));
    const sent = send('q.fifo', 'a', 'a1');
    send('q.fifo', 'a', 'a2');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(bodies('q.fifo', 1)).toEqual(['a1']);
      test.clock.now += 30_000;
    }
    expect(bodies('q.fifo', 1)).toEqual(['a2']);
    const [dead] = receive('dead.fifo');
    expect(dead).toMatchObject({
      body: 'a1',
      messageId: sent.messageId,
      fifoGroup: 'a',
      receiveCount: 3,
      originQueueName: 'q.fifo',
    });
    test.clock.now += 30_000;
    const task = expectDone(test.engine.startMoveTask('dead.fifo', null));
    expect(task).toMatchObject({ status: 'COMPLETED', moved: 1, toMove: 1 });
    expect(counts('dead.fifo')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    const back = receive('q.fifo');
    expect(back.map((message) => message.body)).toEqual(['a2', 'a1']);
    expect(back[1]).toMatchObject({ receiveCount: 1 });
    expect(expectDone(test.engine.listMoveTasks('dead.fifo', 10))).toEqual([task]);
  });

  it('delivers on when the dead-letter queue is gone', () => {
    createFifo('dead.fifo');
    createFifo('q.fifo', redriveTo('dead.fifo', 1));
    send('q.fifo', 'a', 'a1');
    receive('q.fifo');
    expectDone(test.engine.deleteQueue('dead.fifo'));
    test.clock.now += 30_000;
    expect(bodies('q.fifo')).toEqual(['a1']);
  });

  it('refuses a target that is missing, of the other type, itself, or that denies', () => {
    createFifo('q.fifo');
    expectDone(test.engine.createQueue({ name: 'standard' }));
    createFifo('closed.fifo', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    createFifo('picky.fifo', {
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [queueArnOf('q.fifo')] }),
    });
    const code = (name: string) => codeOf(test.engine.setQueueAttributes('q.fifo', redriveTo(name, 3)));
    for (const name of ['missing.fifo', 'standard', 'q.fifo', 'closed.fifo']) {
      expect(code(name)).toBe('InvalidParameterValue');
    }
    expect(code('picky.fifo')).toBe('done');
    expect(codeOf(test.engine.setQueueAttributes('q.fifo', { RedrivePolicy: '' }))).toBe('done');
  });

  it('leaves what has no origin, and everything behind it in its group', () => {
    createFifo('dead.fifo');
    createFifo('q.fifo', redriveTo('dead.fifo', 1));
    send('dead.fifo', 'a', 'direct');
    send('q.fifo', 'a', 'a1');
    receive('q.fifo');
    test.clock.now += 30_000;
    receive('q.fifo');
    expect(expectDone(test.engine.startMoveTask('dead.fifo', null))).toMatchObject({
      status: 'FAILED',
      moved: 0,
      failureReason: 'CouldNotDetermineMessageSource',
    });
    expect(bodies('dead.fifo')).toEqual(['direct', 'a1']);
    expect(codeOf(test.engine.startMoveTask('q.fifo', null))).toBe('InvalidParameterValue');
  });

  it('keeps the retention clock of a standard message running in the dead-letter queue', () => {
    expectDone(test.engine.createQueue({ name: 'dead', attributes: { MessageRetentionPeriod: '60' } }));
    expectDone(test.engine.createQueue({ name: 'q', attributes: redriveTo('dead', 1) }));
    expectDone(test.engine.sendMessage('q', { body: 'x' }));
    receive('q');
    test.clock.now += 59_000;
    receive('q');
    expect(counts('dead').visible).toBe(1);
    test.clock.now += 1_000;
    expect(counts('dead').visible).toBe(0);
  });
});

describe('queues', () => {
  it('keeps the messages of a queue that is created again, and refuses other values', () => {
    onDisk();
    createFifo('q.fifo', { VisibilityTimeout: '60' });
    send('q.fifo', 'a', 'a1');
    test.restart();
    createFifo('q.fifo', { VisibilityTimeout: '60' });
    createFifo('q.fifo');
    const other = { name: 'q.fifo', attributes: { ...FIFO, VisibilityTimeout: '61' } };
    expect(codeOf(test.engine.createQueue(other))).toBe('QueueNameExists');
    expect(bodies('q.fifo')).toEqual(['a1']);
  });

  it('starts anew after DeleteQueue: no messages, no deduplication, old handles refused', () => {
    createFifo('q.fifo');
    send('q.fifo', 'a', 'a1');
    const handle = receive('q.fifo')[0]?.receiptHandle ?? '';
    expectDone(test.engine.deleteQueue('q.fifo'));
    expect(codeOf(test.engine.receiveMessages('q.fifo', {}))).toBe('QueueDoesNotExist');
    createFifo('q.fifo');
    expect(codeOf(test.engine.deleteMessage('q.fifo', handle))).toBe('ReceiptHandleIsInvalid');
    expect(send('q.fifo', 'a', 'a1').duplicate).toBe(false);
  });

  it('accepts a URL of any host and port by its last segment', () => {
    expectDone(test.engine.createQueue({ name: 'q' }));
    expectDone(test.engine.sendMessage('http://127.0.0.1:1/000000000000/q', { body: 'x' }));
    expect(bodies('https://sqs.eu-west-1.amazonaws.com/123456789012/q')).toEqual(['x']);
  });

  it('names and attributes: refuses what SQS refuses', () => {
    const code = (name: string, attributes: Record<string, string> = {}) =>
      codeOf(test.engine.createQueue({ name, attributes }));
    expect(code('q.fifo')).toBe('InvalidParameterValue');
    expect(code('q', FIFO)).toBe('InvalidParameterValue');
    expect(code('a b')).toBe('InvalidParameterValue');
    expect(code('a'.repeat(81))).toBe('InvalidParameterValue');
    expect(code('q', { ContentBasedDeduplication: 'true' })).toBe('InvalidAttributeName');
    expect(code('q', { VisibilityTimeout: '43201' })).toBe('InvalidAttributeValue');
    expect(code('q', { MaximumMessageSize: '1048577' })).toBe('InvalidAttributeValue');
    expect(code('q', { DelaySeconds: '1.5' })).toBe('InvalidAttributeValue');
    expect(code('q', { Policy: 'not json' })).toBe('InvalidAttributeValue');
    for (const name of ['Nonsense', 'constructor', '__proto__', 'toString']) {
      expect(code('q', Object.fromEntries([[name, 'x']]))).toBe('InvalidAttributeName');
    }
    expect(code('q.fifo', { ...FIFO, FifoThroughputLimit: 'perMessageGroupId' })).toBe('InvalidAttributeValue');
  });

  it('tells listeners of arrivals after the commit, and of nothing when it fails', () => {
    createFifo('q.fifo');
    const arrivals: string[] = [];
    const stop = test.engine.onArrival((name) => arrivals.push(name));
    send('q.fifo', 'a', 'a1');
    send('q.fifo', 'a', 'a1');
    expect(arrivals).toEqual(['q.fifo']);
    expect(test.engine.nextAvailableAt('q.fifo')).toBe(0);
    receive('q.fifo');
    expect(test.engine.nextAvailableAt('q.fifo')).toBe(test.clock.now + 30_000);
    stop();
    expectDone(test.engine.purgeQueue('q.fifo'));
    expect(test.engine.nextAvailableAt('q.fifo')).toBe(null);
    expect(arrivals).toEqual(['q.fifo']);
  });
});
