import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';
import { table } from './table.ts';

/** Merchants, connectors with their sealed secrets, subscriptions, and the record of who changed what. */
export function registryTable(scope: Construct, settings: EnvironmentSettings): TableV2 {
  return table(scope, 'Registry', { settings });
}
