import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, expectDone, onEngine, openTestEngine, type TestEngine } from './engine-fixture.ts';

const FIFO = { FifoQueue: 'true' };
let test: TestEngine;
const { createFifo, send, receive, bodies, counts } = onEngine(() => test);

beforeEach(() => {
  test = openTestEngine('memory');
});

afterEach(() => {
  test.close();
});

/** For what must outlive the process: the file is closed and opened again. */
function onDisk(): void {
  test.close();
  test = openTestEngine();
}

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
