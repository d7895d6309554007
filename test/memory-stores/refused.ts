import type { KeptRequest } from '#shared/pipeline/kept-request.ts';
import type { ListedRefusal, RefusedStore } from '#shared/pipeline/ports.ts';

const KEPT = 20;

/** A RefusedStore of Maps: the last 20 samples of a connector, and of all unknown ones together. It has no gate. */
export function createMemoryRefused(): RefusedStore {
  const rings = new Map<string | undefined, { readonly sample: ListedRefusal; readonly request?: KeptRequest }[]>();
  const counts = new Map<string | undefined, Record<string, number>>();
  let last = 0;
  return {
    record(sample, request) {
      const { connectorId } = sample;
      last += 1;
      const kept = request && { kept: { bytes: request.body.byteLength, whole: request.whole } };
      const entry = { sample: { ...sample, ...kept, n: last }, ...(request && { request }) };
      const count = counts.get(connectorId) ?? {};
      rings.set(connectorId, [entry, ...(rings.get(connectorId) ?? [])].slice(0, KEPT));
      counts.set(connectorId, { ...count, [sample.code]: (count[sample.code] ?? 0) + 1 });
    },
    async list(connectorId) {
      const items = (rings.get(connectorId) ?? []).map(({ sample }) => sample);
      return { items, counts: counts.get(connectorId) ?? {} };
    },
    async kept(connectorId, n) {
      const found = rings.get(connectorId)?.find(({ sample }) => sample.n === n);
      return found && { sample: found.sample, request: found.request };
    },
  };
}
