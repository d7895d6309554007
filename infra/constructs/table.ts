import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { TABLES, type TableName, type TableShape } from '#shared/store/dynamodb/tables.ts';
import type { EnvironmentSettings } from '../environments/settings.ts';

/**
 * One of the four tables, as shared/store/dynamodb/tables.ts says the stores read it: keys `pk` and `sk`, billed on
 * demand. `key`: the environment's own key; without one it is DynamoDB's.
 */
export function table(scope: Construct, name: TableName, settings: EnvironmentSettings, key?: IKey): TableV2 {
  const shape: TableShape = TABLES[name];
  const text = (attribute: string) => ({ name: attribute, type: AttributeType.STRING });
  const units = settings.warmThroughput?.[name];
  const warm = units === undefined ? {} : { warmThroughput: units };
  const made = new TableV2(scope, name.charAt(0).toUpperCase() + name.slice(1), {
    tableName: `postrider-${settings.name}-${name}`,
    partitionKey: text('pk'),
    sortKey: text('sk'),
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: settings.pointInTimeRecovery },
    removalPolicy: settings.tablesOnDelete === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    deletionProtection: settings.deletionProtection,
    ...(key !== undefined && { encryption: TableEncryptionV2.customerManagedKey(key) }),
    ...(shape.stream !== undefined && {
      dynamoStream: shape.stream === 'new' ? StreamViewType.NEW_IMAGE : StreamViewType.NEW_AND_OLD_IMAGES,
    }),
    ...(shape.expiry !== undefined && { timeToLiveAttribute: shape.expiry }),
    ...warm,
    globalSecondaryIndexes: shape.indexes.map((index) => ({
      indexName: index.name,
      partitionKey: text(index.partitionKey),
      sortKey: text(index.sortKey),
      projectionType: index.project === 'all' ? ProjectionType.ALL : ProjectionType.KEYS_ONLY,
      ...warm,
    })),
  });
  if (!settings.pointInTimeRecovery) {
    Validations.of(made).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: `The settings of ${settings.name} leave continuous backups out: what it holds may be lost.`,
    });
  }
  return made;
}
