import { describe, expect, it } from 'vitest';
import type { HeadRow, InboxRow, ParkingCursor, VersionRow } from '#shared/pipeline/ports.ts';
import { createMemoryStores } from './memory-stores.ts';

const key = { connectorId: 'acme-cc-1', type: 'transaction', id: 'tx-1' } as const;

function inboxRow(n: number, change: Partial<InboxRow> = {}): InboxRow {
  return {
    callbackId: `acme-cc-1:key-${n}`,
    connectorId: 'acme-cc-1',
    merchantId: 'acme',
    gateway: 'ixopay',
    source: 'pushed',
    mode: 'live',
    receivedAt: `2026-01-15T09:30:00.${String(Math.trunc(n / 2)).padStart(3, '0')}Z`,
    method: 'POST',
    path: '/callbacks/acme-cc-1',
    rawQuery: '',
    headers: {},
    declared: {},
    body: Buffer.from(`body ${n}`),
    bodySha256: '00',
    ...change,
  };
}

function versionRow(version: number, change: Partial<VersionRow> = {}): VersionRow {
  return {
    key,
    version,
    time: `2026-01-15T09:30:0${version}.000Z`,
    merchantId: 'acme',
    gateway: 'ixopay',
    mode: 'live',
    evidence: {},
    type: 'payment.debit.updated',
    data: {},
    causeId: `acme-cc-1:key-${version}`,
    cause: 'callback',
    lastByType: {},
    ...change,
  };
}

function headRow(version: number, change: Partial<HeadRow> = {}): HeadRow {
  const at = '2026-01-15T09:30:00.000Z';
  const list = { flags: [], aliases: [], kind: 'debit', status: 'PENDING' };
  return { key, version, merchantId: 'acme', mode: 'live', createdAt: at, updatedAt: at, ...list, ...change };
}

function cursor(id: string, change: Partial<ParkingCursor> = {}): ParkingCursor {
  return {
    merchantId: 'acme',
    subscriptionId: 'main',
    subject: { ...key, id },
    from: 1,
    upTo: 2,
    attempts: 1,
    nextAt: '2026-01-15T09:31:00.000Z',
    state: 'waiting',
    parkedAt: '2026-01-15T09:30:00.000Z',
    lastError: 'AccessDenied',
    ...change,
  };
}

async function allPages<T>(
  list: (cursor?: string) => Promise<{ readonly items: readonly T[]; readonly cursor: string | null }>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let page = await list();
  items.push(...page.items);
  while (page.cursor !== null) {
    page = await list(page.cursor);
    items.push(...page.items);
  }
  return items;
}

