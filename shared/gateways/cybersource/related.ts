import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { isRequestId } from './payload-reader.ts';
import { at, own, type Tree, textOf } from './tree.ts';

export interface Related {
  /** The first transaction of the series. */
  readonly root: string | undefined;
  readonly others: readonly string[];
}

/** What the transaction details name beside the transaction itself: `rootId` and `_links.relatedTransactions`. */
export function relatedIds(tree: Tree): Related {
  const links = at(tree, '_links.relatedTransactions') ?? at(tree, 'links.relatedTransactions');
  const list: readonly unknown[] = Array.isArray(links) ? links.slice(0, 50) : [];
  const others = list.flatMap(
    (link) => /\/transactions\/(\d{16,26})$/.exec(textOf(own(link, 'href')) ?? '')?.[1] ?? [],
  );
  const root = own(tree, 'rootId');
  return { root: isRequestId(root) ? root : undefined, others };
}

/**
 * The transaction that this one changes. A refund or void changes what stands nearest, a capture the first of the series;
 * where several could be meant it is the first of the series, and an authorization changes nothing.
 */
export function originalAmong(kind: TransactionKind, id: string, { root, others }: Related): string | undefined {
  if (kind === 'preauthorize' || kind === 'debit' || kind === 'payout') return undefined;
  const first = root === id ? undefined : root;
  const near = [...new Set(others)].filter((other) => other !== id && other !== first);
  const [only] = near;
  if (kind !== 'capture' && only !== undefined && near.length === 1) return only;
  return first ?? (near.length === 1 ? only : undefined);
}
