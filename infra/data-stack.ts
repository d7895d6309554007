import { Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { TableName } from '#shared/store/dynamodb/tables.ts';
import { failuresBucket } from './constructs/failures-bucket.ts';
import { environmentKey } from './constructs/keys.ts';
import { table } from './constructs/table.ts';
import type { EnvironmentSettings } from './environments/settings.ts';
import { stackProps } from './stack-props.ts';

/** What an environment must not lose: tables, keys, and the records that could not be applied. No code. */
export class PostriderDataStack extends Stack {
  readonly tables: Readonly<Record<TableName, TableV2>>;
  /** Of the tables whose changes drive functions. */
  readonly streamArns: Readonly<Record<'inbox' | 'ledger' | 'delivery', string>>;
  /** Of the connectors' secrets. */
  readonly secretsKey: Key;
  /** Of tables and bucket, where the settings ask for one. */
  readonly dataKey: Key | undefined;
  readonly applyFailures: Bucket;
  /** Its ARN as the other stack imports it. */
  readonly applyFailuresArn: string;

  constructor(scope: Construct, id: string, settings: EnvironmentSettings) {
    super(scope, id, stackProps(settings, 'what it keeps'));
    const name = settings.name;
    this.secretsKey = environmentKey(this, 'secrets', `Secrets of the connectors of Postrider ${name}`, settings);
    this.dataKey = settings.customerManagedKeys
      ? environmentKey(this, 'data', `Tables and kept records of Postrider ${name}`, settings)
      : undefined;
    this.tables = {
      inbox: table(this, 'inbox', settings, this.dataKey),
      ledger: table(this, 'ledger', settings, this.dataKey),
      registry: table(this, 'registry', settings, this.dataKey),
      delivery: table(this, 'delivery', settings, this.dataKey),
    };
    const { inbox, ledger, delivery } = this.tables;
    this.streamArns = { inbox: streamArn(inbox), ledger: streamArn(ledger), delivery: streamArn(delivery) };
    this.applyFailures = failuresBucket(this, settings, this.dataKey);
    this.applyFailuresArn = this.exportValue(this.applyFailures.bucketArn);
    this.exportAll();
  }

  /**
   * Exports for ever what the other stack may take, used or not: an export that disappears while the other stack still
   * imports it stops the deployment of both.
   */
  private exportAll(): void {
    for (const { tableArn, tableName } of Object.values(this.tables)) {
      this.exportValue(tableArn);
      this.exportValue(tableName);
    }
    for (const arn of Object.values(this.streamArns)) this.exportValue(arn);
    this.exportValue(this.secretsKey.keyArn);
    if (this.dataKey !== undefined) this.exportValue(this.dataKey.keyArn);
    this.exportValue(this.applyFailures.bucketName);
  }
}

function streamArn(of: TableV2): string {
  if (of.tableStreamArn === undefined) throw new Error(`${of.node.path} has no stream`);
  return of.tableStreamArn;
}
