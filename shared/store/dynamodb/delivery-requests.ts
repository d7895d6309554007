import type {
  DeleteItemInput,
  GetItemInput,
  PutItemInput,
  QueryInput,
  UpdateItemInput,
} from '@aws-sdk/client-dynamodb';
import type { CursorId, FailedRow, ParkingCursor } from '#shared/pipeline/ports.ts';
import { cursorItem, failedItem, number, text } from './delivery-items.ts';
import { cursorKey, cursorKind, failedKey, type Item, keyItem, nextAtShard, type RowKey } from './delivery-keys.ts';

/** The requests of the delivery table as data. Every write carries what it was judged by as its condition. */

export type CursorChange = Pick<ParkingCursor, 'from' | 'attempts' | 'nextAt' | 'state' | 'lastError'>;

const EXISTS = 'attribute_exists(pk)';
const ABSENT = 'attribute_not_exists(pk)';
const TELL_WHY = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/** The relay must not miss a cursor that was made a moment ago. */
export function getCursor(table: string, id: CursorId): GetItemInput {
  return { TableName: table, Key: keyItem(cursorKey(id)), ConsistentRead: true };
}

export function putCursor(table: string, cursor: ParkingCursor): PutItemInput {
  return { TableName: table, Item: cursorItem(cursor), ConditionExpression: ABSENT };
}

/** A failed condition tells: an old row, it is noted already; none, parking has just ended. */
export function extendCursor(table: string, id: CursorId, upTo: number): UpdateItemInput {
  return {
    TableName: table,
    Key: keyItem(cursorKey(id)),
    UpdateExpression: 'SET upTo = :upTo',
    ConditionExpression: `${EXISTS} AND upTo < :upTo`,
    ExpressionAttributeValues: { ':upTo': number(upTo) },
    ...TELL_WHY,
  };
}

/** Undefined: a cursor that waits for no time cannot be claimed. */
export function claimCursor(table: string, cursor: ParkingCursor, nextAt: string): UpdateItemInput | undefined {
  if (cursor.nextAt === null) return undefined;
  return {
    TableName: table,
    Key: keyItem(cursorKey(cursor)),
    UpdateExpression: 'SET nextAt = :until',
    ConditionExpression: '#state = :waiting AND nextAt = :asRead',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':until': text(nextAt), ':waiting': text('waiting'), ':asRead': text(cursor.nextAt) },
    ReturnValues: 'ALL_NEW',
  };
}

export function deleteCursor(
  table: string,
  id: CursorId,
  lastSent: number,
  heldUntil?: string | null,
): DeleteItemInput {
  const held = heldCondition(heldUntil);
  return {
    TableName: table,
    Key: keyItem(cursorKey(id)),
    ConditionExpression: `${EXISTS} AND upTo <= :lastSent${held.condition}`,
    ExpressionAttributeValues: { ':lastSent': number(lastSent), ...held.values },
    ...TELL_WHY,
  };
}

/** Undefined: whoever has it. */
export function heldCondition(heldUntil?: string | null): { readonly condition: string; readonly values: Item } {
  if (heldUntil === undefined) return { condition: '', values: {} };
  if (heldUntil === null) return { condition: ' AND attribute_not_exists(nextAt)', values: {} };
  return { condition: ' AND nextAt = :held', values: { ':held': text(heldUntil) } };
}

/** `upTo` stays: others may have moved it. A cursor that is gone is not made again. */
export function updateCursor(
  table: string,
  id: CursorId,
  change: CursorChange,
  heldUntil?: string | null,
): UpdateItemInput {
  const key = cursorKey(id);
  const { from, attempts, nextAt, state, lastError } = change;
  const set: Item = {
    from: number(from),
    attempts: number(attempts),
    state: text(state),
    lastError: text(lastError),
    kind: text(cursorKind(state, key)),
    ...(nextAt !== null && { nextAt: text(nextAt) }),
    ...(nextAt !== null && state === 'waiting' && { nextAtShard: text(nextAtShard(key)) }),
  };
  const remove = ['nextAt', 'nextAtShard'].filter((name) => set[name] === undefined);
  const held = heldCondition(heldUntil);
  const { ExpressionAttributeValues: values, ...update } = assignments(set, remove);
  return {
    ...{ TableName: table, Key: keyItem(key), ConditionExpression: `${EXISTS}${held.condition}` },
    ...{ ...update, ExpressionAttributeValues: { ...values, ...held.values } },
  };
}

