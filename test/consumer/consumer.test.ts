import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ConsumerError,
  type ConsumerSettings,
  createConsumer,
  type Handler,
  memoryProgressStore,
  type PostriderConsumer,
  type PostriderEvent,
  type ProgressStore,
  sqliteProgressStore,
} from '#shared/consumer/index.ts';
import { type LocalQueue, localQueue } from './local-queue.ts';
import { paymentEvent, paymentEvents } from './payment-event.ts';
import { API, type SubscriptionApi, subscriptionApi } from './subscription-api.ts';

/** The real SDK, sqs-consumer and the queue engine over HTTP; only the clock of the queue is moved. */
let queue: LocalQueue;
let queueUrl: string;
let server: SubscriptionApi;
let names = 0;
const running: PostriderConsumer[] = [];
const folder = mkdtempSync(join(tmpdir(), 'postrider-consumer-'));

beforeAll(async () => {
  queue = await localQueue();
});
beforeEach(async () => {
  names += 1;
  queueUrl = await queue.createQueue(`main-${names}.fifo`);
  server = subscriptionApi();
  queue.forgetRequests();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((consumer) => consumer.stop({ abort: true })));
});
afterAll(async () => {
  await queue.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly consumer: PostriderConsumer;
  readonly handled: string[];
  readonly dropped: string[];
  readonly errors: ConsumerError[];
}

function start<Transaction>(
  handler: Handler<Transaction>,
  store: ProgressStore<Transaction>,
  settings: ConsumerSettings & { readonly sqs?: SQSClient; readonly url?: string } = {},
): Started {
  const { url = queueUrl, sqs = queue.sqs, ...rest } = settings;
  const consumer = createConsumer({
    queueUrl: url,
    sqs,
    api: API,
    fetch: server.fetch,
    store,
    handler,
    waitTimeSeconds: 1,
    ...rest,
  });
  const started: Started = { consumer, handled: [], dropped: [], errors: [] };
  consumer.on('handled', (event, from) => started.handled.push(`${event.id} ${from}`));
  consumer.on('dropped', (event, why) => started.dropped.push(`${event.id} ${why}`));
  consumer.on('error', (error) => started.errors.push(error));
  running.push(consumer);
  consumer.start();
  return started;
}

/** Fails at a hang only. */
const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 });
const emptied = (url = queueUrl): Promise<void> => eventually(async () => expect(await queue.count(url)).toBe(0));
const givenBack = (times: number): Promise<void> =>
  eventually(() => expect(queue.requests('ChangeMessageVisibilityBatch').length).toBeGreaterThanOrEqual(times));
const nothing = (): void => undefined;
const codes = (errors: readonly ConsumerError[]): string[] => [...new Set(errors.map((error) => error.code))];
const lines = (events: readonly PostriderEvent[], from = 'queue'): string[] =>
  events.map((event) => `${event.id} ${from}`);

