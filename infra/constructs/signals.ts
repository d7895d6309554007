import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { EnvironmentSettings } from '../environments/settings.ts';
import type { Programs } from './programs.ts';

/** One thing that an operator has to know of, and what to do then. */
export interface Signal {
  /** Ends the alarm's name: `postrider-<env>-<name>`. */
  readonly name: string;
  /** What is the matter when it rings, in one sentence. */
  readonly says: string;
  /** File under docs/runbooks/. */
  readonly runbook: string;
  readonly metric: Metric;
  /** Rings at this value and above (`below`: under it). */
  readonly at: number;
  readonly below?: true;
  /** Periods in a row. */
  readonly periods: number;
  /** True: no data is a fault where traffic is expected. False: no data is a quiet night. */
  readonly mustSpeak: boolean;
}

export interface Observed {
  readonly settings: EnvironmentSettings;
  readonly functions: Programs;
  readonly callbackApi: HttpApi;
  readonly tables: Readonly<Record<'inbox' | 'ledger', TableV2>>;
  /** Where Lambda puts records that apply could not get through. */
  readonly applyFailures: Bucket;
}

const MINUTES_5 = Duration.minutes(5);
const HOUR_MS = 3_600_000;
/**
 * Every signal of an environment. A plain metric each, no arithmetic: what rings can be looked up by name. What only
 * silence can ring is left out where silence is no fault.
 */
export function signals(of: Observed): readonly Signal[] {
  const all = [
    ...[lags(of), stillness(of), deliveries(of), entrance(of), notices(of), questions(of), resources(of)].flat(),
  ];
  return all.filter(({ below }) => below === undefined || of.settings.trafficExpected);
}

/** What functions say of themselves (shared/platform/metrics.ts). */
export function own(
  settings: EnvironmentSettings,
  name: string,
  statistic: string,
  period: Duration,
  more = {},
): Metric {
  const dimensionsMap = { environment: settings.name, ...more };
  return new Metric({ namespace: 'Postrider', metricName: name, dimensionsMap, statistic, period });
}

/** A record that stands at the head of its stream shard, and a callback that failed, both wait to be applied. */
function lags({ settings, functions }: Observed): Signal[] {
  const iteratorAge = (of: keyof Programs) =>
    functions[of].metric('IteratorAge', { statistic: 'Maximum', period: MINUTES_5 });
  const oldestFailed = own(settings, 'OldestFailedSeconds', 'Maximum', MINUTES_5);
  const runbook = 'unapplied-callbacks.md';
  const unapplied = (hours: number): Signal[] => [
    {
      ...{ name: `unapplied-${hours}h`, runbook, metric: iteratorAge('apply'), periods: 1, mustSpeak: false },
      says: `A stored callback has waited ${hours} h to be applied; streams forget after 24 h.`,
      at: hours * HOUR_MS,
    },
    {
      ...{ name: `failed-${hours}h`, runbook: 'failed-callbacks.md', metric: oldestFailed, periods: 1 },
      says: `A callback that ended in a bug has waited ${hours} h for its fix.`,
      at: (hours * HOUR_MS) / 1000,
      mustSpeak: false,
    },
  ];
  return [
    ...unapplied(1),
    ...unapplied(12),
    {
      ...{ name: 'relay-lag', runbook: 'relay-lag.md', metric: iteratorAge('relay'), periods: 1, mustSpeak: false },
      says: 'Events wait for more than 5 minutes to be sent to their queues.',
      at: 300_000,
    },
  ];
}

/** Iterator age is told by invocations only: a stream that feeds nobody says nothing at all. */
function stillness({ functions }: Observed): Signal[] {
  return (['apply', 'relay'] as const).map((name) => ({
    ...{ name: `${name}-stopped`, runbook: 'streams-stopped.md', at: 1, below: true, periods: 3, mustSpeak: true },
    says: `The stream has not called ${name} for 3 hours; streams forget after 24 h.`,
    metric: functions[name].metricInvocations({ statistic: 'Sum', period: Duration.hours(1) }),
  }));
}

/** Measured each minute by redeliver: silence means that nothing is delivered again. */
function deliveries({ settings }: Observed): Signal[] {
  const gauge = (name: string) => own(settings, name, 'Maximum', MINUTES_5);
  const runbook = 'parked-deliveries.md';
  return [
    {
      ...{ name: 'parked', runbook, metric: gauge('ParkedCursors'), at: 1, periods: 3, mustSpeak: true },
      says: 'Events of a merchant have waited for a queue, or a resumed subscription, for 15 minutes.',
    },
    {
      ...{ name: 'dead', runbook, metric: gauge('DeadCursors'), at: 1, periods: 1, mustSpeak: true },
      says: 'A queue refused for so long that its events wait for an operator.',
    },
    {
      ...{ name: 'failed', runbook: 'failed-callbacks.md', metric: gauge('FailedCallbacks'), at: 1, periods: 1 },
      says: 'A genuine callback ended in a bug; it is kept and waits for the fix.',
      mustSpeak: false,
    },
  ];
}

