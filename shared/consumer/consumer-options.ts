import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { EventsApiOptions } from './events-api.ts';
import type { Handler } from './handle-event.ts';
import type { ProgressStore } from './progress-store.ts';

/** Either a client of your own, or what is needed to make one. */
export type QueueAccess =
  | { readonly sqs: SQSClient }
  | (Required<Pick<SQSClientConfig, 'region'>> &
      Pick<SQSClientConfig, 'credentials' | 'endpoint'> & { readonly sqs?: never });

export interface ConsumerSettings {
  /** Messages a receive, 1 to 10. @default 10 */
  readonly batchSize?: number;
  /** Long poll, 1 to 20 seconds. @default 20 */
  readonly waitTimeSeconds?: number;
  /**
   * How long received messages stay reserved; renewed every third of it while they are handled. After a crash they come
   * again only when it is over. 3 to 43200 seconds. @default 60
   */
  readonly visibilityTimeoutSeconds?: number;
  /** Pause of a subject after its first failure; doubles with each further receive. SQS counts whole seconds. @default 1000 */
  readonly retryPauseMs?: number;
  /** The longest such pause. @default 900000 (15 minutes) */
  readonly maxRetryPauseMs?: number;
  /** For one request to the API. @default 10000 */
  readonly apiTimeoutMs?: number;
}

export interface ConsumerBasis<Transaction> extends ConsumerSettings {
  /** A managed FIFO queue (recommended) or any other that the subscription delivers to. */
  readonly queueUrl: string;
  readonly api: EventsApiOptions;
  readonly store: ProgressStore<Transaction>;
  readonly handler: Handler<Transaction>;
  /** For the API. @default the global fetch */
  readonly fetch?: typeof fetch;
}

export type ConsumerOptions<Transaction> = ConsumerBasis<Transaction> & QueueAccess;

const LIMITS = {
  batchSize: { byDefault: 10, least: 1, most: 10 },
  waitTimeSeconds: { byDefault: 20, least: 1, most: 20 },
  visibilityTimeoutSeconds: { byDefault: 60, least: 3, most: 43_200 },
  retryPauseMs: { byDefault: 1000, least: 1, most: 43_200_000 },
  maxRetryPauseMs: { byDefault: 900_000, least: 1, most: 43_200_000 },
  apiTimeoutMs: { byDefault: 10_000, least: 1, most: 600_000 },
} as const;

/** Fills in the defaults. Throws a RangeError that names the setting, its value and the limits. */
export function settingsOf(given: ConsumerSettings): Required<ConsumerSettings> {
  return {
    batchSize: inLimits('batchSize', given),
    waitTimeSeconds: inLimits('waitTimeSeconds', given),
    visibilityTimeoutSeconds: inLimits('visibilityTimeoutSeconds', given),
    retryPauseMs: inLimits('retryPauseMs', given),
    maxRetryPauseMs: inLimits('maxRetryPauseMs', given),
    apiTimeoutMs: inLimits('apiTimeoutMs', given),
  };
}

function inLimits(name: keyof ConsumerSettings, given: ConsumerSettings): number {
  const { byDefault, least, most } = LIMITS[name];
  const value = given[name] ?? byDefault;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(
    `${name} is ${value}; it must be a whole number from ${least} to ${most} (default ${byDefault}).`,
  );
}

export function queueClient(access: QueueAccess): SQSClient {
  if (access.sqs !== undefined) return access.sqs;
  const { region, credentials, endpoint } = access;
  return new SQSClient({
    region,
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}
