import type { Worker } from 'node:worker_threads';
import type { AdminRequest, AdminResponse } from '#shared/http/admin-request.ts';
import type { InboxRow, InboxStore, RefusedStore } from '#shared/pipeline/ports.ts';
import type { FromPump, PumpSettings, ToPump } from './messages.ts';

/** A text answer of the pump thread. */
export interface TextAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The HTTP thread's end of the pump. Requests reject when the pump thread ends before it has answered. */
export interface PumpClient {
  /** Resolves when the pump's files are open; rejects with the reason where they cannot be. */
  start(settings: PumpSettings): Promise<void>;
  /** Rejects when the thread dies without having been told to stop. */
  readonly died: Promise<never>;
  /** New rows are committed. Costs a message only if none is on its way. */
  wake(): void;
  admin(request: AdminRequest, signal: AbortSignal): Promise<AdminResponse>;
  sqs(action: string, body: string, signal: AbortSignal): Promise<TextAnswer>;
  /** Finishes what is under way, commits, closes. */
  stop(): Promise<void>;
}

export interface PumpClientDeps {
  readonly wakePending: SharedArrayBuffer;
  readonly inbox: Pick<InboxStore, 'put'>;
  readonly refused: Pick<RefusedStore, 'list' | 'kept'>;
  readonly connectorChanged: (connectorId: string) => void;
  readonly trouble: (error: unknown) => void;
}

interface Waiting {
  answer(message: Extract<FromPump, { kind: 'answer' }>): void;
  part?(text: string | null): void;
  fail(error: Error): void;
}

/** What the pump thread has said: it was made fit for a log there, and its code lets the log show it. */
class PumpTrouble extends Error {
  override readonly name = 'PumpTrouble';
  readonly code = 'pump';
}

export function createPumpClient(worker: Worker, deps: PumpClientDeps): PumpClient {
  const pending = new Int32Array(deps.wakePending);
  const waiting = new Map<number, Waiting>();
  const ready = Promise.withResolvers<void>();
  const died = Promise.withResolvers<never>();
  const stopped = Promise.withResolvers<void>();
  let lastId = 0;
  let stopping = false;
  let why: Error | undefined;
  for (const { promise } of [ready, died]) promise.catch(() => undefined);

  const post = (message: ToPump) => worker.postMessage(message);

  worker.on('message', (message: FromPump) => {
    if (message.kind === 'ready') ready.resolve();
    else if (message.kind === 'stopped') stopped.resolve();
    else if (message.kind === 'connector_changed') deps.connectorChanged(message.connectorId);
    else if (message.kind === 'trouble') deps.trouble(new PumpTrouble(message.message));
    else if (message.kind === 'store' || message.kind === 'list_refused' || message.kind === 'kept_refused') {
      serve(message);
    } else toRequest(message);
  });
  worker.on('error', (error) => {
    why = error instanceof Error ? error : new Error(String(error));
  });
  worker.on('exit', (code) => {
    const error = why ?? new Error(`the pump thread ended with code ${code}`);
    ready.reject(error);
    if (!stopping) died.reject(error);
    stopped.resolve();
    for (const one of waiting.values()) one.fail(error);
    waiting.clear();
  });

  /** What the pump asks of the thread that owns the inbox. */
  function serve(message: Extract<FromPump, { kind: 'store' | 'list_refused' | 'kept_refused' }>): void {
    const { id } = message;
    serving(message).then(post, (error: unknown) => post({ kind: 'not_done', id, message: String(error) }));
  }

  function serving(message: Parameters<typeof serve>[0]): Promise<ToPump> {
    const { id } = message;
    if (message.kind === 'store') return store(id, message.row);
    return message.kind === 'list_refused'
      ? listRefused(id, message.connectorId)
      : keptRefused(id, message.connectorId, message.n);
  }

  async function keptRefused(id: number, connectorId: string, n: number): Promise<ToPump> {
    return { kind: 'refused_kept', id, kept: await deps.refused.kept(connectorId, n) };
  }

  async function store(id: number, row: InboxRow): Promise<ToPump> {
    const outcome = await deps.inbox.put(row);
    if (outcome === 'stored') wake();
    return { kind: 'stored', id, outcome };
  }

  async function listRefused(id: number, connectorId: string | undefined): Promise<ToPump> {
    return { kind: 'refused_list', id, list: await deps.refused.list(connectorId) };
  }

  function toRequest(message: Extract<FromPump, { id: number }>): void {
    const request = waiting.get(message.id);
    if (request === undefined) return;
    if (message.kind === 'answer') {
      waiting.delete(message.id);
      request.answer(message);
      return;
    }
    if (message.kind === 'part') {
      request.part?.(message.text);
      return;
    }
    waiting.delete(message.id);
    if (message.kind === 'end') request.part?.(null);
    else if (message.kind === 'broken') request.fail(new Error(message.message));
  }

  function wake(): void {
    if (Atomics.exchange(pending, 0, 1) === 0) post({ kind: 'wake' });
  }

  function ask<T>(
    make: (id: number) => ToPump,
    signal: AbortSignal,
    read: (answer: Extract<FromPump, { kind: 'answer' }>, id: number) => T,
  ): Promise<T> {
    if (why !== undefined || stopping) return Promise.reject(why ?? new Error('the process is stopping'));
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { answer: (message) => resolve(read(message, id)), fail: reject });
      signal.addEventListener('abort', () => abandon(id), { once: true });
      post(make(id));
    });
  }

  /** The pump lets go of it; whoever waits for a part here is told that there is none. */
  function abandon(id: number): void {
    post({ kind: 'abort', id });
    waiting.get(id)?.part?.(null);
  }

  /** One part at a time: the next is asked for when the client has taken the one before. */
  async function* partsOf(id: number): AsyncGenerator<string> {
    let whole = false;
    try {
      for (;;) {
        const text = await new Promise<string | null>((resolve, reject) => {
          waiting.set(id, { answer: () => undefined, part: resolve, fail: reject });
          post({ kind: 'pull', id });
        });
        if (text === null) {
          whole = true;
          return;
        }
        yield text;
      }
    } finally {
      waiting.delete(id);
      if (!whole) post({ kind: 'abort', id });
    }
  }

  return {
    start(settings) {
      post({ kind: 'start', settings });
      return ready.promise;
    },
    died: died.promise,
    wake,
    admin: (request, signal) =>
      ask(
        (id) => ({ kind: 'admin', id, request }),
        signal,
        ({ status, headers, body }, id) => ({ status, headers, body: body ?? partsOf(id) }),
      ),
    sqs: (action, body, signal) =>
      ask(
        (id) => ({ kind: 'sqs', id, action, body }),
        signal,
        (answer) => ({ status: answer.status, headers: answer.headers, body: String(answer.body ?? '') }),
      ),
    async stop() {
      stopping = true;
      post({ kind: 'stop' });
      await stopped.promise;
      await worker.terminate();
    },
  };
}
