import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryStore, ParkingCursor } from '#shared/pipeline/ports.ts';
import { InvalidCursorError } from '#shared/registry/page-cursor.ts';
import { describeConfirmations } from './confirmation-contract.ts';
import { allPages } from './paging.ts';
import { parkingOf, STRANGE_IDS, subjectOf, timeAt } from './rows.ts';

export interface DeliveryUnderTest {
  readonly delivery: DeliveryStore;
  reopen(): Promise<DeliveryUnderTest>;
  close(): Promise<void>;
}

/** What every DeliveryStore must do; `makeStore` gives an empty one. */
export function describeDeliveryContract(name: string, makeStore: () => Promise<DeliveryUnderTest>): void {
  describe(`${name}: delivery`, () => {
    let open: DeliveryUnderTest;
    beforeEach(async () => {
      open = await makeStore();
    });
    afterEach(() => open.close());
    const delivery = () => open.delivery;

    it('keeps a cursor with every field, also after a restart', async () => {
      const cursor = parkingOf('t1', { state: 'dead', nextAt: null });
      expect(await delivery().cursor(cursor)).toBeUndefined();
      await delivery().createCursor(cursor);
      open = await open.reopen();
      expect(await delivery().cursor(cursor)).toEqual(cursor);
    });
    describeCursors(delivery);
    describeClaims(delivery);
    describeCursorLists(delivery);
    describeFailed(delivery);
    describeConfirmations(delivery);
    describeOldSecrets(delivery);
  });
}

