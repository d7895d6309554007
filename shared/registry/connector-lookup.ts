import type { Clock } from '#shared/pipeline/ports.ts';
import type { Connector, RegistryStore } from './records.ts';

/** How long a registry row is used without asking again (DESIGN.md "Data"). */
export const ROW_LIFETIME_MS = 60_000;
/** How often one connector may be read again before a refusal: a new connector or secret is in force within this time. */
export const REREAD_INTERVAL_MS = 5_000;
/** Known and unknown ids remembered; beyond it the oldest is forgotten, so that made-up ids cannot grow the memory. */
export const REMEMBERED_IDS = 10_000;

export interface ConnectorLookup {
  /** The row, at most 60 s old. "Not found" is never remembered for longer than the re-read interval. */
  find(connectorId: string): Promise<Connector | undefined>;
  /** What the registry says now; within 5 s of the last read, what that read said. Ask it before any refusal. */
  findAgain(connectorId: string): Promise<Connector | undefined>;
  /** The registry changed (embedded home: told at once): the next look-up reads. Without an id, all are forgotten. */
  forget(connectorId?: string): void;
}

interface Remembered {
  readonly row: Connector | undefined;
  readonly readAtMs: number;
}

interface Pending {
  readonly row: Promise<Connector | undefined>;
  /** Set by `forget`: the answer may be older than the change and is not to be kept. */
  outdated: boolean;
}

/** A bounded cache before the registry; concurrent look-ups of one id share one read. Rejects as the registry does. */
export function createConnectorLookup(registry: Pick<RegistryStore, 'connector'>, clock: Clock): ConnectorLookup {
  const remembered = new Map<string, Remembered>();
  const pending = new Map<string, Pending>();

  function remember(connectorId: string, row: Connector | undefined, readAtMs: number): void {
    remembered.delete(connectorId);
    remembered.set(connectorId, { row, readAtMs });
    if (remembered.size <= REMEMBERED_IDS) return;
    const oldest = remembered.keys().next().value;
    if (oldest !== undefined) remembered.delete(oldest);
  }

  async function readNow(connectorId: string): Promise<Connector | undefined> {
    const readAtMs = clock.now().getTime();
    const read: Pending = { row: registry.connector(connectorId), outdated: false };
    pending.set(connectorId, read);
    try {
      const row = await read.row;
      if (!read.outdated) remember(connectorId, row, readAtMs);
      return row;
    } finally {
      if (pending.get(connectorId) === read) pending.delete(connectorId);
    }
  }

  function read(connectorId: string): Promise<Connector | undefined> {
    return pending.get(connectorId)?.row ?? readNow(connectorId);
  }

  function younger(connectorId: string, limitMs: number): Remembered | undefined {
    const known = remembered.get(connectorId);
    if (known === undefined) return undefined;
    const ageMs = clock.now().getTime() - known.readAtMs;
    return ageMs >= 0 && ageMs < limitMs ? known : undefined;
  }

  async function findAgain(connectorId: string): Promise<Connector | undefined> {
    const known = younger(connectorId, REREAD_INTERVAL_MS);
    return known === undefined ? read(connectorId) : known.row;
  }

  async function find(connectorId: string): Promise<Connector | undefined> {
    return younger(connectorId, ROW_LIFETIME_MS)?.row ?? findAgain(connectorId);
  }

  function forget(connectorId?: string): void {
    for (const id of connectorId === undefined ? [...pending.keys()] : [connectorId]) {
      const underWay = pending.get(id);
      if (underWay !== undefined) underWay.outdated = true;
      pending.delete(id);
    }
    if (connectorId === undefined) remembered.clear();
    else remembered.delete(connectorId);
  }

  return { find, findAgain, forget };
}
