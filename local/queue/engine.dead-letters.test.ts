import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, expectDone, onEngine, openTestEngine, type TestEngine } from './engine-fixture.ts';
import { queueArnOf } from './queue-address.ts';

let test: TestEngine;
const { createFifo, send, receive, bodies, counts } = onEngine(() => test);

beforeEach(() => {
  test = openTestEngine('memory');
});

afterEach(() => {
  test.close();
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
