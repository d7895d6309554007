import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeptRequest } from '#shared/pipeline/kept-request.ts';
import type { InboxStore, RefusedSample, RefusedStore } from '#shared/pipeline/ports.ts';
import { InvalidCursorError } from '#shared/registry/page-cursor.ts';
import { allPages } from './paging.ts';
import { inboxRowOf, timeAt } from './rows.ts';

export interface InboxUnderTest {
  readonly inbox: InboxStore;
  readonly refused: RefusedStore;
  /** The same rows through a new store, as after a restart. */
  reopen(): Promise<InboxUnderTest>;
  /** Resolves when what was recorded as refused can be read. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What every InboxStore must do; `makeStore` gives an empty one. */
export function describeInboxContract(name: string, makeStore: () => Promise<InboxUnderTest>): void {
  describe(`${name}: inbox`, () => {
    let open: InboxUnderTest;
    beforeEach(async () => {
      open = await makeStore();
    });
    afterEach(() => open.close());

    describePut(
      () => open,
      async () => {
        open = await open.reopen();
      },
    );
    describeLists(() => open.inbox);
    describeRefused(() => open);
  });
}

function describePut(store: () => InboxUnderTest, reopen: () => Promise<void>): void {
  it('gives back every field of a row as it was put, also after a restart', async () => {
    const full = inboxRowOf('k1', { rawQuery: 'a=%20&b', headers: { 'x-date': 'é', 'user-agent': '' } });
    const { verdict, ...unverified } = inboxRowOf('k2', { source: 'reported', mode: 'test' });
    expect(verdict).toBeDefined();
    await store().inbox.put(full);
    await store().inbox.put(unverified);
    await reopen();
    expect(plain(await store().inbox.get(full.callbackId))).toEqual(plain(full));
    expect(plain(await store().inbox.get(unverified.callbackId))).toEqual(plain(unverified));
    expect(await store().inbox.get('acme-cc-1:none')).toBeUndefined();
  });

  it('keeps bodies byte for byte: empty, NUL and not UTF-8, 1 MiB of noise', async () => {
    const bodies = [Buffer.alloc(0), Buffer.from([0, 255, 254, 0xd8, 0, 10]), randomBytes(1024 * 1024)];
    for (const [i, body] of bodies.entries()) {
      expect(await store().inbox.put(inboxRowOf(`body-${i}`, { body }))).toBe('stored');
    }
    await reopen();
    for (const [i, body] of bodies.entries()) {
      const found = await store().inbox.get(`acme-cc-1:body-${i}`);
      expect(Buffer.from(found?.body ?? [1]).equals(body), `body ${i}`).toBe(true);
    }
  });

  it('a repeat is a duplicate and changes nothing (every retry becomes a new row)', async () => {
    const row = inboxRowOf('k1');
    expect(await store().inbox.put(row)).toBe('stored');
    expect(await store().inbox.put({ ...row, receivedAt: timeAt(5000), headers: {} })).toBe('duplicate');
    expect(plain(await store().inbox.get(row.callbackId))).toEqual(plain(row));
    expect((await store().inbox.list({ limit: 10 })).items).toHaveLength(1);
  });

  it('another body under a known key is told apart and not stored', async () => {
    const row = inboxRowOf('k1');
    await store().inbox.put(row);
    expect(await store().inbox.put(inboxRowOf('k1', { body: Buffer.from('forged') }))).toBe('other_body');
    expect(plain(await store().inbox.get(row.callbackId))).toEqual(plain(row));
  });

  it('the same key of two connectors is two callbacks', async () => {
    expect(await store().inbox.put(inboxRowOf('k1'))).toBe('stored');
    expect(await store().inbox.put(inboxRowOf('k1', { connectorId: 'acme-cc-2' }))).toBe('stored');
  });

  it('of copies at the same moment exactly one is stored (deduplication by read, then write)', async () => {
    const copies = Array.from({ length: 20 }, () => store().inbox.put(inboxRowOf('k1')));
    const forged = store().inbox.put(inboxRowOf('k1', { body: Buffer.from('forged') }));
    const outcomes = await Promise.all([...copies, forged]);
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
    const stored = await store().inbox.get('acme-cc-1:k1');
    const winner = stored?.bodySha256 === inboxRowOf('k1').bodySha256 ? 'genuine' : 'forged';
    expect(outcomes.at(-1)).toBe(winner === 'forged' ? 'stored' : 'other_body');
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(winner === 'forged' ? 0 : 19);
  });
}

function describeLists(inbox: () => InboxStore): void {
  /** 12 rows of two connectors; times come in pairs, put in an order that is not that of time. */
  async function fill(): Promise<void> {
    for (const i of [3, 0, 7, 1, 11, 10, 2, 9, 4, 8, 5, 6]) {
      const connectorId = i % 3 === 0 ? 'acme-cc-2' : 'acme-cc-1';
      await inbox().put(inboxRowOf(`k${i}`, { connectorId, receivedAt: timeAt(Math.floor(i / 2) * 1000) }));
    }
  }

  it.each([1, 2, 5, 12, 500])('lists newest first to the end, %d at a time, none twice', async (limit) => {
    await fill();
    const items = await allPages(limit, (page) => inbox().list(page));
    expect(items.map((item) => item.receivedAt)).toEqual(
      items
        .map((item) => item.receivedAt)
        .sort()
        .reverse(),
    );
    expect(new Set(items.map((item) => item.callbackId)).size).toBe(12);
    expect(items).toHaveLength(12);
    expect(items[0]).not.toHaveProperty('body');
    expect(items[0]?.headers).toEqual(inboxRowOf('x').headers);
  });

  it('filters by connector and by time, from inclusive, to exclusive', async () => {
    await fill();
    const times = async (query: object) =>
      (await allPages(2, (page) => inbox().list({ ...query, ...page }))).map((item) => item.callbackId).sort();
    expect(await times({ connectorId: 'acme-cc-2' })).toEqual([0, 3, 6, 9].map((i) => `acme-cc-2:k${i}`));
    expect(await times({ from: timeAt(4000), to: timeAt(5000) })).toEqual(['acme-cc-1:k8', 'acme-cc-2:k9']);
    expect(await times({ connectorId: 'acme-cc-1', from: timeAt(4000) })).toEqual([
      'acme-cc-1:k10',
      'acme-cc-1:k11',
      'acme-cc-1:k8',
    ]);
    expect(await times({ connectorId: 'acme%' })).toEqual([]);
    expect(await times({ from: timeAt(6000) })).toEqual([]);
  });

  it('what comes in while pages are read moves nothing', async () => {
    await fill();
    const first = await inbox().list({ limit: 4 });
    await inbox().put(inboxRowOf('newer', { receivedAt: timeAt(60_000) }));
    const rest = await allPages(3, (page) => inbox().list({ ...page, cursor: page.cursor ?? first.cursor ?? '' }));
    const ids = [...first.items, ...rest].map((item) => item.callbackId);
    expect(ids).not.toContain('acme-cc-1:newer');
    expect(new Set(ids).size).toBe(12);
  });

  it.each([1, 5, 500])('walks oldest first with bodies, %d at a time', async (limit) => {
    await fill();
    const all = await allPages(limit, (page) => inbox().walk({ ...page, from: timeAt(1000) }));
    expect(all.map((row) => row.receivedAt)).toEqual(all.map((row) => row.receivedAt).sort());
    expect(all.map((row) => row.callbackId.split(':k')[1]).sort()).toEqual(
      [2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(String).sort(),
    );
    for (const row of all) expect(Buffer.from(row.body).toString()).toContain(row.callbackId.split(':')[1]);
    const one = await allPages(limit, (page) => inbox().walk({ ...page, from: '', connectorId: 'acme-cc-2' }));
    expect(one.map((row) => row.callbackId)).toEqual([0, 3, 6, 9].map((i) => `acme-cc-2:k${i}`));
  });

  it('walks large bodies to the end though a page may be short', async () => {
    for (let i = 0; i < 12; i++) {
      await inbox().put(inboxRowOf(`big${i}`, { body: randomBytes(1024 * 1024), receivedAt: timeAt(i) }));
    }
    const ids = (await allPages(500, (page) => inbox().walk({ ...page, from: '' }))).map((row) => row.callbackId);
    expect(ids).toEqual(Array.from({ length: 12 }, (_, i) => `acme-cc-1:big${i}`));
  });

  it('refuses a cursor that it did not give out', async () => {
    await fill();
    const { cursor } = await inbox().list({ limit: 1 });
    await expect(inbox().list({ limit: 1, cursor: 'nonsense' })).rejects.toThrow(InvalidCursorError);
    await expect(inbox().walk({ limit: 1, from: '', cursor: cursor ?? '' })).rejects.toThrow(InvalidCursorError);
  });
}

function describeRefused(store: () => InboxUnderTest): void {
  const sample = (n: number, change: Partial<RefusedSample> = {}): RefusedSample => ({
    connectorId: 'acme-cc-1',
    at: timeAt(n),
    code: 'signature_mismatch',
    detail: 'The signature is not the one of this body.',
    method: 'POST',
    path: '/callbacks/acme-cc-1',
    bodyBytes: n,
    headers: { 'user-agent': 'é' },
    ...change,
  });

  it('counts every refused sample and keeps the last 20 of a connector, newest first', async () => {
    for (let n = 0; n < 50; n++) store().refused.record(sample(n));
    store().refused.record(sample(50, { code: 'too_large' }));
    await store().settled();
    const { items, counts } = await store().refused.list('acme-cc-1');
    expect(counts).toEqual({ signature_mismatch: 50, too_large: 1 });
    expect(items.map((item) => item.bodyBytes)).toEqual(Array.from({ length: 20 }, (_, i) => 50 - i));
    expect(items[1]).toEqual({ ...sample(49), n: items[1]?.n });
    const numbers = items.map(({ n }) => n);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => b - a));
  });