describe('a FIFO queue', () => {
  it('is handled in order of each subject, and emptied', async () => {
    const events = paymentEvents(25, 'a').flatMap((event, index) => [
      event,
      ...paymentEvents(25, 'b').slice(index, index + 1),
    ]);
    for (const event of events) await queue.send(queueUrl, event);
    const { handled, errors } = start(nothing, memoryProgressStore());
    await emptied();
    for (const id of ['a', 'b']) {
      expect(handled.filter((line) => line.includes(`:${id}:`))).toEqual(lines(paymentEvents(25, id)));
    }
    expect([errors, server.requests]).toEqual([[], []]);
  });

  it('goes on after a restart where the SQLite store ended', async () => {
    const file = join(folder, 'restart.db');
    const database = (): DatabaseSync => new DatabaseSync(file, { timeout: 5000 });
    const events = paymentEvents(6);
    for (const event of events.slice(0, 3)) await queue.send(queueUrl, event);
    const before = start(nothing, sqliteProgressStore(database()));
    await emptied();
    await before.consumer.stop({ abort: true });
    for (const event of events) await queue.send(queueUrl, event);
    const after = start(nothing, sqliteProgressStore(database()));
    await emptied();
    expect(after.dropped).toEqual(lines(events.slice(0, 3), 'stale'));
    expect(after.handled).toEqual(lines(events.slice(3)));
  });

  it('commits effects and marks of parallel subjects exactly once in SQLite', async () => {
    const database = new DatabaseSync(join(folder, 'effects.db'), { timeout: 5000 });
    database.exec('CREATE TABLE effects (at INTEGER PRIMARY KEY, id TEXT)');
    const store = sqliteProgressStore(database);
    const subjects = ['a', 'b', 'c', 'd'].map((id) => paymentEvents(2, id));
    for (const event of [...subjects.flat(), ...subjects.flat()]) await queue.send(queueUrl, event);
    let failures = 0;
    const { errors } = start(
      (event, { recordIn }) =>
        store.transaction(async (transaction) => {
          transaction.prepare('INSERT INTO effects (id) VALUES (?)').run(event.id);
          await new Promise(setImmediate);
          await recordIn(transaction);
          failures += 1;
          if (failures % 4 === 0) throw new Error('planned');
        }),
      store,
    );
    await eventually(async () => {
      queue.passTime(60_000);
      expect(await queue.count(queueUrl)).toBe(0);
    });
    const effects = database.prepare('SELECT id FROM effects ORDER BY at').all();
    for (const events of subjects) {
      const subject = events[0]?.data.id;
      expect(effects.filter((row) => String(row['id']).includes(`:${subject}:`))).toEqual(
        events.map(({ id }) => ({ id })),
      );
    }
    const unplanned = errors.filter(({ code, message }) => code === 'handler_failed' && !message.includes('planned'));
    expect(unplanned, 'a handler met the transaction of another').toEqual([]);
  });
});

describe('a queue that is not FIFO', () => {
  it('is put in order by the chain: repeated, reordered and lost messages', async () => {
    const url = await queue.createQueue(`standard-${names}`);
    const events = paymentEvents(8);
    server.delivered.push(...events);
    const arrivals = [4, 2, 2, 1, 7, 3, 8, 5].map((version) => events[version - 1]);
    const { handled } = start(nothing, memoryProgressStore(), { url, batchSize: 1 });
    for (const event of arrivals) if (event) await queue.send(url, event);
    await emptied(url);
    expect(handled.map((line) => line.split(' ')[0])).toEqual(events.map((event) => event.id));
  });
});

describe('a handler that fails', () => {
  it('pauses its subject longer each time, and no other', async () => {
    const calls: string[] = [];
    const [bad, good] = [paymentEvents(2, 'bad'), paymentEvents(2, 'good')];
    for (const event of [...bad, ...good]) await queue.send(queueUrl, event);
    let broken = true;
    const { errors, handled } = start(
      (event) => {
        calls.push(event.id);
        if (broken && event.data.id === 'bad') throw new Error('planned');
      },
      memoryProgressStore(),
      { retryPauseMs: 100_000 },
    );
    await eventually(() => expect(handled).toEqual(lines(good)));
    await givenBack(1);
    queue.passTime(99_000);
    await queue.send(queueUrl, paymentEvent({ version: 3, id: 'good' }));
    await eventually(() => expect(handled).toHaveLength(3));
    expect(calls.filter((id) => id === bad[0]?.id)).toHaveLength(1);
    queue.passTime(2_000);
    await givenBack(2);
    queue.passTime(102_000);
    await queue.send(queueUrl, paymentEvent({ version: 4, id: 'good' }));
    await eventually(() => expect(handled).toHaveLength(4));
    expect(errors).toHaveLength(2);
    broken = false;
    queue.passTime(100_000);
    await emptied();
    expect(handled.slice(4)).toEqual(lines(bad));
    expect(calls.filter((id) => id === bad[1]?.id)).toHaveLength(1);
  });

  it('for good sends its message to the dead letters; the next event of the subject fills the gap, so nothing is skipped', async () => {
    const deadUrl = await queue.createQueue(`dead-${names}.fifo`);
    const { Attributes = {} } = await queue.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }),
    );
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes['QueueArn'], maxReceiveCount: 2 });
    const url = await queue.createQueue(`poisoned-${names}.fifo`, { RedrivePolicy });
    const events = paymentEvents(4);
    server.delivered.push(...events);
    let broken = true;
    const { handled, errors } = start(
      (event) => {
        if (broken && event.id === events[1]?.id) throw new Error('poison');
      },
      memoryProgressStore(),
      { url },
    );
    for (const event of events.slice(0, 3)) await queue.send(url, event);
    await givenBack(1);
    queue.passTime(1_000);
    await givenBack(2);
    queue.passTime(2_000);
    await eventually(async () => expect(await queue.count(deadUrl)).toBe(2));
    expect(handled).toEqual(lines(events.slice(0, 1)));
    expect(codes(errors)).toEqual(['handler_failed']);
    broken = false;
    await queue.send(url, events[3] ?? paymentEvent({ version: 4 }));
    await emptied(url);
    expect(handled.slice(1)).toEqual([...lines(events.slice(1, 3), 'api'), ...lines(events.slice(3))]);
  });
});

