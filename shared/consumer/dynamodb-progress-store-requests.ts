import { createHash } from 'node:crypto';
import type { AttributeValue, GetItemInput, TransactWriteItem, UpdateItemInput } from '@aws-sdk/client-dynamodb';

/** One item a subject: its mark, and the lease of whoever handles its events at this moment. */
export interface ProgressItem {
  readonly lastSequence: string | undefined;
  readonly leaseHolder: string | undefined;
}

type Key = Record<string, AttributeValue>;

/** DynamoDB takes 2,048 bytes, and replaces half a surrogate pair. */
const LONGEST_KEY_BYTES = 2_048;
const FORWARD = '(attribute_not_exists(lastSequence) OR lastSequence < :sequence)';
const STILL_MINE = 'leaseHolder = :holder';
const FREE = `(attribute_not_exists(leaseHolder) OR leaseUntil <= :now OR ${STILL_MINE})`;
const TELL_WHY = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

function keyOf(subjectKey: string): Key {
  if (Buffer.byteLength(subjectKey) <= LONGEST_KEY_BYTES && subjectKey.isWellFormed()) {
    return { subject: { S: subjectKey } };
  }
  const digest = createHash('sha256').update(Buffer.from(subjectKey, 'utf16le')).digest('base64url');
  return { subject: { S: `sha256:${digest}` } };
}

export function readItem(item: Key | undefined): ProgressItem {
  return { lastSequence: item?.['lastSequence']?.S, leaseHolder: item?.['leaseHolder']?.S };
}

export function getMark(table: string, subjectKey: string): GetItemInput {
  return { TableName: table, Key: keyOf(subjectKey), ConsistentRead: true, ProjectionExpression: 'lastSequence' };
}

/** The mark, forward only. With a `holder`: only while the lease is his, which ends with it. */
export function putMark(table: string, subjectKey: string, sequence: string, holder?: string): UpdateItemInput {
  const end = holder === undefined ? '' : ' REMOVE leaseHolder, leaseUntil';
  const update = { ...markUpdate(table, subjectKey, sequence, holder), ...TELL_WHY };
  return { ...update, UpdateExpression: `${update.UpdateExpression}${end}` };
}

/** The mark as an item of the merchant's own transaction. The lease goes on: his handler has not ended. */
export function markItem(table: string, subjectKey: string, sequence: string, holder?: string): TransactWriteItem {
  return { Update: { ...markUpdate(table, subjectKey, sequence, holder), ...TELL_WHY } };
}

function markUpdate(table: string, subjectKey: string, sequence: string, holder: string | undefined) {
  return {
    TableName: table,
    Key: keyOf(subjectKey),
    UpdateExpression: 'SET lastSequence = :sequence',
    ConditionExpression: holder === undefined ? FORWARD : `${STILL_MINE} AND ${FORWARD}`,
    ExpressionAttributeValues: {
      ':sequence': { S: sequence },
      ...(holder !== undefined && { ':holder': { S: holder } }),
    },
  };
}

/** A repeated request of the same holder succeeds again, so that an answer that got lost locks nobody out. */
export function takeLease(
  table: string,
  subjectKey: string,
  holder: string,
  nowMs: number,
  untilMs: number,
): UpdateItemInput {
  return {
    TableName: table,
    Key: keyOf(subjectKey),
    UpdateExpression: 'SET leaseHolder = :holder, leaseUntil = :until',
    ConditionExpression: FREE,
    ExpressionAttributeValues: {
      ':holder': { S: holder },
      ':now': { N: String(nowMs) },
      ':until': { N: String(untilMs) },
    },
  };
}

export function renewLease(table: string, subjectKey: string, holder: string, untilMs: number): UpdateItemInput {
  return {
    TableName: table,
    Key: keyOf(subjectKey),
    UpdateExpression: 'SET leaseUntil = :until',
    ConditionExpression: STILL_MINE,
    ExpressionAttributeValues: { ':holder': { S: holder }, ':until': { N: String(untilMs) } },
  };
}

export function endLease(table: string, subjectKey: string, holder: string): UpdateItemInput {
  return {
    TableName: table,
    Key: keyOf(subjectKey),
    UpdateExpression: 'REMOVE leaseHolder, leaseUntil',
    ConditionExpression: STILL_MINE,
    ExpressionAttributeValues: { ':holder': { S: holder } },
  };
}
