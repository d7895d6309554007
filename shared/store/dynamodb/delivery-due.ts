import { BatchGetItemCommand, type BatchGetItemCommandOutput, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from './delivery-keys.ts';
import { dueIn } from './delivery-requests.ts';
import type { DynamoSend } from './dynamo-send.ts';

/** BatchGetItem takes no more. */
const KEYS_A_BATCH = 100;
const BATCH_TRIES = 5;

/**
 * What is due in these parts of the index, the longest due first. The index names it, and may be late by moments: each row
 * is read again, consistently, and judged as it is now. What changes after that is the matter of the claim's condition.
 */
export async function dueItems(
  client: DynamoSend,
  table: string,
  shards: readonly string[],
  { now, limit }: { readonly now: string; readonly limit: number },
): Promise<Item[]> {
  const parts = await Promise.all(
    shards.map((shard) => client.send(new QueryCommand(dueIn(table, shard, now, limit)))),
  );
  const named = parts
    .flatMap(({ Items = [] }) => Items)
    .toSorted(byNextAt)
    .slice(0, limit);
  const found: Item[] = [];
  for (let i = 0; i < named.length; i += KEYS_A_BATCH) {
    found.push(...(await readAgain(client, table, named.slice(i, i + KEYS_A_BATCH))));
  }
  return found.filter((item) => (item['nextAt']?.S ?? '\u{10FFFF}') <= now).toSorted(byNextAt);
}

/**
 * What DynamoDB leaves undone again and again is left for the next run: those rows stay due. Where it can read none at
 * all it throws.
 */
async function readAgain(client: DynamoSend, table: string, named: readonly Item[]): Promise<Item[]> {
  let open: Item[] | undefined = named.map(({ pk, sk }) => ({ pk: pk ?? { S: '' }, sk: sk ?? { S: '' } }));
  const items: Item[] = [];
  for (let tries = 0; tries < BATCH_TRIES && open !== undefined && open.length > 0; tries++) {
    const answer: BatchGetItemCommandOutput = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: open, ConsistentRead: true } } }),
    );
    items.push(...(answer.Responses?.[table] ?? []));
    open = answer.UnprocessedKeys?.[table]?.Keys;
  }
  return items;
}

function byNextAt(a: Item, b: Item): number {
  const [left, right] = [a['nextAt']?.S ?? '', b['nextAt']?.S ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
