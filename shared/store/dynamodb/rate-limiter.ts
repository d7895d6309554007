import { createHash } from 'node:crypto';
import { UpdateItemCommand, type UpdateItemInput } from '@aws-sdk/client-dynamodb';
import type { RateLimiter } from '#shared/http/rate-limit.ts';
import type { Clock } from '#shared/pipeline/ports.ts';
import type { DynamoSend } from './dynamo-send.ts';

/** The length of a window; all containers agree on where it begins. */
const WINDOW_SECONDS = 10;
const WINDOW_MS = WINDOW_SECONDS * 1_000;
/** Counters are of no use when their window is over; time-to-live removes them within days. */
const KEPT_SECONDS = 600;
const REFUSED_REMEMBERED = 1_000;

export interface DynamoRateLimiterOptions {
  readonly client: DynamoSend;
  /** The delivery table. */
  readonly table: string;
  readonly clock: Clock;
}

/**
 * Counters in the delivery table, one a caller and window of ten seconds. Promised, over all containers together: in a
 * window no more than the greater of burst and ten seconds' worth, so in any ten seconds at most twice that. A request
 * costs one write; one that is refused costs none until the window ends, as the container remembers the refusal.
 * Rejects where the table cannot be written: nobody is let in uncounted.
 */
export function createDynamoRateLimiter({ client, table, clock }: DynamoRateLimiterOptions): RateLimiter {
  /** Caller to the end of the window in which it was refused. */
  const refused = new Map<string, number>();
  return {
    async take(caller, { perSecond, burst }) {
      const nowMs = clock.now().getTime();
      const window = Math.floor(nowMs / WINDOW_MS);
      const endMs = (window + 1) * WINDOW_MS;
      const refusal = { ok: false, retryAfterSeconds: Math.max(1, Math.ceil((endMs - nowMs) / 1_000)) } as const;
      if (refused.get(caller) === endMs) return refusal;
      const { Attributes } = await client.send(new UpdateItemCommand(countOne(table, caller, window)));
      const count = Number(Attributes?.['requests']?.N ?? Number.NaN);
      if (count <= Math.max(burst, perSecond * WINDOW_SECONDS)) return { ok: true };
      refused.delete(caller);
      refused.set(caller, endMs);
      if (refused.size > REFUSED_REMEMBERED) refused.delete(refused.keys().next().value ?? '');
      return refusal;
    },
  };
}

function countOne(table: string, caller: string, window: number): UpdateItemInput {
  const digest = createHash('sha256').update(caller).digest('base64url');
  return {
    TableName: table,
    Key: { pk: { S: `rate#${digest}` }, sk: { S: String(window) } },
    UpdateExpression: 'ADD requests :one SET expiresAt = :expiry',
    ExpressionAttributeValues: {
      ':one': { N: '1' },
      ':expiry': { N: String((window + 1) * WINDOW_SECONDS + KEPT_SECONDS) },
    },
    ReturnValues: 'UPDATED_NEW',
  };
}