function describeCursors(delivery: () => DeliveryStore): void {
  it('creates a cursor once: of many at the same moment exactly one', async () => {
    const rivals = Array.from({ length: 20 }, (_, i) => parkingOf('t1', { from: i + 1, upTo: 50 }));
    const outcomes = await Promise.all(rivals.map((cursor) => delivery().createCursor(cursor)));
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(await delivery().cursor(parkingOf('t1'))).toEqual(rivals[outcomes.indexOf('created')]);
  });

  it('tells cursors of subjects, subscriptions and merchants apart', async () => {
    const ids: ParkingCursor[] = [
      ...STRANGE_IDS.map((id) => parkingOf(id)),
      parkingOf('a', { subscriptionId: 'second' }),
      parkingOf('a', { merchantId: 'other' }),
      parkingOf('a', { subject: subjectOf('a', { type: 'schedule' }) }),
    ];
    for (const cursor of ids) expect(await delivery().createCursor(cursor)).toBe('created');
    for (const cursor of ids) expect((await delivery().cursor(cursor))?.subject).toEqual(cursor.subject);
    expect((await delivery().counts()).parked).toBe(ids.length);
  });

  it('extends a cursor forward only, and says when there is none', async () => {
    const id = parkingOf('t1', { upTo: 4 });
    expect(await delivery().extendCursor(id, 5)).toBe('absent');
    expect(await delivery().cursor(id)).toBeUndefined();
    await delivery().createCursor(id);
    expect(await delivery().extendCursor(id, 5)).toBe('extended');
    expect(await delivery().extendCursor(id, 5)).toBe('already');
    expect(await delivery().extendCursor(id, 3)).toBe('already');
    expect(await delivery().cursor(id)).toEqual({ ...id, upTo: 5 });
  });

  it('deletes a cursor only when nothing newer was noted', async () => {
    const id = parkingOf('t1', { upTo: 4 });
    expect(await delivery().deleteCursor(id, 4)).toBe('absent');
    await delivery().createCursor(id);
    await delivery().extendCursor(id, 6);
    expect(await delivery().deleteCursor(id, 4)).toBe('newer');
    expect(await delivery().cursor(id)).toEqual({ ...id, upTo: 6 });
    expect(await delivery().deleteCursor(id, 6)).toBe('deleted');
    expect(await delivery().cursor(id)).toBeUndefined();
    expect(await delivery().extendCursor(id, 7)).toBe('absent');
  });

  it('what is noted while the last is deleted is never lost: extended or absent, deleted or newer', async () => {
    for (let round = 0; round < 20; round++) {
      const id = parkingOf(`t${round}`, { upTo: 4 });
      await delivery().createCursor(id);
      const [extended, deleted] = await Promise.all([delivery().extendCursor(id, 5), delivery().deleteCursor(id, 4)]);
      expect([`${extended} ${deleted}`]).toEqual([
        (await delivery().cursor(id)) === undefined ? 'absent deleted' : 'extended newer',
      ]);
    }
  });

  it('updates what a try has changed and leaves upTo, which others may have moved', async () => {
    const id = parkingOf('t1');
    await delivery().createCursor(id);
    await delivery().extendCursor(id, 9);
    const change = { from: 3, attempts: 2, nextAt: timeAt(5000), state: 'waiting', lastError: 'again' } as const;
    await delivery().updateCursor(id, { ...change, ...{ upTo: 1, parkedAt: timeAt(99) } });
    expect(await delivery().cursor(id)).toEqual({ ...id, ...change, upTo: 9 });
    expect(await delivery().updateCursor(parkingOf('gone'), change)).toBe(false);
    expect(await delivery().cursor(parkingOf('gone'))).toBeUndefined();
  });

  it('a cursor that others have set meanwhile is neither deleted nor updated by whoever held it', async () => {
    const id = parkingOf('t1', { upTo: 4 });
    await delivery().createCursor(id);
    const held = timeAt(120_000);
    await delivery().claimCursor(id, held);
    const rewound = { ...id, from: 1, upTo: 4, nextAt: timeAt(7), attempts: 0 };
    expect(await delivery().updateCursor(id, rewound, held)).toBe(true);
    expect(await delivery().updateCursor(id, { ...rewound, from: 4 }, held)).toBe(false);
    expect(await delivery().updateCursor(id, { ...rewound, from: 4 }, null)).toBe(false);
    expect(await delivery().deleteCursor(id, 4, held)).toBe('newer');
    expect(await delivery().deleteCursor(id, 4, null)).toBe('newer');
    expect(await delivery().cursor(id)).toEqual(rewound);
    const paused = { ...rewound, state: 'paused', nextAt: null } as const;
    expect(await delivery().updateCursor(id, paused, timeAt(7))).toBe(true);
    expect(await delivery().deleteCursor(id, 4, timeAt(7))).toBe('newer');
    expect(await delivery().updateCursor(id, rewound, null)).toBe(true);
    expect(await delivery().deleteCursor(id, 3, timeAt(7))).toBe('newer');
    expect(await delivery().deleteCursor(id, 4, timeAt(7))).toBe('deleted');
    expect(await delivery().deleteCursor(id, 4, timeAt(7))).toBe('absent');
  });
}

