import { type AttributeValue, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { readKeptRequest } from '#shared/pipeline/kept-request.ts';
import type { ListedRefusal, RefusedStore, RequestOpener } from '#shared/pipeline/ports.ts';
import { CALLBACK_DICTIONARY_1 } from './dictionary-callback-1.ts';
import { unpack } from './packing.ts';
import {
  COUNT,
  createDynamoRefusedRing,
  KEPT,
  type RefusedRing,
  type RefusedRingOptions,
  refusedKey,
  type StoredRefusal,
  slotKey,
} from './refused-ring.ts';

export interface DynamoRefusedOptions extends RefusedRingOptions {
  /** Absent: no kept request is opened. */
  readonly opener?: RequestOpener;
}

/** The ring and its reading half; reads are consistent, of what was flushed. */
export function createDynamoRefused(options: DynamoRefusedOptions): RefusedStore & RefusedRing {
  const { client, table, opener } = options;
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
        found.push(...(Items ?? []).map(({ sealed: _, ...item }) => item));
        next = LastEvaluatedKey;
      } while (next !== undefined);
      return { items: newestOf(found), counts: countsOf(found) };
    },

    async kept(connectorId, n) {
      const { Item } = await client.send(
        new GetItemCommand({
          TableName: table,
          Key: slotKey(refusedKey(connectorId), Math.floor(n / KEPT)),
          ConsistentRead: true,
        }),
      );
      const sample = Item && newestOf([Item]).find((one) => one.n === n);
      if (sample === undefined) return undefined;
      const sealed = sample.kept && Item?.['sealed']?.B;
      const opened = sealed && (await opener?.open(connectorId, sealed));
      return { sample, request: opened && readKeptRequest(opened) };
    },
  };
}

function newestOf(items: readonly Record<string, AttributeValue>[]): ListedRefusal[] {
  return items
    .flatMap(({ flush, packed }) =>
      flush?.N === undefined || packed?.B === undefined ? [] : [{ flush: Number(flush.N), packed: packed.B }],
    )
    .sort((a, b) => b.flush - a.flush)
    .flatMap(({ flush, packed }) => samplesIn(flush, packed))
    .slice(0, KEPT);
}

/** Newest first, each with a number of its own: that of its flush and its place in it. */
function samplesIn(flush: number, packed: Uint8Array): ListedRefusal[] {
  const samples = JSON.parse(unpack(packed, [CALLBACK_DICTIONARY_1]).toString()) as StoredRefusal[];
  return samples.map((sample, place) => ({ ...sample, n: flush * KEPT + place })).reverse();
}

function countsOf(items: readonly Record<string, AttributeValue>[]): Record<string, number> {
  const counters = items.flatMap((item) => Object.entries(item)).filter(([name]) => name.startsWith(COUNT));
  return Object.fromEntries(counters.map(([name, value]) => [name.slice(COUNT.length), Number(value.N)]));
}
