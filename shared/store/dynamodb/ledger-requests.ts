import type { DeleteItemInput, PutItemInput, QueryInput, UpdateItemInput } from '@aws-sdk/client-dynamodb';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { HeadRow, OutcomeRow } from '#shared/pipeline/ports.ts';
import { headItem } from './ledger-head-item.ts';
import {
  aliasPk,
  callbackOfOutcome,
  callbackOfSeen,
  FIRST_SEEN,
  FIRST_VERSION,
  HEAD,
  type Item,
  keyItem,
  LAST_VERSION,
  listKey,
  outcomeKey,
  outcomeList,
  partPrefix,
  scopesPkOf,
  seenSk,
  shardOf,
  subjectPk,
  versionSk,
} from './ledger-keys.ts';

/** The requests of the ledger table as data. No decision of a writer stands on an index or an inconsistent read. */

const ABSENT = 'attribute_not_exists(pk)';

/** Head and newest version: the two rows that sort last. */
export function queryNewest(table: string, key: SubjectKey): QueryInput {
  return {
    ...rowsBetween(table, key, FIRST_VERSION, HEAD),
    ScanIndexForward: false,
    Limit: 2,
    ConsistentRead: true,
  };
}

export function queryVersions(
  table: string,
  key: SubjectKey,
  range: { readonly from: number; readonly to: number },
  consistent: boolean,
): QueryInput {
  return { ...rowsBetween(table, key, versionSk(range.from), versionSk(range.to)), ConsistentRead: consistent };
}

/** Versions and seen callbacks, without what is packed. */
export function queryHistory(table: string, key: SubjectKey): QueryInput {
  return {
    ...rowsBetween(table, key, FIRST_SEEN, LAST_VERSION),
    ProjectionExpression: 'sk, #cause, #quiet, #version, #callbackId',
    ExpressionAttributeNames: {
      '#cause': 'cause',
      '#quiet': 'quiet',
      '#version': 'version',
      '#callbackId': 'callbackId',
    },
  };
}

/** Versions that a callback made. */
export function queryCausedBy(table: string, key: SubjectKey, callbackId: string): QueryInput {
  const versions = rowsBetween(table, key, FIRST_VERSION, LAST_VERSION);
  return {
    ...versions,
    ProjectionExpression: 'sk, #cause, #quiet',
    FilterExpression: '#cause = :cause',
    ExpressionAttributeNames: { '#cause': 'cause', '#quiet': 'quiet' },
    ExpressionAttributeValues: { ...versions.ExpressionAttributeValues, ':cause': { S: callbackId } },
  };
}

export function queryParts(table: string, key: SubjectKey, digest: string): QueryInput {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': { S: subjectPk(key) }, ':prefix': { S: partPrefix(digest) } },
    ConsistentRead: true,
  };
}

export function putVersion(table: string, item: Item): PutItemInput {
  return { TableName: table, Item: item, ConditionExpression: ABSENT };
}

/** The version met first stays. */
export function putSeen(table: string, key: SubjectKey, callbackId: string, version: number): PutItemInput {
  const sk = seenSk(callbackId);
  return {
    TableName: table,
    Item: {
      ...keyItem({ pk: subjectPk(key), sk }),
      version: { N: String(version) },
      ...(callbackOfSeen(sk) === undefined && { callbackId: { S: callbackId } }),
    },
    ConditionExpression: ABSENT,
  };
}

/**
 * Moves a head that is there and has the same aliases: all that leads to it is there too. A failed condition returns the
 * old head, which tells why.
 */
