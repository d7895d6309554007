import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledCode } from '../../infra/constructs/bundle.ts';
import { FUNCTIONS } from '../../infra/constructs/programs.ts';
import { repositoryFiles } from './repository.ts';
import { plain, resources, type Synthesized, synthesize } from './synth-fixture.ts';

const DOMAIN = {
  callbacks: {
    name: 'callbacks.example.com',
    certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
    mutualTlsTruststore: 's3://example-truststore/gateways/ca.pem',
  },
};

let dev: Synthesized;
let prod: Synthesized;
beforeAll(() => {
  dev = synthesize('dev');
  prod = synthesize('prod', { domain: DOMAIN });
});

const all = (made: Synthesized, type: string) => Object.values(resources(made.template.service, type));

describe('the callback URL', () => {
  it('takes every method below /callbacks/ on the $default stage, without an authorizer', () => {
    dev.template.service.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: 'ANY /callbacks/{proxy+}',
      AuthorizationType: 'NONE',
    });
    for (const { Properties } of all(dev, 'AWS::ApiGatewayV2::Stage')) {
      expect(Properties).toMatchObject({ StageName: '$default', AutoDeploy: true });
    }
    for (const { Properties } of all(dev, 'AWS::ApiGatewayV2::Integration')) {
      expect(Properties).toMatchObject({ PayloadFormatVersion: '2.0', IntegrationType: 'AWS_PROXY' });
    }
  });

  it('is throttled on every route as the settings say', () => {
    const throttles = (made: Synthesized) =>
      all(made, 'AWS::ApiGatewayV2::Stage').map(({ Properties }) => Properties['DefaultRouteSettings']);
    expect(throttles(dev)).toContainEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    expect(throttles(prod)).toContainEqual({ ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 1_500 });
    expect(throttles(prod)).toHaveLength(2);
  });

  it('logs neither bodies nor paths (they end in tokens) nor queries nor headers of authorization', () => {
    for (const { Properties } of all(dev, 'AWS::ApiGatewayV2::Stage')) {
      const { Format } = Properties['AccessLogSettings'] as { Format: string };
      const variables = Object.values(JSON.parse(Format) as Record<string, string>);
      expect(variables.filter((name) => !name.startsWith('$context.'))).toEqual([]);
      expect(variables.filter((name) => /path|body|query|header|authorizer[.](?!error)/i.test(name))).toEqual([]);
    }
  });

  it('has the name of the settings, with client certificates, and the one that AWS makes is off', () => {
    prod.template.service.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'callbacks.example.com',
      DomainNameConfigurations: [
        { CertificateArn: DOMAIN.callbacks.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
      MutualTlsAuthentication: { TruststoreUri: 's3://example-truststore/gateways/ca.pem' },
    });
    const off = (made: Synthesized) =>
      all(made, 'AWS::ApiGatewayV2::Api').map(({ Properties }) => [
        Properties['Name'],
        Properties['DisableExecuteApiEndpoint'],
      ]);
    expect(off(prod)).toEqual([
      ['postrider-prod-callbacks', true],
      ['postrider-prod-admin', false],
    ]);
    expect(off(dev).map(([, is]) => is)).toEqual([false, false]);
  });
});

describe('the admin API', () => {
  it('asks for IAM on every route but four', () => {
    const routes = all(dev, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => [
      Properties['RouteKey'],
      Properties['AuthorizationType'],
    ]);
    expect(Object.fromEntries(routes)).toEqual({
      'ANY /callbacks/{proxy+}': 'NONE',
      'ANY /api/v1/{proxy+}': 'AWS_IAM',
      'GET /health': 'NONE',
      'GET /api/v1/openapi.json': 'NONE',
      'GET /api/v1/schemas/{proxy+}': 'NONE',
      'GET /api/v1/merchants/{merchantId}/subscriptions/{subscriptionId}/events': 'NONE',
    });
  });
});

describe('functions', () => {
  it.each(FUNCTIONS)('%s: Node 24 on arm64, JSON log that is kept for a while, all it has to know', (name) => {
    const found = all(dev, 'AWS::Lambda::Function').find(
      ({ Properties }) => Properties['FunctionName'] === `postrider-dev-${name}`,
    );
    expect(found?.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN', ApplicationLogLevel: 'INFO' },
    });
    expect(found?.Properties).not.toHaveProperty('TracingConfig');
    const { Variables } = (found?.Properties['Environment'] ?? {}) as { Variables?: Record<string, unknown> };
    const known = Object.fromEntries(Object.entries(Variables ?? {}).map(([key, value]) => [key, plain(value)]));
    expect(known).toEqual({
      POSTRIDER_ENVIRONMENT: 'dev',
      POSTRIDER_INBOX_TABLE: 'inbox',
      POSTRIDER_LEDGER_TABLE: 'ledger',
      POSTRIDER_REGISTRY_TABLE: 'registry',
      POSTRIDER_DELIVERY_TABLE: 'delivery',
      POSTRIDER_RETENTION_DAYS: '400',
      POSTRIDER_CALLBACK_BASE: 'CallbackApi',
      POSTRIDER_API_BASE: 'AdminApi/api/v1',
      POSTRIDER_QUEUE_PREFIX: 'postrider-dev-',
      POSTRIDER_QUEUE_ACCOUNTS: '',
      POSTRIDER_RELEASE: `test-${name}`,
      ...(name === 'admin' && {
        POSTRIDER_SECRETS_KEY: 'secretsKey',
        POSTRIDER_ACCESS:
          '{"account":"AccountId","operators":["role/*","user/*","root"],"merchants":{"role/postrider-merchant-*":"*"}}',
      }),
    });
  });

  it('keep their logs as long as the settings say', () => {
    const kept = (made: Synthesized) =>
      all(made, 'AWS::Logs::LogGroup').map((log) => log.Properties['RetentionInDays']);
    expect(new Set(kept(dev))).toEqual(new Set([7]));
    expect(new Set(kept(prod))).toEqual(new Set([90]));
    expect(kept(dev)).toHaveLength(FUNCTIONS.length + 2);
  });

  it('reserve concurrency and are traced where the settings say so', () => {
    const reserved = (made: Synthesized) =>
      all(made, 'AWS::Lambda::Function').map(({ Properties }) => Properties['ReservedConcurrentExecutions']);
    expect(reserved(dev).filter((value) => value !== undefined)).toEqual([]);
    expect(reserved(prod)).toEqual([200, 100, 50, ...Array(4).fill(undefined)]);
    prod.template.service.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
  });

  it('are called by an alias where there is a canary: receive by the API, apply by the stream', () => {
    const aliases = all(prod, 'AWS::Lambda::Alias').map(({ Properties }) => plain(Properties['FunctionName']));
    expect(aliases).toEqual(['Receive', 'Apply']);
    prod.template.service.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationUri: { Ref: Match.stringLikeRegexp('^ReceiveAliaslive') },
    });
    expect(all(dev, 'AWS::Lambda::Alias')).toEqual([]);
  });
});

