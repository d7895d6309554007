import type { QueueEngine, ReceiveRequest } from './engine.ts';
import { done, type Outcome } from './outcome.ts';
import type { ReceivedMessage } from './receive.ts';

type Received = Outcome<readonly ReceivedMessage[]>;

interface Waiter {
  readonly request: ReceiveRequest;
  settle(received: Received): void;
  fail(error: unknown): void;
}

interface Line {
  readonly waiters: Set<Waiter>;
  timer: NodeJS.Timeout | undefined;
  scheduled: boolean;
}

/** A receive found nothing although something was due: look again, but do not spin. */
const SHORTEST_PAUSE_MS = 10;
/** No wait is longer than 20 s, so no look-ahead needs to be. */
const LONGEST_PAUSE_MS = 20_000;

/**
 * Receives that wait for messages. They live outside the engine's transactions: an arrival, or the end of a delay or a
 * visibility timeout, tries the waiters of that queue in the order they came.
 */
export class LongPolls {
  readonly #engine: QueueEngine;
  readonly #now: () => number;
  readonly #lines = new Map<string, Line>();
  readonly #stopListening: () => void;
  #closed = false;

  /** `now` is the engine's own clock, in milliseconds. */
  constructor(engine: QueueEngine, now: () => number) {
    this.#engine = engine;
    this.#now = now;
    this.#stopListening = engine.onArrival((queueName) => this.#schedule(queueName));
  }

  /**
   * Receives at once if there is something, else waits up to `waitMs`. Answers no messages at the end of the wait, after
   * `close`, and as soon as `signal` aborts: a client that has gone receives nothing.
   */
  receive(queueName: string, request: ReceiveRequest, waitMs: number, signal?: AbortSignal): Promise<Received> {
    if (signal?.aborted) {
      return Promise.resolve(done([]));
    }
    const received = this.#engine.receiveMessages(queueName, request);
    if (!received.ok || received.value.length > 0 || waitMs <= 0 || this.#closed) {
      return Promise.resolve(received);
    }
    return new Promise((resolve, reject) => {
      const line = this.#line(queueName);
      const stop = (): void => waiter.settle(done([]));
      const deadline = setTimeout(stop, waitMs);
      const leave = (): void => {
        clearTimeout(deadline);
        signal?.removeEventListener('abort', stop);
        line.waiters.delete(waiter);
        this.#dropEmpty(queueName, line);
      };
      const waiter: Waiter = {
        request,
        settle: (answer) => {
          leave();
          resolve(answer);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      line.waiters.add(waiter);
      this.#setTimer(queueName, line);
    });
  }

  /** Ends every wait with no messages. */
  close(): void {
    this.#closed = true;
    this.#stopListening();
    for (const line of [...this.#lines.values()]) {
      for (const waiter of [...line.waiters]) {
        waiter.settle(done([]));
      }
    }
  }

  #line(queueName: string): Line {
    const line = this.#lines.get(queueName) ?? { waiters: new Set(), timer: undefined, scheduled: false };
    this.#lines.set(queueName, line);
    return line;
  }

  #dropEmpty(queueName: string, line: Line): void {
    if (line.waiters.size === 0) {
      clearTimeout(line.timer);
      this.#lines.delete(queueName);
    }
  }

  /** Several arrivals of one turn of the event loop are served together. */
  #schedule(queueName: string): void {
    const line = this.#lines.get(queueName);
    if (line === undefined || line.scheduled) {
      return;
    }
    line.scheduled = true;
    setImmediate(() => {
      line.scheduled = false;
      this.#serve(queueName, line);
    });
  }

  #serve(queueName: string, line: Line): void {
    for (const waiter of [...line.waiters]) {
      if (!line.waiters.has(waiter)) {
        continue;
      }
      try {
        const received = this.#engine.receiveMessages(queueName, waiter.request);
        if (received.ok && received.value.length === 0) {
          break;
        }
        waiter.settle(received);
      } catch (error) {
        waiter.fail(error);
      }
    }
    if (line.waiters.size > 0) {
      this.#setTimer(queueName, line);
    }
  }

  #setTimer(queueName: string, line: Line): void {
    clearTimeout(line.timer);
    const at = this.#engine.nextAvailableAt(queueName);
    if (at === null) {
      return;
    }
    const pause = Math.min(Math.max(at - this.#now(), SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
    line.timer = setTimeout(() => this.#serve(queueName, line), pause);
  }
}
