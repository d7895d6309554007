import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { LedgerStore } from './ports.ts';

export interface VersionRange {
  readonly key: SubjectKey;
  readonly merchantId: string;
  readonly first: number;
  readonly newest: number;
}

/** The versions of a subject since a time (ISO); undefined: there is none. */
export async function subjectSince(
  ledger: Pick<LedgerStore, 'newest' | 'versions'>,
  key: SubjectKey,
  from: string,
): Promise<VersionRange | undefined> {
  const { version } = await ledger.newest(key);
  if (version === undefined) return undefined;
  const first = await firstVersionSince(ledger, key, version.version, from);
  return first > version.version ? undefined : { key, merchantId: version.merchantId, first, newest: version.version };
}

/** Version times never go back, so the first one since a time is found by halving; `newest` + 1: there is none. */
export async function firstVersionSince(
  ledger: Pick<LedgerStore, 'versions'>,
  key: SubjectKey,
  newest: number,
  from: string,
): Promise<number> {
  let [low, high] = [1, newest + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = await ledger.versions(key, middle, middle);
    if (row !== undefined && row.time >= from) high = middle;
    else low = middle + 1;
  }
  return low;
}
