import type { PutItemInput, QueryInput, TransactWriteItemsInput } from '@aws-sdk/client-dynamodb';
import { type Item, keyItem, type RowKey } from './registry-get.ts';
import {
  AUDIT_MONTHS,
  auditPartition,
  type ListKind,
  type RegistryRow,
  rowItem,
  SUBSCRIPTION,
} from './registry-items.ts';

/** The requests of the registry table as data. A row and its audit entry are written together or not at all. */

/** `expectedVersion` undefined: only where there is no row. @throws RowTooLarge */
export function putRow(
  table: string,
  row: RegistryRow,
  expectedVersion: number | undefined,
  audit: Item,
  /** Written along, whatever is there. */
  also: readonly RegistryRow[] = [],
): TransactWriteItemsInput {
  const condition =
    expectedVersion === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'version = :expected',
          ExpressionAttributeValues: { ':expected': { N: String(expectedVersion) } },
        };
  return {
    TransactItems: [
      { Put: { TableName: table, Item: rowItem(row), ...condition } },
      { Put: { TableName: table, Item: audit } },
      ...also.map((one) => ({ Put: { TableName: table, Item: rowItem(one) } })),
    ],
  };
}

/** Only where there is none. @throws RowTooLarge */
export function putMissingRow(table: string, row: RegistryRow): PutItemInput {
  return { TableName: table, Item: rowItem(row), ConditionExpression: 'attribute_not_exists(pk)' };
}

export function deleteRow(table: string, key: RowKey, audit: Item): TransactWriteItemsInput {
  return {
    TransactItems: [
      { Delete: { TableName: table, Key: keyItem(key), ConditionExpression: 'attribute_exists(pk)' } },
      { Put: { TableName: table, Item: audit } },
    ],
  };
}

/** Its key is random, so that a repeated request overwrites nothing but itself. */
export function putAudit(table: string, audit: Item): PutItemInput {
  return { TableName: table, Item: audit };
}

/** Apart from the transactions, which would get in each other's way over the one row. */
export function putAuditMonth(table: string, month: string): PutItemInput {
  return { TableName: table, Item: keyItem({ pk: AUDIT_MONTHS, sk: month }) };
}

/** Consistent: the bound within which a change is in force has no other share of DynamoDB's. */
export function querySubscriptions(table: string, merchantPartition: string): QueryInput {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': { S: merchantPartition }, ':prefix': { S: SUBSCRIPTION } },
    ConsistentRead: true,
  };
}

export interface ListPart {
  readonly kind: ListKind;
  /** What the places in the list begin with. */
  readonly prefix?: string | undefined;
  /** Key of the row after which the page begins. */
  readonly after?: Item | undefined;
}

/** By the index, which follows the table within moments. */
export function queryList(table: string, { kind, prefix, after }: ListPart): QueryInput {
  return {
    TableName: table,
    IndexName: 'byKind',
    KeyConditionExpression: prefix === undefined ? 'kind = :kind' : 'kind = :kind AND begins_with(listKey, :prefix)',
    ExpressionAttributeValues: { ':kind': { S: kind }, ...(prefix !== undefined && { ':prefix': { S: prefix } }) },
    ...(after && { ExclusiveStartKey: after }),
  };
}

/** Newest first, those that have begun by `latest`. */
export function queryAuditMonths(table: string, latest: string): QueryInput {
  return backward(table, AUDIT_MONTHS, 'sk <= :end', latest);
}

/** Newest first, those whose key is less than `before`. */
export function queryAudit(table: string, month: string, before: string): QueryInput {
  return backward(table, auditPartition(month), 'sk < :end', before);
}

function backward(table: string, partition: string, bound: string, end: string): QueryInput {
  return {
    TableName: table,
    KeyConditionExpression: `pk = :pk AND ${bound}`,
    ExpressionAttributeValues: { ':pk': { S: partition }, ':end': { S: end } },
    ScanIndexForward: false,
    ConsistentRead: true,
  };
}
