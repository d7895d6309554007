import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dev } from '../../infra/environments/dev.ts';
import { environmentSettings } from '../../infra/environments/settings.ts';
import { PostriderStack } from '../../infra/stack.ts';
import { root } from './repository.ts';

const FUNCTIONS = ['receive', 'apply', 'relay', 'redeliver'];

describe('what is deployed', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'postrider-synth-'));
  let template: Template;
  beforeAll(() => {
    // Without bundling, which has its own test below: a synthesis then takes a second instead of ten.
    const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
    template = Template.fromStack(new PostriderStack(app, 'postrider-dev', dev));
  });
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));

  it('has the four tables, billed on demand', () => {
    const tables = Object.values(template.findResources('AWS::DynamoDB::GlobalTable')).map(({ Properties }) => ({
      name: Properties.TableName,
      keys: Properties.KeySchema.map((key: { AttributeName: string }) => key.AttributeName).join(),
      billing: Properties.BillingMode,
      stream: Properties.StreamSpecification?.StreamViewType,
      indexes: (Properties.GlobalSecondaryIndexes ?? []).map((index: { IndexName: string }) => index.IndexName).join(),
      expiry: Properties.TimeToLiveSpecification?.AttributeName,
    }));
    const shared = { keys: 'pk,sk', billing: 'PAY_PER_REQUEST' };
    expect(tables).toEqual([
      { ...shared, name: 'postrider-dev-inbox', stream: 'NEW_IMAGE', indexes: 'byTime', expiry: 'expiresAt' },
      { ...shared, name: 'postrider-dev-ledger', stream: 'NEW_AND_OLD_IMAGES', indexes: 'byReference,byDay,byDue' },
      { ...shared, name: 'postrider-dev-registry', indexes: '' },
      { ...shared, name: 'postrider-dev-delivery', indexes: 'byNextAt', expiry: 'expiresAt' },
    ]);
  });

  it('routes every method below /callbacks/ to receive, on the $default stage', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::Route', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'ANY /callbacks/{proxy+}' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', { StageName: '$default', AutoDeploy: true });
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  });

  it.each(FUNCTIONS)('has the function %s on Node 24 and arm64', (name) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `postrider-dev-${name}`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    });
  });

  it('gives up no stream record, and feeds the relay with heads only', () => {
    const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    expect(mappings.map(({ Properties }) => JSON.parse(Properties.FilterCriteria.Filters[0].Pattern))).toEqual([
      { eventName: ['INSERT'] },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['v#head'] } } } },
    ]);
    template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: -1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('calls redeliver each minute', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 minute)' });
  });

  it('is refused by CloudFormation as long as its functions have no stores', () => {
    const rule = template.toJSON()['Rules'].NotDeployableYet;
    expect(rule.Assertions).toEqual([
      {
        Assert: { 'Fn::Equals': ['stores', 'missing'] },
        AssertDescription: expect.stringContaining('no DynamoDB stores'),
      },
    ]);
  });

  it('allows each function what it does and nothing else', () => {
    const allowed = Object.entries(template.findResources('AWS::IAM::Policy')).map(([id, { Properties }]) => {
      const statements: { Action: string | string[]; Resource: unknown }[] = Properties.PolicyDocument.Statement;
      for (const { Resource } of statements) expect([Resource].flat()).not.toContain('*');
      const actions = statements
        .flatMap(({ Action }) => [Action].flat())
        .map((action) => action.replace('dynamodb:', ''));
      return [id.replace(/(ServiceRole|Role).*/, ''), [...new Set(actions)].sort().join(' ')];
    });
    expect(Object.fromEntries(allowed)).toEqual({
      Receive: 'GetItem PutItem UpdateItem',
      Apply: 'DeleteItem DescribeStream GetItem GetRecords GetShardIterator ListStreams PutItem Query UpdateItem',
      Relay:
        'DeleteItem DescribeStream GetItem GetRecords GetShardIterator ListStreams PutItem Query UpdateItem sqs:SendMessage',
      Redeliver: 'DeleteItem GetItem PutItem Query UpdateItem sqs:SendMessage',
      Scheduler: 'lambda:InvokeFunction',
    });
  });
});

describe('handlers', () => {
  it.each(FUNCTIONS)('%s is one file that loads by itself', async (name) => {
    const { outputFiles, warnings } = await build({
      entryPoints: [join(root, 'functions', name, 'handler.ts')],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      mainFields: ['module', 'main'],
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
    expect(outputFiles.map(({ text }) => /^import .*["'](?!node:)[#.]/m.test(text))).toEqual([false]);
  });
});

describe('settings of an environment', () => {
  it('names what is wrong, with its value', () => {
    const wrong = { ...dev, region: 'Frankfurt', logRetentionDays: 8 };
    expect(() => environmentSettings(wrong as typeof dev)).toThrow(/region = "Frankfurt".*\n.*logRetentionDays = 8/);
  });

  it('keeps tables whose environment says so', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const settings = environmentSettings({ ...dev, name: 'live', tablesOnDelete: 'retain', pointInTimeRecovery: true });
    const template = Template.fromStack(new PostriderStack(app, 'postrider-live', settings));
    template.allResources('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain' });
  });
});
