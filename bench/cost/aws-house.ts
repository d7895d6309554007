import type { APIGatewayProxyStructuredResultV2, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { createBreaker } from '#shared/pipeline/breaker.ts';
import { messageBytes } from '#shared/pipeline/messages.ts';
import type { InboxRow, InboxStore, LedgerStore, QueueSender } from '#shared/pipeline/ports.ts';
import type { HeadMove } from '#shared/pipeline/relay.ts';
import { createPowertoolsObserver } from '#shared/platform/powertools-observer.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { Connector, Subscription } from '#shared/registry/records.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import { createDynamoInboxWriter } from '#shared/store/dynamodb/inbox-writer.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createDynamoVersionReader } from '#shared/store/dynamodb/registry-version-reader.ts';
import { createHandler as createApply } from '../../functions/apply/create-handler.ts';
import { createHandler as createReceive } from '../../functions/receive/create-handler.ts';
import { createHandler as createRelay } from '../../functions/relay/create-handler.ts';
import { createTables } from '../../test/dynamodb/create-tables.ts';
import { type DynamoDbLocal, localClient } from '../../test/dynamodb/dynamodb-local.ts';
import { type ConsumptionRecorder, recordConsumption } from './consumption.ts';
import { captureLog } from './log-capture.ts';
import { CONNECTOR, SECRET } from './payment-callback.ts';
import { SQS_CHUNK_BYTES } from './prices.ts';

const AT = '2026-01-01T00:00:00.000Z';
const STAMP = { version: 1, createdAt: AT, updatedAt: AT };
const RETRY = { firstPauseMs: 1000, maxPauseMs: 60_000, deadAfterAttempts: 10, claimMs: 60_000 };

const AUDIT = { at: AT, who: 'bench', what: 'made', resource: `/connectors/${CONNECTOR}`, changes: [] };

const CONNECTOR_ROW: Connector = {
  ...{ connectorId: CONNECTOR, merchantId: 'acme', gateway: 'ixopay', name: 'Acme cards' },
  settings: settingsOf(),
  secrets: [{ keyId: 'k1', sealed: 'sealed', createdAt: AT }],
  secretNames: ['sharedSecret'],
  ...{ testMode: false, active: true, archived: false, ...STAMP },
};

const SUBSCRIPTION: Subscription = {
  ...{ merchantId: 'acme', subscriptionId: 'main', paused: false, readTokenSha256: '', ...STAMP },
  queue: { url: 'https://sqs.us-east-1.amazonaws.com/123456789012/acme.fifo', fifo: true, managed: true },
  entries: [{ from: AT, filter: { types: ['payment.*'], kinds: [], connectors: [], mode: 'both' } }],
};

/** The functions of the AWS home in this process: their own handlers over Amazon's DynamoDB, the registry as `receive` and relay know it warm. */
export interface AwsHouse {
  readonly consumption: ConsumptionRecorder;
  readonly ledger: LedgerStore;
  readonly inbox: Pick<InboxStore, 'put'>;
  /** Rows stored and heads moved since the last call. */
  take(): { readonly rows: readonly InboxRow[]; readonly moves: readonly HeadMove[] };
  /** Requests to SQS since the last call, as billed, and bytes of log. */
  takeBilled(): { readonly sqsRequests: number; readonly logBytes: number };
  receive(event: Parameters<ReturnType<typeof createReceive>>[0]): Promise<APIGatewayProxyStructuredResultV2>;
  apply(rows: readonly InboxRow[]): Promise<void>;
  relay(moves: readonly HeadMove[]): Promise<void>;
  close(): void;
}

export async function openAwsHouse(engine: DynamoDbLocal): Promise<AwsHouse> {
  const tables = await createTables(engine.client);
  const client = localClient(engine.endpoint);
  await createDynamoRegistry({ client, table: tables.registry }).putConnector(CONNECTOR_ROW, undefined, AUDIT);
  const consumption = recordConsumption(client);
  const log = captureLog();
  const clock = { now: () => new Date() };
  const taken = { rows: [] as InboxRow[], moves: [] as HeadMove[] };
  let sqsRequests = 0;
  const writer = createDynamoInboxWriter({ client, table: tables.inbox, retentionDays: 400 });
  const ledger = createDynamoLedger({ client, table: tables.ledger });
  const delivery = createDynamoDelivery({ client, table: tables.delivery });
  const sender: QueueSender = {
    async send(_queue, messages) {
      const bytes = messages.reduce((sum, message) => sum + messageBytes(message), 0);
      sqsRequests += Math.ceil(bytes / SQS_CHUNK_BYTES);
      return messages.map(({ id }) => ({ id, ok: true as const }));
    },
  };
  const watched: LedgerStore = {
    ...ledger,
    async moveHead(head) {
      const outcome = await ledger.moveHead(head);
      if (outcome === 'moved') taken.moves.push({ key: head.key, after: head.version - 1, upTo: head.version });
      return outcome;
    },
  };
  const receive = createReceive({
    environment: 'dev',
    connectors: createConnectorLookup({ connector: async () => CONNECTOR_ROW }, clock),
    secrets: async () => [{ keyId: 'k1', values: { sharedSecret: SECRET } }],
    fronts: loadedFronts({ ixopay: ixopay.front }),
    inbox: {
      async put(row) {
        const outcome = await writer.put(row);
        if (outcome === 'stored') taken.rows.push(row);
        return outcome;
      },
    },
    refused: { record: () => undefined },
    clock,
    ...{ basePath: '', limitMs: 4000, settleMs: 50 },
    refusedSettled: async () => undefined,
    writeLine: log.line,
  });
  const queued = { rows: [] as InboxRow[], moves: [] as HeadMove[] };
  const apply = createApply({
    gateways: { ixopay },
    connectorVersions: createVersionLookup(createDynamoVersionReader({ client, table: tables.registry })),
    ...{ ledger: watched, delivery, clock, release: '0.2.0', lanes: 1 },
    rowOfImage: async () => queued.rows.shift(),
    pause: async () => undefined,
    isStorageTrouble: () => true,
    observer: createPowertoolsObserver('dev', 'apply'),
  });
  const relay = createRelay({
    ...{ ledger, delivery, clock, sender, retry: RETRY, breaker: createBreaker(clock, RETRY) },
    registry: { subscriptionsOf: async () => [SUBSCRIPTION] },
    apiBase: 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/api/v1',
    moveOfRecord: () => queued.moves.shift(),
    isStorageTrouble: () => true,
    observer: createPowertoolsObserver('dev', 'relay'),
  });
  return {
    consumption,
    ledger,
    inbox: writer,
    take() {
      return { rows: taken.rows.splice(0), moves: taken.moves.splice(0) };
    },
    takeBilled() {
      const billed = { sqsRequests, logBytes: log.takeBytes() };
      sqsRequests = 0;
      return billed;
    },
    receive: (event) => receive(event),
    async apply(rows) {
      queued.rows.push(...rows);
      await log.during(() => apply(eventOf(rows.length), CONTEXT));
    },
    async relay(moves) {
      queued.moves.push(...moves);
      await log.during(() => relay(eventOf(moves.length), CONTEXT));
    },
    close: () => client.destroy(),
  };
}

const CONTEXT = {
  functionName: 'postrider-dev-apply',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:postrider-dev-apply',
  memoryLimitInMB: '1024',
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
} as never;

function eventOf(count: number): DynamoDBStreamEvent {
  const record: DynamoDBRecord = { dynamodb: { SequenceNumber: '1', NewImage: {} } };
  return { Records: Array.from({ length: count }, () => record) };
}

function settingsOf(): Connector['settings'] {
  const checked = ixopay.checkSettings({ apiKey: CONNECTOR }, { sharedSecret: SECRET }, 'new');
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.settings;
}
