import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ENVIRONMENTS } from '../../infra/environments/environments.ts';
import { type CostLine, costTable, idleCosts, totalOf } from './idle-costs.ts';
import { type IdleMinute, idleMinute } from './idle-minute.ts';
import { root } from './repository.ts';
import { synthesize } from './synth-fixture.ts';

let minute: IdleMinute;
let costs: Readonly<Record<string, readonly CostLine[]>>;
beforeAll(async () => {
  minute = await idleMinute();
  costs = Object.fromEntries(Object.keys(ENVIRONMENTS).map((name) => [name, idleCosts(synthesize(name), minute)]));
});

describe('an idle environment', () => {
  it('writes two gauges a minute and reads each list that may hold something once', () => {
    expect(minute.gauges).toEqual(['ParkedCursors', 'DeadCursors']);
    // Four shards: what is due; waiting, paused and dead cursors, failed callbacks, questions to gateways; the next
    // question; payments past their time.
    expect(minute.queries).toBe(4 + 5 * 4 + 4 + 4);
    expect(minute.logBytes).toBeLessThan(600);
  });

  it('costs less than 5 USD a month in dev', () => {
    expect(totalOf(costs['dev'] ?? [])).toBeGreaterThan(1);
    expect(totalOf(costs['dev'] ?? [])).toBeLessThan(5);
  });

  it('costs what docs/costs.md says, line by line', () => {
    const page = readFileSync(join(root, 'docs/costs.md'), 'utf8');
    const table = costTable(costs);
    expect(page.includes(table), `docs/costs.md has to have this table:\n${table}\n`).toBe(true);
  });

  it('has no resource that is paid for standing there and missing in the table', () => {
    const free = [
      /^AWS::(IAM|ApiGatewayV2|CodeDeploy)::/,
      /^AWS::Lambda::(Function|Permission|EventSourceMapping|Version|Alias)$/,
      /^AWS::Logs::LogGroup$/,
      /^AWS::KMS::Alias$/,
      /^AWS::S3::BucketPolicy$/,
      /^AWS::CDK::Metadata$/,
    ];
    const counted = [
      'KMS::Key',
      'CloudWatch::Alarm',
      'CloudWatch::Dashboard',
      'Scheduler::Schedule',
      'DynamoDB::GlobalTable',
      'S3::Bucket',
    ];
    for (const name of Object.keys(ENVIRONMENTS)) {
      const { data, service } = synthesize(name).template;
      const types = [data, service].flatMap((one) =>
        Object.values(one.toJSON()['Resources'] as Record<string, { Type: string }>).map(({ Type }) => Type),
      );
      const unknown = types.filter(
        (type) => !free.some((pattern) => pattern.test(type)) && !counted.includes(type.slice(5)),
      );
      expect([...new Set(unknown)]).toEqual([]);
    }
  });
});
