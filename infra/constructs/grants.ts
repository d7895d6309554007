import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { TABLES, TableName } from '#shared/store/dynamodb/tables.ts';
import type { PostriderDataStack } from '../data-stack.ts';
import type { EnvironmentSettings } from '../environments/settings.ts';

type TableAction = 'BatchGetItem' | 'DeleteItem' | 'GetItem' | 'PutItem' | 'Query' | 'UpdateItem';

type IndexName<Table extends TableName> = (typeof TABLES)[Table]['indexes'][number]['name'];

/** One statement of a role, and where its resources hold a `*`, why they have to. */
export interface Grant {
  readonly statement: PolicyStatement;
  readonly wildcards?: string;
}

/** The statements that roles are made of; nothing here is granted by a construct's own idea of "read" or "write". */
export class Grants {
  private readonly stack: Stack;
  private readonly data: PostriderDataStack;
  private readonly settings: EnvironmentSettings;

  constructor(stack: Stack, data: PostriderDataStack, settings: EnvironmentSettings) {
    this.stack = stack;
    this.data = data;
    this.settings = settings;
  }

  /** `actions` on the items of a table. */
  items(table: TableName, ...actions: readonly TableAction[]): Grant {
    return grant({ actions: actions.map(qualified), resources: [this.data.tables[table].tableArn] });
  }

  /** `actions` on items whose partition key begins with `prefix`. */
  itemsUnder(table: TableName, prefix: string, ...actions: readonly TableAction[]): Grant {
    return grant({
      actions: actions.map(qualified),
      resources: [this.data.tables[table].tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${prefix}*`] },
        // Without it a request that names no key at all would fulfil "all of none".
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
  }

  indexes<Table extends TableName>(table: Table, ...names: readonly IndexName<Table>[]): Grant {
    const { tableArn } = this.data.tables[table];
    return grant({ actions: ['dynamodb:Query'], resources: names.map((name) => `${tableArn}/index/${name}`) });
  }

  stream(table: 'inbox' | 'ledger' | 'delivery'): Grant {
    return grant({
      actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(qualified),
      resources: [this.data.streamArns[table]],
    });
  }

  /** What DynamoDB asks of the caller where tables have the environment's own key: nothing where they do not. */
  dataKey(): readonly Grant[] {
    const key = this.data.dataKey;
    if (key === undefined) return [];
    const actions = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];
    return [this.viaService('dynamodb', key, actions)];
  }

  /** Secrets are opened and sealed under the name of their connector only (encryption context). */
  secrets(...actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[]): Grant {
    return this.underContext('connectorId', actions);
  }

  /** The private half of the key that requests of refused callbacks are sealed to: sealed and opened under its own name. */
  requestKey(): Grant {
    return this.underContext('requestKey', ['kms:Decrypt', 'kms:Encrypt']);
  }

  /** What Lambda does in the function's name when it gives a record up. */
  keepFailures(): readonly Grant[] {
    const { dataKey, applyFailuresArn } = this.data;
    return [
      grant(
        { actions: ['s3:PutObject'], resources: [`${applyFailuresArn}/aws/lambda/*`] },
        'Lambda names the objects: aws/lambda/<mapping>/<shard>/<day>/….',
      ),
      grant({ actions: ['s3:ListBucket'], resources: [applyFailuresArn] }),
      ...(dataKey === undefined ? [] : [this.viaService('s3', dataKey, ['Decrypt', 'GenerateDataKey'])]),
    ];
  }

  /** Sending to the environment's own queues, and to those of merchants in accounts the operator has approved. */
  send(): readonly Grant[] {
    const accounts = this.settings.queueAccounts;
    const own = grant({ actions: ['sqs:SendMessage'], resources: [this.ownQueues()] }, OWN_QUEUES);
    if (accounts.length === 0) return [own];
    const queues = accounts.map((account) => this.arn('sqs', '*', account, '*'));
    const roles = accounts.map((account) => this.arn('iam', '', account, 'role/postrider-*'));
    return [
      own,
      grant(
        { actions: ['sqs:SendMessage'], resources: queues },
        'Merchants name their queues; the operator approved the account, and the queue says itself who may send.',
      ),
      grant(
        { actions: ['sts:AssumeRole'], resources: roles },
        'Merchants name their roles, which ask for their own id (ExternalId); the operator approved the account.',
      ),
    ];
  }

  /** Making the environment's own queues, and saying who may read them. */
  makeQueues(): Grant {
    const actions = ['CreateQueue', 'GetQueueAttributes', 'GetQueueUrl', 'SetQueueAttributes'];
    return grant({ actions: actions.map((action) => `sqs:${action}`), resources: [this.ownQueues()] }, OWN_QUEUES);
  }

  /** Begins the name of each queue that the environment makes. */
  get queuePrefix(): string {
    return `postrider-${this.settings.name}-`;
  }

  /** With the key of the secrets, where the encryption context is this one name and nothing else. */
  private underContext(name: 'connectorId' | 'requestKey', actions: readonly string[]): Grant {
    return grant({
      actions: [...actions],
      resources: [this.data.secretsKey.keyArn],
      conditions: {
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': [name] },
        Null: { [`kms:EncryptionContext:${name}`]: 'false' },
      },
    });
  }

  private ownQueues(): string {
    return this.arn('sqs', this.stack.region, this.stack.account, `${this.queuePrefix}*`);
  }

  private viaService(service: string, key: IKey, actions: readonly string[]): Grant {
    return grant({
      actions: actions.map((action) => `kms:${action}`),
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${service}.${this.stack.region}.amazonaws.com` } },
    });
  }

  private arn(service: string, region: string, account: string, resource: string): string {
    return `arn:${this.stack.partition}:${service}:${region}:${account}:${resource}`;
  }
}

const OWN_QUEUES = 'Queues are made while it runs, one a subscription, all under the prefix of this environment.';

function grant(props: PolicyStatementProps, wildcards?: string): Grant {
  return { statement: new PolicyStatement(props), ...(wildcards !== undefined && { wildcards }) };
}

function qualified(action: string): string {
  return `dynamodb:${action}`;
}