  it('keeps unknown connectors together, apart from the known ones', async () => {
    const { connectorId, ...unknown } = sample(1, { code: 'unknown_connector', path: '/callbacks/typo' });
    expect(connectorId).toBe('acme-cc-1');
    store().refused.record(unknown);
    store().refused.record(sample(2, { connectorId: 'acme-cc-2' }));
    await store().settled();
    expect(await store().refused.list(undefined)).toEqual({
      items: [{ ...unknown, n: expect.any(Number) }],
      counts: { unknown_connector: 1 },
    });
    expect((await store().refused.list('acme-cc-2')).items).toHaveLength(1);
    expect(await store().refused.list('acme-cc-1')).toEqual({ items: [], counts: {} });
  });

  it('keeps the requests of the last 20 with them, byte for byte, and lists none of it', async () => {
    for (let n = 0; n < 21; n++) {
      store().refused.record(sample(n), keptRequest(n));
      await store().settled();
    }
    const { items } = await store().refused.list('acme-cc-1');
    expect(items.map((item) => item.bodyBytes)).toEqual(Array.from({ length: 20 }, (_, i) => 20 - i));
    for (const { n, bodyBytes, kept } of items) {
      const found = await store().refused.kept('acme-cc-1', n);
      const request = found?.request;
      expect(kept).toEqual({ bytes: keptRequest(bodyBytes).body.byteLength, whole: true });
      expect(found?.sample).toMatchObject({ n, bodyBytes });
      expect({ ...request, body: Buffer.from(request?.body ?? '').toString('base64') }).toEqual({
        ...keptRequest(bodyBytes),
        body: Buffer.from(keptRequest(bodyBytes).body).toString('base64'),
      });
      expect(await store().refused.kept('acme-cc-2', n)).toBeUndefined();
    }
    expect(JSON.stringify(items)).not.toContain('the-signature');
    // Not even by its number is the first to be had: the 21st has pushed it out.
    const oldest = items.at(-1)?.n ?? 0;
    for (let n = oldest - 1; n >= oldest - 20; n--) {
      expect(await store().refused.kept('acme-cc-1', n), `number ${n}`).toBeUndefined();
    }
  });