describe('what is no event', () => {
  it('goes to the dead letters after pauses, without a spin, and holds nobody up', async () => {
    const deadUrl = await queue.createQueue(`rubbish-${names}`);
    const { Attributes = {} } = await queue.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }),
    );
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes['QueueArn'], maxReceiveCount: 3 });
    const url = await queue.createQueue(`standard-${names}`, { RedrivePolicy });
    await queue.sendText(url, 'hello');
    await queue.sendText(url, '{"specversion":"0.3"}');
    await queue.send(url, paymentEvent({ version: 1 }));
    const { handled, errors } = start(nothing, memoryProgressStore(), {
      url,
      retryPauseMs: 3_600_000,
      maxRetryPauseMs: 3_600_000,
    });
    for (const times of [1, 2, 3]) {
      await givenBack(times);
      queue.passTime(3_600_000);
    }
    await eventually(async () => expect(await queue.count(deadUrl)).toBe(2));
    expect(handled).toHaveLength(1);
    expect(errors).toHaveLength(6);
    expect(codes(errors).toSorted()).toEqual(['not_an_event', 'not_json']);
  });
});

describe('the API is down', () => {
  it('the gap waits with growing pauses, other subjects go on, and all is handled when it is back', async () => {
    const events = paymentEvents(3);
    server.delivered.push(...events);
    server.fail(new TypeError('fetch failed'));
    await queue.send(queueUrl, events[2] ?? paymentEvent({ version: 3 }));
    await queue.send(queueUrl, paymentEvent({ version: 1, id: 'other' }));
    const { handled, errors } = start(nothing, memoryProgressStore());
    await givenBack(1);
    expect(codes(errors)).toEqual(['api_unreachable']);
    expect(handled).toEqual(lines(paymentEvents(1, 'other')));
    server.fail(undefined);
    queue.passTime(60_000);
    await emptied();
    expect(handled.slice(1)).toEqual([...lines(events.slice(0, 2), 'api'), ...lines(events.slice(2))]);
  });
});

describe('stop', () => {
  it('with abort cuts the waiting receive', async () => {
    const { consumer } = start(nothing, memoryProgressStore(), { waitTimeSeconds: 20 });
    await consumer.stop({ abort: true });
    await queue.send(queueUrl, paymentEvent({ version: 1 }));
    const { Messages = [] } = await queue.sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
    expect(Messages).toHaveLength(1);
  });

  it('lets the handler end and deletes its message; with abort, the others are free at once', async () => {
    const events = paymentEvents(3);
    for (const event of events) await queue.send(queueUrl, event);
    let release: () => void = nothing;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { consumer, handled } = start(() => gate, memoryProgressStore());
    let stopped = false;
    consumer.on('stopped', () => {
      stopped = true;
    });
    await eventually(async () => {
      const { Attributes } = await queue.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
      );
      expect(Attributes).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '3' });
    });
    const stopping = consumer.stop({ abort: true });
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(stopped).toBe(true);
    expect(handled).toEqual(lines(events.slice(0, 1)));
    const { Messages = [] } = await queue.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? '').id)).toEqual(events.slice(1).map(({ id }) => id));
  });

  it('with abort never cuts the delete of what was handled', async () => {
    const { endpoint, accessKeyId } = queue;
    const sqs = new SQSClient({
      endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId, secretAccessKey: 'any' },
    });
    let stopping: Promise<void> | undefined;
    sqs.middlewareStack.add(
      (next, context) => (args) => {
        if (context['commandName'] === 'DeleteMessageBatchCommand') stopping = consumer.stop({ abort: true });
        return next(args);
      },
      { step: 'initialize' },
    );
    await queue.send(queueUrl, paymentEvent({ version: 1 }));
    const { consumer, errors } = start(nothing, memoryProgressStore(), { sqs });
    await eventually(() => expect(stopping).toBeDefined());
    await stopping;
    expect(await queue.count(queueUrl)).toBe(0);
    expect(errors).toEqual([]);
  });

  it('without abort handles what was received, and the consumer can be started again', async () => {
    const events = paymentEvents(4);
    const { consumer, handled } = start(nothing, memoryProgressStore());
    for (const event of events.slice(0, 3)) await queue.send(queueUrl, event);
    await eventually(() => expect(handled.length).toBeGreaterThan(0));
    await consumer.stop();
    await consumer.stop();
    consumer.start();
    await queue.send(queueUrl, events[3] ?? paymentEvent({ version: 4 }));
    await emptied();
    expect(handled).toEqual(lines(events));
  });
});

