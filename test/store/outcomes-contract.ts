import { expect, it } from 'vitest';
import type { LedgerStore, NotableOutcome } from '#shared/pipeline/ports.ts';
import { InvalidCursorError } from '#shared/registry/page-cursor.ts';
import { allPages } from './paging.ts';
import { subjectOf, timeAt, versionOf } from './rows.ts';

/** What became of callbacks: part of the ledger's contract. */
export function describeOutcomes(ledger: () => LedgerStore): void {
  const outcomeOf = (id: string, outcome: NotableOutcome, receivedAt = timeAt(0)) => ({
    callbackId: id,
    connectorId: id.slice(0, id.indexOf(':')),
    receivedAt,
    outcome,
  });

  it('keeps the first notable outcome of each callback, and what follows a failure', async () => {
    await ledger().putOutcome(outcomeOf('acme-cc-1:a', 'failed'));
    await ledger().putOutcome(outcomeOf('acme-cc-1:a', 'failed'));
    await ledger().putOutcome(outcomeOf('acme-cc-1:a', 'anomaly'));
    await ledger().putOutcome(outcomeOf('acme-cc-1:b', 'unrecognized'));
    await ledger().putOutcome(outcomeOf('acme-cc-1:b', 'contradictory'));
    await ledger().putOutcome(outcomeOf('acme-cc-1:c', 'failed'));
    await ledger().deleteOutcome('acme-cc-1:c');
    await ledger().deleteOutcome('acme-cc-1:none');
    expect(await ledger().outcomes(['acme-cc-1:a', 'acme-cc-1:b', 'acme-cc-1:c', 'acme-cc-1:none'])).toEqual({
      'acme-cc-1:a': 'anomaly',
      'acme-cc-1:b': 'unrecognized',
    });
    expect(await ledger().outcomes([])).toEqual({});
    for (const outcome of ['failed', 'contradictory'] as const) {
      expect((await ledger().callbacksWithOutcome({ outcome, limit: 10 })).items).toEqual([]);
    }
  });

  it.each(['failed', 'unrecognized'] as const)(
    'lists callbacks with outcome %s newest first, of one connector or all, between two times',
    async (outcome) => {
      const put: string[] = [];
      // Put out of order: lists run by the time received.
      for (let n = 0; n < 40; n++) {
        const i = (n * 7) % 40;
        const id = `${i % 3 === 0 ? 'acme-cc-2' : 'acme-cc-1'}:k${i}`;
        await ledger().putOutcome(outcomeOf(id, i % 4 === 0 ? 'anomaly' : outcome, timeAt(i * 3_600_000)));
      }
      for (let i = 39; i >= 0; i--) if (i % 4 !== 0) put.push(`${i % 3 === 0 ? 'acme-cc-2' : 'acme-cc-1'}:k${i}`);
      const listed = (limit: number, query: object) =>
        allPages(limit, (page) => ledger().callbacksWithOutcome({ outcome, ...query, ...page }));
      expect(await listed(4, {})).toEqual(put);
      const second = put.filter((id) => id.startsWith('acme-cc-2:'));
      expect(await listed(2, { connectorId: 'acme-cc-2' })).toEqual(second);
      const within = (id: string) => Number(id.split(':k')[1]) >= 9 && Number(id.split(':k')[1]) < 31;
      const times = { from: timeAt(9 * 3_600_000), to: timeAt(31 * 3_600_000) };
      expect(await listed(3, times)).toEqual(put.filter(within));
      expect(await listed(3, { connectorId: 'acme-cc-2', ...times })).toEqual(second.filter(within));
      await expect(ledger().callbacksWithOutcome({ outcome, limit: 1, cursor: 'x' })).rejects.toThrow(
        InvalidCursorError,
      );
    },
  );

  it('gives notable outcomes received in the same millisecond, each once', async () => {
    const ids = Array.from({ length: 9 }, (_, i) => `acme-cc-1:same-${i}`);
    for (const id of ids) await ledger().putOutcome(outcomeOf(id, 'failed'));
    const found = await allPages(2, (page) => ledger().callbacksWithOutcome({ outcome: 'failed', ...page }));
    expect(found.toSorted()).toEqual(ids);
  });

  it('tells what a callback did to a subject', async () => {
    const key = subjectOf('t1');
    expect(await ledger().effectOf(key, 'acme-cc-1:one')).toBeUndefined();
    await ledger().putVersion(versionOf('t1', 1, { causeId: 'acme-cc-1:one' }));
    await ledger().putVersion(versionOf('t1', 2, { causeId: 'acme-cc-1:two', type: null }));
    await ledger().putSeen(key, 'acme-cc-1:three', 2);
    await ledger().putSeen(key, 'acme-cc-1:one', 2);
    const effects = ['one', 'two', 'three', 'four'].map((name) => ledger().effectOf(key, `acme-cc-1:${name}`));
    expect(await Promise.all(effects)).toEqual(['changed', 'quiet', 'unchanged', undefined]);
    expect(await ledger().effectOf(subjectOf('t2'), 'acme-cc-1:one')).toBeUndefined();
  });
}
