import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';

/**
 * Works through stream records one after another. The first that throws ends the batch and is named: Lambda begins again
 * with it, so what was done stays done and nothing behind it is skipped. No state is kept between batches.
 */
export async function workThrough(
  records: readonly DynamoDBRecord[],
  work: (record: DynamoDBRecord) => Promise<void>,
  trouble: (error: unknown) => void,
): Promise<DynamoDBBatchResponse> {
  for (const record of records) {
    try {
      await work(record);
    } catch (error) {
      trouble(error);
      return { batchItemFailures: [{ itemIdentifier: sequenceNumberOf(record) }] };
    }
  }
  return { batchItemFailures: [] };
}

/** An empty identifier makes Lambda repeat the whole batch: right where a record does not even have a number. */
export function sequenceNumberOf(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? '';
}
