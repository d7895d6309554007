import type { Context } from 'aws-lambda';
import { createPowertoolsObserver } from '#shared/platform/powertools-observer.ts';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createHandler as confirmHandler } from '../../functions/confirm/create-handler.ts';
import { createHandler as reconcileHandler } from '../../functions/reconcile/create-handler.ts';
import { createHandler as redeliverHandler } from '../../functions/redeliver/create-handler.ts';
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

const never = () => Promise.reject(new Error('an idle minute does not ask for it'));

/** Runs the three scheduled functions on empty tables; the round of all connectors, once an hour, has been done. */
export async function idleMinute(): Promise<IdleMinute> {
  const sent: string[] = [];
  const client = {
    send: async (command: object) => {
      sent.push(command.constructor.name);
      return { Items: [], Count: 0 };
    },
  } as unknown as DynamoSend;
  const delivery = createDynamoDelivery({ client, table: 'delivery' });
  const ledger = createDynamoLedger({ client, table: 'ledger' });
  const registry = createDynamoRegistry({ client, table: 'registry' });
  const { relay } = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
  const { clock } = relay;
  const observer = (name: string) => createPowertoolsObserver('prod', name);
  const { oldestFailedAt, nextQuestionAt } = delivery;
  const redeliver = redeliverHandler({
    ...{ ...relay, delivery, oldestFailedAt, nextQuestionAt, roundMs: 25_000, settleMs: 15_000 },
    observer: observer('redeliver'),
  });
  const confirm = confirmHandler({
    ...{ registry, ledger, delivery, clock, nextQuestionAt, gateways: {}, pause: never, settleMs: 12_000 },
    ...{ inbox: { put: never, get: never }, secrets: { open: never }, http: { send: never }, tokens: { get: never } },
    ...{ concludeAtHorizon: never, isExpectedFound: never, questionOfRecord: () => undefined },
    observer: observer('confirm'),
  });
  const reconcile = reconcileHandler({
    ...{ ledger, delivery, registry, clock, gateways: {}, chance: () => 0, batch: (work) => work(), settleMs: 10_000 },
    settings: { roundMinutes: 60, driftSample: 20 },
    memory: { round: Math.floor(clock.now().getTime() / 3_600_000), cursor: null },
    observer: observer('reconcile'),
  });
  const written = await writtenBy(async () => {
    const called: Context = { ...context(), awsRequestId: '8f507cfc-1111-4697-b07a-ac58fc914c95' };
    for (const handler of [redeliver, confirm, reconcile]) await handler({}, called);
  });
  const others = sent.filter((name) => name !== 'QueryCommand');
  if (others.length > 0) throw new Error(`an idle minute sends more than queries: ${others.join()}`);
  const lines = written.trimEnd().split('\n');
  const gauges = lines.flatMap((line) => {
    const { _aws } = JSON.parse(line) as {
      _aws: { CloudWatchMetrics: readonly { Metrics: readonly { Name: string }[] }[] };
    };
    return _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
  });
  return { queries: sent.length, gauges, logBytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 26, 0) };
}

/** What `work` writes to standard output. */
async function writtenBy(work: () => Promise<void>): Promise<string> {
  const write = process.stdout.write;
  const written: string[] = [];
  process.stdout.write = (chunk: string | Uint8Array) => written.push(Buffer.from(chunk).toString()) > 0;
  try {
    await work();
  } finally {
    process.stdout.write = write;
  }
  return written.join('');
}
