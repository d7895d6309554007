import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';

/** A key of the environment, changed each year by KMS itself; deleting it makes unreadable what it sealed. */
export function environmentKey(
  scope: Construct,
  purpose: 'data' | 'secrets',
  description: string,
  settings: EnvironmentSettings,
): Key {
  const retain = settings.tablesOnDelete === 'retain';
  return new Key(scope, purpose === 'data' ? 'DataKey' : 'SecretsKey', {
    alias: `postrider-${settings.name}-${purpose}`,
    description,
    enableKeyRotation: true,
    removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(retain ? 30 : 7),
  });
}