describe('memory inbox', () => {
  it('tells a repeat from another body under the same key', async () => {
    const { inbox } = createMemoryStores();
    expect(await inbox.put(inboxRow(1))).toBe('stored');
    expect(await inbox.put(inboxRow(1, { receivedAt: '2026-01-16T00:00:00.000Z' }))).toBe('duplicate');
    expect(await inbox.put(inboxRow(1, { body: Buffer.from('other') }))).toBe('other_body');
    expect(inbox.stream).toHaveLength(1);
  });

  it('lists newest first and walks oldest first, each row once, also where times are equal', async () => {
    const { inbox } = createMemoryStores();
    for (let n = 0; n < 11; n++) await inbox.put(inboxRow(n));
    const ids = Array.from({ length: 11 }, (_, n) => `acme-cc-1:key-${n}`);
    const listed = await allPages((at) => inbox.list({ limit: 3, ...(at === undefined ? {} : { cursor: at }) }));
    expect(listed.map((row) => row.callbackId)).toEqual(ids.toReversed());
    const from = '2026-01-15T09:30:00.001Z';
    const walked = await allPages((at) => inbox.walk({ limit: 2, from, ...(at === undefined ? {} : { cursor: at }) }));
    expect(walked.map((row) => row.callbackId)).toEqual(ids.slice(2));
    await expect(inbox.list({ limit: 3, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

describe('memory ledger', () => {
  it('puts each version once and moves the head forward only', async () => {
    const { ledger } = createMemoryStores();
    expect(await ledger.putVersion(versionRow(1))).toBe('put');
    expect(await ledger.putVersion(versionRow(1))).toBe('exists');
    await expect(ledger.putVersion(versionRow(3))).rejects.toThrow('version 3');
    await ledger.putVersion(versionRow(2, { type: null }));
    expect(await ledger.moveHead(headRow(2))).toBe('moved');
    expect(await ledger.moveHead(headRow(1))).toBe('stays');
    expect((await ledger.versions(key, 1, 9)).map((row) => row.version)).toEqual([1, 2]);
    expect(ledger.stream.map((move) => [move.from, move.head.version])).toEqual([[0, 2]]);
  });

  it('gives a history with what changed nothing behind the version it met, no callback twice', async () => {
    const { ledger } = createMemoryStores();
    await ledger.putVersion(versionRow(1));
    await ledger.putSeen(key, 'acme-cc-1:key-9', 1);
    await ledger.putVersion(versionRow(2, { type: null }));
    await ledger.putSeen(key, 'acme-cc-1:key-9', 2);
    await ledger.putSeen(key, 'acme-cc-1:key-1', 2);
    expect(await ledger.history(key)).toEqual([
      { callbackId: 'acme-cc-1:key-1', version: 1, outcome: 'changed' },
      { callbackId: 'acme-cc-1:key-9', version: 1, outcome: 'unchanged' },
      { callbackId: 'acme-cc-1:key-2', version: 2, outcome: 'quiet' },
    ]);
  });
});

describe('memory delivery', () => {
  it('extends, claims and deletes a cursor on the conditions of the port', async () => {
    const { delivery } = createMemoryStores();
    const parked = cursor('tx-1');
    expect(await delivery.createCursor(parked)).toBe('created');
    expect(await delivery.createCursor(parked)).toBe('exists');
    expect(await delivery.extendCursor(parked, 4)).toBe('extended');
    expect(await delivery.extendCursor(parked, 3)).toBe('already');
    expect(await delivery.extendCursor(cursor('tx-2'), 3)).toBe('absent');
    expect(await delivery.dueCursors('2026-01-15T09:30:59.999Z', 10)).toEqual([]);
    expect(await delivery.claimCursor(parked, '2026-01-15T09:33:00.000Z')).toMatchObject({ upTo: 4 });
    expect(await delivery.claimCursor(parked, '2026-01-15T09:34:00.000Z')).toBeUndefined();
    expect(await delivery.deleteCursor(parked, 3)).toBe('newer');
    expect(await delivery.deleteCursor(parked, 4)).toBe('deleted');
    expect(await delivery.deleteCursor(parked, 4)).toBe('absent');
  });

  it('releases dead cursors of one subscription only', async () => {
    const { delivery } = createMemoryStores();
    await delivery.createCursor(cursor('tx-1', { state: 'dead', nextAt: null }));
    await delivery.createCursor(cursor('tx-1', { subscriptionId: 'other', state: 'dead', nextAt: null }));
    expect(await delivery.releaseCursors('acme', 'main', '2026-01-15T10:00:00.000Z')).toBe(1);
    expect(await delivery.counts()).toMatchObject({ parked: 2, dead: 1 });
    expect(await delivery.dueCursors('2026-01-15T10:00:00.000Z', 10)).toHaveLength(1);
  });
});

describe('memory registry', () => {
  it('writes on condition of the version read, with its audit entry', async () => {
    const { registry } = createMemoryStores();
    const at = '2026-01-15T09:30:00.000Z';
    const merchant = { merchantId: 'acme', name: 'Acme', version: 1, archived: false, createdAt: at, updatedAt: at };
    const audit = {
      at,
      who: 'operator',
      what: 'merchant.create',
      resource: '/merchants/acme',
      changes: [{ field: 'name' }],
    };
    expect(await registry.putMerchant(merchant, 1, audit)).toBe('conflict');
    expect(await registry.putMerchant(merchant, undefined, audit)).toBe('written');
    expect(await registry.putMerchant(merchant, undefined, audit)).toBe('conflict');
    expect((await registry.audit({ limit: 50 })).items).toHaveLength(1);
  });
});

describe('hooks of the memory stores', () => {
  it('lets a test fail an operation before it or lose its answer after it', async () => {
    const stores = createMemoryStores({
      before: (operation) => {
        if (operation === 'ledger.putVersion') throw new Error('storage trouble');
      },
      after: (operation) => {
        if (operation === 'inbox.put') throw new Error('answer lost');
      },
    });
    await expect(stores.ledger.putVersion(versionRow(1))).rejects.toThrow('storage trouble');
    expect(stores.ledger.subjects()).toEqual([]);
    await expect(stores.inbox.put(inboxRow(1))).rejects.toThrow('answer lost');
    expect(stores.inbox.stream).toHaveLength(1);
  });
});
