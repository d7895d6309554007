import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, expectDone, onEngine, openTestEngine, type TestEngine } from './engine-fixture.ts';

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
