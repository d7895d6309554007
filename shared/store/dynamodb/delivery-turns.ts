import { UpdateItemCommand, type UpdateItemInput } from '@aws-sdk/client-dynamodb';
import { headStartMs, type Rate, spacingMs } from '#shared/pipeline/next-turn-after.ts';
import { unlessRefused } from './delivery-cursors.ts';
import { keyItem, turnKey } from './delivery-keys.ts';
import type { DynamoSend } from './dynamo-send.ts';

/** Turns are given ahead of time, but not for so long: then the rate has its whole burst again. */
const KEPT_SECONDS = 7 * 86_400;

type NamedRate = Rate & { readonly id: string };

/**
 * The next turn in one write (next-turn-after.ts): while turns are taken ahead of time DynamoDB adds to the place by
 * itself, so that nobody has to repeat; else the place begins anew at `nowMs`. Both conditions exclude each other: a write
 * that was refused meets the other one, until one of them is taken.
 */
export async function takeTurn(client: DynamoSend, table: string, rate: NamedRate, nowMs: number): Promise<number> {
  for (;;) {
    const ahead = await unlessRefused(() => client.send(new UpdateItemCommand(afterOthers(table, rate, nowMs))));
    const place = Number(ahead?.Attributes?.['freeAt']?.N ?? Number.NaN) - spacingMs(rate);
    if (ahead !== undefined) return Math.max(nowMs, place - headStartMs(rate));
    const first = await unlessRefused(() => client.send(new UpdateItemCommand(anew(table, rate, nowMs))));
    if (first !== undefined) return nowMs;
  }
}

function afterOthers(table: string, rate: NamedRate, nowMs: number): UpdateItemInput {
  return {
    TableName: table,
    Key: keyItem(turnKey(rate.id)),
    UpdateExpression: 'SET freeAt = freeAt + :spacing, expiresAt = :expiry',
    ConditionExpression: 'freeAt >= :now',
    ExpressionAttributeValues: { ':spacing': { N: String(spacingMs(rate)) }, ...times(nowMs) },
    ReturnValues: 'UPDATED_NEW',
  };
}

function anew(table: string, rate: NamedRate, nowMs: number): UpdateItemInput {
  const { ':now': now, ':expiry': expiry } = times(nowMs);
  return {
    TableName: table,
    Key: keyItem(turnKey(rate.id)),
    UpdateExpression: 'SET freeAt = :free, expiresAt = :expiry',
    ConditionExpression: 'attribute_not_exists(freeAt) OR freeAt < :now',
    ExpressionAttributeValues: {
      ':free': { N: String(nowMs + spacingMs(rate)) },
      ...{ ':now': now, ':expiry': expiry },
    },
  };
}

function times(nowMs: number) {
  return { ':now': { N: String(nowMs) }, ':expiry': { N: String(Math.ceil(nowMs / 1_000) + KEPT_SECONDS) } };
}
