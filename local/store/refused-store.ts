import type { DatabaseSync } from 'node:sqlite';
import type { RequestBox } from '#local/key-file/key-file.ts';
import { type KeptRequest, readKeptRequest, writeKeptRequest } from '#shared/pipeline/kept-request.ts';
import type { Clock, ListedRefusal, RefusedSample, RefusedStore } from '#shared/pipeline/ports.ts';
import { createSampleGate } from '#shared/pipeline/sample-gate.ts';
import { rollBack } from './sqlite-trouble.ts';

const KEPT = 20;
const FLUSH_MS = 250;
/** Of the unknown connectors; an id that a connector may have is never empty. */
const UNKNOWN = '';

export interface RefusedOptions {
  /** Absent: samples are kept without their requests. */
  readonly requests?: RequestBox;
  /** @default that of the machine */
  readonly clock?: Clock;
}

/** A sample as it is stored: with what is kept of the body, which is sealed. */
interface Row {
  readonly sample: Omit<ListedRefusal, 'n'>;
  readonly sealed: Uint8Array | null;
}

interface Pending {
  readonly counts: Map<string, number>;
  readonly rows: Row[];
}

/**
 * Counters and the last 20 samples per connector. A flood costs memory for 20 samples a connector and one small
 * transaction every 250 ms, whatever its rate; requests are sealed before they wait. `list` sees what was recorded before it.
 */
export function refusedStore(db: DatabaseSync, options: RefusedOptions = {}): RefusedStore & { close(): void } {
  const { requests, clock = { now: () => new Date() } } = options;
  const gate = createSampleGate(clock);
  const write = refusedWriter(db);
  const count = db.prepare('SELECT code, count FROM refused_count WHERE connector_id = ?');
  const newest = db.prepare('SELECT row, sample FROM refused_sample WHERE connector_id = ? ORDER BY row DESC LIMIT ?');
  const one = db.prepare('SELECT row, sample, sealed FROM refused_sample WHERE connector_id = ? AND row = ?');
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
    record(sample, request) {
      const key = sample.connectorId ?? UNKNOWN;
      const of: Pending = pending.get(key) ?? { counts: new Map(), rows: [] };
      pending.set(key, of);
      of.counts.set(sample.code, (of.counts.get(sample.code) ?? 0) + 1);
      if (request === undefined || gate.admits(key, request.body.byteLength)) {
        of.rows.push(rowOf(sample, request, requests));
        if (of.rows.length > KEPT) of.rows.shift();
      }
      timer ??= setTimeout(flush, FLUSH_MS).unref();
    },

    async list(connectorId) {
      flush();
      const key = connectorId ?? UNKNOWN;
      const counts = count.all(key).map((row): [string, number] => [String(row['code']), Number(row['count'])]);
      return { items: newest.all(key, KEPT).map(listed), counts: Object.fromEntries(counts) };
    },

    async kept(connectorId, n) {
      flush();
      const row = one.get(connectorId, n);
      if (row === undefined) return undefined;
      const sealed = row['sealed'];
      const opened = sealed instanceof Uint8Array ? requests?.open(connectorId, sealed) : undefined;
      return { sample: listed(row), request: opened === undefined ? undefined : readKeptRequest(opened) };
    },

    close: flush,
  };
}

function rowOf(sample: RefusedSample, request: KeptRequest | undefined, requests: RequestBox | undefined): Row {
  const { connectorId } = sample;
  if (request === undefined || requests === undefined || connectorId === undefined) return { sample, sealed: null };
  const kept = { bytes: request.body.byteLength, whole: request.whole };
  return { sample: { ...sample, kept }, sealed: requests.seal(connectorId, writeKeptRequest(request)) };
}

function listed(row: Readonly<Record<string, unknown>>): ListedRefusal {
  const sample = JSON.parse(String(row['sample'])) as Row['sample'];
  return { ...sample, n: Number(row['row']) };
}

function refusedWriter(db: DatabaseSync): (pending: ReadonlyMap<string, Pending>) => void {
  const add = db.prepare(
    `INSERT INTO refused_count (connector_id, code, count) VALUES (?, ?, ?)
     ON CONFLICT (connector_id, code) DO UPDATE SET count = count + excluded.count`,
  );
  const keep = db.prepare('INSERT INTO refused_sample (connector_id, sample, sealed) VALUES (?, ?, ?)');
  const forget = db.prepare(
    `DELETE FROM refused_sample WHERE connector_id = ?1 AND row <=
     (SELECT row FROM refused_sample WHERE connector_id = ?1 ORDER BY row DESC LIMIT 1 OFFSET ${KEPT})`,
  );

  return (pending) => {
    try {
      db.exec('BEGIN IMMEDIATE');
      for (const [connectorId, of] of pending) {
        for (const [code, n] of of.counts) add.run(connectorId, code, n);
        for (const { sample, sealed } of of.rows) keep.run(connectorId, JSON.stringify(sample), sealed);
        forget.run(connectorId);
      }
      db.exec('COMMIT');
    } catch (trouble) {
      rollBack(db);
      throw trouble;
    }
  };
}
