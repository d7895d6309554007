import { format } from 'node:util';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTables, type TableNames } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { streamRecords } from '../dynamodb/stream-records.ts';
import { adminEvent } from '../functions/admin-event.ts';
import { type AwsStub, startAwsStub } from '../functions/aws-stub.ts';
import { deployFunctions, type Functions, MERCHANT, OPERATOR } from '../functions/deployed-functions.ts';
import { callbackEvent, context } from '../functions/lambda.ts';
import { DOCUMENT } from '../provisioning/ixopay-connector.ts';
import { PLANTED } from './planted-house.ts';
import { leaksOf, type Said } from './secret-scan.ts';

const C = `/connectors/${DOCUMENT.guid}`;
const said: Said[] = [];
const secrets: Record<string, string> = { ...PLANTED };
let engine: DynamoDbLocal;
let stub: AwsStub;
let tables: TableNames;
let functions: Functions;
let sinceStart = '';

beforeAll(async () => {
  [engine, stub] = await Promise.all([startDynamoDbLocal(), startAwsStub()]);
  tables = await createTables(engine.client, true);
  functions = await deployFunctions(engine, stub, tables);
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      sinceStart += String(chunk);
      return true;
    });
  }
  // The test runner's console does not write there.
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, name).mockImplementation((...args) => {
      sinceStart += `${format(...args)}\n`;
    });
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await Promise.all([engine.stop(), stub.close()]);
});

interface Options {
  readonly arn?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly shows?: readonly string[];
}

async function call(method: string, target: string, json?: unknown, { shows = [], ...as }: Options = {}) {
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const event = adminEvent(method, `/api/v1${target}`, { arn: OPERATOR, ...as, ...body });
  const { statusCode, headers, body: bytes = '' } = await functions.admin(event, context());
  const where = `the answer ${statusCode} of ${method} ${target}`;
  said.push({ where, bytes, shows }, { where: `headers of ${where}`, bytes: JSON.stringify(headers) });
  return { status: statusCode, json: bytes === '' ? {} : JSON.parse(bytes) };
}

async function callback(id: string, secret: string) {
  const extraData = { note: PLANTED.card, account: PLANTED.iban };
  const body = { result: 'OK', uuid: id, transactionType: 'DEBIT', amount: '10.00', currency: 'EUR', extraData };
  const event = callbackEvent(JSON.stringify(body), { secret, path: `/callbacks/${DOCUMENT.guid}` });
  for (let tries = 20; ; tries--) {
    const answer = await functions.receive(event);
    said.push({ where: 'the answer to a callback', bytes: JSON.stringify(answer) });
    if (answer.statusCode !== 503 || tries === 0) return answer.statusCode;
  }
}

const batch = async (table: string) => ({
  Records: (await streamRecords(engine, table)) as object[] as DynamoDBRecord[],
});

async function registry(): Promise<void> {
  const { sharedSecret, provisioningPassword } = PLANTED;
  // Of an address that is not public: refused on the way out.
  const host = { provisioningUser: 'ops', provisioningHost: 'gateway.internal' };
  const settings = { apiKey: DOCUMENT.apiKey, connectorGuid: DOCUMENT.guid, ...host };
  const good = { merchantId: 'acme', gateway: 'ixopay', name: 'Acme cards', testMode: true, active: true, settings };
  await call('PUT', '/merchants/acme', {});
  expect((await call('PUT', C, { ...good, secrets: { sharedSecret, provisioningPassword } })).status).toBe(201);
  for (const bad of [{ sharedSecret: [sharedSecret] }, sharedSecret, { sharedSecert: sharedSecret }]) {
    expect((await call('PUT', C, { ...good, secrets: bad })).status).toBe(422);
  }
  const config = { ...DOCUMENT.config, password: PLANTED.configPassword };
  expect((await call('PUT', `${C}?shape=ixopay`, { ...DOCUMENT, archived: false, config })).status).toBe(200);
  await call('GET', `${C}?shape=ixopay`);
  const gatewaySecrets = { '/config/password': PLANTED.configPassword };
  await call('POST', `${C}/provision`, { dryRun: true, gatewaySecrets });
  // A filter is in force a minute after it was set.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 120_000 });
  const subscription = { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'both' };
  const made = await call('PUT', '/merchants/acme/subscriptions/main', subscription, { shows: ['readToken'] });
  vi.useRealTimers();
  secrets['readToken'] = made.json.readToken;
}

async function rotationAndQuarantine(): Promise<void> {
  expect(await callback('refused', PLANTED.rotatedSecret)).toBe(401);
  const n = await vi.waitFor(async () => {
    const { json } = await call('GET', `${C}/refused`);
    expect(json.items).toHaveLength(1);
    return json.items[0].n;
  });
  await call('GET', `${C}/refused/${n}/explain`);
  const given = { secrets: { sharedSecret: PLANTED.rotatedSecret } };
  expect((await call('POST', `${C}/rotation`, given)).status).toBe(201);
  expect((await call('POST', `${C}/refused/accept`)).json.stored).toBe(1);
  expect(await callback('old', PLANTED.sharedSecret)).toBe(200);
  expect((await call('DELETE', `${C}/rotation`)).status).toBe(200);
  const started = await call('POST', `${C}/rotation`, {}, { shows: ['generated'] });
  secrets['generated'] = started.json.generated.sharedSecret;
  await call('POST', `${C}/rotation/revoke`, {});
}

async function lookUps(): Promise<void> {
  const { json: document } = await call('GET', '/openapi.json');
  const { json: callbacks } = await call('GET', '/callbacks');
  const rows = (callbacks.items as { callbackId: string }[]).map(({ callbackId }) => `/callbacks/${callbackId}`);
  const lists = Object.keys(document.paths).filter((path) => !path.includes('{'));
  for (const path of [...lists, ...rows, C, `${C}/rotation`, `/transactions/${DOCUMENT.guid}/old/events`]) {
    for (const arn of [OPERATOR, MERCHANT]) await call('GET', path, undefined, { arn });
  }
  const authorization = `Bearer ${secrets['readToken']}`;
  const events = '/merchants/acme/subscriptions/main/events?subject=transaction/old';
  expect((await call('GET', events, undefined, { headers: { authorization } })).status).toBe(200);
  await call('GET', events, undefined, { headers: { authorization: `Bearer ${PLANTED.operatorToken}` } });
}

it('the functions say no secret: not in a log, an answer, an event, the audit, nor the examples', async () => {
  await registry();
  await rotationAndQuarantine();
  await functions.apply(await batch(tables.inbox), context());
  await functions.relay(await batch(tables.ledger), context());
  await lookUps();
  await functions.redeliver({}, context());
  said.push(...stub.sent.map(({ body, groupId }) => ({ where: `event of ${groupId}`, bytes: body })));
  expect(stub.sent.length).toBeGreaterThanOrEqual(2);
  const log = { where: 'the log', bytes: sinceStart };
  for (const message of ['callback', 'applied', 'relayed', 'admin'])
    expect(log.bytes).toContain(`"message":"${message}"`);
  expect(leaksOf([...said, log], secrets)).toEqual([]);

  const before = sinceStart.length;
  console.error(new Error(`cannot sign with ${Buffer.from(PLANTED.sharedSecret).toString('hex')}`).message);
  process.stderr.write(Buffer.from(`planted: ${PLANTED.rotatedSecret}`).toString('base64'));
  const planted = { where: 'the log', bytes: sinceStart.slice(before) };
  expect(leaksOf([planted], secrets)).toEqual(
    expect.arrayContaining(['sharedSecret (hex) in the log', 'rotatedSecret (base64) in the log']),
  );
});
