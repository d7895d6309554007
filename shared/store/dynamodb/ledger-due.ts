import { QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { LedgerStore } from '#shared/pipeline/ports.ts';
import { headOf } from './ledger-head-item.ts';
import { dueShards, HEAD, type Item } from './ledger-keys.ts';
import { checkedLimit } from './ledger-lanes.ts';
import { type LedgerTable, readItems, unlessRefused } from './ledger-reads.ts';
import { queryDue, takeDue } from './ledger-requests.ts';

/** Payments that are past their due time: one query a shard where there are none, never a scan. */
export function ledgerDue(ledger: LedgerTable): Pick<LedgerStore, 'dueHeads' | 'takeDue'> {
  const { client, table } = ledger;

  async function dueIn(partition: string, now: string, limit: number): Promise<readonly Item[]> {
    const { Items = [] } = await client.send(new QueryCommand(queryDue(table, partition, now, limit)));
    return Items;
  }

  return {
    async dueHeads(now, limit) {
      const most = checkedLimit(limit);
      const shards = await Promise.all(dueShards().map((partition) => dueIn(partition, now, most)));
      const first = shards.flat().toSorted(byDue).slice(0, most);
      const keys = first.map((entry) => ({ pk: entry['pk']?.S ?? '', sk: HEAD }));
      const heads = [...(await readItems(ledger, keys)).values()];
      // The index lags behind: what has been taken or has moved since is passed over.
      return heads
        .filter((item) => item['dueShard'] !== undefined && dueOf(item) <= now)
        .toSorted(byDue)
        .map(headOf);
    },
    takeDue(key, version) {
      return unlessRefused(() => client.send(new UpdateItemCommand(takeDue(table, key, version))));
    },
  };
}

function dueOf(item: Item): string {
  return item['due']?.S ?? '';
}

function byDue(a: Item, b: Item): number {
  if (dueOf(a) === dueOf(b)) return 0;
  return dueOf(a) < dueOf(b) ? -1 : 1;
}