/** Waits for `nextAt` with no attempts counted, whatever it waited for before. */
export function releaseCursor(table: string, key: RowKey, nextAt: string): UpdateItemInput {
  const set: Item = {
    state: text('waiting'),
    attempts: number(0),
    kind: text(cursorKind('waiting', key)),
    nextAt: text(nextAt),
    nextAtShard: text(nextAtShard(key)),
  };
  return { TableName: table, Key: keyItem(key), ConditionExpression: EXISTS, ...assignments(set, []) };
}

/** Judged when it is written: a cursor that was claimed, released, paused or buried since it was read stays as it is. */
export function postponeCursor(table: string, key: RowKey, nextAt: string): UpdateItemInput {
  return {
    TableName: table,
    Key: keyItem(key),
    UpdateExpression: 'SET nextAt = :nextAt',
    ConditionExpression: EARLIER,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: earlierThan(nextAt),
  };
}

const EARLIER = '#state = :waiting AND nextAt < :nextAt';

function earlierThan(nextAt: string): Item {
  return { ':waiting': text('waiting'), ':nextAt': text(nextAt) };
}

export function removeCursor(table: string, key: RowKey): DeleteItemInput {
  return { TableName: table, Key: keyItem(key), ConditionExpression: EXISTS };
}

/** Keys of a part of a subscription's cursors, all or those that would be due before `earlierThan`. */
export function cursorsIn(table: string, partition: string, before?: string): QueryInput {
  return {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :partition',
    ProjectionExpression: 'pk, sk',
    ExpressionAttributeValues: { ':partition': text(partition), ...(before !== undefined && earlierThan(before)) },
    ...(before !== undefined && { FilterExpression: EARLIER, ExpressionAttributeNames: { '#state': 'state' } }),
  };
}

/** The longest due first. The index is eventually consistent: what it names must be read again. */
export function dueIn(table: string, shard: string, now: string, limit: number): QueryInput {
  return {
    TableName: table,
    IndexName: 'byNextAt',
    KeyConditionExpression: 'nextAtShard = :shard AND nextAt <= :now',
    ExpressionAttributeValues: { ':shard': text(shard), ':now': text(now) },
    Limit: limit,
  };
}

export function countOf(table: string, kind: string): QueryInput {
  return { ...ofKind(table, kind), Select: 'COUNT' };
}

/** The oldest of a kind. */
export function oldestOf(table: string, kind: string): QueryInput {
  return { ...ofKind(table, kind), Limit: 1 };
}

export interface ListPart {
  readonly kind: string;
  /** Place in the list behind which to go on. */
  readonly after: string | undefined;
  /** Rows looked at. */
  readonly limit: number;
  /** Attributes and their values that rows must have. */
  readonly having: Readonly<Record<string, string>>;
}

/** Newest first. */
export function listPart(table: string, { kind, after, limit, having }: ListPart): QueryInput {
  const names = Object.keys(having);
  const values = Object.entries(having).map(([name, value]) => [`:${name}`, text(value)]);
  return {
    TableName: table,
    IndexName: 'byKind',
    KeyConditionExpression: after === undefined ? 'kind = :kind' : 'kind = :kind AND listKey < :after',
    ExpressionAttributeValues: {
      ':kind': text(kind),
      ...(after !== undefined && { ':after': text(after) }),
      ...Object.fromEntries(values),
    },
    ...(names.length > 0 && { FilterExpression: names.map((name) => `${name} = :${name}`).join(' AND ') }),
    ScanIndexForward: false,
    Limit: limit,
  };
}

function ofKind(table: string, kind: string): QueryInput {
  return {
    TableName: table,
    IndexName: 'byKind',
    KeyConditionExpression: 'kind = :kind',
    ExpressionAttributeValues: { ':kind': text(kind) },
  };
}

/** One failed row a callback: the newest failure takes the place of the one before. */
export function putFailed(table: string, row: FailedRow): PutItemInput {
  return { TableName: table, Item: failedItem(row) };
}

export function deleteFailed(table: string, callbackId: string): DeleteItemInput {
  return { TableName: table, Key: keyItem(failedKey(callbackId)) };
}

type Assignments = Pick<UpdateItemInput, 'UpdateExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>;

export function assignments(set: Item, remove: readonly string[]): Assignments {
  const names = Object.keys(set);
  const sets = `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`;
  const removes = remove.length > 0 ? ` REMOVE ${remove.map((name) => `#${name}`).join(', ')}` : '';
  return {
    UpdateExpression: sets + removes,
    ExpressionAttributeNames: Object.fromEntries([...names, ...remove].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
  };
}
