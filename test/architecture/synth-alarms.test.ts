import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it } from 'vitest';
import { METRIC_UNITS } from '#shared/platform/metrics.ts';
import { ENVIRONMENTS } from '../../infra/environments/environments.ts';
import { emittedMetrics } from './emitted-metrics.ts';
import { repositoryFiles, root } from './repository.ts';
import { type AlarmOf, alarmsOf } from './synth-alarms.ts';
import { plain, resources, type Synthesized, synthesize } from './synth-fixture.ts';

let dev: Synthesized;
let prod: Synthesized;
beforeAll(() => {
  dev = synthesize('dev');
  prod = synthesize('prod');
});

const lambda = (metric: string, of: string) => `AWS/Lambda ${metric} {FunctionName=${of}}`;
const throttled = (table: string) => `AWS/DynamoDB ThrottledRequests {Operation=PutItem, TableName=${table}}`;
const own = (metric: string, more = '') => `Postrider ${metric} {environment=prod${more}}`;
const version = (of: string) =>
  `AWS/Lambda Errors {ExecutedVersion=${of} version, FunctionName=${of}, Resource=${of}:live}`;
const given = 'AWS/S3 NumberOfObjects {BucketName=applyFailures, StorageType=AllStorageTypes}';

/** Of prod, where silence is a fault: name, metric, when it rings, whether silence does, runbook. */
const ALARMS: readonly (readonly [string, string, string, 'breaching' | 'fine', string])[] = [
  ['unapplied-1h', `${lambda('IteratorAge', 'Apply')} Maximum`, '>= 3600000, 1 x 5 min', 'fine', 'unapplied-callbacks'],
  ['failed-1h', `${own('OldestFailedSeconds')} Maximum`, '>= 3600, 1 x 5 min', 'fine', 'failed-callbacks'],
  [
    'unapplied-12h',
    `${lambda('IteratorAge', 'Apply')} Maximum`,
    '>= 43200000, 1 x 5 min',
    'fine',
    'unapplied-callbacks',
  ],
  ['failed-12h', `${own('OldestFailedSeconds')} Maximum`, '>= 43200, 1 x 5 min', 'fine', 'failed-callbacks'],
  ['relay-lag', `${lambda('IteratorAge', 'Relay')} Maximum`, '>= 300000, 1 x 5 min', 'fine', 'relay-lag'],
  ['apply-stopped', `${lambda('Invocations', 'Apply')} Sum`, '< 1, 3 x 60 min', 'breaching', 'streams-stopped'],
  ['relay-stopped', `${lambda('Invocations', 'Relay')} Sum`, '< 1, 3 x 60 min', 'breaching', 'streams-stopped'],
  ['parked', `${own('ParkedCursors')} Maximum`, '>= 1, 3 x 5 min', 'breaching', 'parked-deliveries'],
  ['dead', `${own('DeadCursors')} Maximum`, '>= 1, 1 x 5 min', 'breaching', 'parked-deliveries'],
  ['failed', `${own('FailedCallbacks')} Maximum`, '>= 1, 1 x 5 min', 'fine', 'failed-callbacks'],
  ['callbacks-5xx', 'AWS/ApiGateway 5xx {ApiId=CallbackApi} Sum', '>= 1, 1 x 5 min', 'fine', 'callbacks-5xx'],
  ['refused', `${own('CallbacksRefused')} Sum`, '>= 20, 1 x 5 min', 'fine', 'refused-callbacks'],
  [
    'other-body',
    `${own('CallbacksRefused', ', reason=other_body')} Sum`,
    '>= 1, 1 x 5 min',
    'fine',
    'refused-callbacks',
  ],
  [
    'quiet-ixopay',
    `${own('CallbacksReceived', ', gateway=ixopay')} Sum`,
    '< 1, 3 x 60 min',
    'breaching',
    'quiet-gateway',
  ],
  ['unrecognized', `${own('CallbacksUnrecognized')} Sum`, '>= 1, 1 x 5 min', 'fine', 'unclear-callbacks'],
  ['contradictory', `${own('CallbacksContradictory')} Sum`, '>= 1, 1 x 5 min', 'fine', 'unclear-callbacks'],
  [
    ...(['questions-late', `${own('OldestConfirmationSeconds')} Maximum`, '>= 3600, 1 x 5 min'] as const),
    ...(['fine', 'unanswered-questions'] as const),
  ],
  ['not-allowed', `${own('ConfirmationsNotAllowed')} Sum`, '>= 1, 1 x 5 min', 'fine', 'unanswered-questions'],
  ['answer-refused', `${own('ConfirmationsFailed')} Sum`, '>= 1, 1 x 5 min', 'fine', 'unanswered-questions'],
  ['unresolved', `${own('PaymentsUnresolved')} Sum`, '>= 1, 1 x 5 min', 'fine', 'unresolved-payments'],
  ['drift', `${own('ReconcileDrift')} Sum`, '>= 1, 1 x 5 min', 'fine', 'gateway-not-read'],
  ['not-read', `${own('ReconcileNotDone')} Sum`, '>= 1, 1 x 5 min', 'fine', 'gateway-not-read'],
  ['receive-errors', `${lambda('Errors', 'Receive')} Sum`, '>= 1, 1 x 5 min', 'fine', 'function-errors'],
  ['apply-errors', `${lambda('Errors', 'Apply')} Sum`, '>= 1, 1 x 5 min', 'fine', 'function-errors'],
  ['relay-errors', `${lambda('Errors', 'Relay')} Sum`, '>= 1, 1 x 5 min', 'fine', 'function-errors'],
  ['redeliver-errors', `${lambda('Errors', 'Redeliver')} Sum`, '>= 1, 1 x 5 min', 'fine', 'function-errors'],
  ['reconcile-errors', `${lambda('Errors', 'Reconcile')} Sum`, '>= 1, 1 x 5 min', 'fine', 'function-errors'],
  ['receive-throttled', `${lambda('Throttles', 'Receive')} Sum`, '>= 1, 1 x 5 min', 'fine', 'throttles'],
  ['apply-throttled', `${lambda('Throttles', 'Apply')} Sum`, '>= 1, 1 x 5 min', 'fine', 'throttles'],
  ['relay-throttled', `${lambda('Throttles', 'Relay')} Sum`, '>= 1, 1 x 5 min', 'fine', 'throttles'],
  ['inbox-throttled', `${throttled('inbox')} Sum`, '>= 1, 2 x 5 min', 'fine', 'throttles'],
  ['ledger-throttled', `${throttled('ledger')} Sum`, '>= 1, 2 x 5 min', 'fine', 'throttles'],
  ['given-up', `${given} Maximum`, '>= 1, 1 x 1440 min', 'fine', 'function-errors'],
  [
    'receive-errors-of-version-Receive version',
    `${version('Receive')} Sum`,
    '>= 1, 1 x 1 min',
    'fine',
    'function-errors',
  ],
  ['apply-errors-of-version-Apply version', `${version('Apply')} Sum`, '>= 1, 1 x 1 min', 'fine', 'function-errors'],
];

