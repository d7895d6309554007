import { expect, it } from 'vitest';
import type { HeadRow, LedgerStore } from '#shared/pipeline/ports.ts';
import { headOf, STRANGE_IDS, subjectOf, timeAt, versionOf } from './rows.ts';

/** Payments past their due time: part of the ledger's contract. */
export function describeDue(ledger: () => LedgerStore): void {
  async function put(id: string, version: number, change: Partial<HeadRow>): Promise<HeadRow> {
    const head = headOf(id, version, { status: 'PENDING', ...change });
    await ledger().putVersion(versionOf(id, version, { key: head.key }));
    expect(await ledger().moveHead(head)).toBe('moved');
    return head;
  }
  const due = async (at: number, limit = 100) =>
    (await ledger().dueHeads(timeAt(at), limit)).map((head) => head.key.id);

  it('gives what is due by then, the earliest first, and as many as asked for', async () => {
    expect(await due(1e9)).toEqual([]);
    for (let i = 0; i < 20; i++) await put(`t${(i * 7) % 20}`, 1, { due: timeAt(((i * 7) % 20) * 1000) });
    const all = Array.from({ length: 20 }, (_, i) => `t${i}`);
    expect(await due(1e9)).toEqual(all);
    expect(await due(4000)).toEqual(all.slice(0, 5));
    expect(await due(3999)).toEqual(all.slice(0, 4));
    expect(await due(1e9, 3)).toEqual(all.slice(0, 3));
    expect(await due(-1)).toEqual([]);
  });

  it('gives payments that wait only, with the head as it is', async () => {
    await put('done', 1, { status: 'FINISHED', due: timeAt(0) });
    await put('never', 1, {});
    const waiting = await put('waits', 1, { due: timeAt(5), merchantReference: 'ORD-1', flags: ['unproven'] });
    expect(await ledger().dueHeads(timeAt(5), 10)).toEqual([waiting]);
    await put('waits', 2, { status: 'ERROR' });
    expect(await due(1e9)).toEqual([]);
  });

  it('a taken one is due no more, keeps its due time for reading, and is due again when it moves', async () => {
    const head = await put('t1', 1, { due: timeAt(5) });
    await put('t2', 1, { due: timeAt(6) });
    for (const _ of [1, 2]) expect(await ledger().takeDue(head.key, 1)).toBe(true);
    expect(await due(1e9)).toEqual(['t2']);
    expect((await ledger().newest(head.key)).head).toEqual(head);
    expect((await ledger().find({ type: 'transaction', status: 'PENDING', limit: 9 })).items).toContainEqual(head);
    await put('t1', 2, { due: timeAt(5) });
    expect(await due(1e9)).toEqual(['t1', 't2']);
  });

  it('one that has moved meanwhile is not taken, nor one that is not there', async () => {
    await put('t1', 1, { due: timeAt(5) });
    await put('t1', 2, { due: timeAt(7) });
    expect(await ledger().takeDue(subjectOf('t1'), 1)).toBe(false);
    expect(await ledger().takeDue(subjectOf('t1'), 3)).toBe(false);
    expect(await ledger().takeDue(subjectOf('none'), 1)).toBe(false);
    expect(await due(1e9)).toEqual(['t1']);
    expect((await ledger().newest(subjectOf('none'))).head).toBeUndefined();
  });

  it('taken and moved at the same moment, it is due if the move came last, and never lost', async () => {
    for (let round = 0; round < 10; round++) {
      const id = `t${round}`;
      const head = await put(id, 1, { due: timeAt(0) });
      await ledger().putVersion(versionOf(id, 2));
      const moved = { ...head, version: 2, updatedAt: timeAt(2000) };
      const acts = [() => ledger().takeDue(head.key, 1), () => ledger().moveHead(moved)];
      await Promise.all((round % 2 === 0 ? acts : acts.reverse()).map((act) => act()));
      expect((await ledger().newest(head.key)).head).toEqual(moved);
      expect(await due(0)).toEqual([id]);
      expect(await ledger().takeDue(head.key, 2)).toBe(true);
    }
  });

  it('tells subjects apart whatever their ids hold', async () => {
    for (const id of STRANGE_IDS) await put(id, 1, { due: timeAt(5) });
    expect((await due(1e9)).toSorted()).toEqual(STRANGE_IDS.toSorted());
    for (const id of STRANGE_IDS) {
      expect(await ledger().takeDue(subjectOf(id), 1), JSON.stringify(id)).toBe(true);
      expect(await due(1e9), JSON.stringify(id)).not.toContain(id);
    }
  });
}
