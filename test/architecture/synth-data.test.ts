import { beforeAll, describe, expect, it } from 'vitest';
import { TABLES } from '#shared/store/dynamodb/tables.ts';
import { plain, resources, type Synthesized, synthesize } from './synth-fixture.ts';

let dev: Synthesized;
let prod: Synthesized;
beforeAll(() => {
  dev = synthesize('dev');
  prod = synthesize('prod', { warmThroughput: { inbox: { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 8_000 } } });
});

const all = (made: Synthesized, type: string) => Object.entries(resources(made.template.data, type));

interface Replica {
  readonly DeletionProtectionEnabled: boolean;
  readonly PointInTimeRecoverySpecification: unknown;
  readonly SSESpecification?: { readonly KMSMasterKeyId: unknown };
}

const replicaOf = (properties: Readonly<Record<string, unknown>>): Replica =>
  (properties['Replicas'] as readonly [Replica])[0];

describe('the tables', () => {
  it('are those that the stores read, billed on demand', () => {
    const tables = all(dev, 'AWS::DynamoDB::GlobalTable').map(([, { Properties }]) => ({
      name: Properties['TableName'],
      keys: attributes(Properties['KeySchema']),
      billing: Properties['BillingMode'],
      stream: (Properties['StreamSpecification'] as { StreamViewType: string } | undefined)?.StreamViewType,
      expiry: (Properties['TimeToLiveSpecification'] as { AttributeName: string } | undefined)?.AttributeName,
      indexes: ((Properties['GlobalSecondaryIndexes'] ?? []) as Index[]).map((index) => ({
        name: index.IndexName,
        keys: attributes(index.KeySchema),
        project: index.Projection.ProjectionType,
      })),
    }));
    const views = { new: 'NEW_IMAGE', 'new-and-old': 'NEW_AND_OLD_IMAGES' };
    expect(tables).toEqual(
      Object.entries(TABLES).map(([name, shape]) => ({
        name: `postrider-dev-${name}`,
        keys: 'pk sk',
        billing: 'PAY_PER_REQUEST',
        stream: 'stream' in shape ? views[shape.stream] : undefined,
        expiry: 'expiry' in shape ? shape.expiry : undefined,
        indexes: shape.indexes.map((index) => ({
          name: index.name,
          keys: `${index.partitionKey} ${index.sortKey}`,
          project: index.project === 'all' ? 'ALL' : 'KEYS_ONLY',
        })),
      })),
    );
  });

  it('are kept and cannot be deleted where the settings say so', () => {
    for (const [, { Properties, ...policies }] of all(prod, 'AWS::DynamoDB::GlobalTable')) {
      expect(policies).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(replicaOf(Properties)).toMatchObject({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
    for (const [, { Properties, ...policies }] of all(dev, 'AWS::DynamoDB::GlobalTable')) {
      expect(policies).toMatchObject({ DeletionPolicy: 'Delete' });
      expect(replicaOf(Properties)).toMatchObject({ DeletionProtectionEnabled: false });
    }
  });

  it('are warm as far as the settings say, indexes too', () => {
    const warm = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 8_000 };
    const [inbox, ...others] = all(prod, 'AWS::DynamoDB::GlobalTable').map(([, { Properties }]) => Properties);
    expect(inbox).toMatchObject({ WarmThroughput: warm, GlobalSecondaryIndexes: [{ WarmThroughput: warm }] });
    for (const other of others) expect(other).not.toHaveProperty('WarmThroughput');
  });

  it('are under the key of the environment where the settings say so', () => {
    const keys = all(prod, 'AWS::DynamoDB::GlobalTable').map(([, { Properties }]) =>
      plain(replicaOf(Properties).SSESpecification?.KMSMasterKeyId),
    );
    expect(keys).toEqual(['DataKey', 'DataKey', 'DataKey', 'DataKey']);
    const without = all(dev, 'AWS::DynamoDB::GlobalTable').map(([, { Properties }]) => replicaOf(Properties));
    for (const replica of without) expect(replica).not.toHaveProperty('SSESpecification');
  });
});

interface Index {
  readonly IndexName: string;
  readonly KeySchema: unknown;
  readonly Projection: { readonly ProjectionType: string };
}

function attributes(keySchema: unknown): string {
  return (keySchema as readonly { AttributeName: string }[]).map(({ AttributeName }) => AttributeName).join(' ');
}

describe('keys', () => {
  it('of secrets in every environment, of data where asked for; both turn by themselves', () => {
    const named = (made: Synthesized) =>
      all(made, 'AWS::KMS::Alias').map(([, { Properties }]) => [
        Properties['AliasName'],
        plain(Properties['TargetKeyId']),
      ]);
    expect(named(dev)).toEqual([['alias/postrider-dev-secrets', 'SecretsKey']]);
    expect(named(prod)).toEqual([
      ['alias/postrider-prod-secrets', 'SecretsKey'],
      ['alias/postrider-prod-data', 'DataKey'],
    ]);
    prod.template.data.allResourcesProperties('AWS::KMS::Key', { EnableKeyRotation: true, PendingWindowInDays: 30 });
    prod.template.data.allResources('AWS::KMS::Key', { DeletionPolicy: 'Retain' });
  });
});

describe('the bucket of records that apply gave up', () => {
  it('is private, encrypted, read over TLS only, and empties itself', () => {
    const key = {
      SSEAlgorithm: 'aws:kms',
      KMSMasterKeyID: { 'Fn::GetAtt': [expect.stringMatching(/^DataKey/), 'Arn'] },
    };
    const encryptions = [
      [dev, { SSEAlgorithm: 'AES256' }],
      [prod, key],
    ] as const;
    for (const [made, encryption] of encryptions) {
      const [[, bucket] = []] = all(made, 'AWS::S3::Bucket');
      expect(bucket?.Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: encryption }],
        },
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 90 }] },
      });
      const [[, policy] = []] = all(made, 'AWS::S3::BucketPolicy');
      const { Statement } = (policy?.Properties['PolicyDocument'] ?? {}) as { Statement?: readonly object[] };
      expect(Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
  });
});

