import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type HeadMove, type RelayDeps, relay } from '#shared/pipeline/relay.ts';
import { observedRelay } from '#shared/platform/observed-relay.ts';
import { type Observer, observed } from '#shared/platform/observer.ts';
import { BatchStopped, partialFailure } from '#shared/platform/stream-batch.ts';

export interface RelayHandlerDeps extends RelayDeps {
  /** What a stream record of the ledger says of a head; undefined for any other item. */
  readonly moveOfRecord: (record: DynamoDBRecord) => HeadMove | undefined;
  /** True: the batch is repeated whole. False: a bug, so that the batch fails and Lambda narrows it down. */
  readonly isStorageTrouble: (error: unknown) => boolean;
  readonly observer: Observer;
}

/**
 * Lambda entry point on the ledger stream: all moves of the batch at once, so that queues get full batches. Nothing is
 * ever skipped: storage trouble repeats the batch; events keep their ids, and the queue drops what it has.
 */
export function createHandler(deps: RelayHandlerDeps) {
  const { observer } = deps;
  async function handle({ Records: records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    const startedMs = deps.clock.now().getTime();
    const moves = records.flatMap((record) => deps.moveOfRecord(record) ?? []);
    const { sent, parked, lagsMs } = await relayed(deps, records, moves);
    for (const lagMs of lagsMs) observer.measure('RelayLagMs', lagMs);
    if (sent > 0) observer.measure('EventsSent', sent);
    if (parked > 0) observer.measure('EventsParked', parked);
    const durationMs = deps.clock.now().getTime() - startedMs;
    observer.summary('relayed', { records: records.length, heads: moves.length, sent, parked, durationMs });
    return { batchItemFailures: [] };
  }
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(observed(observer))
    .use(partialFailure(observer))
    .handler(handle);
}

async function relayed(deps: RelayHandlerDeps, records: readonly DynamoDBRecord[], moves: readonly HeadMove[]) {
  const watch = observedRelay(deps, moves);
  try {
    await relay(watch.deps, moves);
  } catch (error) {
    const [first] = records;
    throw first !== undefined && deps.isStorageTrouble(error) ? new BatchStopped(first, error) : error;
  }
  return watch.result();
}
