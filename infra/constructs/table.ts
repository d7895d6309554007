import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, type ProjectionType, type StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';

/** A global index; both keys are text. Rows without the keys are not in it. */
export interface IndexProps {
  readonly indexName: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly projectionType: ProjectionType;
}

export interface TableProps {
  readonly settings: EnvironmentSettings;
  /** What the stream of changes carries. @default no stream */
  readonly stream?: StreamViewType;
  /** Attribute with the time of expiry in seconds since 1970. @default rows never expire */
  readonly expiry?: string;
  /** @default none */
  readonly indexes?: readonly IndexProps[];
}

/** One of the four tables: keys `pk` and `sk`, billed on demand. */
export function table(scope: Construct, id: string, props: TableProps): TableV2 {
  const text = (name: string) => ({ name, type: AttributeType.STRING });
  return new TableV2(scope, id, {
    tableName: `postrider-${props.settings.name}-${id.toLowerCase()}`,
    partitionKey: text('pk'),
    sortKey: text('sk'),
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.settings.pointInTimeRecovery },
    removalPolicy: props.settings.tablesOnDelete === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    deletionProtection: props.settings.tablesOnDelete === 'retain',
    ...(props.stream === undefined ? {} : { dynamoStream: props.stream }),
    ...(props.expiry === undefined ? {} : { timeToLiveAttribute: props.expiry }),
    globalSecondaryIndexes: (props.indexes ?? []).map((index) => ({
      indexName: index.indexName,
      partitionKey: text(index.partitionKey),
      sortKey: text(index.sortKey),
      projectionType: index.projectionType,
    })),
  });
}
