import type { SubjectKey } from '#shared/model/vocabulary.ts';
import { isDeposit } from '#shared/pipeline/deposit.ts';
import type { HeadRow, LedgerStore, VersionRow } from '#shared/pipeline/ports.ts';

type Ledger = Pick<LedgerStore, 'newest'>;

/** A subject as it is looked up: its newest version's data, flat, and our own times. */
export async function subjectView(ledger: Ledger, key: SubjectKey): Promise<object | undefined> {
  const subject = await ledger.newest(key);
  const { version, head } = subject;
  return version === undefined || isDeposit(subject) ? undefined : viewOf(version, head);
}

/** One view for each head, in its order. */
export async function viewsOf(ledger: Ledger, heads: readonly HeadRow[]): Promise<readonly object[]> {
  const views = await Promise.all(heads.map(({ key }) => subjectView(ledger, key)));
  return views.filter((view) => view !== undefined);
}

function viewOf(row: VersionRow, head: HeadRow | undefined): object {
  return {
    ...row.data,
    version: row.version,
    ...(head === undefined ? {} : { createdAt: head.createdAt }),
    updatedAt: row.time,
  };
}
