import type { InboxRow } from '#shared/pipeline/ports.ts';

/** How a stored callback was proven, flat; nothing where no signature did. */
export function verdictView(row: Pick<InboxRow, 'verdict'>): { readonly verdict?: object } {
  if (row.verdict === undefined) return {};
  const { keyId, algorithm, readings } = row.verdict;
  return { verdict: { keyId, algorithm, ...readings } };
}
