import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { QueueEngine } from './engine.ts';
import type { Outcome } from './outcome.ts';
import { openQueueDatabase, openQueueDatabaseInMemory } from './queue-database.ts';

/** An engine for tests: its clock stands still unless `clock.now` is moved, its ids count up. */
export interface TestEngine {
  engine: QueueEngine;
  database: DatabaseSync;
  /** Milliseconds since 1970. */
  readonly clock: { now: number };
  /** Closes the file and opens it again; use `engine` anew afterwards. */
  restart(): void;
  close(): void;
}

/** Without `where` the file lies in a folder of its own; 'memory' is quick, and a restart keeps only the database. */
export function openTestEngine(where?: 'memory'): TestEngine {
  const folder = where === undefined ? mkdtempSync(join(tmpdir(), 'postrider-queue-')) : null;
  const open = () => (folder === null ? openQueueDatabaseInMemory() : openQueueDatabase(join(folder, 'queues.db')));
  const clock = { now: 1_800_000_000_000 };
  let ids = 0;
  const start = (database: DatabaseSync) => {
    const randomId = (): string => {
      ids += 1;
      return `id-${ids}`;
    };
    return { database, engine: new QueueEngine(database, { now: () => clock.now, randomId }) };
  };
  const opened: TestEngine = {
    ...start(open()),
    clock,
    restart: () => {
      if (folder === null) {
        Object.assign(opened, start(opened.database));
        return;
      }
      opened.database.close();
      Object.assign(opened, start(open()));
    },
    close: () => {
      opened.database.close();
      if (folder !== null) {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
  return opened;
}

/** The value, or an error that names the refusal. */
export function expectDone<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) {
    throw new Error(`Refused: ${outcome.error.code}: ${outcome.error.message}`);
  }
  return outcome.value;
}

/** The code of the refusal, or 'done'. */
export function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'done' : outcome.error.code;
}

/** The engine in few words; `current` gives the test's engine of the moment. */
export function onEngine(current: () => TestEngine) {
  const receive = (queue: string, maximum = 10, visibilitySeconds?: number) =>
    expectDone(current().engine.receiveMessages(queue, { maximum, visibilitySeconds }));
  return {
    createFifo: (name: string, attributes: Record<string, string> = {}) =>
      expectDone(current().engine.createQueue({ name, attributes: { FifoQueue: 'true', ...attributes } })),
    send: (queue: string, groupId: string, body: string, deduplicationId = body) =>
      expectDone(current().engine.sendMessage(queue, { body, groupId, deduplicationId })),
    receive,
    bodies: (queue: string, maximum = 10) => receive(queue, maximum).map((message) => message.body),
    counts: (queue: string) => expectDone(current().engine.countMessages(queue)),
  };
}
