import middy from '@middy/core';
import type { AttributeValue, Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type ApplyDeps, applyCallback } from '#shared/pipeline/apply.ts';
import type { CallbackOutcome, InboxRow } from '#shared/pipeline/ports.ts';
import { describeTrouble } from '#shared/platform/describe-trouble.ts';
import type { MetricName } from '#shared/platform/metrics.ts';
import { type Observer, observed } from '#shared/platform/observer.ts';
import { BatchStopped, partialFailure, retryPauseMs, workThrough } from '#shared/platform/stream-batch.ts';

export type StreamImage = Readonly<Record<string, AttributeValue>>;

export interface ApplyHandlerDeps extends Omit<ApplyDeps, 'mayHaveFailed'> {
  /** The inbox row of a NEW image; undefined for a part of a large row. Throws on storage trouble. */
  readonly rowOfImage: (image: StreamImage) => Promise<InboxRow | undefined>;
  /** True: the record comes again. False: a bug, which becomes a `failed` row. */
  readonly isStorageTrouble: (error: unknown) => boolean;
  /** Records worked on at a time. */
  readonly lanes: number;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  readonly observer: Observer;
}

/** What operators are alarmed of. */
const METRIC_OF: Partial<Readonly<Record<CallbackOutcome, MetricName>>> = {
  unrecognized: 'CallbacksUnrecognized',
  contradictory: 'CallbacksContradictory',
  anomaly: 'CallbacksAnomalous',
  failed: 'CallbacksFailed',
};

/** Younger than this a record is met for the first time; a later look may find that it had failed. */
const FIRST_DELIVERY_MS = 10_000;

/**
 * Lambda entry point on the inbox stream: each new row is applied. A bug in one is a `failed` row, and on with the next;
 * storage trouble names the first record that is not done. Lambda tries that one again at once, and after so many tries
 * gives it up: the answer waits, so that they last for longer than trouble of a storage does.
 */
export function createHandler(deps: ApplyHandlerDeps) {
  const { observer } = deps;
  async function handle(
    { Records: records }: DynamoDBStreamEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<DynamoDBBatchResponse> {
    const startedMs = deps.clock.now().getTime();
    const outcomes: Partial<Record<CallbackOutcome, number>> = {};
    await workThrough(records, deps.lanes, async (record) => {
      const outcome = await applyRecord(deps, record);
      if (outcome === undefined) return;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      const metric = METRIC_OF[outcome];
      if (metric !== undefined) observer.measure(metric, 1);
    }).catch(async (error: unknown) => {
      if (!(error instanceof BatchStopped)) throw error;
      await deps.pause(retryPauseMs(error.record, deps.clock.now(), context.getRemainingTimeInMillis()));
      throw error;
    });
    const durationMs = deps.clock.now().getTime() - startedMs;
    observer.summary('applied', { records: records.length, ...outcomes, durationMs });
    return { batchItemFailures: [] };
  }
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(observed(observer))
    .use(partialFailure(observer))
    .handler(handle);
}

async function applyRecord(deps: ApplyHandlerDeps, record: DynamoDBRecord): Promise<CallbackOutcome | undefined> {
  const image = record.dynamodb?.NewImage;
  if (image === undefined) return undefined;
  let row: InboxRow | undefined;
  try {
    row = await deps.rowOfImage(image);
    if (row === undefined) return undefined;
    const lagMs = Math.max(0, deps.clock.now().getTime() - Date.parse(row.receivedAt));
    const { outcome } = await applyCallback({ ...deps, mayHaveFailed: lagMs > FIRST_DELIVERY_MS }, row);
    deps.observer.measure('ApplyLagMs', Math.max(0, deps.clock.now().getTime() - Date.parse(row.receivedAt)));
    return outcome;
  } catch (error) {
    if (deps.isStorageTrouble(error)) throw error;
    await noteFailed(deps, row ?? rowNamedBy(image, deps.clock.now()), error);
    return 'failed';
  }
}

type FailingRow = Pick<InboxRow, 'callbackId' | 'connectorId' | 'receivedAt'>;

/** An image that cannot be read still says whose it is: connector ids have no colon. */
function rowNamedBy(image: StreamImage, now: Date): FailingRow {
  const callbackId = image['pk']?.S ?? '';
  return { callbackId, connectorId: callbackId.split(':')[0] ?? '', receivedAt: now.toISOString() };
}

/** A bug behind normalizing: kept as failed with code and release, to be applied again after the fix. */
async function noteFailed(deps: ApplyHandlerDeps, row: FailingRow, error: unknown): Promise<void> {
  const { callbackId, connectorId, receivedAt } = row;
  const trouble = describeTrouble(error);
  deps.observer.error('a callback failed', { callbackId, release: deps.release, ...trouble });
  const message = `${trouble.error} ${trouble.place ?? ''}`.trim().slice(0, 512);
  const at = deps.clock.now().toISOString();
  await deps.delivery.putFailed({ callbackId, connectorId, code: 'apply_bug', message, release: deps.release, at });
  await deps.ledger.putOutcome({ callbackId, connectorId, receivedAt, outcome: 'failed' });
}
