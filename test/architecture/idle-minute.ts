import { createPowertoolsObserver } from '#shared/platform/powertools-observer.ts';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createHandler } from '../../functions/redeliver/create-handler.ts';
import { context } from '../functions/lambda.ts';
import { chance, openHouse } from '../simulation/house.ts';

/** What an environment does each minute in which nothing happens. */
export interface IdleMinute {
  /** Each on an index without a row that fits: half a read unit. */
  readonly queries: number;
  readonly gauges: readonly string[];
  /** Of the log, with CloudWatch's 26 bytes a line. */
  readonly logBytes: number;
}

/** Runs the scheduled function on empty tables. */
export async function idleMinute(): Promise<IdleMinute> {
  const sent: string[] = [];
  const client = {
    send: async (command: object) => {
      sent.push(command.constructor.name);
      return { Items: [], Count: 0 };
    },
  } as unknown as DynamoSend;
  const delivery = createDynamoDelivery({ client, table: 'delivery' });
  const { relay } = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
  const write = process.stdout.write;
  const written: string[] = [];
  process.stdout.write = (chunk: string | Uint8Array) => written.push(Buffer.from(chunk).toString()) > 0;
  try {
    const observer = createPowertoolsObserver('prod', 'redeliver');
    const { oldestFailedAt, nextQuestionAt } = delivery;
    const handler = createHandler({
      ...relay,
      delivery,
      oldestFailedAt,
      nextQuestionAt,
      roundMs: 25_000,
      settleMs: 15_000,
      observer,
    });
    await handler({}, { ...context(), awsRequestId: '8f507cfc-1111-4697-b07a-ac58fc914c95' });
  } finally {
    process.stdout.write = write;
  }
  const others = sent.filter((name) => name !== 'QueryCommand');
  if (others.length > 0) throw new Error(`an idle minute sends more than queries: ${others.join()}`);
  const lines = written.join('').trimEnd().split('\n');
  const gauges = lines.flatMap((line) => {
    const { _aws } = JSON.parse(line) as {
      _aws: { CloudWatchMetrics: readonly { Metrics: readonly { Name: string }[] }[] };
    };
    return _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
  });
  return { queries: sent.length, gauges, logBytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 26, 0) };
}
