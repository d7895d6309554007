import type { DatabaseSync } from 'node:sqlite';
import type { RefusedSample, RefusedStore } from '#shared/pipeline/ports.ts';
import { rollBack } from './sqlite-trouble.ts';

const KEPT = 20;
const FLUSH_MS = 250;
/** Of the unknown connectors; an id that a connector may have is never empty. */
const UNKNOWN = '';

interface Pending {
  readonly counts: Map<string, number>;
  readonly samples: RefusedSample[];
}

/**
 * Counters and the last 20 samples per connector. A flood costs memory for 20 samples a connector and one small
 * transaction every 250 ms, whatever its rate; `list` sees what was recorded before it.
 */
export function refusedStore(db: DatabaseSync): RefusedStore & { close(): void } {
  const write = refusedWriter(db);
  const count = db.prepare('SELECT code, count FROM refused_count WHERE connector_id = ?');
  const newest = db.prepare('SELECT sample FROM refused_sample WHERE connector_id = ? ORDER BY row DESC LIMIT ?');
  let pending = new Map<string, Pending>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (pending.size === 0) return;
    try {
      write(pending);
      pending = new Map();
    } catch {
      // Storage trouble: `receive` meets it too and says so. What is pending stays, within its bounds, for the next time.
    }
  }

  return {
    record(sample) {
      const key = sample.connectorId ?? UNKNOWN;
      const of: Pending = pending.get(key) ?? { counts: new Map(), samples: [] };
      pending.set(key, of);
      of.counts.set(sample.code, (of.counts.get(sample.code) ?? 0) + 1);
      of.samples.push(sample);
      if (of.samples.length > KEPT) of.samples.shift();
      timer ??= setTimeout(flush, FLUSH_MS).unref();
    },

    async list(connectorId) {
      flush();
      const key = connectorId ?? UNKNOWN;
      const counts = count.all(key).map((row): [string, number] => [String(row['code']), Number(row['count'])]);
      const items = newest.all(key, KEPT).map((row) => JSON.parse(String(row['sample'])) as RefusedSample);
      return { items, counts: Object.fromEntries(counts) };
    },

    close: flush,
  };
}

function refusedWriter(db: DatabaseSync): (pending: ReadonlyMap<string, Pending>) => void {
  const add = db.prepare(
    `INSERT INTO refused_count (connector_id, code, count) VALUES (?, ?, ?)
     ON CONFLICT (connector_id, code) DO UPDATE SET count = count + excluded.count`,
  );
  const keep = db.prepare('INSERT INTO refused_sample (connector_id, sample) VALUES (?, ?)');
  const forget = db.prepare(
    `DELETE FROM refused_sample WHERE connector_id = ?1 AND row <=
     (SELECT row FROM refused_sample WHERE connector_id = ?1 ORDER BY row DESC LIMIT 1 OFFSET ${KEPT})`,
  );

  return (pending) => {
    try {
      db.exec('BEGIN IMMEDIATE');
      for (const [connectorId, of] of pending) {
        for (const [code, n] of of.counts) add.run(connectorId, code, n);
        for (const sample of of.samples) keep.run(connectorId, JSON.stringify(sample));
        forget.run(connectorId);
      }
      db.exec('COMMIT');
    } catch (trouble) {
      rollBack(db);
      throw trouble;
    }
  };
}
