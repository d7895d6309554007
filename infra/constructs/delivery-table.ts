import { ProjectionType, type TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';
import { table } from './table.ts';

/** Parking cursors, failed callbacks, refused samples and questions to the gateways. */
export function deliveryTable(scope: Construct, settings: EnvironmentSettings): TableV2 {
  return table(scope, 'Delivery', {
    settings,
    expiry: 'expiresAt',
    indexes: [
      // Sparse: only a cursor that is to be tried again has these keys.
      {
        indexName: 'byNextAt',
        partitionKey: 'nextAtShard',
        sortKey: 'nextAt',
        projectionType: ProjectionType.ALL,
      },
    ],
  });
}
