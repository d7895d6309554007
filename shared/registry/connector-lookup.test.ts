import { describe, expect, it } from 'vitest';
import { createConnectorLookup, REMEMBERED_IDS, REREAD_INTERVAL_MS, ROW_LIFETIME_MS } from './connector-lookup.ts';
import type { Connector } from './records.ts';

function connectorOf(connectorId: string, version = 1): Connector {
  return {
    connectorId,
    merchantId: 'acme',
    gateway: 'ixopay',
    name: connectorId,
    settings: {},
    secrets: [],
    secretNames: [],
    testMode: true,
    active: true,
    archived: false,
    version,
    createdAt: '2026-01-15T09:00:00.000Z',
    updatedAt: '2026-01-15T09:00:00.000Z',
  };
}

function setUp() {
  let nowMs = 1_000_000;
  const rows = new Map<string, Connector>();
  const reads: string[] = [];
  const gate: { wait?: Promise<void> } = {};
  const registry = {
    async connector(connectorId: string) {
      reads.push(connectorId);
      const row = rows.get(connectorId);
      await gate.wait;
      return row;
    },
  };
  const lookup = createConnectorLookup(registry, { now: () => new Date(nowMs) });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { lookup, rows, reads, gate, pass };
}

describe('connector look-up', () => {
  it('uses a row for 60 s and then reads again', async () => {
    const { lookup, rows, reads, pass } = setUp();
    rows.set('a', connectorOf('a'));
    await lookup.find('a');
    pass(ROW_LIFETIME_MS - 1);
    expect((await lookup.find('a'))?.version).toBe(1);
    expect(reads).toHaveLength(1);
    rows.set('a', connectorOf('a', 2));
    pass(1);
    expect((await lookup.find('a'))?.version).toBe(2);
  });

  it('finds a new connector within 5 s, and reads an unknown one at most every 5 s', async () => {
    const { lookup, rows, reads, pass } = setUp();
    for (let n = 0; n < 50; n += 1) expect(await lookup.find('new')).toBeUndefined();
    expect(reads).toHaveLength(1);
    rows.set('new', connectorOf('new'));
    pass(REREAD_INTERVAL_MS);
    expect((await lookup.find('new'))?.connectorId).toBe('new');
  });

  it('reads a known one again before a refusal, at most every 5 s', async () => {
    const { lookup, rows, reads, pass } = setUp();
    rows.set('a', connectorOf('a'));
    await lookup.find('a');
    pass(REREAD_INTERVAL_MS);
    for (let n = 0; n < 50; n += 1) await lookup.findAgain('a');
    expect(reads).toHaveLength(2);
  });

  it('shares one read among concurrent look-ups', async () => {
    const { lookup, rows, reads } = setUp();
    rows.set('a', connectorOf('a'));
    await Promise.all(Array.from({ length: 20 }, () => lookup.find('a')));
    expect(reads).toHaveLength(1);
  });

  it('told of a change, reads at once and drops the answer of a read that was under way', async () => {
    const { lookup, rows, gate } = setUp();
    rows.set('a', connectorOf('a', 1));
    let open: () => void = () => undefined;
    gate.wait = new Promise((resolve) => {
      open = resolve;
    });
    const early = lookup.find('a');
    rows.set('a', connectorOf('a', 2));
    lookup.forget('a');
    delete gate.wait;
    expect((await lookup.find('a'))?.version).toBe(2);
    open();
    expect((await early)?.version).toBe(1);
    expect((await lookup.find('a'))?.version).toBe(2);
  });

  it('is not grown by made-up ids', async () => {
    const { lookup, rows, reads } = setUp();
    rows.set('a', connectorOf('a'));
    await lookup.find('a');
    for (let n = 0; n <= REMEMBERED_IDS; n += 1) await lookup.find(`made-up-${n}`);
    await lookup.find('a');
    expect(reads.filter((id) => id === 'a')).toHaveLength(2);
  });

  it('remembers nothing of a read that failed', async () => {
    let broken = true;
    const registry = {
      connector: () => (broken ? Promise.reject(new Error('disk')) : Promise.resolve(connectorOf('a'))),
    };
    const lookup = createConnectorLookup(registry, { now: () => new Date(0) });
    await expect(lookup.find('a')).rejects.toThrow('disk');
    broken = false;
    expect((await lookup.find('a'))?.connectorId).toBe('a');
  });
});
