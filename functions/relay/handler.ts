import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type HeadMove, type RelayDeps, relay } from '#shared/pipeline/relay.ts';
import { sequenceNumberOf } from '#shared/platform/stream-batch.ts';

export interface RelayHandlerDeps extends RelayDeps {
  /** What a stream record of the ledger says of a head; undefined for any other item. */
  readonly moveOfRecord: (record: DynamoDBRecord) => HeadMove | undefined;
  readonly trouble: (error: unknown) => void;
}

/**
 * Lambda entry point on the ledger stream: all moves of the batch at once, so that queues get full batches. Storage
 * trouble repeats the batch: events keep their ids, and the queue drops what it has.
 */
export function createHandler(deps: RelayHandlerDeps) {
  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const [first] = event.Records;
    if (first === undefined) return { batchItemFailures: [] };
    try {
      await relay(
        deps,
        event.Records.flatMap((record) => deps.moveOfRecord(record) ?? []),
      );
      return { batchItemFailures: [] };
    } catch (error) {
      deps.trouble(error);
      return { batchItemFailures: [{ itemIdentifier: sequenceNumberOf(first) }] };
    }
  };
}
