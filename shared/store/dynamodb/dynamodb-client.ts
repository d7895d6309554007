import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface CallLimits {
  readonly connectionTimeoutMs: number;
  /** One attempt, until the answer begins; also the longest silence while it arrives. */
  readonly requestTimeoutMs: number;
  /** The first included. The SDK pauses up to 0.05 s · 2^n between them, up to 1 s · 2^n where it was throttled. */
  readonly maxAttempts: number;
}

/**
 * Where somebody waits: a call that hangs rejects within 1.9 s, a throttled one within 1 s and two answers, so that `receive`
 * says 503 within 5 s though it reads the registry first. One repeat, because a connection kept over a freeze may be dead.
 */
export const ANSWER_LIMITS: CallLimits = { connectionTimeoutMs: 400, requestTimeoutMs: 900, maxAttempts: 2 };

/** Where a batch waits, which is repeated whole when a call rejects: at most 19 s. */
export const BATCH_LIMITS: CallLimits = { connectionTimeoutMs: 1_000, requestTimeoutMs: 3_000, maxAttempts: 4 };

export interface DynamoClientOptions {
  /** @default ANSWER_LIMITS */
  readonly limits?: CallLimits;
  /** @default AWS_ENDPOINT_URL, else AWS's own of the region */
  readonly endpoint?: string;
}

/** A client that never waits without end and keeps its connections; region and credentials come from the environment. */
export function createDynamoClient(options: DynamoClientOptions = {}): DynamoDBClient {
  const { connectionTimeoutMs, requestTimeoutMs, maxAttempts } = options.limits ?? ANSWER_LIMITS;
  return new DynamoDBClient({
    maxAttempts,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Without this the SDK only prints a warning and waits on.
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs,
      httpsAgent: { keepAlive: true, maxSockets: 50 },
      httpAgent: { keepAlive: true, maxSockets: 50 },
    },
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  });
}
