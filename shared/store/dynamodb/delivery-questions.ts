import type { GetItemInput, PutItemInput, QueryInput, UpdateItemInput } from '@aws-sdk/client-dynamodb';
import type {
  AskAbout,
  AskPause,
  AskReason,
  ConfirmChange,
  ConfirmId,
  ConfirmRequest,
} from '#shared/pipeline/ports.ts';
import { number, numberOf, text, textOf } from './delivery-items.ts';
import {
  askPauseKey,
  askShard,
  confirmationKey,
  confirmationKind,
  confirmationPartition,
  type Item,
  keyItem,
  listKey,
  type RowKey,
} from './delivery-keys.ts';
import { assignments, heldCondition } from './delivery-requests.ts';

/** Questions to gateways: their items, and the requests as data. */

/** Ended questions are kept for so long, so that they are not asked again. */
const KEPT_SECONDS = 30 * 86_400;

function questionItem(request: ConfirmRequest): Item {
  const key = confirmationKey(request);
  const { connectorId, merchantId, about, evidenceDigest, reason, causeId, at, due } = request;
  return {
    ...keyItem(key),
    ...changing(key, request),
    listKey: text(listKey(at, key)),
    connectorId: text(connectorId),
    merchantId: text(merchantId),
    // JSON keeps an id as the gateway sent it: DynamoDB's own texts change half a surrogate pair.
    about: text(JSON.stringify(about)),
    evidenceDigest: text(evidenceDigest),
    reason: text(reason),
    at: text(at),
    ...(causeId !== undefined && { causeId: text(causeId) }),
    ...(due !== undefined && { due: text(due) }),
  };
}

const OPTIONAL = ['nextAt', 'nextAtShard', 'lastOutcome', 'lastDetail', 'cursor', 'found', 'notes'] as const;

function changing(key: RowKey, change: ConfirmChange): Item {
  const { state, nextAt, attempts, hasTurn, lastOutcome, lastDetail, cursor, found, notes } = change;
  return {
    state: text(state),
    kind: text(confirmationKind(state, key)),
    attempts: number(attempts),
    hasTurn: { BOOL: hasTurn },
    ...(nextAt !== null && { nextAt: text(nextAt) }),
    ...(nextAt !== null && state === 'waiting' && { nextAtShard: text(askShard(key)) }),
    ...(lastOutcome !== undefined && { lastOutcome: text(lastOutcome) }),
    ...(lastDetail !== undefined && { lastDetail: text(lastDetail) }),
    ...(cursor !== undefined && { cursor: text(cursor) }),
    ...(found !== undefined && { found: number(found) }),
    ...(notes !== undefined && { notes: { L: notes.map(text) } }),
  };
}

export function questionOf(item: Item): ConfirmRequest {
  const optional = <N extends 'causeId' | 'due' | 'lastOutcome' | 'lastDetail' | 'cursor'>(name: N) => {
    const value = item[name]?.S;
    return value === undefined ? {} : { [name]: value };
  };
  const [found, notes] = [item['found']?.N, item['notes']?.L];
  return {
    connectorId: textOf(item, 'connectorId'),
    merchantId: textOf(item, 'merchantId'),
    about: JSON.parse(textOf(item, 'about')) as AskAbout,
    evidenceDigest: textOf(item, 'evidenceDigest'),
    reason: textOf(item, 'reason') as AskReason,
    at: textOf(item, 'at'),
    state: textOf(item, 'state') as ConfirmRequest['state'],
    nextAt: item['nextAt']?.S ?? null,
    attempts: numberOf(item, 'attempts'),
    hasTurn: item['hasTurn']?.BOOL === true,
    ...optional('causeId'),
    ...optional('due'),
    ...optional('lastOutcome'),
    ...optional('lastDetail'),
    ...optional('cursor'),
    ...(found !== undefined && { found: Number(found) }),
    ...(notes !== undefined && { notes: notes.map((note) => note.S ?? '') }),
  };
}

