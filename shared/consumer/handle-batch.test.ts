import { describe, expect, it } from 'vitest';
import { batchBench, keyOfEvent, messageOf } from '../../test/consumer/batch-bench.ts';
import { paymentEvent, paymentEvents, sequenceOf } from '../../test/consumer/payment-event.ts';
import type { PostriderEvent } from './event.ts';

const ids = (events: readonly PostriderEvent[]): string[] => events.map((event) => event.id);
const [one, two, three, four, five] = paymentEvents(5) as [
  PostriderEvent,
  PostriderEvent,
  PostriderEvent,
  PostriderEvent,
  PostriderEvent,
];
const failingOn = (id: string) => (event: PostriderEvent) => {
  if (event.id === id) throw new Error('planned');
};

describe('a batch', () => {
  it('is handled by sequence inside a subject, whatever the order of arrival', async () => {
    const bench = batchBench();
    const messages = [three, one, two].map((event) => messageOf(event));
    const { done, kept } = await bench.handle(messages);
    expect(bench.handled).toEqual(ids([one, two, three]));
    expect(new Set(done)).toEqual(new Set(messages));
    expect(kept).toEqual([]);
    expect(bench.server.requests).toEqual([]);
  });

  it('never runs two handlers of one subject at once, and different subjects in parallel', async () => {
    const running = new Map<string, number>();
    let inParallel = 0;
    const bench = batchBench(async (event) => {
      expect(running.get(event.subject) ?? 0).toBe(0);
      running.set(event.subject, 1);
      inParallel = Math.max(inParallel, [...running.values()].filter((count) => count > 0).length);
      await new Promise(setImmediate);
      running.set(event.subject, 0);
    });
    const events = [...paymentEvents(4, 'a'), ...paymentEvents(4, 'b')];
    await bench.handle(events.map((event) => messageOf(event)));
    expect(bench.handled).toHaveLength(8);
    expect(inParallel).toBe(2);
  });

  it('keeps subjects of the same name at two connectors apart', async () => {
    const bench = batchBench();
    const other = paymentEvent({ version: 1, connectorId: 'acme-cc-2' });
    await bench.handle([messageOf(one), messageOf(other)]);
    expect(bench.handled).toEqual([one.id, other.id]);
  });

  it('drops what is stale or repeated, and deletes it', async () => {
    const bench = batchBench();
    await bench.handle([messageOf(one), messageOf(two)]);
    const again = [messageOf(one), messageOf(two), messageOf(two)];
    expect((await bench.handle(again)).done).toHaveLength(3);
    expect(bench.handled).toEqual(ids([one, two]));
    expect(bench.news.slice(2)).toEqual([`${one.id} stale`, `${two.id} stale`, `${two.id} stale`]);
  });
});

