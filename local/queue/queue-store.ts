import type { DatabaseSync } from 'node:sqlite';
import { type QueueAttributes, type QueueSettings, settingsOf } from './queue-attributes.ts';
import { integerOf, type Row, textOf } from './row.ts';

/** One queue as stored, with its attributes read. */
export interface Queue {
  readonly id: number;
  readonly name: string;
  readonly attributes: QueueAttributes;
  readonly settings: QueueSettings;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, as is `modifiedAt`. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/**
 * The table of queues, read once and kept in memory: the engine is the file's only writer. After a rollback call
 * `reload`.
 */
export class QueueStore {
  readonly #database: DatabaseSync;
  #byName = new Map<string, Queue>();
  #byId = new Map<number, Queue>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.reload();
  }

  reload(): void {
    this.#byName.clear();
    this.#byId.clear();
    for (const row of this.#database.prepare('SELECT * FROM queue').all()) {
      this.#remember(queueOf(row));
    }
  }

  find(name: string): Queue | null {
    return this.#byName.get(name) ?? null;
  }

  findById(id: number): Queue | null {
    return this.#byId.get(id) ?? null;
  }

  /** All queues, ordered by name. */
  list(): readonly Queue[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  insert(name: string, attributes: QueueAttributes, tags: Queue['tags'], now: number): Queue {
    const row = this.#database
      .prepare('INSERT INTO queue (name, attributes, tags, created_at, modified_at) VALUES (?, ?, ?, ?, ?) RETURNING *')
      .get(name, JSON.stringify(attributes), JSON.stringify(tags), now, now);
    if (row === undefined) {
      throw new Error(`Queue ${name} was not inserted`);
    }
    return this.#remember(queueOf(row));
  }

  setAttributes(queue: Queue, attributes: QueueAttributes, now: number): Queue {
    this.#database
      .prepare('UPDATE queue SET attributes = ?, modified_at = ? WHERE id = ?')
      .run(JSON.stringify(attributes), now, queue.id);
    return this.#remember({
      ...queue,
      attributes,
      settings: settingsOf(queue.settings.fifo, attributes),
      modifiedAt: now,
    });
  }

  setTags(queue: Queue, tags: Queue['tags']): void {
    this.#database.prepare('UPDATE queue SET tags = ? WHERE id = ?').run(JSON.stringify(tags), queue.id);
    this.#remember({ ...queue, tags });
  }

  delete(queue: Queue): void {
    this.#database.prepare('DELETE FROM queue WHERE id = ?').run(queue.id);
    this.#byName.delete(queue.name);
    this.#byId.delete(queue.id);
  }

  #remember(queue: Queue): Queue {
    this.#byName.set(queue.name, queue);
    this.#byId.set(queue.id, queue);
    return queue;
  }
}

function queueOf(row: Row): Queue {
  const name = textOf(row, 'name');
  const attributes: QueueAttributes = JSON.parse(textOf(row, 'attributes'));
  return {
    id: integerOf(row, 'id'),
    name,
    attributes,
    settings: settingsOf(attributes['FifoQueue'] === 'true', attributes),
    tags: JSON.parse(textOf(row, 'tags')),
    createdAt: integerOf(row, 'created_at'),
    modifiedAt: integerOf(row, 'modified_at'),
  };
}
