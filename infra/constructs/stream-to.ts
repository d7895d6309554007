import { FilterCriteria, type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { EnvironmentSettings } from '../environments/settings.ts';

export interface StreamProps {
  readonly settings: EnvironmentSettings;
  /** Of DynamoDB stream records, for example `{ eventName: ['INSERT'] }`. */
  readonly filter: Readonly<Record<string, unknown>>;
  /** After so many tries a record goes, whole, to the bucket, or nowhere without one. @default it is tried until it succeeds */
  readonly giveUp?: { readonly tries: number; readonly into?: Bucket };
}

/**
 * Feeds a table's stream to a function. The functions put what is wrong with one record on record themselves and throw
 * for storage trouble; what ends in a time-out or without memory is halved until the record stands alone.
 */
export function streamTo(streamArn: string, receiver: IFunction, props: StreamProps): void {
  const { giveUp, settings } = props;
  const into = giveUp?.into;
  receiver.addEventSourceMapping('Stream', {
    eventSourceArn: streamArn,
    // From the oldest record on: LATEST would lose what is written while the mapping is being made.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    // Without concurrency of their own, ten pollers a shard would take from `receive` what a new account has: ten in all.
    parallelizationFactor: settings.reservedConcurrency === undefined ? 1 : 10,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts: giveUp?.tries ?? -1,
    filters: [FilterCriteria.filter({ ...props.filter })],
    ...(into !== undefined && {
      onFailure: { bind: () => ({ destination: into.bucketArn }) },
      supportS3OnFailureDestination: true,
    }),
  });
}