function describeClaims(delivery: () => DeliveryStore): void {
  it('gives what is due, the longest due first, up to the limit', async () => {
    for (const i of [3, 1, 4, 2, 0]) await delivery().createCursor(parkingOf(`t${i}`, { nextAt: timeAt(i * 1000) }));
    await delivery().createCursor(parkingOf('dead', { state: 'dead', nextAt: null }));
    await delivery().createCursor(parkingOf('paused', { state: 'paused', nextAt: null }));
    const due = async (ms: number, limit: number) =>
      (await delivery().dueCursors(timeAt(ms), limit)).map((cursor) => cursor.subject.id);
    expect(await due(-1, 10)).toEqual([]);
    expect(await due(2000, 10)).toEqual(['t0', 't1', 't2']);
    expect(await due(99_000, 2)).toEqual(['t0', 't1']);
    expect(await due(99_000, 10)).toEqual(['t0', 't1', 't2', 't3', 't4']);
  });

  it('lets one of many claim a due cursor, and gives it as it is now', async () => {
    await delivery().createCursor(parkingOf('t1', { upTo: 4 }));
    const [read] = await delivery().dueCursors(timeAt(1000), 10);
    if (read === undefined) throw new Error('nothing is due');
    await delivery().extendCursor(read, 8);
    const claims = await Promise.all(Array.from({ length: 10 }, () => delivery().claimCursor(read, timeAt(30_000))));
    expect(claims.filter((claim) => claim !== undefined)).toEqual([{ ...read, upTo: 8, nextAt: timeAt(30_000) }]);
    expect(await delivery().dueCursors(timeAt(29_999), 10)).toEqual([]);
    expect(await delivery().dueCursors(timeAt(30_000), 10)).toHaveLength(1);
  });

  it('claims nothing that was updated, paused or deleted since it was read', async () => {
    const read = parkingOf('t1');
    const claim = () => delivery().claimCursor(read, timeAt(30_000));
    expect(await claim()).toBeUndefined();
    await delivery().createCursor(read);
    await delivery().updateCursor(read, { ...read, nextAt: timeAt(2000) });
    expect(await claim()).toBeUndefined();
    await delivery().updateCursor(read, { ...read, state: 'paused' });
    expect(await claim()).toBeUndefined();
    await delivery().updateCursor(read, { ...read, state: 'dead', nextAt: null });
    expect(await delivery().claimCursor({ ...read, nextAt: null }, timeAt(30_000))).toBeUndefined();
    await delivery().updateCursor(read, read);
    expect(await claim()).toBeDefined();
  });
}

function describeCursorLists(delivery: () => DeliveryStore): void {
  async function fill(): Promise<void> {
    for (let i = 0; i < 24; i++) {
      const state = (['waiting', 'paused', 'dead'] as const)[i % 3] ?? 'waiting';
      await delivery().createCursor(
        parkingOf(`t${i}`, {
          merchantId: i % 4 === 0 ? 'other' : 'acme',
          subscriptionId: i % 2 === 0 ? 'main' : 'second',
          state,
          nextAt: state === 'waiting' ? timeAt(i) : null,
          parkedAt: timeAt(Math.floor(i / 5)),
        }),
      );
    }
  }

  it('lists by merchant, subscription and state in every combination, page by page to the end', async () => {
    await fill();
    for (const merchantId of [undefined, 'acme', 'nobody']) {
      for (const subscriptionId of [undefined, 'main']) {
        for (const state of [undefined, 'dead', 'waiting']) {
          const query = {
            ...(merchantId && { merchantId }),
            ...(subscriptionId && { subscriptionId }),
            ...(state && { state }),
          };
          const found = await allPages(2, (page) => delivery().cursors({ ...query, ...page }));
          const all = await allPages(500, (page) => delivery().cursors(page));
          const expected = all.filter(
            (cursor) =>
              (merchantId ?? cursor.merchantId) === cursor.merchantId &&
              (subscriptionId ?? cursor.subscriptionId) === cursor.subscriptionId &&
              (state ?? cursor.state) === cursor.state,
          );
          expect(all).toHaveLength(24);
          expect(new Set(found), JSON.stringify(query)).toEqual(new Set(expected));
          expect(found).toHaveLength(expected.length);
        }
      }
    }
    await expect(delivery().cursors({ limit: 1, cursor: 'x' })).rejects.toThrow(InvalidCursorError);
  });

  it('releases or deletes the cursors of one subscription and no other', async () => {
    await fill();
    expect(await delivery().releaseCursors('acme', 'main', timeAt(0))).toBe(6);
    const released = await allPages(500, (page) =>
      delivery().cursors({ merchantId: 'acme', subscriptionId: 'main', ...page }),
    );
    expect(released.every((cursor) => cursor.state === 'waiting' && cursor.nextAt === timeAt(0))).toBe(true);
    expect(released.every((cursor) => cursor.from === 2 && cursor.upTo === 4 && cursor.attempts === 0)).toBe(true);
    const dead = await allPages(500, (page) => delivery().cursors({ state: 'dead', ...page }));
    expect(dead.length).toBeGreaterThan(0);
    expect(await delivery().deleteCursorsOf('acme', 'main')).toBe(6);
    expect(await delivery().deleteCursorsOf('acme', 'main')).toBe(0);
    expect((await delivery().counts()).parked).toBe(18);
  });

  it('postpones the waiting cursors of one subscription that would be due earlier, and no others', async () => {
    await fill();
    const listed = (query: object) => allPages(500, (page) => delivery().cursors({ ...query, ...page }));
    const before = await listed({});
    const until = timeAt(30);
    const postponed = await delivery().postponeCursors('acme', 'main', until);
    const mine = (cursor: ParkingCursor) =>
      cursor.merchantId === 'acme' && cursor.subscriptionId === 'main' && cursor.state === 'waiting';
    const expected = before.map((cursor) =>
      mine(cursor) && cursor.nextAt !== null && cursor.nextAt < until ? { ...cursor, nextAt: until } : cursor,
    );
    expect(new Set(await listed({}))).toEqual(new Set(expected));
    expect(postponed).toBeGreaterThan(0);
    expect(await delivery().postponeCursors('acme', 'main', until)).toBe(0);
  });

  it('counts every cursor as parked, and those that wait for an operator as dead too', async () => {
    expect(await delivery().counts()).toEqual({ parked: 0, dead: 0, failed: 0, confirmations: 0 });
    await fill();
    expect(await delivery().counts()).toEqual({ parked: 24, dead: 8, failed: 0, confirmations: 0 });
  });
}

