import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { RefusedSample, RefusedStore } from '#shared/pipeline/ports.ts';
import { CALLBACK_DICTIONARY_1 } from './dictionary-callback-1.ts';
import { unpack } from './packing.ts';
import {
  COUNT,
  createDynamoRefusedRing,
  KEPT,
  type RefusedRing,
  type RefusedRingOptions,
  refusedKey,
} from './refused-ring.ts';

/** The ring and its reading half; reads are consistent, of what was flushed. */
export function createDynamoRefused(options: RefusedRingOptions): RefusedStore & RefusedRing {
  const { client, table } = options;
  return {
    ...createDynamoRefusedRing(options),

    async list(connectorId) {
      const found: Record<string, AttributeValue>[] = [];
      let next: Record<string, AttributeValue> | undefined;
      do {
        const { Items, LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: refusedKey(connectorId) } },
            ConsistentRead: true,
            ...(next === undefined ? {} : { ExclusiveStartKey: next }),
          }),
        );
        found.push(...(Items ?? []));
        next = LastEvaluatedKey;
      } while (next !== undefined);
      return { items: newestOf(found), counts: countsOf(found) };
    },
  };
}

function newestOf(items: readonly Record<string, AttributeValue>[]): RefusedSample[] {
  return items
    .flatMap(({ flush, packed }) =>
      flush?.N === undefined || packed?.B === undefined ? [] : [{ flush: Number(flush.N), packed: packed.B }],
    )
    .sort((a, b) => b.flush - a.flush)
    .flatMap(({ packed }) => samplesIn(packed))
    .slice(0, KEPT);
}

/** Newest first. */
function samplesIn(packed: Uint8Array): RefusedSample[] {
  const samples = JSON.parse(unpack(packed, [CALLBACK_DICTIONARY_1]).toString()) as RefusedSample[];
  return samples.reverse();
}

function countsOf(items: readonly Record<string, AttributeValue>[]): Record<string, number> {
  const counters = items.flatMap((item) => Object.entries(item)).filter(([name]) => name.startsWith(COUNT));
  return Object.fromEntries(counters.map(([name, value]) => [name.slice(COUNT.length), Number(value.N)]));
}
