import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { AdminRequest, AdminResponse } from '#shared/http/admin-request.ts';
import { createInboxOverPort } from './inbox-over-port.ts';
import type { FromPump, PumpSettings, ToPump } from './messages.ts';
import { createPumpClient } from './pump-client.ts';
import { createRequestDesk, type RequestDeskDeps } from './request-desk.ts';

const REQUEST: AdminRequest = { method: 'GET', path: '/status', rawQuery: '', headers: {}, body: new Uint8Array() };
const SETTINGS = {} as PumpSettings;
const never = new AbortController().signal;

/** Both ends in one thread: messages are cloned and delivered one per turn, as between threads. */
function setUp(over: Partial<RequestDeskDeps> = {}) {
  const worker = new EventEmitter();
  const sent: ToPump[] = [];
  const troubles: unknown[] = [];
  const changed: string[] = [];
  const post = (message: FromPump) => void setImmediate(() => worker.emit('message', structuredClone(message)));
  const desk = createRequestDesk({
    admin: async () => ({ status: 200, headers: {}, body: 'fine' }),
    sqs: async (action) => ({ status: 200, headers: {}, body: action }),
    post,
    ...over,
  });
  Object.assign(worker, {
    terminate: async () => 0,
    postMessage(message: ToPump) {
      sent.push(message);
      const { kind } = message;
      if (kind === 'admin' || kind === 'sqs' || kind === 'pull' || kind === 'abort') {
        setImmediate(() => desk.take(structuredClone(message)));
      }
      if (kind === 'stop') desk.close().then(() => post({ kind: 'stopped' }));
    },
  });
  const wakePending = new SharedArrayBuffer(4);
  const client = createPumpClient(worker as unknown as Worker, {
    wakePending,
    inbox: { put: async () => 'stored' },
    refused: { list: async () => ({ items: [], counts: { method: 2 } }), kept: async () => undefined },
    connectorChanged: (id) => void changed.push(id),
    trouble: (error) => void troubles.push(error),
  });
  return { client, desk, worker, sent, troubles, changed, post, wakePending };
}

async function textOf(answer: AdminResponse): Promise<string> {
  if (typeof answer.body === 'string') return answer.body;
  let text = '';
  for await (const part of answer.body as AsyncIterable<string>) text += part;
  return text;
}

describe('requests to the pump', () => {
  it('are answered each with its own', async () => {
    const { client } = setUp();
    const [admin, sqs] = await Promise.all([client.admin(REQUEST, never), client.sqs('ListQueues', '{}', never)]);
    expect([await textOf(admin), sqs.body]).toEqual(['fine', 'ListQueues']);
  });

  it('a long poll holds up nobody and ends when its client goes', async () => {
    const { client } = setUp({
      sqs: (_action, _body, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ status: 200, headers: {}, body: 'ended' }));
        }),
    });
    const gone = new AbortController();
    const poll = client.sqs('ReceiveMessage', '{}', gone.signal);
    expect(await textOf(await client.admin(REQUEST, never))).toBe('fine');
    gone.abort();
    expect((await poll).body).toBe('ended');
  });

  it('a long list is made part by part, no faster than it is taken', async () => {
    let made = 0;
    async function* parts() {
      for (; made < 100; made += 1) yield `${made},`;
    }
    const { client } = setUp({ admin: async () => ({ status: 200, headers: {}, body: parts() }) });
    const answer = await client.admin(REQUEST, never);
    const list = (answer.body as AsyncIterable<string>)[Symbol.asyncIterator]();
    expect(await list.next()).toEqual({ done: false, value: '0,' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(made).toBe(0);
    let count = 1;
    while ((await list.next()).done !== true) count += 1;
    expect(count).toBe(100);
  });

  it.each(['before the first part', 'after the first part'])('a list ends when its client goes %s', async (when) => {
    let closed = false;
    async function* parts() {
      try {
        for (;;) yield 'x';
      } finally {
        closed = true;
      }
    }
    const { client, desk } = setUp({ admin: async () => ({ status: 200, headers: {}, body: parts() }) });
    const gone = new AbortController();
    const answer = await client.admin(REQUEST, gone.signal);
    const list = (answer.body as AsyncIterable<string>)[Symbol.asyncIterator]();
    if (when === 'after the first part') {
      await list.next();
      await list.return?.();
      await expect.poll(() => closed).toBe(true);
    } else {
      gone.abort();
    }
    await desk.close();
  });

  it('a list whose later part cannot be made is broken off, not ended', async () => {
    async function* parts() {
      yield 'x';
      throw new Error('disk');
    }
    const { client } = setUp({ admin: async () => ({ status: 200, headers: {}, body: parts() }) });
    const answer = await client.admin(REQUEST, never);
    await expect(textOf(answer)).rejects.toThrow('disk');
  });

  it('fail when the pump dies, and it says why', async () => {
    const { client, worker } = setUp({ admin: () => new Promise(() => undefined) });
    const asked = client.admin(REQUEST, never);
    worker.emit('error', new Error('out of memory'));
    worker.emit('exit', 1);
    await expect(asked).rejects.toThrow('out of memory');
    await expect(client.died).rejects.toThrow('out of memory');
    await expect(client.start(SETTINGS)).rejects.toThrow('out of memory');
    await expect(client.admin(REQUEST, never)).rejects.toThrow('out of memory');
  });
});

describe('messages of the pump', () => {
  it('a report is stored by the thread that owns the inbox, which then wakes the pump', async () => {
    const { sent, post } = setUp();
    post({ kind: 'store', id: 7, row: {} as never });
    await expect.poll(() => sent.map(({ kind }) => kind)).toEqual(['wake', 'stored']);
  });

  it('refused samples are listed by the thread that counts them', async () => {
    const { sent, post } = setUp();
    const port = createInboxOverPort(post);
    const asked = port.listRefused('acme-cc-1');
    await expect.poll(() => sent.length).toBe(1);
    for (const message of sent) if (message.kind === 'refused_list') port.take(message);
    expect((await asked).counts).toEqual({ method: 2 });
  });

  it('of many wake-ups one message is sent until the pump has taken it', () => {
    const { client, sent, wakePending } = setUp();
    for (let n = 0; n < 100; n += 1) client.wake();
    expect(sent).toHaveLength(1);
    Atomics.store(new Int32Array(wakePending), 0, 0);
    client.wake();
    expect(sent).toHaveLength(2);
  });

  it('tells of changed connectors and of trouble, and is ready once', async () => {
    const { client, post, changed, troubles } = setUp();
    post({ kind: 'connector_changed', connectorId: 'acme-cc-1' });
    post({ kind: 'trouble', message: 'disk full' });
    post({ kind: 'ready' });
    await client.start(SETTINGS);
    expect([changed, String(troubles[0])]).toEqual([['acme-cc-1'], 'PumpTrouble: disk full']);
  });

  it('stops after what is under way', async () => {
    const held = Promise.withResolvers<AdminResponse>();
    const { client } = setUp({ admin: () => held.promise });
    const asked = client.admin(REQUEST, never);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    let stopped = false;
    const stop = client.stop().then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stopped).toBe(false);
    held.resolve({ status: 200, headers: {}, body: 'done' });
    expect((await asked).body).toBe('done');
    await stop;
  });
});
