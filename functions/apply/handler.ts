import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type ApplyDeps, applyCallback } from '#shared/pipeline/apply.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { workThrough } from '#shared/platform/stream-batch.ts';

export interface ApplyHandlerDeps extends ApplyDeps {
  /** The inbox row of an INSERT; undefined for a record that makes none (a part of a large row). Throws on storage trouble. */
  readonly rowOfRecord: (record: DynamoDBRecord) => Promise<InboxRow | undefined>;
  readonly trouble: (error: unknown) => void;
}

/** Lambda entry point on the inbox stream: each new row is applied; a bug in one is a `failed` row, and on with the next. */
export function createHandler(deps: ApplyHandlerDeps) {
  return (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
    workThrough(
      event.Records,
      async (record) => {
        const row = await deps.rowOfRecord(record);
        if (row !== undefined) await applyCallback(deps, row);
      },
      deps.trouble,
    );
}