describe('alarms', () => {
  it('of prod are these', () => {
    expect(
      alarmsOf(prod, 'prod').map(({ name, metric, rings, missing, runbook }) => [
        name,
        metric,
        rings,
        missing,
        runbook,
      ]),
    ).toEqual(
      ALARMS.map(([name, metric, rings, silence, runbook]) => [
        ...[name, metric, rings],
        silence === 'fine' ? 'notBreaching' : 'breaching',
        `docs/runbooks/${runbook}.md`,
      ]),
    );
  });

  it('of dev, which may stand idle, are the same without what silence rings and without a canary', () => {
    const quiet = ALARMS.filter(([name, , rings]) => !rings.startsWith('<') && !name.includes('-of-version-'));
    const found = alarmsOf(dev, 'dev');
    expect(found.map(({ name, metric, rings }) => [name, metric, rings])).toEqual(
      quiet.map(([name, metric, rings]) => [name, metric.replace('=prod', '=dev'), rings]),
    );
    expect(new Set(found.map(({ missing }) => missing))).toEqual(new Set(['notBreaching']));
  });

  it.each(Object.keys(ENVIRONMENTS))('of %s each have a runbook that names them', (name) => {
    for (const { name: alarm, runbook } of alarmsOf(synthesize(name), name)) {
      expect(existsSync(join(root, runbook)), `${alarm}: ${runbook}`).toBe(true);
      const named = alarm.replace(/-of-version-.*$/, '-of-version-').replace(/^quiet-.*$/, 'quiet-');
      expect(readFileSync(join(root, runbook), 'utf8'), `${runbook} does not name ${named}`).toContain(`\`${named}`);
    }
  });

  it('are named by no runbook that are not there', () => {
    const names = new Set(alarmsOf(prod, 'prod').map(({ name }) => name.replace(/-of-version-.*$/, '-of-version-<n>')));
    const heading = /^Alarms?: (.+)$/m;
    const named = repositoryFiles()
      .filter((path) => path.startsWith('docs/runbooks/'))
      .flatMap((path) => [...(heading.exec(readFileSync(join(root, path), 'utf8'))?.[1] ?? '').matchAll(/`([^`]+)`/g)])
      .map(([, name = '']) => name.replace('<gateway>', 'ixopay'));
    expect(named.toSorted()).toEqual([...names].toSorted());
  });
});

describe('who is told', () => {
  const told = (alarms: Synthesized, of: string) =>
    alarmsOf(alarms, of).filter(({ name }) => !name.includes('-of-version-'));
  const topics = (all: readonly AlarmOf[]) =>
    new Set(all.flatMap(({ actions, okActions }) => [actions.join(), okActions.join()]));
  const topicArn = 'arn:aws:sns:eu-central-1:111122223333:operators';

  it('nobody where the settings name nobody', () => {
    expect(topics(told(dev, 'dev'))).toEqual(new Set(['']));
    expect(resources(dev.template.service, 'AWS::SNS::Topic')).toEqual({});
  });

  it('the topic that the settings name, of the ringing and of its end', () => {
    const made = synthesize('dev', { alarms: { topicArn } });
    expect(topics(told(made, 'dev'))).toEqual(new Set([topicArn]));
    expect(resources(made.template.service, 'AWS::SNS::Topic')).toEqual({});
  });

  it('an address, by a topic of its own into which the alarms of this environment may write', () => {
    const made = synthesize('dev', { alarms: { email: 'operators@example.com' } });
    expect(topics(told(made, 'dev'))).toEqual(new Set(['AlarmTopic']));
    made.template.service.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'operators@example.com',
    });
    const [policy] = Object.values(resources(made.template.service, 'AWS::SNS::TopicPolicy'));
    const document = policy?.Properties['PolicyDocument'] as
      | { Statement: readonly Record<string, unknown>[] }
      | undefined;
    const allowed = (document?.Statement ?? []).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toMatchObject([{ Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } }]);
    const condition = allowed[0]?.['Condition'] as Record<string, Record<string, unknown>>;
    expect(plain(condition['ArnLike']?.['aws:SourceArn'])).toBe(
      'arn:aws:cloudwatch:eu-central-1:AccountId:alarm:postrider-dev-*',
    );
    expect(plain(condition['StringEquals']?.['aws:SourceAccount'])).toBe('AccountId');
  });
});

describe('metrics of our own', () => {
  /** What an alarm of another name stands for; the rest is looked at on the dashboard. */
  const ALARMED_AS: Readonly<Record<string, string>> = {
    CallbacksUnavailable: 'callbacks-5xx',
    CallbacksFailed: 'failed',
    EventsParked: 'parked',
    ApplyLagMs: 'unapplied-1h',
    RelayLagMs: 'relay-lag',
    ConfirmationsWaiting: 'questions-late',
  };
  const ONLY_SEEN = [
    ...['CallbacksAnomalous', 'CallbacksDuplicate', 'EventsSent', 'OldSecretUsed'],
    ...['ConfirmationsAsked', 'ConfirmationsAnswered', 'ConfirmationsDelayed'],
  ];
  const namesIn = (metrics: readonly string[]) =>
    metrics.flatMap((metric) => /^Postrider (\w+)/.exec(metric)?.[1] ?? []);

  it('that infra names are emitted, with these dimensions', () => {
    const emitted = emittedMetrics('prod');
    const alarmed = alarmsOf(prod, 'prod').map(({ metric }) => metric.replace(/ \w+$/, ''));
    const named = [...alarmed, ...dashboardMetrics(prod)].filter((metric) => metric.startsWith('Postrider'));
    const alike = (metric: string) => emitted.has(metric);
    expect(named.filter((metric) => !alike(metric))).toEqual([]);
    expect(named.length).toBeGreaterThan(20);
  });

  it('that are emitted have an alarm, or a reason to have none; all are on the dashboard', () => {
    const alarms = alarmsOf(prod, 'prod');
    const direct = namesIn(alarms.map(({ metric }) => metric));
    const named = new Set(alarms.map(({ name }) => name));
    expect(Object.values(ALARMED_AS).filter((name) => !named.has(name))).toEqual([]);
    expect([...new Set([...direct, ...Object.keys(ALARMED_AS), ...ONLY_SEEN])].toSorted()).toEqual(
      Object.keys(METRIC_UNITS).toSorted(),
    );
    expect([...new Set(namesIn(dashboardMetrics(prod)))].toSorted()).toEqual(
      Object.keys(METRIC_UNITS)
        .filter((name) => name !== 'OldestFailedSeconds')
        .toSorted(),
    );
    expect([...new Set(namesIn([...emittedMetrics('prod')]))].toSorted()).toEqual(Object.keys(METRIC_UNITS).toSorted());
  });
});

/** `<namespace> <name> {<dimensions>}` of every line of every graph. */
function dashboardMetrics({ template }: Synthesized): readonly string[] {
  return Object.values(resources(template.service, 'AWS::CloudWatch::Dashboard')).flatMap(({ Properties }) => {
    const { widgets } = JSON.parse(plain(Properties['DashboardBody'])) as {
      widgets: readonly { properties: { metrics: readonly (readonly unknown[])[] } }[];
    };
    return widgets.flatMap(({ properties }) =>
      properties.metrics.map((line) => {
        const [namespace, name, ...pairs] = line.filter((part) => typeof part === 'string');
        const dimensions = pairs.flatMap((part, i) => (i % 2 === 0 ? [`${part}=${pairs[i + 1]}`] : []));
        return `${namespace} ${name} {${dimensions.join(', ')}}`;
      }),
    );
  });
}

describe('the dashboard', () => {
  it('is there where the settings ask for one', () => {
    const count = (made: Synthesized) =>
      Object.keys(resources(made.template.service, 'AWS::CloudWatch::Dashboard')).length;
    expect(
      [dev, prod, synthesize('dev', { dashboard: true }), synthesize('prod', { dashboard: false })].map(count),
    ).toEqual([0, 1, 1, 0]);
  });
});

describe('the canary', () => {
  const typesOf = ({ template }: Synthesized) =>
    Object.values(template.service.toJSON()['Resources'] as Record<string, { Type: string }>).map(({ Type }) => Type);

  it('is there where the settings ask for it, and nothing of CodeDeploy where not: the emulator refuses it', () => {
    expect(typesOf(dev).filter((type) => type.startsWith('AWS::CodeDeploy::'))).toEqual([]);
    expect(
      typesOf(synthesize('prod', { canary: false })).filter((type) => type.startsWith('AWS::CodeDeploy::')),
    ).toEqual([]);
    expect(typesOf(prod).filter((type) => type === 'AWS::CodeDeploy::DeploymentGroup')).toHaveLength(2);
  });

  it('goes back on errors of the new code alone, so that an alarm does not refuse its own repair; receive on 5xx too', () => {
    const groups = Object.values(resources(prod.template.service, 'AWS::CodeDeploy::DeploymentGroup')).map(
      ({ Properties }) => {
        const { Alarms } = Properties['AlarmConfiguration'] as { Alarms: readonly { Name: unknown }[] };
        expect(Properties).toMatchObject({
          DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
          AlarmConfiguration: { Enabled: true },
          AutoRollbackConfiguration: {
            Enabled: true,
            Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'],
          },
        });
        return [Properties['DeploymentGroupName'], Alarms.map(({ Name }) => plain(Name))];
      },
    );
    expect(groups).toEqual([
      ['receive', ['ReceiveNewCodeErrorsAlarm', 'Callbacks5xxAlarm']],
      ['apply', ['ApplyNewCodeErrorsAlarm']],
    ]);
  });

  it('moves the aliases that the API and the stream call, after the group knows the new alarms', () => {
    for (const [id, alias] of Object.entries(prod.template.service.findResources('AWS::Lambda::Alias'))) {
      const name = id.startsWith('Receive') ? 'Receive' : 'Apply';
      const { DeploymentGroupName } = alias['UpdatePolicy'].CodeDeployLambdaAliasUpdate;
      expect(plain(DeploymentGroupName)).toBe(`${name}Deployment`);
      expect(alias['DependsOn']).toContain(DeploymentGroupName.Ref);
    }
    // CloudFormation's way to say `<function>:live`.
    prod.template.service.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: {
        'Fn::Join': [
          '',
          [{ 'Fn::Select': [6, { 'Fn::Split': [':', { Ref: Match.stringLikeRegexp('^ApplyAliaslive') }] }] }, ':live'],
        ],
      },
    });
  });
});

describe('cdk-nag, AwsSolutions', () => {
  it.each([
    ...Object.keys(ENVIRONMENTS).map((name) => [name, {}] as const),
    ['dev', { alarms: { email: 'operators@example.com' } }],
    ['prod', { alarms: { email: 'operators@example.com' } }],
    ['prod', { canary: false, dashboard: false }],
  ] as const)('finds nothing in %s with %j', (name, changes) => {
    const { violations } = new AwsSolutionsChecks().validateScope(synthesize(name, changes).app);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });
});
