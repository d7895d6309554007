import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SubjectType } from '#shared/model/vocabulary.ts';
import type { HeadRow, LedgerQuery, LedgerStore } from '#shared/pipeline/ports.ts';
import { InvalidCursorError } from '#shared/registry/page-cursor.ts';
import { describeDue } from './due-contract.ts';
import { describeOutcomes } from './outcomes-contract.ts';
import { allPages } from './paging.ts';
import { headOf, STRANGE_IDS, subjectOf, timeAt, versionOf } from './rows.ts';

export interface LedgerUnderTest {
  readonly ledger: LedgerStore;
  /** The same rows through a new store, as after a restart. */
  reopen(): Promise<LedgerUnderTest>;
  close(): Promise<void>;
}

/** What every LedgerStore must do; `makeStore` gives an empty one. */
export function describeLedgerContract(name: string, makeStore: () => Promise<LedgerUnderTest>): void {
  describe(`${name}: ledger`, () => {
    let open: LedgerUnderTest;
    beforeEach(async () => {
      open = await makeStore();
    });
    afterEach(() => open.close());
    const ledger = () => open.ledger;

    describeVersions(ledger, async () => {
      open = await open.reopen();
    });
    describeHeads(ledger);
    describeHistory(ledger);
    describeFind(ledger);
    describeOutcomes(ledger);
    describeDue(ledger);
  });
}

