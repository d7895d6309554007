import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { DeliveryStore, OldSecretCount, OldSecretUse } from '#shared/pipeline/ports.ts';
import { oldSecretPartition, SHARDS, shardOf } from './delivery-keys.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { queryRows } from './registry-query.ts';

/** Counters of callbacks that an old secret has signed: an item a key and shard, so that full traffic of one connector can be counted. */
export function oldSecrets(client: DynamoSend, table: string): Pick<DeliveryStore, 'noteOldSecret' | 'oldSecretUse'> {
  return {
    async noteOldSecret(use) {
      try {
        await client.send(countAndDate(table, use));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        await client.send(countOnly(table, use));
      }
    },
    async oldSecretUse(connectorId) {
      const shards = await Promise.all(SHARDS.map((shard) => countsOf(client, table, connectorId, shard)));
      const total: Record<string, OldSecretCount> = {};
      for (const [keyId, { callbacks, lastAt }] of shards.flat()) {
        const known = total[keyId] ?? { callbacks: 0, lastAt: '' };
        total[keyId] = {
          callbacks: known.callbacks + callbacks,
          lastAt: [known.lastAt, lastAt].sort().at(-1) ?? '',
        };
      }
      return total;
    },
  };
}

function keyOf({ connectorId, keyId, callbackId }: OldSecretUse) {
  return { pk: { S: oldSecretPartition(connectorId, shardOf(callbackId)) }, sk: { S: keyId } };
}

/** Streams keep no order between payments: an earlier time never takes the place of a later one. */
function countAndDate(table: string, use: OldSecretUse): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: table,
    Key: keyOf(use),
    UpdateExpression: 'ADD callbacks :one SET lastAt = :at',
    ConditionExpression: 'attribute_not_exists(lastAt) OR lastAt <= :at',
    ExpressionAttributeValues: { ':one': { N: '1' }, ':at': { S: use.receivedAt } },
  });
}

function countOnly(table: string, use: OldSecretUse): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: table,
    Key: keyOf(use),
    UpdateExpression: 'ADD callbacks :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  });
}

async function countsOf(
  client: DynamoSend,
  table: string,
  connectorId: string,
  shard: number,
): Promise<[string, OldSecretCount][]> {
  const { items } = await queryRows(client, {
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: oldSecretPartition(connectorId, shard) } },
    ConsistentRead: true,
  });
  return items.map((item) => [
    item['sk']?.S ?? '',
    { callbacks: Number(item['callbacks']?.N ?? 0), lastAt: item['lastAt']?.S ?? '' },
  ]);
}
