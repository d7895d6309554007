import type { PathCost } from './paths.ts';
import { ACCESS_LOG_BYTES, PRICES } from './prices.ts';

/** Milliseconds that Lambda bills a callback, assumed and stated; memory in GB as the stack deploys it. */
export interface AssumedDurations {
  readonly receive: { readonly ms: number; readonly gigabytes: number };
  readonly apply: { readonly ms: number; readonly gigabytes: number };
  readonly relay: { readonly ms: number; readonly gigabytes: number };
}

/**
 * A request to DynamoDB takes some 4 ms from Lambda, one to SQS some 15, a put some 8 (platform figures); apply makes three
 * one after another and works on eight records at a time, relay two and then sends. Memory as infra deploys it.
 */
export function assumedDurations(eventsABatch: number): AssumedDurations {
  const rounds = Math.ceil(eventsABatch / 8) / eventsABatch;
  return {
    receive: { ms: 12, gigabytes: 0.5 },
    apply: { ms: 12 * rounds + 1, gigabytes: 1 },
    relay: { ms: 23 / eventsABatch + 0.3, gigabytes: 1 },
  };
}

export interface PriceLine {
  readonly what: string;
  readonly units: number;
  /** USD for a million callbacks. */
  readonly usd: number;
  /** `requests`: by the request. `more`: indexes, logs, durations. */
  readonly part: 'requests' | 'more';
}

/** Every line of the price of a million callbacks of one path. */
export function priceOf(cost: PathCost, durations: AssumedDurations): readonly PriceLine[] {
  const line = (what: string, units: number, price: number, part: PriceLine['part'] = 'requests'): PriceLine => {
    return { what, units, usd: units * price * 1e6, part };
  };
  const seconds = Object.values(durations).reduce((sum, { ms, gigabytes }) => sum + (ms / 1000) * gigabytes, 0);
  return [
    line('HTTP API requests', 1, PRICES.httpApiRequest),
    line('Lambda requests: receive', 1, PRICES.lambdaRequest),
    line('Lambda requests: apply and relay', cost.invocations, PRICES.lambdaRequest),
    line('DynamoDB write units', cost.writeUnits, PRICES.dynamoWriteUnit),
    line('DynamoDB read units', cost.readUnits, PRICES.dynamoReadUnit),
    line('SQS FIFO requests', cost.sqsRequests, PRICES.sqsFifoRequest),
    line('DynamoDB write units of indexes', cost.indexWriteUnits, PRICES.dynamoWriteUnit, 'more'),
    line('CloudWatch Logs, bytes', cost.logBytes, PRICES.logGigabyte / 1e9, 'more'),
    line('access log of the HTTP API, bytes', ACCESS_LOG_BYTES, PRICES.logGigabyte / 1e9, 'more'),
    line('Lambda GB-seconds (assumed)', seconds, PRICES.lambdaGigabyteSecond, 'more'),
  ];
}

export function totalOf(lines: readonly PriceLine[], part?: PriceLine['part']): number {
  return lines.filter((line) => part === undefined || line.part === part).reduce((sum, { usd }) => sum + usd, 0);
}
