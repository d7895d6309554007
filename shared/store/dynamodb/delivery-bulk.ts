import { DeleteItemCommand, QueryCommand, type QueryCommandOutput, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { DeliveryStore } from '#shared/pipeline/ports.ts';
import { unlessRefused } from './delivery-cursors.ts';
import { dueItems } from './delivery-due.ts';
import { cursorOf } from './delivery-items.ts';
import { cursorPartition, type Item, NEXT_AT_SHARDS, type RowKey, SHARDS } from './delivery-keys.ts';
import * as requests from './delivery-requests.ts';
import type { DynamoSend } from './dynamo-send.ts';

export type ManyCursors = Pick<DeliveryStore, 'dueCursors' | 'deleteCursorsOf' | 'releaseCursors' | 'postponeCursors'>;

/** Requests of one operation on the way at once, for each part of a subscription. */
const AT_ONCE = 8;

export function manyCursors(client: DynamoSend, table: string): ManyCursors {
  const ofSubscription = (merchantId: string, subscriptionId: string, write: WriteOne, earlierThan?: string) =>
    writeAll(client, table, { merchantId, subscriptionId, write, earlierThan });
  return {
    async dueCursors(now, limit) {
      const due = (await dueItems(client, table, NEXT_AT_SHARDS, { now, limit })).map(cursorOf);
      return due.filter(({ state }) => state === 'waiting');
    },
    deleteCursorsOf: (merchantId, subscriptionId) =>
      ofSubscription(merchantId, subscriptionId, (key) =>
        client.send(new DeleteItemCommand(requests.removeCursor(table, key))),
      ),
    releaseCursors: (merchantId, subscriptionId, nextAt) =>
      ofSubscription(merchantId, subscriptionId, (key) =>
        client.send(new UpdateItemCommand(requests.releaseCursor(table, key, nextAt))),
      ),
    postponeCursors: (merchantId, subscriptionId, nextAt) =>
      ofSubscription(
        merchantId,
        subscriptionId,
        (key) => client.send(new UpdateItemCommand(requests.postponeCursor(table, key, nextAt))),
        nextAt,
      ),
  };
}

/** Writes one row under a condition that judges it as it is then; rejects with the SDK's refusal where it is not met. */
type WriteOne = (key: RowKey) => Promise<unknown>;

interface Subscribed {
  readonly merchantId: string;
  readonly subscriptionId: string;
  readonly write: WriteOne;
  readonly earlierThan: string | undefined;
}

/** Reads every page of a subscription's cursors and writes each one; how many were written. */
async function writeAll(client: DynamoSend, table: string, all: Subscribed): Promise<number> {
  const partitions = SHARDS.map((shard) => cursorPartition(all.merchantId, all.subscriptionId, shard));
  const written = await Promise.all(
    partitions.map(async (partition) => {
      let count = 0;
      for await (const keys of pagesOf(client, table, partition, all.earlierThan)) {
        for (const some of chunksOf(keys, AT_ONCE)) {
          const outcomes = await Promise.all(some.map((key) => unlessRefused(() => all.write(key))));
          count += outcomes.filter((outcome) => outcome !== undefined).length;
        }
      }
      return count;
    }),
  );
  return written.reduce((sum, one) => sum + one, 0);
}

async function* pagesOf(
  client: DynamoSend,
  table: string,
  partition: string,
  earlierThan: string | undefined,
): AsyncGenerator<readonly RowKey[]> {
  let start: Item | undefined;
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({
        ...requests.cursorsIn(table, partition, earlierThan),
        ...(start !== undefined && { ExclusiveStartKey: start }),
      }),
    );
    yield (page.Items ?? []).map(rowKey);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

function rowKey(item: Item): RowKey {
  return { pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '' };
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
