import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { SubjectKey, SubjectType } from '#shared/model/vocabulary.ts';
import type { FailedRow, ParkingCursor } from '#shared/pipeline/ports.ts';
import {
  cursorKey,
  cursorKind,
  failedKey,
  failedKind,
  type Item,
  keyItem,
  listKey,
  nextAtShard,
} from './delivery-keys.ts';

export function cursorItem(cursor: ParkingCursor): Item {
  const key = cursorKey(cursor);
  const { merchantId, subscriptionId, subject, from, upTo, attempts, nextAt, state, parkedAt, lastError } = cursor;
  return {
    ...keyItem(key),
    kind: text(cursorKind(state, key)),
    listKey: text(listKey(parkedAt, key)),
    ...(nextAt !== null && { nextAt: text(nextAt) }),
    ...(nextAt !== null && state === 'waiting' && { nextAtShard: text(nextAtShard(key)) }),
    merchantId: text(merchantId),
    subscriptionId: text(subscriptionId),
    subject: subjectValue(subject),
    from: number(from),
    upTo: number(upTo),
    attempts: number(attempts),
    state: text(state),
    parkedAt: text(parkedAt),
    lastError: text(lastError),
  };
}

export function cursorOf(item: Item): ParkingCursor {
  return {
    merchantId: textOf(item, 'merchantId'),
    subscriptionId: textOf(item, 'subscriptionId'),
    subject: subjectOf(item),
    from: numberOf(item, 'from'),
    upTo: numberOf(item, 'upTo'),
    attempts: numberOf(item, 'attempts'),
    nextAt: item['nextAt']?.S ?? null,
    state: textOf(item, 'state') as ParkingCursor['state'],
    parkedAt: textOf(item, 'parkedAt'),
    lastError: textOf(item, 'lastError'),
  };
}

export function failedItem(row: FailedRow): Item {
  const key = failedKey(row.callbackId);
  return {
    ...keyItem(key),
    kind: text(failedKind(key)),
    listKey: text(listKey(row.at, key)),
    callbackId: text(row.callbackId),
    connectorId: text(row.connectorId),
    code: text(row.code),
    message: text(row.message),
    release: text(row.release),
    at: text(row.at),
  };
}

export function failedOf(item: Item): FailedRow {
  return {
    callbackId: textOf(item, 'callbackId'),
    connectorId: textOf(item, 'connectorId'),
    code: textOf(item, 'code'),
    message: textOf(item, 'message'),
    release: textOf(item, 'release'),
    at: textOf(item, 'at'),
  };
}

export function text(value: string): AttributeValue {
  return { S: value };
}

export function number(value: number): AttributeValue {
  return { N: String(value) };
}

/** JSON keeps an id as the gateway sent it: DynamoDB's own texts are UTF-8 and change half a surrogate pair. */
function subjectValue({ connectorId, type, id }: SubjectKey): AttributeValue {
  return text(JSON.stringify([connectorId, type, id]));
}

function subjectOf(item: Item): SubjectKey {
  const [connectorId = '', type = '', id = ''] = JSON.parse(textOf(item, 'subject')) as string[];
  return { connectorId, type: type as SubjectType, id };
}

export function textOf(item: Item, name: string): string {
  return item[name]?.S ?? missing(item, name);
}

export function numberOf(item: Item, name: string): number {
  return Number(item[name]?.N ?? missing(item, name));
}

/** Only a row that something else wrote can lack an attribute. */
function missing(item: Item, name: string): never {
  throw new Error(`The delivery row ${item['pk']?.S} / ${item['sk']?.S} has no attribute "${name}": who wrote it?`);
}
