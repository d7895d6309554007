import type { Connector, RegistryStore } from './records.ts';

/** What is remembered of a version: imported documents may be large and are not needed. */
export type RememberedVersion = Pick<Connector, 'version' | 'testMode' | 'checks'>;

/** Versions remembered; beyond it the one that was least lately used is forgotten. */
const REMEMBERED_VERSIONS = 10_000;

export interface VersionLookup {
  /** Undefined: no such version was kept. */
  find(connectorId: string, version: number): Promise<RememberedVersion | undefined>;
}

/**
 * A bounded memory before the registry's kept versions, which never change: one read a version and process. Concurrent
 * look-ups of one version share it. Rejects as the registry does, and remembers no failure and nothing that was not found.
 */
export function createVersionLookup(
  registry: Pick<RegistryStore, 'connectorVersion'>,
  remembered = REMEMBERED_VERSIONS,
): VersionLookup {
  const known = new Map<string, Promise<RememberedVersion | undefined>>();

  async function read(connectorId: string, version: number): Promise<RememberedVersion | undefined> {
    const row = await registry.connectorVersion(connectorId, version);
    if (row === undefined) return undefined;
    return { version: row.version, testMode: row.testMode, ...(row.checks && { checks: row.checks }) };
  }

  function use(key: string, row: Promise<RememberedVersion | undefined>): void {
    known.delete(key);
    known.set(key, row);
    if (known.size <= remembered) return;
    const oldest = known.keys().next().value;
    if (oldest !== undefined) known.delete(oldest);
  }

  return {
    async find(connectorId, version) {
      const key = `${connectorId}#${version}`;
      const row = known.get(key) ?? read(connectorId, version);
      use(key, row);
      let found: RememberedVersion | undefined;
      try {
        found = await row;
        return found;
      } finally {
        if (found === undefined && known.get(key) === row) known.delete(key);
      }
    },
  };
}
