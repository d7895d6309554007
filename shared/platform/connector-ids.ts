import type { PageRequest, RegistryStore } from '#shared/registry/records.ts';

const AT_ONCE = 500;

/** Of every connector there has been: archived ones have callbacks too. */
export async function connectorIdsOf(registry: Pick<RegistryStore, 'connectors'>): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const request: PageRequest = { limit: AT_ONCE, ...(cursor !== undefined && { cursor }) };
    const page = await registry.connectors(request);
    ids.push(...page.items.map(({ connectorId }) => connectorId));
    cursor = page.cursor;
  }
  return ids;
}
