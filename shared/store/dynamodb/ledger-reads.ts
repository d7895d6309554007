import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  QueryCommand,
  type QueryCommandOutput,
  type QueryInput,
} from '@aws-sdk/client-dynamodb';
import type { DynamoSend } from './dynamo-send.ts';
import { type Item, type ItemKey, keyItem } from './ledger-keys.ts';

export interface LedgerTable {
  readonly client: DynamoSend;
  readonly table: string;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

/** One request takes no more keys. */
const BATCH = 100;
const BATCH_TRIES = 8;

/** All pages of a query. */
export async function* pagesOf({ client }: LedgerTable, query: QueryInput): AsyncGenerator<readonly Item[]> {
  let start: Item | undefined;
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({ ...query, ...(start !== undefined && { ExclusiveStartKey: start }) }),
    );
    yield page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

export async function allOf(ledger: LedgerTable, query: QueryInput): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pagesOf(ledger, query)) items.push(...page);
  return items;
}

/**
 * Rows by partition key, read consistently: an index may be ahead of a replica. What DynamoDB leaves undone is asked for
 * again after growing pauses. @throws where it never gets done.
 */
export async function readItems(ledger: LedgerTable, keys: readonly ItemKey[]): Promise<ReadonlyMap<string, Item>> {
  const wanted = [...new Map(keys.map((key) => [key.pk, key])).values()];
  const found = new Map<string, Item>();
  for (let at = 0; at < wanted.length; at += BATCH) {
    for (const item of await readBatch(ledger, wanted.slice(at, at + BATCH).map(keyItem))) {
      found.set(item['pk']?.S ?? '', item);
    }
  }
  return found;
}

async function readBatch({ client, table, pause }: LedgerTable, keys: Item[]): Promise<Item[]> {
  const items: Item[] = [];
  let open = keys;
  for (let tries = 0; open.length > 0; tries++) {
    if (tries === BATCH_TRIES) {
      throw new Error(`DynamoDB left ${open.length} rows of ${table} unread in ${BATCH_TRIES} tries: it is throttled.`);
    }
    if (tries > 0) await pause(25 * 2 ** tries);
    const answer: BatchGetItemCommandOutput = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: open, ConsistentRead: true } } }),
    );
    items.push(...(answer.Responses?.[table] ?? []));
    open = answer.UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return items;
}

/** The old row behind a failed condition (where it was asked for); undefined for any other error. */
export function failedCondition(error: unknown): { readonly item: Item | undefined } | undefined {
  if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') return undefined;
  return { item: 'Item' in error ? (error.Item as Item | undefined) : undefined };
}

/** Whether a conditional write was done. */
export async function unlessRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (failedCondition(error) === undefined) throw error;
    return false;
  }
}
