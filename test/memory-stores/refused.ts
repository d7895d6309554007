import type { RefusedSample, RefusedStore } from '#shared/pipeline/ports.ts';

const KEPT = 20;

/** A RefusedStore of Maps: the last 20 samples of a connector, and of all unknown ones together. */
export function createMemoryRefused(): RefusedStore {
  const rings = new Map<string | undefined, RefusedSample[]>();
  const counts = new Map<string | undefined, Record<string, number>>();
  return {
    record(sample) {
      const { connectorId } = sample;
      const ring = [sample, ...(rings.get(connectorId) ?? [])].slice(0, KEPT);
      const count = counts.get(connectorId) ?? {};
      rings.set(connectorId, ring);
      counts.set(connectorId, { ...count, [sample.code]: (count[sample.code] ?? 0) + 1 });
    },
    async list(connectorId) {
      return { items: rings.get(connectorId) ?? [], counts: counts.get(connectorId) ?? {} };
    },
  };
}
