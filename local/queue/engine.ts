import type { DatabaseSync } from 'node:sqlite';
import { DeduplicationStore } from './deduplication-store.ts';
import { expireMessages } from './expiry.ts';
import { changeVisibility, deleteMessage } from './in-flight.ts';
import type { SendEntry } from './message-content.ts';
import { MessageStore } from './message-store.ts';
import { type MoveTask, MoveTaskStore, moveDeadLetters } from './move-task.ts';
import { done, invalidParameter, type Outcome, refused } from './outcome.ts';
import { MAXIMUM_VISIBILITY_SECONDS, type QueueAttributes } from './queue-attributes.ts';
import type { QueueClock, QueueContext } from './queue-context.ts';
import { type QueueCounts, QueueRegistry, type QueueSpec } from './queue-registry.ts';
import { type Queue, QueueStore } from './queue-store.ts';
import { mayReceive, type ReceivedMessage, receiveMessages } from './receive.ts';
import { type SentMessage, sendMessage } from './send.ts';

export interface ReceiveRequest {
  /** 1..10, default 1. */
  readonly maximum?: number | undefined;
  /** 0..43200; default: the queue's VisibilityTimeout. */
  readonly visibilitySeconds?: number | undefined;
}

/** How many messages past their retention, and forgotten deduplication ids, one send clears beyond its own number. */
const SWEEP_ALLOWANCE = 100;

/**
 * Queues over one SQLite file, with SQS's semantics; no network, no timers, everything synchronous. Every method takes
 * the queue's name or URL, commits once, and answers refusals as values; it throws only when the storage fails. One
 * engine owns the file: what it knows of the queues is kept in memory.
 */
export class QueueEngine {
  readonly #database: DatabaseSync;
  readonly #context: QueueContext;
  readonly #registry: QueueRegistry;
  readonly #moveTasks: MoveTaskStore;
  readonly #listeners = new Set<(queueName: string) => void>();
  #arrived = new Set<string>();

