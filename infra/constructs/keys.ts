import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';

/** A key of the environment, changed by KMS itself, each year where it is to last; deleting it makes unreadable what it sealed. */
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
    // The first and the second change of a key add 1 USD a month each, which what is thrown away need not pay.
    rotationPeriod: Duration.days(retain ? 365 : 2_560),
    removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(retain ? 30 : 7),
  });
}
