import { ProjectionType, StreamViewType, type TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';
import { table } from './table.ts';

/**
 * What the gateways said: one row a callback under `connector#key`, written once. Its stream drives `apply`, which
 * needs the row as it was written and nothing older.
 */
export function inboxTable(scope: Construct, settings: EnvironmentSettings): TableV2 {
  return table(scope, 'Inbox', {
    settings,
    stream: StreamViewType.NEW_IMAGE,
    expiry: 'expiresAt',
    indexes: [
      {
        // Connector, day and bucket; then the time received: lists, redrive and replay.
        indexName: 'byTime',
        partitionKey: 'timeBucket',
        sortKey: 'receivedAt',
        projectionType: ProjectionType.KEYS_ONLY,
      },
    ],
  });
}