describe('the two stacks', () => {
  it('cannot be deleted where the settings say so', () => {
    const protectedOnes = (made: Synthesized) => [made.data.terminationProtection, made.service.terminationProtection];
    expect(protectedOnes(prod)).toEqual([true, true]);
    expect(protectedOnes(dev)).toEqual([false, false]);
  });

  it('are deployed in order, and what the second may take is exported whether it takes it or not', () => {
    expect(dev.service.dependencies).toEqual([dev.data]);
    const outputs = Object.values(prod.template.data.toJSON()['Outputs']) as { Value: unknown }[];
    const exported = outputs.map(({ Value }) => JSON.stringify(Value).replace(/[0-9A-F]{8}/, ''));
    const attribute = (id: string, name: string) => JSON.stringify({ 'Fn::GetAtt': [id, name] });
    expect(exported.sort()).toEqual(
      [
        ...['Inbox', 'Ledger', 'Registry', 'Delivery', 'SecretsKey', 'DataKey', 'ApplyFailures'].map((id) =>
          attribute(id, 'Arn'),
        ),
        ...['Inbox', 'Ledger', 'Delivery'].map((id) => attribute(id, 'StreamArn')),
        ...['Inbox', 'Ledger', 'Registry', 'Delivery', 'ApplyFailures'].map((id) => JSON.stringify({ Ref: id })),
      ].sort(),
    );
  });

  it('hold code in the second only', () => {
    expect(Object.keys(dev.template.data.findResources('AWS::Lambda::Function'))).toEqual([]);
    expect(Object.keys(dev.template.service.findResources('AWS::DynamoDB::GlobalTable'))).toEqual([]);
  });
});
