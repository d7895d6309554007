import { describe, expect, it } from 'vitest';
import type { Connector } from './records.ts';
import { createVersionLookup } from './version-lookup.ts';

function connectorOf(connectorId: string, version: number): Connector {
  return {
    ...{ connectorId, merchantId: 'acme', gateway: 'ixopay', name: connectorId, settings: {}, secrets: [] },
    ...{ secretNames: [], testMode: version > 1, active: true, archived: false, version },
    ...{ createdAt: '2026-01-15T09:00:00.000Z', updatedAt: '2026-01-15T09:00:00.000Z' },
    shape: { kind: 'ixopay', document: { name: 'a large one' } },
    checks: { minAmount: String(version) },
  };
}

function setUp(remembered?: number) {
  const reads: string[] = [];
  const trouble: Error[] = [];
  const missing = new Set<string>();
  const registry = {
    async connectorVersion(connectorId: string, version: number) {
      reads.push(`${connectorId}#${version}`);
      const error = trouble.pop();
      if (error) throw error;
      return missing.has(connectorId) ? undefined : connectorOf(connectorId, version);
    },
  };
  return { reads, trouble, missing, lookup: createVersionLookup(registry, remembered) };
}

describe('createVersionLookup', () => {
  it('reads each version once, however many ask at once', async () => {
    const { reads, lookup } = setUp();
    await Promise.all(Array.from({ length: 50 }, () => lookup.find('c', 1)));
    expect(await lookup.find('c', 1)).toEqual({ version: 1, testMode: false, checks: { minAmount: '1' } });
    expect(await lookup.find('c', 2)).toEqual({ version: 2, testMode: true, checks: { minAmount: '2' } });
    expect(reads).toEqual(['c#1', 'c#2']);
  });

  it('passes trouble on to all who wait and remembers none of it', async () => {
    const { reads, trouble, lookup } = setUp();
    trouble.push(new Error('throttled'));
    const both = await Promise.allSettled([lookup.find('c', 1), lookup.find('c', 1)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await lookup.find('c', 1)).toMatchObject({ version: 1 });
    expect(reads).toEqual(['c#1', 'c#1']);
  });

  it('asks again for what was not there', async () => {
    const { reads, missing, lookup } = setUp();
    missing.add('c');
    expect(await lookup.find('c', 1)).toBeUndefined();
    missing.clear();
    expect(await lookup.find('c', 1)).toMatchObject({ version: 1 });
    expect(reads).toHaveLength(2);
  });

  it('is bounded, and forgets what was least lately used', async () => {
    const { reads, lookup } = setUp(2);
    for (const version of [1, 2, 1, 3]) await lookup.find('c', version);
    reads.length = 0;
    await lookup.find('c', 1);
    await lookup.find('c', 3);
    expect(reads).toEqual([]);
    await lookup.find('c', 2);
    expect(reads).toEqual(['c#2']);
  });
});