function describeVersions(ledger: () => LedgerStore, reopen: () => Promise<void>): void {
  it('gives back every field of a version and a head, also after a restart', async () => {
    const version = versionOf('t1', 1, { type: null, mode: 'test', cause: 'replay' });
    const head = headOf('t1', 1, {
      merchantReference: 'ORD-1',
      purchaseReference: 'P-1',
      due: timeAt(9),
      flags: ['unproven'],
      aliases: ['PCI_1'],
    });
    expect(await ledger().newest(version.key)).toEqual({});
    await ledger().putVersion(version);
    expect(await ledger().newest(version.key)).toEqual({ version });
    await ledger().moveHead(head);
    await reopen();
    expect(await ledger().newest(version.key)).toEqual({ version, head });
    const { evidence: _, ...past } = version;
    expect(await ledger().versions(version.key, 1, 1)).toEqual([past]);
  });

  it('keeps the members of data in the order they were put: they are published byte for byte', async () => {
    const data = { z: 1, a: { y: [2, { x: 3 }], b: null }, '\u2028': 'é', long: 'ab"\\\n'.repeat(500) };
    await ledger().putVersion(versionOf('t1', 1, { data }));
    const [found] = await ledger().versions(subjectOf('t1'), 1, 1);
    expect(JSON.stringify(found?.data)).toBe(JSON.stringify(data));
  });

  it('puts a version once: of many at the same moment exactly one wins, and it is the one that stays', async () => {
    const rivals = Array.from({ length: 30 }, (_, i) => versionOf('t1', 1, { causeId: `acme-cc-1:rival-${i}` }));
    const outcomes = await Promise.all(rivals.map((row) => ledger().putVersion(row)));
    expect(outcomes.filter((outcome) => outcome === 'put')).toHaveLength(1);
    const winner = rivals[outcomes.indexOf('put')];
    expect((await ledger().versions(subjectOf('t1'), 1, 9)).map((row) => row.causeId)).toEqual([winner?.causeId]);
    expect(await ledger().putVersion(versionOf('t1', 1))).toBe('exists');
    expect((await ledger().newest(subjectOf('t1'))).version).toEqual(winner);
  });

  it('reads ranges, both ends inclusive, in order, beyond nine versions too', async () => {
    for (let n = 1; n <= 12; n++) await ledger().putVersion(versionOf('t1', n));
    const numbers = async (from: number, to: number) =>
      (await ledger().versions(subjectOf('t1'), from, to)).map((row) => row.version);
    expect(await numbers(9, 11)).toEqual([9, 10, 11]);
    expect(await numbers(1, 100)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(await numbers(13, 20)).toEqual([]);
    expect(await numbers(5, 4)).toEqual([]);
    expect((await ledger().newest(subjectOf('t1'))).version?.version).toBe(12);
  });

  it('tells subjects apart whatever their ids hold', async () => {
    for (const id of STRANGE_IDS) {
      expect(await ledger().putVersion(versionOf(id, 1)), JSON.stringify(id)).toBe('put');
      expect(await ledger().moveHead(headOf(id, 1, { merchantReference: id })), JSON.stringify(id)).toBe('moved');
    }
    await ledger().putVersion(versionOf('a', 1, { key: subjectOf('a', { type: 'instrument' }) }));
    await ledger().putVersion(versionOf('a', 1, { key: subjectOf('a', { connectorId: 'acme-cc-2' }) }));
    for (const id of STRANGE_IDS) {
      const { version, head } = await ledger().newest(subjectOf(id));
      expect(version).toEqual(versionOf(id, 1));
      expect(head?.key.id).toBe(id);
      const found = await ledger().find({ type: 'transaction', merchantReference: id, limit: 10 });
      expect(found.items.map((item) => item.key)).toEqual([subjectOf(id)]);
    }
  });

  it('keeps a version of 300 KiB', async () => {
    const row = versionOf('t1', 1, { data: { children: Array.from({ length: 2000 }, (_, i) => `${i}`.repeat(30)) } });
    await ledger().putVersion(row);
    expect((await ledger().newest(row.key)).version).toEqual(row);
    expect((await ledger().versions(row.key, 1, 1)).map((past) => past.data)).toEqual([row.data]);
  });
}

function describeHeads(ledger: () => LedgerStore): void {
  it('moves a head forward only, also over versions', async () => {
    for (let n = 1; n <= 5; n++) await ledger().putVersion(versionOf('t1', n));
    expect(await ledger().moveHead(headOf('t1', 1, { status: 'PENDING' }))).toBe('moved');
    expect(await ledger().moveHead(headOf('t1', 4))).toBe('moved');
    expect(await ledger().moveHead(headOf('t1', 4, { status: 'ERROR' }))).toBe('stays');
    expect(await ledger().moveHead(headOf('t1', 2, { status: 'ERROR' }))).toBe('stays');
    const { version, head } = await ledger().newest(subjectOf('t1'));
    expect(head).toEqual(headOf('t1', 4));
    expect(version?.version).toBe(5);
  });

  it('ends at the newest of heads moved at the same moment', async () => {
    for (let n = 1; n <= 20; n++) await ledger().putVersion(versionOf('t1', n));
    const order = [3, 20, 1, 7, 19, 2, 11, 5];
    await Promise.all(
      order.map((n) => ledger().moveHead(headOf('t1', n, { status: n === 20 ? 'FINISHED' : 'PENDING' }))),
    );
    expect((await ledger().newest(subjectOf('t1'))).head).toEqual(headOf('t1', 20));
    expect((await ledger().find({ type: 'transaction', status: 'PENDING', limit: 10 })).items).toEqual([]);
    expect((await ledger().find({ type: 'transaction', limit: 10 })).items).toEqual([headOf('t1', 20)]);
  });

  it('a head that loses a flag, an alias or a reference is not found by it any more', async () => {
    await ledger().putVersion(versionOf('t1', 1));
    await ledger().putVersion(versionOf('t1', 2));
    const words = { flags: ['unproven', 'anomaly'], aliases: ['A', 'B'], merchantReference: 'ORD-1' };
    await ledger().moveHead(headOf('t1', 1, words));
    await ledger().moveHead(headOf('t1', 2, { flags: ['anomaly'], aliases: ['B', 'C'] }));
    const found = async (query: object) =>
      (await ledger().find({ type: 'transaction', limit: 10, ...query })).items.length;
    expect(await found({ flag: 'unproven' })).toBe(0);
    expect(await found({ flag: 'anomaly' })).toBe(1);
    expect([await found({ alias: 'A' }), await found({ alias: 'B' }), await found({ alias: 'C' })]).toEqual([0, 1, 1]);
    expect(await found({ merchantReference: 'ORD-1' })).toBe(0);
  });
}

function describeHistory(ledger: () => LedgerStore): void {
  it('shows versions in order and behind each the callbacks that met it and changed nothing', async () => {
    const { key } = versionOf('t1', 1);
    expect(await ledger().history(key)).toEqual([]);
    await ledger().putVersion(versionOf('t1', 1, { causeId: 'acme-cc-1:one' }));
    await ledger().putSeen(key, 'acme-cc-1:repeat', 1);
    await ledger().putVersion(versionOf('t1', 2, { causeId: 'acme-cc-1:two', type: null }));
    await ledger().putVersion(versionOf('t1', 3, { causeId: 'acme-cc-1:three' }));
    await ledger().putSeen(key, 'acme-cc-1:late', 3);
    expect(await ledger().history(key)).toEqual([
      { callbackId: 'acme-cc-1:one', version: 1, outcome: 'changed' },
      { callbackId: 'acme-cc-1:repeat', version: 1, outcome: 'unchanged' },
      { callbackId: 'acme-cc-1:two', version: 2, outcome: 'quiet' },
      { callbackId: 'acme-cc-1:three', version: 3, outcome: 'changed' },
      { callbackId: 'acme-cc-1:late', version: 3, outcome: 'unchanged' },
    ]);
  });

  it('shows a callback once, however often it was seen, at the version it met first', async () => {
    const { key } = versionOf('t1', 1);
    await ledger().putVersion(versionOf('t1', 1));
    await ledger().putSeen(key, 'acme-cc-1:again', 1);
    await ledger().putVersion(versionOf('t1', 2));
    await ledger().putSeen(key, 'acme-cc-1:again', 2);
    const lines = (await ledger().history(key)).filter((line) => line.callbackId === 'acme-cc-1:again');
    expect(lines).toEqual([{ callbackId: 'acme-cc-1:again', version: 1, outcome: 'unchanged' }]);
  });

  it('a callback that made a version and was replayed shows once, as its version', async () => {
    const first = versionOf('t1', 1);
    await ledger().putVersion(first);
    await ledger().putVersion(versionOf('t1', 2));
    await ledger().putSeen(first.key, first.causeId, 2);
    expect((await ledger().history(first.key)).map((line) => [line.callbackId, line.version])).toEqual([
      [first.causeId, 1],
      [versionOf('t1', 2).causeId, 2],
    ]);
  });

  it('keeps histories of subjects apart, and the lines of ten versions in order', async () => {
    for (let n = 1; n <= 11; n++) await ledger().putVersion(versionOf('t1', n));
    await ledger().putVersion(versionOf('t1%', 1));
    await ledger().putSeen(subjectOf('t1%'), 'acme-cc-1:x', 1);
    expect((await ledger().history(subjectOf('t1'))).map((line) => line.version)).toEqual(
      Array.from({ length: 11 }, (_, i) => i + 1),
    );
  });
}

/** 48 heads with every combination of a few values; creation times come in fours. */
function someHeads(): HeadRow[] {
  return Array.from({ length: 48 }, (_, i) => {
    const type: SubjectType = i % 8 === 7 ? 'instrument' : 'transaction';
    return headOf(`t${i}`, 1, {
      key: subjectOf(`t${i}`, { type, connectorId: i % 3 === 0 ? 'acme-cc-2' : 'acme-cc-1' }),
      merchantId: i % 5 === 0 ? 'other' : 'acme',
      mode: i % 7 === 0 ? 'test' : 'live',
      createdAt: timeAt(Math.floor(i / 4) * 1000),
      kind: i % 2 === 0 ? 'debit' : 'refund',
      status: ['PENDING', 'FINISHED', 'ERROR'][i % 3] ?? '',
      ...(i % 4 === 0 ? {} : { merchantReference: `ORD-${i % 6}` }),
      ...(i % 4 === 1 ? {} : { purchaseReference: `P-${i % 5}` }),
      flags: [...(i % 2 === 0 ? ['anomaly'] : []), ...(i % 3 === 0 ? ['unproven'] : [])],
      aliases: i % 6 === 0 ? [`PCI_${i % 4}`, 'shared'] : [],
    });
  });
}

const FILTERS: Readonly<Record<string, Partial<LedgerQuery>>> = {
  merchantId: { merchantId: 'acme' },
  connectorId: { connectorId: 'acme-cc-2' },
  kind: { kind: 'debit' },
  rareKind: { kind: 'refund' },
  status: { status: 'PENDING' },
  mode: { mode: 'live' },
  merchantReference: { merchantReference: 'ORD-2' },
  purchaseReference: { purchaseReference: 'P-2' },
  flag: { flag: 'anomaly' },
  alias: { alias: 'shared' },
  from: { from: timeAt(3000) },
  to: { to: timeAt(9000) },
};

function fits(head: HeadRow, query: Partial<LedgerQuery>): boolean {
  const equal = ['merchantId', 'kind', 'status', 'mode', 'merchantReference', 'purchaseReference'] as const;
  return (
    head.key.type === (query.type ?? 'transaction') &&
    (query.connectorId ?? head.key.connectorId) === head.key.connectorId &&
    equal.every((name) => query[name] === undefined || query[name] === head[name]) &&
    (query.flag === undefined || head.flags.includes(query.flag)) &&
    (query.alias === undefined || head.aliases.includes(query.alias)) &&
    (query.from === undefined || head.createdAt >= query.from) &&
    (query.to === undefined || head.createdAt < query.to)
  );
}

function describeFind(ledger: () => LedgerStore): void {
  async function fill(): Promise<HeadRow[]> {
    const heads = someHeads();
    // Not in the order of creation: a subject known later may be older.
    for (const head of heads.toSorted(
      (a, b) => a.updatedAt.localeCompare(b.updatedAt) || b.key.id.localeCompare(a.key.id),
    )) {
      await ledger().putVersion(versionOf(head.key.id, 1, { key: head.key }));
      await ledger().moveHead(head);
    }
    return heads;
  }
  const ids = (heads: readonly HeadRow[]) => heads.map((head) => head.key.id).sort();

  it('every pair of filters gives what both let through, newest first, page by page to the end', async () => {
    const heads = await fill();
    const filters = Object.entries(FILTERS);
    for (const [nameA, a] of filters) {
      for (const [nameB, b] of filters) {
        const query = { type: 'transaction' as const, ...a, ...b };
        const found = await allPages(3, (page) => ledger().find({ ...query, ...page }));
        expect(ids(found), `${nameA} and ${nameB}`).toEqual(ids(heads.filter((head) => fits(head, query))));
        const times = found.map((head) => head.createdAt);
        expect(times, `${nameA} and ${nameB}`).toEqual(times.toSorted().reverse());
      }
    }
  });

  it('all filters at once, and each type of subject by itself', async () => {
    const heads = await fill();
    const all = Object.assign({ type: 'transaction' }, ...Object.values(FILTERS)) as LedgerQuery;
    const found = await allPages(1, (page) => ledger().find({ ...all, ...page }));
    expect(ids(found)).toEqual(ids(heads.filter((head) => fits(head, all))));
    const instruments = await allPages(2, (page) => ledger().find({ type: 'instrument', alias: 'shared', ...page }));
    expect(ids(instruments)).toEqual(ids(heads.filter((head) => fits(head, { type: 'instrument', alias: 'shared' }))));
    expect((await ledger().find({ type: 'schedule', limit: 10 })).items).toEqual([]);
  });

  it.each([1, 3, 4, 42, 500])('pages of %d end, with many of one time, none twice', async (limit) => {
    const heads = await fill();
    const found = await allPages(limit, (page) => ledger().find({ type: 'transaction', ...page }));
    expect(ids(found)).toEqual(ids(heads.filter((head) => head.key.type === 'transaction')));
    expect(found.find((head) => head.key.id === 't6')).toEqual(heads[6]);
  });

  it('a head that is made or moved while pages are read makes no other come twice or go missing', async () => {
    const heads = await fill();
    const first = await ledger().find({ type: 'transaction', limit: 20 });
    await ledger().putVersion(versionOf('newer', 1));
    await ledger().moveHead(headOf('newer', 1, { createdAt: timeAt(60_000) }));
    const moved = heads[6];
    if (moved !== undefined) await ledger().moveHead({ ...moved, version: 2, updatedAt: timeAt(70_000) });
    const rest = await allPages(7, (page) =>
      ledger().find({ type: 'transaction', limit: page.limit, cursor: page.cursor ?? first.cursor ?? '' }),
    );
    expect(ids([...first.items, ...rest])).toEqual(ids(heads.filter((head) => head.key.type === 'transaction')));
  });

  it('finds the payments of a purchase that is named after the first of them', async () => {
    const purchaseReference = '20260115-u-1';
    const heads = [
      headOf('other', 1, { purchaseReference, createdAt: timeAt(1000) }),
      headOf('u-1', 1, { purchaseReference, createdAt: timeAt(2000), key: subjectOf('u-1', { connectorId: 'z' }) }),
      headOf('u-1', 1, { purchaseReference, createdAt: timeAt(3000) }),
      headOf('last', 1, { purchaseReference, createdAt: timeAt(4000) }),
      headOf('1', 1, { purchaseReference: 'x-1', createdAt: timeAt(5000) }),
    ];
    for (const head of heads) {
      await ledger().putVersion(versionOf('', 1, { key: head.key }));
      await ledger().moveHead(head);
    }
    for (const limit of [1, 2, 500]) {
      const query = { type: 'transaction', purchaseReference } as const;
      const found = await allPages(limit, (page) => ledger().find({ ...query, ...page }));
      expect(found).toEqual(heads.slice(0, 4).toReversed());
      const own = await allPages(limit, (page) => ledger().find({ ...query, connectorId: 'z', ...page }));
      expect(own).toEqual([heads[1]]);
    }
  });

  it('refuses a cursor that it did not give out', async () => {
    await fill();
    const query = { type: 'transaction', limit: 5 } as const;
    await expect(ledger().find({ ...query, cursor: "' OR 1=1 --" })).rejects.toThrow(InvalidCursorError);
    await expect(ledger().find({ ...query, cursor: Buffer.from('["x",1]').toString('base64url') })).rejects.toThrow(
      InvalidCursorError,
    );
  });
}
