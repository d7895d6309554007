import { type AttributeValue, GetItemCommand, type GetItemInput } from '@aws-sdk/client-dynamodb';
import type { DynamoSend } from './dynamo-send.ts';

export type Item = Record<string, AttributeValue>;

export interface RowKey {
  readonly pk: string;
  readonly sk: string;
}

export function keyItem({ pk, sk }: RowKey): Item {
  return { pk: { S: pk }, sk: { S: sk } };
}

/**
 * Consistent: an eventually consistent read has no bound, so that a connector or secret would be in force within 5 s not of
 * its PUT but of whenever a replica knew it, and the second look before a 401 could still see the secret rotated away. It
 * costs half a read unit more, for a warm container and connector once a minute, and asks no more of DynamoDB than the
 * write that follows.
 */
function getInput(table: string, key: RowKey): GetItemInput {
  return { TableName: table, Key: keyItem(key), ConsistentRead: true };
}

export async function getRecord<Row>(client: DynamoSend, table: string, key: RowKey): Promise<Row | undefined> {
  const { Item } = await client.send(new GetItemCommand(getInput(table, key)));
  return Item === undefined ? undefined : recordOf<Row>(Item);
}

/** `record` is the row as JSON; the other attributes are for keys, conditions and lists. */
export function recordOf<Row>(item: Item): Row {
  const record = item['record']?.S;
  if (record === undefined) throw new Error(`The row ${item['pk']?.S} of the registry table has no record.`);
  return JSON.parse(record) as Row;
}
