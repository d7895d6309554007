import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';

/**
 * Where Lambda puts inbox records that `apply` could not get through in its bounded tries, whole: a queue as
 * destination would keep their stream positions only, which are worth nothing after 24 hours.
 */
export function failuresBucket(scope: Construct, settings: EnvironmentSettings, key?: IKey): Bucket {
  const bucket = new Bucket(scope, 'ApplyFailures', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    ...(key === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
    lifecycleRules: [
      // The callbacks themselves stay in the inbox; this is what an operator looks at to find out why.
      { expiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy: settings.tablesOnDelete === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Only Lambda writes and only operators read; CloudTrail data events show who, without a bucket of logs.',
  });
  return bucket;
}