  /** `database` comes from `openQueueDatabase`; whoever opened it closes it. */
  constructor(database: DatabaseSync, clock: QueueClock) {
    this.#database = database;
    const queues = new QueueStore(database);
    const messages = new MessageStore(database);
    let turn = Math.max(0, ...queues.list().map((queue) => messages.lastTurn(queue.id)));
    this.#context = {
      queues,
      messages,
      deduplication: new DeduplicationStore(database),
      clock,
      nextTurn: () => {
        turn += 1;
        return turn;
      },
      arrived: (queue) => this.#arrived.add(queue.name),
    };
    this.#moveTasks = new MoveTaskStore(database);
    this.#registry = new QueueRegistry(this.#context);
  }

  /**
   * Calls `listener` with the queue's name after each commit that may have made something receivable there, at once or
   * later (`nextAvailableAt`), and after the queue is deleted. Returns how to stop.
   */
  onArrival(listener: (queueName: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** When `receive` will next find something: 0 or a past time is now, null is never as things stand. */
  nextAvailableAt(queue: string): number | null {
    const found = this.#registry.find(queue);
    return found.ok ? this.#context.messages.nextAt(found.value.id, found.value.settings.fifo) : null;
  }

  /** A queue that exists with the same values keeps its messages. */
  createQueue(spec: QueueSpec): Outcome<Queue> {
    return this.#commit(() => this.#registry.create(spec, this.#now()));
  }

  findQueue(queue: string): Outcome<Queue> {
    return this.#registry.find(queue);
  }

  /** Queues whose names begin with `prefix`, by name, after the name `after`. */
  listQueues(prefix: string, after: string, limit: number): readonly Queue[] {
    const listed = this.#context.queues.list();
    return listed.filter((queue) => queue.name.startsWith(prefix) && queue.name > after).slice(0, limit);
  }

  deleteQueue(queue: string): Outcome<null> {
    return this.#with(queue, (found) => {
      this.#context.messages.deleteAll(found.id);
      this.#context.deduplication.forgetQueue(found.id);
      this.#moveTasks.forgetQueue(found.id);
      this.#context.queues.delete(found);
      this.#context.arrived(found);
      return done(null);
    });
  }

  setQueueAttributes(queue: string, changes: QueueAttributes): Outcome<null> {
    return this.#with(queue, (found, now) => this.#registry.setAttributes(found, changes, now));
  }

  countMessages(queue: string): Outcome<QueueCounts> {
    return this.#with(queue, (found, now) => {
      expireMessages(this.#context, found, now);
      return done(this.#registry.counts(found, now));
    });
  }

  /** Sets `tags` and takes `gone` away. */
  changeTags(queue: string, tags: Queue['tags'], gone: readonly string[]): Outcome<null> {
    return this.#with(queue, (found) => this.#registry.changeTags(found, tags, gone));
  }

  /** The queues whose dead letters come to this one. */
  deadLetterSources(queue: string): Outcome<readonly Queue[]> {
    const found = this.#registry.find(queue);
    return found.ok ? done(this.#registry.deadLetterSources(found.value)) : found;
  }

  /** Deletes every message; deduplication ids stay known. */
  purgeQueue(queue: string): Outcome<null> {
    return this.#with(queue, (found) => {
      this.#context.messages.deleteAll(found.id);
      return done(null);
    });
  }

  sendMessage(queue: string, entry: SendEntry): Outcome<SentMessage> {
    const sent = this.sendMany(queue, [entry]);
    return sent.ok ? (sent.value[0] ?? refused('EmptyBatchRequest', 'There is no entry to send.')) : sent;
  }

  /** Stores any number of messages in order with one commit; each has its own outcome, in the order of `entries`. */
  sendMany(queue: string, entries: readonly SendEntry[]): Outcome<readonly Outcome<SentMessage>[]> {
    return this.#with(queue, (found, now) => {
      const allowance = SWEEP_ALLOWANCE + 2 * entries.length;
      expireMessages(this.#context, found, now, allowance);
      this.#context.deduplication.sweep(now, allowance);
      return done(entries.map((entry) => sendMessage(this.#context, found, entry, now)));
    });
  }

  /** Answers at once, with what there is; waiting is the caller's (long-poll.ts). */
  receiveMessages(queue: string, request: ReceiveRequest): Outcome<readonly ReceivedMessage[]> {
    const found = this.#registry.find(queue);
    if (!found.ok) {
      return found;
    }
    const maximum = request.maximum ?? 1;
    if (!Number.isInteger(maximum) || maximum < 1 || maximum > 10) {
      return invalidParameter('MaxNumberOfMessages', maximum, 'Must be between 1 and 10, if provided.');
    }
    const seconds = request.visibilitySeconds ?? found.value.settings.visibilitySeconds;
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAXIMUM_VISIBILITY_SECONDS) {
      return invalidParameter('VisibilityTimeout', seconds, `Must be between 0 and ${MAXIMUM_VISIBILITY_SECONDS}.`);
    }
    const now = this.#now();
    if (!mayReceive(this.#context, found.value, now)) {
      return done([]);
    }
    const limits = { maximum, visibilityMs: seconds * 1_000 };
    return this.#commit(() => done(receiveMessages(this.#context, found.value, limits, now)));
  }

  deleteMessage(queue: string, receiptHandle: string): Outcome<null> {
    return this.#with(queue, (found, now) => deleteMessage(this.#context, found, receiptHandle, now));
  }

  /** One commit; each handle has its own outcome, in order. */
  deleteMany(queue: string, receiptHandles: readonly string[]): Outcome<readonly Outcome<null>[]> {
    return this.#with(queue, (found, now) =>
      done(receiptHandles.map((handle) => deleteMessage(this.#context, found, handle, now))),
    );
  }

  changeVisibility(queue: string, receiptHandle: string, seconds: number): Outcome<null> {
    return this.#with(queue, (found, now) => changeVisibility(this.#context, found, receiptHandle, seconds, now));
  }

  /** One commit; each change has its own outcome, in order. */
  changeVisibilityMany(
    queue: string,
    changes: readonly { readonly receiptHandle: string; readonly seconds: number }[],
  ): Outcome<readonly Outcome<null>[]> {
    return this.#with(queue, (found, now) =>
      done(changes.map((change) => changeVisibility(this.#context, found, change.receiptHandle, change.seconds, now))),
    );
  }

  /** Moves dead letters back to where they came from, or to `destination`; done when it returns. */
  startMoveTask(source: string, destination: string | null): Outcome<MoveTask> {
    return this.#with(source, (found, now) => {
      const target = destination === null ? done(null) : this.#registry.find(destination);
      if (!target.ok) {
        return target;
      }
      expireMessages(this.#context, found, now);
      const task = moveDeadLetters(this.#context, found, target.value, now);
      if (task.ok) {
        this.#moveTasks.add(found.id, task.value);
      }
      return task;
    });
  }

  /** Newest first. */
  listMoveTasks(source: string, limit: number): Outcome<readonly MoveTask[]> {
    const found = this.#registry.find(source);
    return found.ok ? done(this.#moveTasks.list(found.value.id, limit)) : found;
  }

  #now(): number {
    return this.#context.clock.now();
  }

  #with<T>(queue: string, work: (found: Queue, now: number) => Outcome<T>): Outcome<T> {
    const found = this.#registry.find(queue);
    return found.ok ? this.#commit(() => work(found.value, this.#now())) : found;
  }

  /** BEGIN IMMEDIATE: a deferred transaction that reads first can fail when it comes to write. */
  #commit<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    let result: T;
    try {
      result = work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#arrived = new Set();
      if (this.#database.isTransaction) {
        this.#database.exec('ROLLBACK');
      }
      this.#context.queues.reload();
      throw error;
    }
    const arrived = this.#arrived;
    this.#arrived = new Set();
    for (const name of arrived) {
      for (const listener of this.#listeners) {
        listener(name);
      }
    }
    return result;
  }
}
