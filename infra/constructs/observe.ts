import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Dashboard, GraphWidget, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';
import { type Observed, own, type Signal, signals } from './signals.ts';

const WIDGET_PERIOD = Duration.minutes(5);
const TO_LOOK_AT = ['CallbacksUnrecognized', 'CallbacksContradictory', 'CallbacksAnomalous', 'CallbacksFailed'];

/** The alarms of an environment, each with its runbook, and where the settings ask for one, the dashboard. */
export function observe(scope: Construct, of: Observed): ReadonlyMap<string, Alarm> {
  const topic = alarmTopic(scope, of.settings);
  const all = signals(of);
  const alarms = new Map(all.map((signal) => [signal.name, alarm(scope, of.settings, signal, topic)]));
  if (of.settings.dashboard) dashboard(scope, of, all);
  return alarms;
}

function alarm(scope: Construct, settings: EnvironmentSettings, signal: Signal, topic: ITopic | undefined): Alarm {
  const silence = signal.mustSpeak && settings.trafficExpected;
  const id = signal.name.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
  const made = new Alarm(scope, `${id}Alarm`, {
    alarmName: `postrider-${settings.name}-${signal.name}`,
    alarmDescription: `${signal.says} What to do: docs/runbooks/${signal.runbook}`,
    metric: signal.metric,
    threshold: signal.at,
    evaluationPeriods: signal.periods,
    comparisonOperator: signal.below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: silence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  if (topic !== undefined) {
    made.addAlarmAction(new SnsAction(topic));
    made.addOkAction(new SnsAction(topic));
  }
  return made;
}

function alarmTopic(scope: Construct, { name, alarms }: EnvironmentSettings): ITopic | undefined {
  if (alarms.topicArn !== undefined) return Topic.fromTopicArn(scope, 'AlarmTopic', alarms.topicArn);
  if (alarms.email === undefined) return undefined;
  const topic = new Topic(scope, 'AlarmTopic', { topicName: `postrider-${name}-alarms`, enforceSSL: true });
  topic.addSubscription(new EmailSubscription(alarms.email));
  topic.addToResourcePolicy(mayPublish(topic, name));
  return topic;
}

/** A topic with a policy of its own has no longer that which lets the account's alarms in. */
function mayPublish(topic: Topic, name: string): PolicyStatement {
  const { partition, region, account } = Stack.of(topic);
  return new PolicyStatement({
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: {
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:postrider-${name}-*` },
    },
  });
}

/** One page: what comes in, how far behind we are, what waits. */
function dashboard(scope: Construct, of: Observed, all: readonly Signal[]): Dashboard {
  const { settings } = of;
  const count = (name: string) => own(settings, name, 'Sum', WIDGET_PERIOD);
  const widget = (title: string, ...left: Signal['metric'][]) => new GraphWidget({ title, left, width: 8, height: 6 });
  const named = (...names: string[]) => all.filter(({ name }) => names.includes(name)).map(({ metric }) => metric);
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: `postrider-${settings.name}`,
    widgets: [
      [
        widget('Callbacks', ...['CallbacksReceived', 'CallbacksDuplicate', 'CallbacksRefused'].map(count)),
        widget('Not stored', count('CallbacksUnavailable'), ...named('callbacks-5xx')),
        widget('Old secrets in use', count('OldSecretUsed')),
      ],
      [
        widget('Behind, ms (oldest record)', ...named('unapplied-1h', 'relay-lag')),
        widget(
          'Received to applied and to sent, ms',
          own(settings, 'ApplyLagMs', 'p95', WIDGET_PERIOD),
          own(settings, 'RelayLagMs', 'p95', WIDGET_PERIOD),
        ),
        widget('Events', count('EventsSent'), count('EventsParked')),
      ],
      [
        widget(
          'Questions to gateways',
          ...['ConfirmationsAsked', 'ConfirmationsAnswered', 'ConfirmationsDelayed'].map(count),
          ...named('not-allowed', 'answer-refused'),
        ),
        widget('Questions past their time, s', ...named('questions-late')),
        widget('Reconciled', ...named('unresolved', 'drift', 'not-read')),
      ],
      [
        widget('Waiting', ...named('parked', 'dead', 'failed'), count('ConfirmationsWaiting')),
        widget('To look at', ...TO_LOOK_AT.map(count)),
        widget(
          'Errors and throttles',
          ...all.filter(({ name }) => /-(errors|throttled)$/.test(name)).map(({ metric }) => metric),
        ),
      ],
    ],
  });
}
