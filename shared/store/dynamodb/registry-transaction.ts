import {
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type TransactWriteItemsInput,
} from '@aws-sdk/client-dynamodb';
import type { WriteOutcome } from '#shared/registry/records.ts';
import type { DynamoSend } from './dynamo-send.ts';

/** Why a transaction was not carried out, though nothing is wrong with it (TransactWriteItems, "CancellationReasons"). */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
const PAUSES_MS: readonly number[] = [20, 50, 100, 200];

/**
 * Carries out a transaction whose first item has the condition. Another one on the same row, and throttling, are waited
 * out for 370 ms: the SDK repeats neither. The SDK gives each request a token of its own, so that an answer that got lost
 * is not written twice and not taken for a conflict with itself.
 */
export async function transact(
  client: DynamoSend,
  input: TransactWriteItemsInput,
  pause: (ms: number) => Promise<void>,
): Promise<WriteOutcome> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.send(new TransactWriteItemsCommand(input));
      return 'written';
    } catch (error) {
      const reasons = reasonsOf(error);
      if (reasons[0] === 'ConditionalCheckFailed') return 'conflict';
      const pauseMs = PAUSES_MS[attempt];
      const passes = reasons.some((reason) => PASSING.has(reason));
      if (passes && pauseMs !== undefined) await pause(pauseMs);
      else throw error;
    }
  }
}

/** One code an item, `None` for those that could have been written. */
function reasonsOf(error: unknown): readonly string[] {
  if (!(error instanceof TransactionCanceledException)) return [];
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? '');
}
