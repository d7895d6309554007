// `node bench/receive-cpu.ts`: processor time of one JSON callback in a warm `receive`. Twice: with the client's `send` in
// the place of the network, which is our own work, and with the wire stubbed below the SDK, which adds its making, signing and
// reading of a request. Counted from process.cpuUsage, so that waiting costs nothing; the least of several rounds is nearest
// to the truth on a machine that others use too.
import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GATEWAY_FRONTS } from '#shared/gateways/fronts.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createDynamoInboxWriter } from '#shared/store/dynamodb/inbox-writer.ts';
import { createKmsSecretOpener } from '#shared/store/kms/kms-secret-opener.ts';
import { createHandler } from '../functions/receive/create-handler.ts';
import { callbackEvent, sealedConnector } from './cold-start/account.ts';

const QUICK = process.argv.includes('--quick');
const ROUNDS = QUICK ? 3 : 15;
const CALLBACKS = QUICK ? 200 : 2_000;
const AIM_MICROS = 300;

type Event = Parameters<ReturnType<typeof createHandler>>[0];

const clock = { now: () => new Date() };
const dataKey = randomBytes(32);
const connector = await sealedConnector(dataKey);
const viaSdk = new DynamoDBClient({
  region: 'eu-central-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  requestHandler: { handle: async () => ({ response: putAnswer() }) },
});
const events = Array.from({ length: CALLBACKS }, (_, number) => callbackEvent(number) as Event);
let logBytes = 0;

await measure('our own work', { send: async () => ({}) } as unknown as DynamoSend);
await measure('with the SDK above a stubbed wire', viaSdk);
console.log(`the line of a callback: ${logBytes} bytes`);

async function measure(what: string, client: DynamoSend): Promise<void> {
  const handler = handlerWith(client);
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    for (const event of events) {
      const { statusCode } = await handler(event);
      if (statusCode !== 200) throw new Error(`receive answered ${statusCode}`);
    }
    const { user, system } = process.cpuUsage(before);
    // Round 0 compiles.
    if (round > 0) rounds.push((user + system) / CALLBACKS);
  }
  rounds.sort((a, b) => a - b);
  const median = rounds[Math.floor(rounds.length / 2)] ?? Number.NaN;
  console.log(`${what}: ${rounds[0]?.toFixed(0)} µs least, ${median.toFixed(0)} µs median (aim: ${AIM_MICROS})`);
}

function handlerWith(client: DynamoSend) {
  return createHandler({
    environment: 'bench',
    connectors: createConnectorLookup({ connector: async () => connector }, clock),
    secrets: createSecretReader(createKmsSecretOpener({ decrypt: async () => Uint8Array.from(dataKey) })),
    fronts: GATEWAY_FRONTS,
    inbox: createDynamoInboxWriter({ client, table: 'inbox', retentionDays: 400 }),
    refused: { record: () => undefined },
    clock,
    basePath: '',
    limitMs: 4_000,
    refusedSettled: async () => undefined,
    settleMs: 50,
    writeLine: (line) => {
      logBytes = Buffer.byteLength(line) + 1;
    },
  });
}

/** An empty success as DynamoDB gives it. */
function putAnswer() {
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'R' },
    body: new Uint8Array(Buffer.from('{}')),
  };
}
