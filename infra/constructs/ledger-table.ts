import { ProjectionType, StreamViewType, type TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';
import { table } from './table.ts';

/**
 * What we concluded: one partition a subject with `v#…`, `seen#…` and `v#head`. Its stream drives `relay`, which sends
 * what lies between the old and the new head. Only heads carry the keys of the indexes. Rows never expire.
 */
export function ledgerTable(scope: Construct, settings: EnvironmentSettings): TableV2 {
  const projectionType = ProjectionType.ALL;
  return table(scope, 'Ledger', {
    settings,
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    indexes: [
      { indexName: 'byReference', partitionKey: 'merchantReferenceKey', sortKey: 'createdAt', projectionType },
      { indexName: 'byDay', partitionKey: 'merchantDayShard', sortKey: 'createdAt', projectionType },
      { indexName: 'byDue', partitionKey: 'dueShard', sortKey: 'due', projectionType },
    ],
  });
}
