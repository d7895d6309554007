/**
 * List prices in USD, us-east-1, on demand, without free tiers and discounts, as of 2026-11 (the services' pricing
 * pages). Left out, because they do not grow with the callbacks of an hour: storage, alarms, keys, schedules.
 */
export const PRICES = {
  httpApiRequest: 1.0 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** arm64. */
  lambdaGigabyteSecond: 0.0000133334,
  dynamoWriteUnit: 0.625 / 1e6,
  dynamoReadUnit: 0.125 / 1e6,
  /** FIFO; each 64 KiB of a request is one. */
  sqsFifoRequest: 0.5 / 1e6,
  logGigabyte: 0.5,
} as const;

export const SQS_CHUNK_BYTES = 65_536;

/** A line of infra's access log filled with ordinary values, and CloudWatch's 26 bytes. */
export const ACCESS_LOG_BYTES = 356;