export function advanceHead(table: string, head: HeadRow): PutItemInput {
  const item = headItem(head);
  const aliases = item['aliases'];
  return {
    TableName: table,
    Item: item,
    ConditionExpression: `#version < :version AND ${aliases ? '#aliases = :aliases' : 'attribute_not_exists(#aliases)'}`,
    ExpressionAttributeNames: { '#version': 'version', '#aliases': 'aliases' },
    ExpressionAttributeValues: {
      ':version': { N: String(head.version) },
      ...(aliases && { ':aliases': aliases }),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** Makes a head or moves it forward, when what leads to it has been written. */
export function placeHead(table: string, head: HeadRow): PutItemInput {
  return {
    TableName: table,
    Item: headItem(head),
    ConditionExpression: `${ABSENT} OR #version < :version`,
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': { N: String(head.version) } },
  };
}

/** Keys of what waits and is due, the earliest first; `partition` is one of `dueShards`. */
export function queryDue(table: string, partition: string, now: string, limit: number): QueryInput {
  return {
    TableName: table,
    IndexName: 'byDue',
    KeyConditionExpression: '#partition = :partition AND #due <= :now',
    ExpressionAttributeNames: { '#partition': 'dueShard', '#due': 'due' },
    ExpressionAttributeValues: { ':partition': { S: partition }, ':now': { S: now } },
    Limit: limit,
  };
}

/** Takes a head out of the index of due times; the stream carries a move to where it was, which is none. */
export function takeDue(table: string, key: SubjectKey, version: number): UpdateItemInput {
  return {
    TableName: table,
    Key: keyItem({ pk: subjectPk(key), sk: HEAD }),
    UpdateExpression: 'REMOVE #partition',
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#partition': 'dueShard', '#version': 'version' },
    ExpressionAttributeValues: { ':version': { N: String(version) } },
  };
}

/** A row that leads from an alias to its subject; the head says whether it still does. */
export function putAlias(table: string, head: HeadRow, alias: string): PutItemInput {
  const { pk, sk, id } = headItem(head);
  const subject = pk?.S ?? '';
  return {
    TableName: table,
    Item: {
      ...keyItem({
        pk: aliasPk(head.merchantId, head.key.type, alias),
        sk: listKey(head.createdAt, subject),
      }),
      ...(pk && { subject: pk }),
      ...(sk && id && { id }),
    },
  };
}

/** That subjects of a connector belong to a merchant. */
export function scopeItem(connectorId: string, merchantId: string): Item {
  return keyItem({ pk: scopesPkOf(connectorId), sk: `${connectorId}#${merchantId}` });
}

export function queryScopes(table: string, pk: string, connectorId?: string): QueryInput {
  const all = { TableName: table, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } } };
  if (connectorId === undefined) return all;
  return {
    ...all,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :connector)',
    ExpressionAttributeValues: { ':pk': { S: pk }, ':connector': { S: `${connectorId}#` } },
  };
}

/** One that stands already stays, unless it is `failed`. */
export function putOutcome(table: string, row: OutcomeRow): PutItemInput {
  const key = outcomeKey(row.callbackId);
  return {
    TableName: table,
    Item: {
      ...keyItem(key),
      ...(callbackOfOutcome(key.pk) === undefined && { callbackId: { S: row.callbackId } }),
      outcome: { S: row.outcome },
      listShard: { S: outcomeList(row.outcome, shardOf(key.pk)) },
      referenceKey: { S: outcomeList(row.outcome, row.connectorId) },
      listKey: { S: listKey(row.receivedAt, key.pk) },
    },
    ConditionExpression: `${ABSENT} OR #outcome = :failed`,
    ...FAILED,
  };
}

/** Only a failure ends so: what another apply found notable meanwhile stays. */
export function deleteOutcome(table: string, callbackId: string): DeleteItemInput {
  return {
    TableName: table,
    Key: keyItem(outcomeKey(callbackId)),
    ConditionExpression: '#outcome = :failed',
    ...FAILED,
  };
}

const FAILED = {
  ExpressionAttributeNames: { '#outcome': 'outcome' },
  ExpressionAttributeValues: { ':failed': { S: 'failed' } },
};

function rowsBetween(table: string, key: SubjectKey, first: string, last: string): QueryInput {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: { ':pk': { S: subjectPk(key) }, ':first': { S: first }, ':last': { S: last } },
  };
}
