import type { HeadRow, LedgerQuery, LedgerStore } from '#shared/pipeline/ports.ts';
import { encodeCursor } from '#shared/registry/page-cursor.ts';
import type { Page } from '#shared/registry/records.ts';
import { headOf, idsIn } from './ledger-head-item.ts';
import { aliasPk, HEAD, indexKey, SHARDS, subjectPk } from './ledger-keys.ts';
import { checkedLimit, type Lane, type LaneEntry, type LaneRange, newestFirst, rangeOf } from './ledger-lanes.ts';
import { type LedgerTable, readItems } from './ledger-reads.ts';
import type { Scopes } from './ledger-scopes.ts';

const LIST = 'subjects';

/** Heads read, and index rows passed over, for one page where much is filtered out: the page may then be short. */
const MOST_EXAMINED = 1000;
const MOST_PASSED = 10_000;
/** Heads read at once. */
const TOGETHER = 100;

/**
 * Heads newest first by creation. Indexes hold keys only; the heads that they lead to are read and judged as they are now.
 * Without a merchant the lists of all merchants of the connector, or of all there are, are read side by side.
 */
export function ledgerFind(ledger: LedgerTable, scopes: Scopes): LedgerStore['find'] {
  return async (query) => {
    const limit = checkedLimit(query.limit);
    const range = rangeOf(LIST, query);
    const merchants = query.merchantId === undefined ? await scopes.merchants(query.connectorId) : [query.merchantId];
    const lanes = merchants.flatMap((merchantId) => lanesOf(merchantId, query));
    const wanted = filtersHeads(query) || query.connectorId !== undefined ? Math.max(TOGETHER, limit) : limit + 1;
    const indexed = newestFirst(ledger, lanes, range, wanted);
    return pageOfHeads(ledger, query, limit, merged(indexed, await namedByPurchase(ledger, scopes, query, range)));
  };
}

/** Through the index that leaves least to filter. */
function lanesOf(merchantId: string, { type, alias, merchantReference, purchaseReference }: LedgerQuery): Lane[] {
  if (alias !== undefined) return [{ partition: aliasPk(merchantId, type, alias) }];
  if (merchantReference !== undefined) {
    return [{ index: 'byReference', partition: indexKey(merchantId, type, merchantReference) }];
  }
  if (purchaseReference !== undefined) {
    return [{ index: 'byPurchase', partition: indexKey(merchantId, type, purchaseReference) }];
  }
  return SHARDS.map((shard) => ({ index: 'byList', partition: indexKey(merchantId, type, shard) }));
}

/** Subjects whose own id the purchase reference ends in: they are in no index of purchases. */
async function namedByPurchase(
  ledger: LedgerTable,
  scopes: Scopes,
  query: LedgerQuery,
  range: LaneRange,
): Promise<readonly LaneEntry[]> {
  const { type, alias, merchantReference, purchaseReference, connectorId, merchantId } = query;
  if (purchaseReference === undefined || alias !== undefined || merchantReference !== undefined) return [];
  const connectors = connectorId === undefined ? await scopes.connectors(merchantId) : [connectorId];
  const keys = connectors.flatMap((connector) =>
    idsIn(purchaseReference).map((id) => ({ pk: subjectPk({ connectorId: connector, type, id }), sk: HEAD })),
  );
  const items = [...(await readItems(ledger, keys)).values()];
  return items
    .filter((item) => item['purchaseKey'] === undefined)
    .map((item) => ({ listKey: item['listKey']?.S ?? '', item }))
    .filter(({ listKey: place }) => place >= range.from && place <= range.to && place !== range.behind);
}

/** Two lists, both newest first, as one. */
async function* merged(entries: AsyncGenerator<LaneEntry>, more: readonly LaneEntry[]): AsyncGenerator<LaneEntry> {
  const rest = more.toSorted((a, b) => (a.listKey < b.listKey ? 1 : -1));
  for await (const entry of entries) {
    while (rest[0] !== undefined && rest[0].listKey > entry.listKey) yield rest.shift() as LaneEntry;
    yield entry;
  }
  yield* rest;
}

/** Whether something is asked for that only heads tell. */
function filtersHeads({ kind, status, mode, flag, alias, merchantReference, purchaseReference }: LedgerQuery): boolean {
  const led = [alias, merchantReference, purchaseReference].filter((value) => value !== undefined);
  return led.length > 1 || [kind, status, mode, flag].some((value) => value !== undefined);
}

async function pageOfHeads(
  ledger: LedgerTable,
  query: LedgerQuery,
  limit: number,
  entries: AsyncGenerator<LaneEntry>,
): Promise<Page<HeadRow>> {
  const items: HeadRow[] = [];
  const prefix = query.connectorId === undefined ? '' : `${query.connectorId}#`;
  let [examined, passed] = [0, 0];
  while (items.length < limit && examined < MOST_EXAMINED && passed < MOST_PASSED) {
    const open = limit - items.length;
    const batch = await take(entries, Math.min(TOGETHER, filtersHeads(query) ? 20 + 2 * open : open), prefix);
    examined += batch.entries.length;
    passed += batch.passed;
    const found = await readItems(
      ledger,
      batch.entries.map((entry) => ({ pk: subjectPkOf(entry), sk: HEAD })),
    );
    for (const [i, entry] of batch.entries.entries()) {
      const item = found.get(subjectPkOf(entry));
      const head = item && headOf(item);
      if (head !== undefined && fits(head, query)) items.push(head);
      const unread = i + 1 < batch.entries.length;
      if (items.length === limit && unread) return { items, cursor: encodeCursor(LIST, [entry.listKey]) };
    }
    if (batch.last === undefined) return { items, cursor: null };
    if (items.length === limit || examined >= MOST_EXAMINED || passed >= MOST_PASSED) {
      const ended = (await entries.next()).done === true;
      return { items, cursor: ended ? null : encodeCursor(LIST, [batch.last]) };
    }
  }
  return { items, cursor: null };
}

interface Batch {
  readonly entries: readonly LaneEntry[];
  /** Index rows of other connectors that were passed over. */
  readonly passed: number;
  /** Place of the last row looked at; undefined: none is left. */
  readonly last: string | undefined;
}

async function take(entries: AsyncGenerator<LaneEntry>, count: number, prefix: string): Promise<Batch> {
  const taken: LaneEntry[] = [];
  for (let passed = 0; ; ) {
    const { value, done } = await entries.next();
    if (done === true) return { entries: taken, passed, last: undefined };
    if (subjectPkOf(value).startsWith(prefix)) taken.push(value);
    else passed++;
    if (taken.length >= count || passed >= MOST_PASSED) return { entries: taken, passed, last: value.listKey };
  }
}

/** Rows of an alias name their subject; rows of an index are its own. */
function subjectPkOf({ item }: LaneEntry): string {
  return item['subject']?.S ?? item['pk']?.S ?? '';
}

function fits(head: HeadRow, query: LedgerQuery): boolean {
  const equal = ['merchantId', 'kind', 'status', 'mode', 'merchantReference', 'purchaseReference'] as const;
  return (
    head.key.type === query.type &&
    (query.connectorId ?? head.key.connectorId) === head.key.connectorId &&
    equal.every((name) => query[name] === undefined || query[name] === head[name]) &&
    (query.flag === undefined || head.flags.includes(query.flag)) &&
    (query.alias === undefined || head.aliases.includes(query.alias)) &&
    (query.from === undefined || head.createdAt >= query.from) &&
    (query.to === undefined || head.createdAt < query.to)
  );
}