describe('while a handler works', () => {
  it('its messages stay reserved', async () => {
    await queue.send(queueUrl, paymentEvent({ version: 1 }));
    const renewals = (): readonly object[] => queue.requests('ChangeMessageVisibilityBatch');
    const { handled } = start(
      () => eventually(() => expect(renewals().length).toBeGreaterThan(0)),
      memoryProgressStore(),
      { visibilityTimeoutSeconds: 3 },
    );
    await emptied();
    expect(handled).toHaveLength(1);
    expect(renewals()[0]).toMatchObject({ Entries: [{ VisibilityTimeout: 3 }] });
  });
});

describe('a queue that refuses', () => {
  it('is asked again after pauses that grow, not in a spin', async () => {
    let receives = 0;
    const refusing = new SQSClient({ endpoint: queue.endpoint, region: 'eu-central-1' });
    refusing.middlewareStack.add(
      () => () => {
        receives += 1;
        return Promise.reject(new Error('connect ECONNREFUSED'));
      },
      { step: 'initialize' },
    );
    const { errors, consumer } = start(nothing, memoryProgressStore(), { sqs: refusing });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await consumer.stop();
    expect(receives, 'a spin makes hundreds').toBeLessThan(10);
    expect(codes(errors)).toEqual(['queue_failed']);
  });
});

describe('listeners', () => {
  it('that throw, and errors that nobody listens to, are process warnings and stop nothing', async () => {
    const warnings: string[] = [];
    const warned = vi
      .spyOn(process, 'emitWarning')
      .mockImplementation((message) => void warnings.push(String(message)));
    const consumer = createConsumer({
      queueUrl,
      sqs: queue.sqs,
      api: API,
      fetch: server.fetch,
      store: memoryProgressStore(),
      handler: nothing,
      waitTimeSeconds: 1,
    });
    running.push(consumer);
    consumer.on('handled', () => {
      throw new Error('in the listener');
    });
    await queue.sendText(queueUrl, 'hello');
    await queue.send(queueUrl, paymentEvent({ version: 1 }));
    consumer.start();
    await eventually(async () => expect(await queue.count(queueUrl)).toBe(1));
    warned.mockRestore();
    expect(warnings.join()).toContain('not JSON');
    expect(warnings.join()).toContain('in the listener');
  });
});

describe('settings', () => {
  it.each([
    [{ batchSize: 11 }, 'batchSize is 11; it must be a whole number from 1 to 10'],
    [{ waitTimeSeconds: 0 }, 'waitTimeSeconds is 0'],
    [{ visibilityTimeoutSeconds: 0.5 }, 'visibilityTimeoutSeconds is 0.5'],
    [{ retryPauseMs: Number.NaN }, 'retryPauseMs is NaN'],
  ])('%j is refused with the limits', (settings, message) => {
    const make = () =>
      createConsumer({
        queueUrl,
        region: 'eu-central-1',
        api: API,
        store: memoryProgressStore(),
        handler: nothing,
        ...settings,
      });
    expect(make).toThrow(message);
  });
});
