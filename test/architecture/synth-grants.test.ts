import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it } from 'vitest';
import { plain, resources, type Synthesized, synthesize } from './synth-fixture.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const OWN_LOG = ['CreateLogStream', 'PutLogEvents'].map((action) => `logs:${action}`).join(' ');
const STREAM = 'DescribeStream GetRecords GetShardIterator ListStreams';
const OWN_QUEUES = 'arn:aws:sqs:eu-central-1:AccountId:postrider-dev-*';

/** Of each role: what it may do, by resource; the conditions are looked at apart. */
function grantsOf({ template }: Synthesized): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    Object.entries(statements(template.service)).map(([role, all]) => {
      const by: Record<string, Set<string>> = {};
      for (const { Effect, Action, Resource } of all) {
        expect(Effect).toBe('Allow');
        for (const resource of [Resource].flat().map(plain)) {
          by[resource] ??= new Set();
          for (const action of [Action].flat()) by[resource].add(action.replace('dynamodb:', ''));
        }
      }
      return [
        role,
        Object.fromEntries(Object.entries(by).map(([key, actions]) => [key, [...actions].sort().join(' ')])),
      ];
    }),
  );
}

function statements(template: Synthesized['template']['service']): Readonly<Record<string, readonly Statement[]>> {
  return Object.fromEntries(
    Object.entries(resources(template, 'AWS::IAM::Policy')).map(([id, { Properties }]) => [
      id.replace(/(Service)?RoleDefaultPolicy$/, ''),
      (Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement,
    ]),
  );
}

function conditionsOf(made: Synthesized, role: string): Readonly<Record<string, unknown>> {
  const all = statements(made.template.service)[role] ?? [];
  return Object.fromEntries(
    all
      .filter(({ Condition }) => Condition !== undefined)
      .map(({ Action, Condition }) => [[Action].flat().join(' '), Condition]),
  );
}

describe('what each function of dev may do, and nothing else', () => {
  let dev: Synthesized;
  beforeAll(() => {
    dev = synthesize('dev');
  });

  it('has one role each, with no policy of AWS', () => {
    const roles = resources(dev.template.service, 'AWS::IAM::Role');
    expect(Object.keys(roles).sort()).toEqual(
      [
        ...['Admin', 'Apply', 'ConfirmEachMinute', 'Confirm', 'Receive', 'ReconcileEachMinute', 'Reconcile'],
        ...['RedeliverEachMinute', 'Redeliver', 'Relay'],
      ].map((name) => `${name}Role`),
    );
    for (const { Properties } of Object.values(roles)) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties).not.toHaveProperty('Policies');
    }
    const used = Object.values(resources(dev.template.service, 'AWS::Lambda::Function')).map(({ Properties }) =>
      plain(Properties['Role']),
    );
    expect(new Set(used).size).toBe(7);
  });

  it('receive: puts into the inbox, reads the registry, opens secrets, counts refusals', () => {
    expect(grantsOf(dev)['Receive']).toEqual({
      'ReceiveLog:*': OWN_LOG,
      inbox: 'PutItem',
      registry: 'GetItem',
      delivery: 'UpdateItem',
      secretsKey: 'kms:Decrypt',
    });
    expect(conditionsOf(dev, 'Receive')).toEqual({
      'dynamodb:UpdateItem': {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['refused#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
      'kms:Decrypt': {
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['connectorId'] },
        Null: { 'kms:EncryptionContext:connectorId': 'false' },
      },
    });
  });

  it('apply: reads the inbox and connectors, writes the ledger, notes what failed, counts old secrets', () => {
    expect(grantsOf(dev)['Apply']).toEqual({
      'ApplyLog:*': OWN_LOG,
      'inbox stream': STREAM,
      inbox: 'GetItem',
      registry: 'GetItem',
      ledger: 'BatchGetItem DeleteItem GetItem PutItem Query',
      delivery: 'DeleteItem PutItem UpdateItem',
      'applyFailures/aws/lambda/*': 's3:PutObject',
      applyFailures: 's3:ListBucket',
    });
    expect(conditionsOf(dev, 'Apply')).toEqual({
      'dynamodb:UpdateItem': {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['oldsecret#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
      'dynamodb:GetItem': {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['connector#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
  });

  it('relay: reads the ledger and sends', () => {
    expect(grantsOf(dev)['Relay']).toEqual({
      'RelayLog:*': OWN_LOG,
      'ledger stream': STREAM,
      ledger: 'Query',
      registry: 'Query',
      delivery: 'GetItem PutItem Query UpdateItem',
      [OWN_QUEUES]: 'sqs:SendMessage',
    });
  });

  it('redeliver: what relay may without the stream, and finds what is due', () => {
    expect(grantsOf(dev)['Redeliver']).toEqual({
      'RedeliverLog:*': OWN_LOG,
      ledger: 'Query',
      registry: 'Query',
      delivery: 'BatchGetItem DeleteItem Query UpdateItem',
      'delivery/index/byKind': 'Query',
      'delivery/index/byNextAt': 'Query',
      [OWN_QUEUES]: 'sqs:SendMessage',
    });
  });

  it('admin: all tables, secrets of connectors, the key of kept requests, queues under the prefix', () => {
    expect(grantsOf(dev)['Admin']).toEqual({
      'AdminLog:*': OWN_LOG,
      'inbox/index/byTime': 'Query',
      ...Object.fromEntries(['byList', 'byPurchase', 'byReference'].map((name) => [`ledger/index/${name}`, 'Query'])),
      'registry/index/byKind': 'Query',
      'delivery/index/byKind': 'Query',
      inbox: 'BatchGetItem GetItem PutItem',
      ledger: 'BatchGetItem DeleteItem GetItem PutItem Query',
      registry: 'DeleteItem GetItem PutItem Query',
      delivery: 'DeleteItem GetItem PutItem Query UpdateItem',
      secretsKey: 'kms:Decrypt kms:Encrypt kms:GenerateDataKey',
      [OWN_QUEUES]: 'sqs:CreateQueue sqs:GetQueueAttributes sqs:GetQueueUrl sqs:SendMessage sqs:SetQueueAttributes',
    });
    expect(conditionsOf(dev, 'Admin')).toEqual({
      'kms:Decrypt kms:GenerateDataKey': {
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['connectorId'] },
        Null: { 'kms:EncryptionContext:connectorId': 'false' },
      },
      // Not receive's: what it seals it cannot open.
      'kms:Decrypt kms:Encrypt': {
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['requestKey'] },
        Null: { 'kms:EncryptionContext:requestKey': 'false' },
      },
    });
  });

  it('confirm: reads what it asks about, opens secrets, puts answers into the inbox', () => {
    expect(grantsOf(dev)['Confirm']).toEqual({
      'ConfirmLog:*': OWN_LOG,
      'delivery stream': STREAM,
      delivery: 'BatchGetItem GetItem PutItem Query UpdateItem',
      'delivery/index/byNextAt': 'Query',
      registry: 'GetItem',
      ledger: 'BatchGetItem Query',
      'ledger/index/byReference': 'Query',
      inbox: 'GetItem PutItem',
      secretsKey: 'kms:Decrypt',
    });
  });

  it('reconcile: finds what is due, puts questions, and sends nothing itself', () => {
    expect(grantsOf(dev)['Reconcile']).toEqual({
      'ReconcileLog:*': OWN_LOG,
      ledger: 'BatchGetItem UpdateItem',
      'ledger/index/byDue': 'Query',
      'ledger/index/byList': 'Query',
      delivery: 'GetItem PutItem',
      'registry/index/byKind': 'Query',
    });
    expect(conditionsOf(dev, 'Reconcile')).toEqual({
      'dynamodb:GetItem dynamodb:PutItem': {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['confirmation#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
  });

  it.each(['Redeliver', 'Confirm', 'Reconcile'])('the schedule of %s: calls it', (name) => {
    expect(grantsOf(dev)[`${name}EachMinute`]).toEqual({ [name]: 'lambda:InvokeFunction' });
  });
});

describe('what settings add', () => {
  let prod: Synthesized;
  beforeAll(() => {
    prod = synthesize('prod', { queueAccounts: ['111122223333'] });
  });

  it('the key of the data, through DynamoDB only; for records that apply gives up, through S3', () => {
    const dynamodb = { StringEquals: { 'kms:ViaService': 'dynamodb.eu-central-1.amazonaws.com' } };
    const actions = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];
    const uses = actions.map((action) => `kms:${action}`).join(' ');
    for (const role of ['Receive', 'Apply', 'Relay', 'Redeliver', 'Confirm', 'Reconcile', 'Admin']) {
      expect(grantsOf(prod)[role]?.['dataKey']).toBe(uses);
      expect(conditionsOf(prod, role)[uses]).toEqual(dynamodb);
    }
    expect(conditionsOf(prod, 'Apply')['kms:Decrypt kms:GenerateDataKey']).toEqual({
      StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' },
    });
  });

  it('queues and roles in the accounts that the operator approved, and in no other', () => {
    for (const role of ['Relay', 'Redeliver', 'Admin']) {
      const grants = grantsOf(prod)[role] ?? {};
      const foreign = Object.entries(grants).filter(
        ([resource]) => /:(sqs|iam):/.test(resource) && !resource.includes('AccountId'),
      );
      expect(Object.fromEntries(foreign)).toEqual({
        'arn:aws:sqs:*:111122223333:*': 'sqs:SendMessage',
        'arn:aws:iam::111122223333:role/postrider-*': 'sts:AssumeRole',
      });
    }
    expect(Object.keys(grantsOf(prod)['Receive'] ?? {}).filter((resource) => /:(sqs|iam):/.test(resource))).toEqual([]);
  });
});

describe('cdk-nag, AwsSolutions', () => {
  const queueAccounts = ['111122223333'];
  it.each([
    ['dev', {}],
    ['prod', {}],
    ['prod', { queueAccounts }],
  ])('finds nothing in %s that has no reason beside it', (name, changes) => {
    const { violations } = new AwsSolutionsChecks().validateScope(synthesize(name, changes).app);
    expect(
      violations.map(({ ruleName, violatingResources }) => [
        ruleName,
        violatingResources.map((one) => one.constructPath),
      ]),
    ).toEqual([]);
  });
});