describe('streams', () => {
  it('feed apply with callbacks, relay with heads and confirm with questions, from the oldest record on', () => {
    const mappings = all(dev, 'AWS::Lambda::EventSourceMapping').map(({ Properties }) => ({
      of: plain(Properties['EventSourceArn']),
      to: plain(Properties['FunctionName']),
      filters: (Properties['FilterCriteria'] as { Filters: { Pattern: string }[] }).Filters.map(({ Pattern }) =>
        JSON.parse(Pattern),
      ),
      tries: Properties['MaximumRetryAttempts'],
      givenUp: plain(
        (Properties['DestinationConfig'] as { OnFailure: { Destination: unknown } } | undefined)?.OnFailure
          .Destination ?? 'never',
      ),
    }));
    expect(mappings).toEqual([
      {
        of: 'inbox stream',
        to: 'Apply',
        filters: [{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['row'] } } } }],
        tries: 100,
        givenUp: 'applyFailures',
      },
      {
        of: 'ledger stream',
        to: 'Relay',
        filters: [{ eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['v#head'] } } } }],
        tries: -1,
        givenUp: 'never',
      },
      {
        // Only a wake-up: the question's row stays, and each minute's call finds it.
        of: 'delivery stream',
        to: 'Confirm',
        filters: [{ eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'confirmation#' }] } } } }],
        tries: 3,
        givenUp: 'never',
      },
    ]);
    dev.template.service.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      ParallelizationFactor: 1,
    });
    prod.template.service.allResourcesProperties('AWS::Lambda::EventSourceMapping', { ParallelizationFactor: 10 });
  });
});

describe('the rest', () => {
  it('calls redeliver, confirm and reconcile each minute and does not repeat what failed', () => {
    dev.template.service.allResourcesProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
    const called = all(dev, 'AWS::Scheduler::Schedule').map(({ Properties }) => {
      return plain((Properties['Target'] as { Arn: unknown }).Arn);
    });
    expect(called).toEqual(['Redeliver', 'Confirm', 'Reconcile']);
  });

  it('says where it is reached and how queues are called', () => {
    const values = (made: Synthesized) =>
      Object.fromEntries(
        Object.entries(made.template.service.findOutputs('*')).map(([id, { Value }]) => [id, plain(Value)]),
      );
    expect(values(dev)).toEqual({
      CallbackBase: 'CallbackApi',
      AdminUrl: 'AdminApi/api/v1',
      QueuePrefix: 'postrider-dev-',
    });
    expect(values(prod)).toMatchObject({
      CallbackBase: 'https://callbacks.example.com',
      CallbackDomainTarget: 'CallbackApiDomain',
    });
  });
});

describe('bundles', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'postrider-bundle-'));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));

  it.each(FUNCTIONS)('%s loads by itself; source maps stay outside', (name) => {
    const { release } = bundledCode(outdir, name);
    expect(release).toMatch(/^\d+[.]\d+[.]\d+-[0-9a-f]{12}$/);
    expect(existsSync(join(outdir, 'source-maps', `${name}-${release}`, 'index.mjs.map'))).toBe(true);
    const files = readdirSync(join(outdir, 'functions', name));
    expect(files).toContain('index.mjs');
    expect(files.filter((file) => !file.endsWith('.mjs'))).toEqual([]);
    for (const file of files) {
      const text = readFileSync(join(outdir, 'functions', name, file), 'utf8');
      expect(text).not.toContain('sourceMappingURL');
      const outside = /(?:^|;)import[^;]*?from\s*["'](?!node:|[.]\/[\w.-]+["']|[a-z_/]+["'])[^"']*["']/.exec(text)?.[0];
      expect(outside, file).toBeUndefined();
    }
  });

  it('has an entry point for every folder under functions/', () => {
    const folders = repositoryFiles().flatMap((path) => /^functions\/([^/]+)\/handler[.]ts$/.exec(path)?.[1] ?? []);
    expect(folders.sort()).toEqual([...FUNCTIONS].sort());
  });
});
