import type { IdleMinute } from './idle-minute.ts';
import { resources, type Synthesized } from './synth-fixture.ts';

/** 730 hours. */
const MINUTES = 43_800;

/** Milliseconds that Lambda bills for an idle minute: assumed, two rounds of queries side by side, some 5 ms each, and a margin. */
const ASSUMED_MS = 60;

export interface CostLine {
  readonly what: string;
  /** List price in USD, us-east-1, without free tier; `per` so many. */
  readonly price: number;
  readonly per: number;
  readonly unit: string;
  readonly count: number;
}

/** Every line of a month in which nothing happens, counted from the template. */
export function idleCosts({ template }: Synthesized, minute: IdleMinute): readonly CostLine[] {
  const count = (of: 'data' | 'service', type: string) => Object.keys(resources(template[of], type)).length;
  const line = (what: string, count: number, price: number, unit: string, per = 1): CostLine => ({
    what,
    price,
    per,
    unit,
    count,
  });
  const schedules = Object.values(resources(template.service, 'AWS::Scheduler::Schedule'));
  if (schedules.some(({ Properties }) => Properties['ScheduleExpression'] !== 'rate(1 minute)')) {
    throw new Error('idle-costs.ts knows schedules of each minute only');
  }
  const calls = MINUTES * schedules.length;
  const functions = resources(template.service, 'AWS::Lambda::Function');
  const scheduled = ['Redeliver', 'Confirm', 'Reconcile'].map((name) => functions[name]?.Properties ?? {});
  if (scheduled.length !== schedules.length) throw new Error('idle-costs.ts knows three scheduled functions');
  const gigabytes = scheduled.reduce((sum, { MemorySize }) => sum + Number(MemorySize) / 1024, 0);
  const traces = scheduled.every(({ TracingConfig }) => TracingConfig === undefined) ? 0 : calls;
  const keys = count('data', 'AWS::KMS::Key');
  const log = (MINUTES * minute.logBytes) / 1e9;
  return [
    line('KMS keys', keys, 1, 'a key'),
    line('alarms', count('service', 'AWS::CloudWatch::Alarm'), 0.1, 'an alarm'),
    line('own metrics that are written each minute', minute.gauges.length, 0.3, 'a metric'),
    line('dashboards', count('service', 'AWS::CloudWatch::Dashboard'), 3, 'a dashboard'),
    line('calls of the scheduler', calls, 1, 'a million', 1e6),
    line('invocations of what it calls', calls, 0.2, 'a million', 1e6),
    line('GB-seconds of them (assumed)', (MINUTES * gigabytes * ASSUMED_MS) / 1000, 0.0000133334, 'a GB-second'),
    line('DynamoDB read units of them', (MINUTES * minute.queries) / 2, 0.125, 'a million', 1e6),
    line('log of them, GB taken in', log, 0.5, 'a GB'),
    line('traces of them', traces, 5, 'a million', 1e6),
    // DynamoDB asks for a table's key again after five minutes; two tables are read.
    line('uses of the data key', keys > 1 ? (2 * MINUTES) / 5 : 0, 0.03, 'for 10,000', 10_000),
    line('stream pollers', count('service', 'AWS::Lambda::EventSourceMapping'), 0, 'nothing'),
    line('HTTP APIs', count('service', 'AWS::ApiGatewayV2::Api'), 0, 'nothing'),
    line('tables on demand, empty', count('data', 'AWS::DynamoDB::GlobalTable'), 0, 'nothing'),
    line('bucket of what apply gave up, empty', count('data', 'AWS::S3::Bucket'), 0, 'nothing'),
  ];
}

function usdOf({ count, price, per }: CostLine): number {
  return (count * price) / per;
}

/** The table of docs/costs.md. */
export function costTable(environments: Readonly<Record<string, readonly CostLine[]>>): string {
  const all = Object.values(environments);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const cell = (line: CostLine) => {
    const digits = Number.isInteger(line.count) ? 0 : line.count < 1 ? 3 : 0;
    return `${line.count.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} = ${usdOf(line).toFixed(2)}`;
  };
  const [first = []] = all;
  const rows = first.map(({ what, price, unit }, i) => {
    const priced = unit === 'nothing' ? 'nothing' : `${price} ${unit}`;
    return row([what, priced, ...all.map((lines) => cell(lines[i] ?? { what, price, unit, per: 1, count: 0 }))]);
  });
  const totals = all.map((lines) => `**${totalOf(lines).toFixed(2)}**`);
  return [
    row(['line', 'list price, USD', ...Object.keys(environments)]),
    row(['---', '---', ...all.map(() => '---:')]),
    ...rows,
    row(['**a month, USD**', '', ...totals]),
  ].join('\n');
}

export function totalOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, line) => sum + usdOf(line), 0);
}