describe('a gap', () => {
  it('is filled from the API, all pages, in order, and the message deleted', async () => {
    const bench = batchBench();
    bench.server.delivered.push(one, two, three, four, five);
    await bench.handle([messageOf(one)]);
    const { done, kept } = await bench.handle([messageOf(five)]);
    expect(bench.news.slice(1)).toEqual([`${two.id} api`, `${three.id} api`, `${four.id} api`, `${five.id} queue`]);
    expect([done.length, kept.length]).toEqual([1, 0]);
  });

  it('at the beginning gives a new consumer the history of the subject', async () => {
    const bench = batchBench();
    bench.server.delivered.push(one, two, three);
    await bench.handle([messageOf(three)]);
    expect(bench.handled).toEqual(ids([one, two, three]));
  });

  it('stops at the event that was received: a later one has its own message', async () => {
    const bench = batchBench();
    bench.server.delivered.push(one, two, three, four);
    await bench.handle([messageOf(two)]);
    expect(bench.handled).toEqual(ids([one, two]));
  });

  it('waits for the API, not for a message: kept with an error while the API is down, other subjects go on', async () => {
    const bench = batchBench();
    bench.server.fail(503);
    const other = paymentEvent({ version: 1, id: 'p2' });
    const messages = [messageOf(two, 4), messageOf(three, 1), messageOf(other)];
    const { done, kept } = await bench.handle(messages);
    expect(done).toEqual([messages[2]]);
    expect(kept).toEqual([
      { message: messages[0], failures: 4 },
      { message: messages[1], failures: 4 },
    ]);
    expect(bench.errors).toMatchObject([{ code: 'api_failed', subjectKey: keyOfEvent(two), eventId: two.id }]);
    bench.server.fail(undefined);
    bench.server.delivered.push(one, two, three);
    await bench.handle(messages);
    expect(bench.handled).toEqual([other.id, ...ids([one, two, three])]);
  });

  it('that the API cannot fill is not stepped over', async () => {
    const bench = batchBench();
    bench.server.delivered.push(one, three);
    const { done, kept } = await bench.handle([messageOf(four)]);
    expect([done.length, kept.length]).toEqual([0, 1]);
    expect(bench.errors).toMatchObject([{ code: 'api_incomplete' }]);
    expect(bench.handled).toEqual([one.id]);
  });

  it('whose end the API does not know yet is not stepped over either', async () => {
    const bench = batchBench();
    bench.server.delivered.push(one);
    const { kept } = await bench.handle([messageOf(three)]);
    expect(kept).toHaveLength(1);
    expect(bench.errors).toMatchObject([{ code: 'api_incomplete', eventId: three.id }]);
    expect(bench.handled).toEqual([one.id]);
  });

  it('is filled with what is missing only, should the API give more', async () => {
    const bench = batchBench();
    await bench.handle([messageOf(one)]);
    bench.server.answerText(JSON.stringify({ items: [one, one, two, two, three, four], cursor: null }));
    await bench.handle([messageOf(three)]);
    expect(bench.handled).toEqual(ids([one, two, three]));
  });

  it('in which the handler fails keeps the message, and goes on there next time', async () => {
    let broken = true;
    const bench = batchBench((event) => {
      if (broken && event.id === two.id) throw new Error('planned');
    });
    bench.server.delivered.push(one, two, three);
    expect((await bench.handle([messageOf(three)])).done).toEqual([]);
    expect(await bench.mark(one)).toBe(one.sequence);
    broken = false;
    await bench.handle([messageOf(three)]);
    expect(bench.handled).toEqual(ids([one, two, three]));
  });
});

describe('changed filters', () => {
  const first = paymentEvent({ version: 7, previous: 0 });

  it('begin the chain again: events of the earlier filters that are still missing come first', async () => {
    const bench = batchBench();
    bench.server.delivered.push(one, two, first);
    await bench.handle([messageOf(one)]);
    await bench.handle([messageOf(first)]);
    await bench.handle([messageOf(two)]);
    expect(bench.handled).toEqual(ids([one, two, first]));
    expect(bench.news.at(-1)).toBe(`${two.id} stale`);
  });

  it('need the API: without it the event waits', async () => {
    const bench = batchBench();
    await bench.handle([messageOf(one)]);
    bench.server.fail(new Error('down'));
    expect((await bench.handle([messageOf(first)])).done).toEqual([]);
    expect(bench.handled).toEqual([one.id]);
  });

  it('NOT promised: an event before them that never came is not missed where its subject has no mark', async () => {
    const bench = batchBench();
    bench.server.delivered.push(one, first);
    await bench.handle([messageOf(first)]);
    expect(bench.handled).toEqual([first.id]);
  });
});

describe('a handler that fails', () => {
  it("holds back its subject's later events, whose pause is the same, and nobody else's", async () => {
    const bench = batchBench(failingOn(two.id));
    const other = paymentEvents(2, 'p2');
    const messages = [one, two, three, ...other].map((event, index) => messageOf(event, index === 1 ? 3 : 1));
    const { done, kept } = await bench.handle(messages);
    expect(done).toEqual([messages[0], messages[3], messages[4]]);
    expect(kept).toEqual([
      { message: messages[1], failures: 3 },
      { message: messages[2], failures: 3 },
    ]);
    expect(bench.errors).toMatchObject([
      { code: 'handler_failed', eventId: two.id, messageId: messages[1]?.MessageId, retryable: true },
    ]);
  });

  it('and whose message went to the dead letters is tried again when the next event finds the gap', async () => {
    let broken = true;
    const bench = batchBench((event) => {
      if (broken && event.id === two.id) throw new Error('planned');
    });
    bench.server.delivered.push(one, two, three);
    await bench.handle([messageOf(one), messageOf(two)]);
    await bench.handle([messageOf(three)]);
    expect(bench.handled).toEqual([one.id]);
    broken = false;
    await bench.handle([messageOf(three)]);
    expect(bench.handled).toEqual(ids([one, two, three]));
  });
});