  it('opens after a restart what was kept before', async () => {
    store().refused.record(sample(1), keptRequest(1));
    await store().settled();
    const again = await store().reopen();
    const [item] = (await again.refused.list('acme-cc-1')).items;
    const found = await again.refused.kept('acme-cc-1', item?.n ?? -1);
    expect(found?.request?.headers).toEqual(keptRequest(1).headers);
    await again.close();
  });

  it('knows no sample under a number that it never gave', async () => {
    for (const n of [0, 1, 20, 999_999_999_999_999]) {
      expect(await store().refused.kept('acme-cc-1', n)).toBeUndefined();
    }
  });

  it('keeps what it counted over a restart and goes on from there', async () => {
    for (let n = 0; n < 15; n++) store().refused.record(sample(n));
    await store().settled();
    const again = await store().reopen();
    for (let n = 15; n < 30; n++) again.refused.record(sample(n));
    await again.settled();
    const { items, counts } = await again.refused.list('acme-cc-1');
    expect(counts).toEqual({ signature_mismatch: 30 });
    expect(items.map((item) => item.bodyBytes)).toEqual(Array.from({ length: 20 }, (_, i) => 29 - i));
    await again.close();
  });
}

function keptRequest(n: number): KeptRequest {
  return {
    method: 'POST',
    path: '/callbacks/acme-cc-1',
    rawQuery: `n=${n}&é=%20`,
    headers: { 'x-signature': `the-signature-${n}`, date: 'Thu, 15 Jan 2026 09:30:00 UTC' },
    body: Buffer.from([0, 255, n, 0xd8, 10]),
    whole: true,
  };
}

/** A body may come back as another kind of byte array. */
function plain(row: { readonly body: Uint8Array } | undefined): object | undefined {
  return row === undefined ? undefined : { ...row, body: Buffer.from(row.body).toString('base64') };
}