function entrance({ settings, callbackApi }: Observed): Signal[] {
  const received = (gateway: string) => own(settings, 'CallbacksReceived', 'Sum', Duration.hours(1), { gateway });
  return [
    {
      ...{ name: 'callbacks-5xx', runbook: 'callbacks-5xx.md', at: 1, periods: 1, mustSpeak: false },
      says: 'Callbacks were answered with 5xx: nothing was stored, the gateway will send them again.',
      metric: callbackApi.metricServerError({ statistic: 'Sum', period: MINUTES_5 }),
    },
    {
      ...{ name: 'refused', runbook: 'refused-callbacks.md', at: 20, periods: 1, mustSpeak: false },
      says: '20 or more callbacks were refused within 5 minutes: a wrong secret, a proxy, or somebody who tries.',
      metric: own(settings, 'CallbacksRefused', 'Sum', MINUTES_5),
    },
    {
      ...{ name: 'other-body', runbook: 'refused-callbacks.md', at: 1, periods: 1, mustSpeak: false },
      says: 'A key that is stored came again with another body: a fault or a forgery at the gateway.',
      metric: own(settings, 'CallbacksRefused', 'Sum', MINUTES_5, { reason: 'other_body' }),
    },
    ...settings.gatewaysExpected.map(
      (gateway): Signal => ({
        ...{ name: `quiet-${gateway}`, runbook: 'quiet-gateway.md', at: 1, below: true, periods: 3, mustSpeak: true },
        says: `No callback of ${gateway} has come for 3 hours.`,
        metric: received(gateway),
      }),
    ),
  ];
}

/** Genuine and kept, and still somebody has to look at them. */
function notices({ settings }: Observed): Signal[] {
  const each = { runbook: 'unclear-callbacks.md', at: 1, periods: 1, mustSpeak: false } as const;
  return [
    {
      ...{ ...each, name: 'unrecognized', metric: own(settings, 'CallbacksUnrecognized', 'Sum', MINUTES_5) },
      says: 'A genuine callback says something that this release cannot read.',
    },
    {
      ...{ ...each, name: 'contradictory', metric: own(settings, 'CallbacksContradictory', 'Sum', MINUTES_5) },
      says: 'A gateway contradicts itself in a way that no rule settles.',
    },
  ];
}

/** What gateways are asked, and what came of it. */
function questions({ settings }: Observed): Signal[] {
  const sum = (name: string) => own(settings, name, 'Sum', MINUTES_5);
  const each = { at: 1, periods: 1, mustSpeak: false } as const;
  return [
    {
      ...{ ...each, name: 'questions-late', runbook: 'unanswered-questions.md', at: 3_600 },
      // Measured by redeliver: it rings where confirm itself stands still.
      metric: own(settings, 'OldestConfirmationSeconds', 'Maximum', MINUTES_5),
      says: 'A question to a gateway is an hour past its time.',
    },
    {
      ...{ ...each, name: 'not-allowed', runbook: 'unanswered-questions.md', metric: sum('ConfirmationsNotAllowed') },
      says: 'A gateway refuses the credentials that it is asked with.',
    },
    {
      ...{ ...each, name: 'answer-refused', runbook: 'unanswered-questions.md', metric: sum('ConfirmationsFailed') },
      says: 'A gateway gave an answer that is not its manual’s, or of another merchant; nothing of it is believed.',
    },
    {
      ...{ ...each, name: 'unresolved', runbook: 'unresolved-payments.md', metric: sum('PaymentsUnresolved') },
      says: 'The gateway could not say until its horizon how a payment ended.',
    },
    {
      ...{ ...each, name: 'drift', runbook: 'gateway-not-read.md', metric: sum('ReconcileDrift') },
      says: 'A gateway says something else today of a payment that was finished.',
    },
    {
      ...{ ...each, name: 'not-read', runbook: 'gateway-not-read.md', metric: sum('ReconcileNotDone') },
      says: 'A list of a gateway was not read to its end.',
    },
  ];
}

function resources({ functions, tables, applyFailures }: Observed): Signal[] {
  // Where confirm fails, questions-late rings.
  const alarmed = ['receive', 'apply', 'relay', 'redeliver', 'reconcile'] as const;
  const each = { at: 1, periods: 1, mustSpeak: false } as const;
  return [
    ...alarmed.map(
      (name): Signal => ({
        ...{ ...each, name: `${name}-errors`, runbook: 'function-errors.md' },
        says: `An invocation of ${name} ended without an answer: time, memory or a bug.`,
        metric: functions[name].metricErrors({ statistic: 'Sum', period: MINUTES_5 }),
      }),
    ),
    ...(['receive', 'apply', 'relay'] as const).map(
      (name): Signal => ({
        ...{ ...each, name: `${name}-throttled`, runbook: 'throttles.md' },
        says: `Lambda refused to run ${name}: its concurrency, or the account's, is used up.`,
        metric: functions[name].metricThrottles({ statistic: 'Sum', period: MINUTES_5 }),
      }),
    ),
    ...(['inbox', 'ledger'] as const).map(
      (name): Signal => ({
        ...{ ...each, name: `${name}-throttled`, runbook: 'throttles.md', periods: 2 },
        says: `DynamoDB throttles writes to the table ${name} or an index of it.`,
        // Not WriteThrottleEvents, which each index counts for itself.
        metric: new Metric({
          ...{ namespace: 'AWS/DynamoDB', metricName: 'ThrottledRequests', statistic: 'Sum', period: MINUTES_5 },
          dimensionsMap: { TableName: tables[name].tableName, Operation: 'PutItem' },
        }),
      }),
    ),
    {
      ...{ ...each, name: 'given-up', runbook: 'function-errors.md' },
      says: 'A callback could not be applied in 100 tries (time, memory, or storage for over an hour); its record is kept in the bucket and waits for you.',
      // S3 counts once a day; apply-errors or unapplied-1h rings before, and this one for as long as the record lies there.
      metric: new Metric({
        ...{ namespace: 'AWS/S3', metricName: 'NumberOfObjects', statistic: 'Maximum', period: Duration.days(1) },
        dimensionsMap: { BucketName: applyFailures.bucketName, StorageType: 'AllStorageTypes' },
      }),
    },
  ];
}
