import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DeliveryStore } from '#shared/pipeline/ports.ts';
import { cursorOf } from './delivery-items.ts';
import * as requests from './delivery-requests.ts';
import type { DynamoSend } from './dynamo-send.ts';

export type SingleCursors = Pick<
  DeliveryStore,
  'cursor' | 'createCursor' | 'extendCursor' | 'claimCursor' | 'deleteCursor' | 'updateCursor'
>;

/**
 * One request an operation, judged by DynamoDB. A request that the SDK repeats because its answer was lost meets its own
 * work and is told `exists`, `already` or `absent`, which to the relay mean the same; a claim that is lost this way is
 * free again after the claimer's time limit.
 */
export function singleCursors(client: DynamoSend, table: string): SingleCursors {
  return {
    async cursor(id) {
      const { Item } = await client.send(new GetItemCommand(requests.getCursor(table, id)));
      return Item === undefined ? undefined : cursorOf(Item);
    },
    async createCursor(cursor) {
      const refusal = await refusalOf(() => client.send(new PutItemCommand(requests.putCursor(table, cursor))));
      return refusal === undefined ? 'created' : 'exists';
    },
    async extendCursor(id, upTo) {
      const refusal = await refusalOf(() => client.send(new UpdateItemCommand(requests.extendCursor(table, id, upTo))));
      if (refusal === undefined) return 'extended';
      return refusal.Item === undefined ? 'absent' : 'already';
    },
    async claimCursor(cursor, nextAt) {
      const request = requests.claimCursor(table, cursor, nextAt);
      if (request === undefined) return undefined;
      const claimed = await unlessRefused(() => client.send(new UpdateItemCommand(request)));
      return claimed?.Attributes === undefined ? undefined : cursorOf(claimed.Attributes);
    },
    async deleteCursor(id, lastSent, heldUntil) {
      const request = requests.deleteCursor(table, id, lastSent, heldUntil);
      const refusal = await refusalOf(() => client.send(new DeleteItemCommand(request)));
      if (refusal === undefined) return 'deleted';
      return refusal.Item === undefined ? 'absent' : 'newer';
    },
    async updateCursor(id, change, heldUntil) {
      const request = requests.updateCursor(table, id, change, heldUntil);
      return (await unlessRefused(() => client.send(new UpdateItemCommand(request)))) !== undefined;
    },
  };
}

/** What was answered; undefined: the request's condition was not met. All other trouble is thrown. */
export async function unlessRefused<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** The refusal of a request whose condition was not met, with the row as it is where that was asked for. */
async function refusalOf(write: () => Promise<unknown>): Promise<ConditionalCheckFailedException | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error;
    throw error;
  }
}