function describeFailed(delivery: () => DeliveryStore): void {
  const row = (i: number) => ({
    callbackId: `acme-cc-1:k${i}`,
    connectorId: 'acme-cc-1',
    code: 'normalize_bug',
    message: 'TypeError é',
    release: '0.1.0',
    at: timeAt(Math.floor(i / 3)),
  });

  it('keeps one failed row a callback, newest first, until it is deleted', async () => {
    for (let i = 0; i < 10; i++) await delivery().putFailed(row(i));
    await delivery().putFailed({ ...row(0), release: '0.2.0', at: timeAt(100) });
    const rows = await allPages(2, (page) => delivery().failed(page));
    expect(rows).toHaveLength(10);
    expect(rows[0]).toEqual({ ...row(0), release: '0.2.0', at: timeAt(100) });
    expect(rows.map((one) => one.at)).toEqual(
      rows
        .map((one) => one.at)
        .toSorted()
        .reverse(),
    );
    await delivery().deleteFailed('acme-cc-1:k0');
    await delivery().deleteFailed('acme-cc-1:none');
    expect((await delivery().counts()).failed).toBe(9);
    await expect(delivery().failed({ limit: 1, cursor: 'x' })).rejects.toThrow(InvalidCursorError);
  });
}

function describeOldSecrets(delivery: () => DeliveryStore): void {
  it('counts callbacks by the old secret that signed them, and keeps the last time whatever their order', async () => {
    const use = (callbackId: string, minute: number, keyId = 'k-old', connectorId = 'c1') =>
      delivery().noteOldSecret({ connectorId, keyId, callbackId, receivedAt: timeAt(minute) });
    expect(await delivery().oldSecretUse('c1')).toEqual({});
    await Promise.all([3, 9, 1, 7, 5].map((minute) => use(`c1:${minute}`, minute)));
    await use('c1:x', 2, 'k-older');
    await use('c2:x', 4, 'k-old', 'c2');
    expect(await delivery().oldSecretUse('c1')).toEqual({
      'k-old': { callbacks: 5, lastAt: timeAt(9) },
      'k-older': { callbacks: 1, lastAt: timeAt(2) },
    });
  });
}
