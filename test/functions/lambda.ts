import type { APIGatewayProxyEventV2, Context, DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { signedCallback } from '../builders/ixopay-signer.ts';

/** What the handlers look at of Lambda's context. */
export function context(remainingMs = 60_000): Context {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'function',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:function',
    memoryLimitInMB: '1024',
    awsRequestId: 'request',
    logGroupName: 'log',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => remainingMs,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

export interface CallbackEventOptions {
  readonly path?: string;
  readonly secret: string;
  readonly base64?: boolean;
  readonly date?: string;
}

/** A signed callback as HTTP API (payload 2.0) hands it over. */
export function callbackEvent(body: string, options: CallbackEventOptions): APIGatewayProxyEventV2 {
  const { path = '/callbacks/acme-cc-1', secret, base64 = true, date = 'Thu, 15 Jan 2026 09:30:00 UTC' } = options;
  const raw = signedCallback(path, body, date, secret);
  return {
    version: '2.0',
    routeKey: 'ANY /callbacks/{proxy+}',
    rawPath: raw.path,
    rawQueryString: '',
    headers: { ...raw.headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'callbacks.example.com',
      domainPrefix: 'callbacks',
      http: { method: 'POST', path: raw.path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'gateway' },
      requestId: 'request-1',
      routeKey: 'ANY /callbacks/{proxy+}',
      stage: '$default',
      time: '15/Jan/2026:09:30:00 +0000',
      timeEpoch: 0,
    },
    body: Buffer.from(raw.body).toString(base64 ? 'base64' : 'utf8'),
    isBase64Encoded: base64,
  };
}

export function record(number: number, image: DynamoDBRecord['dynamodb'] = {}): DynamoDBRecord {
  return { eventName: 'INSERT', dynamodb: { SequenceNumber: String(number), NewImage: {}, ...image } };
}

export type BatchHandler = (records: readonly DynamoDBRecord[]) => Promise<DynamoDBBatchResponse>;

/**
 * Drives a handler as Lambda's stream mapping does with `ReportBatchItemFailures` and `BisectBatchOnFunctionError`: a
 * named failure begins again with that record, a failed invocation is halved, and one alone is given up after `tries`.
 * Returns what was given up.
 */
export async function driveBatches(
  records: readonly DynamoDBRecord[],
  handler: BatchHandler,
  tries: number,
): Promise<readonly DynamoDBRecord[]> {
  const givenUp: DynamoDBRecord[] = [];
  const waiting: { readonly records: readonly DynamoDBRecord[]; readonly left: number }[] = [{ records, left: tries }];
  for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
    const outcome = await invoke(handler, batch.records);
    const rest = outcome === 'failed' ? batch.records : batch.records.slice(outcome);
    if (rest.length === 0) continue;
    if (batch.left <= 1) givenUp.push(...rest);
    else waiting.unshift(...halves(rest, batch.left - (outcome === 0 || outcome === 'failed' ? 1 : 0), outcome));
  }
  return givenUp;
}

/** How many records of the batch are done, or that the invocation failed. */
async function invoke(handler: BatchHandler, records: readonly DynamoDBRecord[]): Promise<number | 'failed'> {
  try {
    const { batchItemFailures } = await handler(records);
    const numbers = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    if (numbers.length === 0) return records.length;
    const first = records.findIndex(({ dynamodb }) => numbers.includes(dynamodb?.SequenceNumber ?? ''));
    return Math.max(0, first);
  } catch {
    return 'failed';
  }
}

function halves(records: readonly DynamoDBRecord[], left: number, outcome: number | 'failed') {
  if (outcome !== 'failed' || records.length === 1) return [{ records, left }];
  const middle = Math.ceil(records.length / 2);
  return [records.slice(0, middle), records.slice(middle)].map((half) => ({ records: half, left }));
}