describe('what is no event', () => {
  it.each([
    ['not_json', '{"specversion"'],
    ['not_an_event', '{"specversion":"0.3"}'],
    ['not_an_event', '{"Type":"Notification"}'],
  ])('%s is told and kept for the dead letters, and stops nobody', async (code, body) => {
    const bench = batchBench();
    const messages = [messageOf(body, 2), messageOf(one)];
    const { done, kept } = await bench.handle(messages);
    expect(done).toEqual([messages[1]]);
    expect(kept).toEqual([{ message: messages[0], failures: 2 }]);
    expect(bench.errors).toMatchObject([{ code, messageId: messages[0]?.MessageId, retryable: false }]);
  });
});

describe('an event over 1 MiB', () => {
  const { data, ...rest } = two;
  const linked = JSON.stringify({ ...rest, dataref: 'https://elsewhere.test/api/v1/events' });

  it('comes as a link, and reaches the handler whole: read from the API by its version, not from where the link leads', async () => {
    const bench = batchBench((event) => expect(event.data).toEqual(event.id === two.id ? data : one.data));
    bench.server.delivered.push(one, two, three);
    expect((await bench.handle([messageOf(one), messageOf(linked)])).done).toHaveLength(2);
    expect(bench.handled).toEqual(ids([one, two]));
    expect(bench.server.requests).toEqual([
      '/api/v1/merchants/acme/subscriptions/main/events?connectorId=acme-cc-1&subject=transaction%2Fp1&from=2&limit=1',
    ]);
  });

  it.each([
    ['api_failed', [one, two], 500],
    ['api_incomplete', [one, three], undefined],
  ] as const)('waits while its data cannot be read: %s', async (code, delivered, failure) => {
    const bench = batchBench();
    bench.server.delivered.push(...delivered);
    bench.server.fail(failure);
    expect((await bench.handle([messageOf(one), messageOf(linked)])).kept).toHaveLength(1);
    expect(bench.errors).toMatchObject([{ code, eventId: two.id }]);
    expect(bench.handled).toEqual([one.id]);
  });
});

describe('stopping', () => {
  it('begins no further event, and gives the rest back without a pause', async () => {
    const bench = batchBench(() => {
      bench.stopping = true;
    });
    const messages = [one, two, three].map((event) => messageOf(event));
    const { done, kept } = await bench.handle(messages);
    expect(done).toEqual([messages[0]]);
    expect(kept.map(({ failures }) => failures)).toEqual([0, 0]);
    expect(bench.errors).toEqual([]);
  });
});

describe('a store that fails', () => {
  it('keeps the messages: nothing is handled without knowing the mark', async () => {
    const bench = batchBench();
    Object.assign(bench.store, { last: () => Promise.reject(new Error('locked')) });
    expect((await bench.handle([messageOf(one)])).kept).toHaveLength(1);
    expect(bench.handled).toEqual([]);
    expect(bench.errors).toMatchObject([{ code: 'store_failed' }]);
  });
});

describe('two consumers', () => {
  it('on one store handle each event once with recordIn, and the slower deletes its message too', async () => {
    const effects: string[] = [];
    const shared = batchBench();
    const consumer = () =>
      batchBench(
        async (event, { recordIn }) => {
          const transaction = shared.store.begin();
          await new Promise(setImmediate);
          await recordIn(transaction);
          transaction.commit();
          effects.push(event.id);
        },
        shared.store,
        shared.server,
      );
    const [first, second] = [consumer(), consumer()];
    const events = paymentEvents(6);
    const outcomes = await Promise.all(
      [first, second].map((bench) => bench.handle(events.map((event) => messageOf(event)))),
    );
    expect(effects).toEqual(ids(events));
    expect(outcomes.map(({ done }) => done.length)).toEqual([6, 6]);
    expect(await shared.mark(one)).toBe(sequenceOf(6));
  });
});