/** What was written before questions had a state was never asked: the new question takes its place. */
export function putQuestion(table: string, request: ConfirmRequest): PutItemInput {
  return {
    TableName: table,
    Item: questionItem(request),
    ConditionExpression: 'attribute_not_exists(pk) OR attribute_not_exists(#state)',
    ExpressionAttributeNames: { '#state': 'state' },
  };
}

export function getQuestion(table: string, id: ConfirmId): GetItemInput {
  return { TableName: table, Key: keyItem(confirmationKey(id)), ConsistentRead: true };
}

/** Undefined: a question that waits for no time cannot be claimed. */
export function claimQuestion(table: string, request: ConfirmRequest, nextAt: string): UpdateItemInput | undefined {
  if (request.nextAt === null) return undefined;
  return {
    TableName: table,
    Key: keyItem(confirmationKey(request)),
    UpdateExpression: 'SET nextAt = :until, hasTurn = :no',
    ConditionExpression: '#state = :waiting AND nextAt = :asRead',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ...{ ':until': text(nextAt), ':no': { BOOL: false } },
      ...{ ':waiting': text('waiting'), ':asRead': text(request.nextAt) },
    },
    ReturnValues: 'ALL_NEW',
  };
}

export function updateQuestion(
  table: string,
  id: ConfirmId,
  change: ConfirmChange,
  heldUntil: string | null,
): UpdateItemInput {
  const key = confirmationKey(id);
  const expires = change.state === 'done' && heldUntil !== null;
  const set: Item = {
    ...changing(key, change),
    ...(expires && { expiresAt: number(Math.ceil(Date.parse(heldUntil) / 1_000) + KEPT_SECONDS) }),
  };
  const held = heldCondition(heldUntil);
  const { ExpressionAttributeValues: values, ...update } = assignments(
    set,
    OPTIONAL.filter((name) => set[name] === undefined),
  );
  return {
    ...{ TableName: table, Key: keyItem(key), ConditionExpression: `attribute_exists(pk)${held.condition}` },
    ...{ ...update, ExpressionAttributeValues: { ...values, ...held.values } },
  };
}

/** All about one thing that wait. */
export function questionsAbout(table: string, id: Pick<ConfirmId, 'connectorId' | 'about'>): QueryInput {
  return {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :about',
    FilterExpression: '#state = :waiting',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':about': text(confirmationPartition(id)), ':waiting': text('waiting') },
  };
}

/** The question that is due before all others of a part. */
export function firstIn(table: string, shard: string): QueryInput {
  return {
    TableName: table,
    IndexName: 'byNextAt',
    KeyConditionExpression: 'nextAtShard = :shard',
    ExpressionAttributeValues: { ':shard': text(shard) },
    Limit: 1,
  };
}

export function getAskPause(table: string, connectorId: string): GetItemInput {
  return { TableName: table, Key: keyItem(askPauseKey(connectorId)), ConsistentRead: true };
}

export function putAskPause(table: string, connectorId: string, pause: AskPause): PutItemInput {
  const { until, outcome, times } = pause;
  return {
    TableName: table,
    Item: {
      ...keyItem(askPauseKey(connectorId)),
      ...{ until: text(until), outcome: text(outcome), times: number(times) },
      // A day after its end nothing is left to know.
      expiresAt: number(Math.ceil(Date.parse(until) / 1_000) + 86_400),
    },
  };
}

/** What is left of it expires; nothing is deleted, so that asking needs no right to. */
export function endAskPause(table: string, connectorId: string): UpdateItemInput {
  return {
    TableName: table,
    Key: keyItem(askPauseKey(connectorId)),
    UpdateExpression: 'REMOVE #until, outcome, times',
    ConditionExpression: 'attribute_exists(#until)',
    ExpressionAttributeNames: { '#until': 'until' },
  };
}

export function askPauseOf(item: Item): AskPause {
  return { until: textOf(item, 'until'), outcome: textOf(item, 'outcome'), times: numberOf(item, 'times') };
}
