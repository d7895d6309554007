import { plain, type ResourceOf, resources, type Synthesized } from './synth-fixture.ts';

/** An alarm of a template in short. */
export interface AlarmOf {
  /** Without `postrider-<env>-`. */
  readonly name: string;
  /** `<namespace> <name> {<dimensions>} <statistic>` */
  readonly metric: string;
  /** `>= 1, 3 x 5 min` */
  readonly rings: string;
  readonly missing: string;
  readonly runbook: string;
  readonly actions: readonly string[];
  readonly okActions: readonly string[];
}

interface Properties {
  readonly AlarmName: unknown;
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Statistic: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly Period: number;
  readonly TreatMissingData: string;
  readonly AlarmActions?: readonly unknown[];
  readonly OKActions?: readonly unknown[];
}

const SIGNS: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
};

/** Every alarm of an environment, in the order of the template. */
export function alarmsOf({ template }: Synthesized, environment: string): readonly AlarmOf[] {
  return Object.values(resources(template.service, 'AWS::CloudWatch::Alarm')).map((found) => {
    const alarm = propertiesOf(found);
    const dimensions = alarm.Dimensions.map(({ Name, Value }) => `${Name}=${short(Value)}`);
    return {
      name: short(alarm.AlarmName).replace(`postrider-${environment}-`, ''),
      metric: `${alarm.Namespace} ${alarm.MetricName} {${dimensions.join(', ')}} ${alarm.Statistic}`,
      rings: `${SIGNS[alarm.ComparisonOperator]} ${alarm.Threshold}, ${alarm.EvaluationPeriods} x ${alarm.Period / 60} min`,
      missing: alarm.TreatMissingData,
      runbook: /docs\/runbooks\/[\w-]+[.]md/.exec(alarm.AlarmDescription)?.[0] ?? 'none',
      actions: (alarm.AlarmActions ?? []).map(short),
      okActions: (alarm.OKActions ?? []).map(short),
    };
  });
}

function propertiesOf({ Properties: found }: ResourceOf): Properties {
  // A metric that is computed has `Metrics` instead: the emulator refuses it, and nobody finds it by name.
  if (found['MetricName'] === undefined) throw new Error(`an alarm without a plain metric: ${JSON.stringify(found)}`);
  return found as unknown as Properties;
}

/** A function's version goes by the function's name. */
function short(value: unknown): string {
  return plain(value).replace(/CurrentVersion[0-9a-f]*/i, ' version');
}
