import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueEngine } from './engine.ts';
import { codeOf, expectDone, openTestEngine, type TestEngine } from './engine-fixture.ts';
import { LongPolls } from './long-poll.ts';

/** Longer than any test: whoever waits for it to end has hung. */
const LONG_MS = 20_000;
let test: TestEngine;
let polls: LongPolls;

beforeEach(() => {
  test = openTestEngine('memory');
  polls = new LongPolls(test.engine, () => test.clock.now);
  expectDone(test.engine.createQueue({ name: 'q.fifo', attributes: { FifoQueue: 'true' } }));
});

afterEach(() => {
  polls.close();
  test.close();
});

function send(body: string, groupId = 'a') {
  expectDone(test.engine.sendMessage('q.fifo', { body, groupId, deduplicationId: body }));
}

async function wait(waitMs = LONG_MS, signal?: AbortSignal): Promise<string[]> {
  return expectDone(await polls.receive('q.fifo', {}, waitMs, signal)).map((message) => message.body);
}

describe('LongPolls', () => {
  it('answers at once what is there', async () => {
    send('a1');
    expect(await wait()).toEqual(['a1']);
  });

  it('answers nothing at the end of the wait', async () => {
    expect(await wait(20)).toEqual([]);
    expect(await wait(0)).toEqual([]);
  });

  it('is woken by an arrival, the longest waiting first, one message each', async () => {
    const waiters = [wait(), wait(), wait()];
    send('a1');
    send('b1', 'b');
    expect(await Promise.all(waiters.slice(0, 2))).toEqual([['a1'], ['b1']]);
    send('c1', 'c');
    expect(await waiters[2]).toEqual(['c1']);
  });

  it('is woken when a group is freed by a delete or by visibility 0', async () => {
    send('a1');
    send('a2');
    const [first] = expectDone(test.engine.receiveMessages('q.fifo', {}));
    const waiting = polls.receive('q.fifo', {}, LONG_MS);
    expectDone(test.engine.changeVisibility('q.fifo', first?.receiptHandle ?? '', 0));
    const [again] = expectDone(await waiting);
    expect(again?.body).toBe('a1');
    const next = wait();
    expectDone(test.engine.deleteMessage('q.fifo', again?.receiptHandle ?? ''));
    expect(await next).toEqual(['a2']);
  });

  it('is woken when a visibility timeout ends, without an arrival', async () => {
    const live = new QueueEngine(test.database, { now: Date.now, randomId: () => 'x' });
    const livePolls = new LongPolls(live, Date.now);
    expectDone(live.sendMessage('q.fifo', { body: 'a1', groupId: 'a', deduplicationId: 'a1' }));
    expectDone(live.receiveMessages('q.fifo', { visibilitySeconds: 1 }));
    const received = expectDone(await livePolls.receive('q.fifo', {}, LONG_MS));
    expect(received.map((message) => message.body)).toEqual(['a1']);
    livePolls.close();
  });

  it('gives nothing to a client that has gone, before or while it waits', async () => {
    const gone = new AbortController();
    const waiting = wait(LONG_MS, gone.signal);
    gone.abort();
    expect(await waiting).toEqual([]);
    send('a1');
    expect(await wait(LONG_MS, gone.signal)).toEqual([]);
    expect(await wait()).toEqual(['a1']);
  });

  it('gives nothing to a client that goes between the arrival and the answer', async () => {
    const gone = new AbortController();
    const waiting = wait(LONG_MS, gone.signal);
    send('a1');
    gone.abort();
    expect(await waiting).toEqual([]);
    expect(await wait()).toEqual(['a1']);
  });

  it('ends when the queue is deleted, and when it is closed', async () => {
    const first = polls.receive('q.fifo', {}, LONG_MS);
    expectDone(test.engine.deleteQueue('q.fifo'));
    expect(codeOf(await first)).toBe('QueueDoesNotExist');
    expectDone(test.engine.createQueue({ name: 'q.fifo', attributes: { FifoQueue: 'true' } }));
    const second = wait();
    polls.close();
    expect(await second).toEqual([]);
  });

  it('hands a storage failure to the waiter', async () => {
    const waiting = wait();
    test.database.exec('DROP TABLE fifo_group');
    polls.close();
    expect(await waiting).toEqual([]);
    await expect(wait()).rejects.toThrow(/fifo_group/);
  });
});
