import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';

/**
 * Feeds a table's stream to a function. A record is tried until it succeeds: the functions put what is wrong with one
 * record on record themselves and throw for storage trouble only, so that nothing may be given up here.
 * `filter`: of DynamoDB stream records, for example `{ eventName: ['INSERT'] }`.
 */
export function streamTo(table: TableV2, receiver: IFunction, filter: Readonly<Record<string, unknown>>): void {
  if (table.tableStreamArn === undefined)
    throw new Error(`${table.node.path} has no stream to feed ${receiver.node.path}`);
  table.grantStreamRead(receiver);
  receiver.addEventSourceMapping('Stream', {
    eventSourceArn: table.tableStreamArn,
    // From the oldest record on: LATEST would lose what is written while the mapping is being made.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    parallelizationFactor: 10,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts: -1,
    filters: [FilterCriteria.filter({ ...filter })],
  });
}
