import type { MiddlewareObj } from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { describeTrouble } from './describe-trouble.ts';
import type { Observer } from './observer.ts';

/** Storage trouble met in a batch: Lambda is to begin again with `record`; everything before it is done. */
export class BatchStopped extends Error {
  override readonly name = 'BatchStopped';
  readonly record: DynamoDBRecord;

  constructor(record: DynamoDBRecord, cause: unknown) {
    super('The batch stopped at a record', { cause });
    this.record = record;
  }
}

/**
 * Works through stream records, at most `lanes` at a time, beginning them in their order. After a failure none is begun
 * and those under way are finished; the foremost that failed is thrown as {@link BatchStopped}. Everything before it is
 * done; what was done behind it is done again, which changes nothing.
 */
export async function workThrough(
  records: readonly DynamoDBRecord[],
  lanes: number,
  work: (record: DynamoDBRecord) => Promise<void>,
): Promise<void> {
  const failures = new Map<number, unknown>();
  let next = 0;
  async function lane(): Promise<void> {
    while (failures.size === 0) {
      const at = next++;
      const record = records[at];
      if (record === undefined) return;
      try {
        await work(record);
      } catch (error) {
        failures.set(at, error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, records.length) }, lane));
  const first = Math.min(...failures.keys());
  const record = records[first];
  if (record !== undefined) throw new BatchStopped(record, failures.get(first));
}

/** Left to an invocation for its answer. */
const ANSWER_MS = 15_000;

/** Before a record that met storage trouble comes again: half its age in the stream, as long as the invocation may last. */
export function retryPauseMs({ dynamodb }: DynamoDBRecord, now: Date, remainingMs: number): number {
  const seconds = dynamodb?.ApproximateCreationDateTime;
  if (seconds === undefined) return 0;
  const ageMs = now.getTime() - seconds * 1_000;
  return Math.max(0, Math.min(Math.floor(ageMs / 2), remainingMs - ANSWER_MS));
}

/** Answers a stopped batch with the record to begin again with; any other error fails the invocation (and is bisected). */
export function partialFailure(observer: Observer): MiddlewareObj<unknown, DynamoDBBatchResponse> {
  return {
    after(request) {
      request.response ??= { batchItemFailures: [] };
    },
    onError(request) {
      const { error } = request;
      if (!(error instanceof BatchStopped)) return;
      const itemIdentifier = sequenceNumberOf(error.record);
      observer.error('the batch stopped', { sequenceNumber: itemIdentifier, ...describeTrouble(error.cause) });
      request.response = { batchItemFailures: [{ itemIdentifier }] };
    },
  };
}

/** An empty identifier makes Lambda repeat the whole batch: right where a record does not even have a number. */
function sequenceNumberOf(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? '';
}
