import { randomBytes } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTables, type TableNames } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { streamRecords } from '../dynamodb/stream-records.ts';
import { adminEvent } from './admin-event.ts';
import { type AwsStub, startAwsStub } from './aws-stub.ts';
import { deployFunctions, type Functions, OPERATOR } from './deployed-functions.ts';
import { callbackEvent, context } from './lambda.ts';

/** The deployed entry points themselves, with their own wiring, on DynamoDB Local's real streams. */
const SECRET = 'shared-secret-plant-1';

let engine: DynamoDbLocal;
let stub: AwsStub;
let tables: TableNames;
let functions: Functions;
const written: string[] = [];

beforeAll(async () => {
  [engine, stub] = await Promise.all([startDynamoDbLocal(), startAwsStub()]);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await Promise.all([engine.stop(), stub.close()]);
});

/** Fresh tables, and functions as they begin in a new process. */
beforeEach(async () => {
  tables = await createTables(engine.client, true);
  functions = await deployFunctions(engine, stub, tables);
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
  }
  // A filter is in force a minute after it was set.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 120_000 });
  await register();
  vi.useRealTimers();
});

async function admin(method: string, target: string, json?: object) {
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const answer = await functions.admin(adminEvent(method, `/api/v1${target}`, { arn: OPERATOR, ...body }), context());
  const status = answer.statusCode ?? 0;
  return { status, headers: answer.headers ?? {}, body: answer.body ?? '' };
}

async function register(): Promise<void> {
  const connector = {
    merchantId: 'acme',
    gateway: 'ixopay',
    settings: { apiKey: 'acme-cc-1' },
    secrets: { sharedSecret: SECRET },
  };
  const subscription = { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'both' };
  for (const [target, json] of [
    ['/merchants/acme', { name: 'Acme' }],
    ['/connectors/acme-cc-1', connector],
    ['/merchants/acme/subscriptions/main', subscription],
  ] as const) {
    const { status, body } = await admin('PUT', target, json);
    if (status !== 201) throw new Error(`${target}: ${status} ${body}`);
  }
}

function statement(uuid: string, result: string, more: object = {}): string {
  return JSON.stringify({ result, uuid, transactionType: 'DEBIT', amount: '10.00', currency: 'EUR', ...more });
}

/** As a gateway does: what was not stored is sent again (the engine shares a machine with other tests). */
async function post(body: string) {
  for (let tries = 20; ; tries--) {
    const answer = await functions.receive(callbackEvent(body, { secret: SECRET }));
    if (answer.statusCode !== 503 || tries === 0) return answer;
  }
}

/** Lambda hands over the records of the wire; what the SDK leaves out stays out. */
async function batch(table: string): Promise<{ Records: DynamoDBRecord[] }> {
  return { Records: (await streamRecords(engine, table)) as object[] as DynamoDBRecord[] };
}

async function applyAndRelay(): Promise<void> {
  expect(await functions.apply(await batch(tables.inbox), context())).toEqual({ batchItemFailures: [] });
  expect(await functions.relay(await batch(tables.ledger), context())).toEqual({ batchItemFailures: [] });
}

const versionsOf = (uuid: string, from = 0) =>
  stub.sent
    .slice(from)
    .filter(({ groupId }) => groupId.endsWith(uuid))
    .map(({ body }) => {
      const { data } = JSON.parse(body) as { data: { version: number; status: string } };
      return `${data.version} ${data.status}`;
    });

describe('the functions on real streams', () => {
  it('a callback becomes an event: receive, inbox stream, apply, ledger stream, relay, queue', async () => {
    const before = stub.sent.length;
    expect(await post(statement('tx-1', 'PENDING'))).toMatchObject({ statusCode: 200, body: 'OK' });
    expect(await post(statement('tx-1', 'OK'))).toMatchObject({ statusCode: 200, body: 'OK' });
    expect(await post(statement('tx-1', 'OK'))).toMatchObject({ statusCode: 200, body: 'OK' });
    expect(await post(statement('tx-2', 'OK'))).toMatchObject({ statusCode: 200 });
    const forged = { ...callbackEvent(statement('tx-3', 'OK'), { secret: 'another' }) };
    expect((await functions.receive(forged)).statusCode).toBe(401);

    await applyAndRelay();
    const finished = versionsOf('tx-1', before).at(-1);
    expect(finished).toMatch(/^\d FINISHED$/);
    expect(versionsOf('tx-2', before)).toEqual(['1 FINISHED']);
    expect(versionsOf('tx-3', before)).toEqual([]);
    const { body } = await admin('GET', '/transactions/acme-cc-1/tx-1');
    expect(JSON.parse(body)).toMatchObject({ status: 'FINISHED', amount: { minor: 1000 } });
    expect(JSON.parse((await admin('GET', '/connectors/acme-cc-1/refused')).body)).toMatchObject({
      items: [{ code: 'signature_mismatch' }],
    });
  });

  it('a contradiction is a question, which the stream shows to confirm; secrets are opened, and the answer is waited for', async () => {
    const settings = { apiKey: 'acme-cc-1', username: 'api-user', apiHost: '127.0.0.1:9' };
    const secrets = { sharedSecret: SECRET, password: 'api-password-plant-4' };
    const state = { name: 'Acme', testMode: false, active: true };
    const put = { merchantId: 'acme', gateway: 'ixopay', ...state, settings, secrets };
    const changed = await admin('PUT', '/connectors/acme-cc-1', put);
    expect(changed.body).toContain('api-user');
    await post(statement('tx-both', 'ERROR', { code: '2003' }));
    await post(statement('tx-both', 'OK'));
    await applyAndRelay();
    expect(JSON.parse((await admin('GET', '/status')).body)).toMatchObject({ confirmations: 1 });
    expect(await functions.confirm(await batch(tables.delivery), context())).toEqual({ cannot: 1 });
    // The client goes to no address inside a network.
    const { items, count } = JSON.parse((await admin('GET', '/confirmations')).body);
    expect(items).toMatchObject([
      {
        subject: 'transaction/tx-both',
        reason: 'contradictory',
        state: 'given_up',
        attempts: 1,
        lastOutcome: 'cannot',
      },
    ]);
    expect(count).toBe(0);
    expect(items[0].lastDetail).toMatch(/127\.0\.0\.1/);
    expect(await functions.confirm({}, context())).toEqual({});
    expect(written.join('')).not.toMatch(/plant/);
  });

  it('what was refused is explained, and taken in once the secret is right', async () => {
    const body = statement('tx-late', 'OK', { note: 'body-plant-3' });
    expect((await functions.receive(callbackEvent(body, { secret: 'the-right-one-plant-2' }))).statusCode).toBe(401);
    const refused = '/connectors/acme-cc-1/refused';
    // A flush that took longer than the answer waited for ends behind it.
    const n = await vi.waitFor(async () => {
      const { items } = JSON.parse((await admin('GET', refused)).body) as { items: { n: number }[] };
      expect(items).toMatchObject([{ kept: { whole: true } }]);
      return items[0]?.n;
    });
    const explain = `${refused}/${n}/explain`;
    expect((await admin('GET', explain)).body).toContain('"code":"wrong_secret"');
    const present = JSON.parse((await admin('GET', '/connectors/acme-cc-1')).body) as Record<string, unknown>;
    const members = ['merchantId', 'gateway', 'name', 'settings', 'testMode', 'active'];
    const whole = Object.fromEntries(members.map((name) => [name, present[name]]));
    const changed = { ...whole, secrets: { sharedSecret: 'the-right-one-plant-2' } };
    expect((await admin('PUT', '/connectors/acme-cc-1', changed)).status).toBe(200);
    expect(JSON.parse((await admin('GET', explain)).body)).toMatchObject({ verifiesNow: true });
    expect(JSON.parse((await admin('POST', `${refused}/accept`)).body)).toMatchObject({ stored: 1 });
    expect(JSON.parse((await admin('POST', `${refused}/accept`)).body)).toMatchObject({ stored: 0 });
    await applyAndRelay();
    expect(versionsOf('tx-late')).toEqual(['1 FINISHED']);
    const { Items } = await engine.client.send(new ScanCommand({ TableName: tables.delivery }));
    expect(
      JSON.stringify(Items?.map((item) => item['sealed']?.B && Buffer.from(item['sealed'].B).toString('latin1'))),
    ).not.toContain('plant');
  });

  it('records that come again change nothing: same versions, same ids', async () => {
    const before = stub.sent.length;
    await post(statement('tx-1', 'OK'));
    await applyAndRelay();
    const first = stub.sent.slice(before);
    await applyAndRelay();
    const again = stub.sent.slice(before + first.length);
    expect(first).toHaveLength(1);
    expect(again).toEqual(first);
  });

  it('a body of almost 1 MiB that does not compress goes the same way', async () => {
    const filler = randomBytes(480_000).toString('hex');
    expect(await post(statement('tx-large', 'OK', { extraData: { filler } }))).toMatchObject({ statusCode: 200 });
    const { Records } = await batch(tables.inbox);
    expect(Records.length).toBeGreaterThan(1);
    await applyAndRelay();
    expect(versionsOf('tx-large')).toEqual(['1 FINISHED']);
  });

  it('what the queue refuses is parked, shown, and sent by redeliver once it is released', async () => {
    const before = stub.sent.length;
    await post(statement('tx-1', 'OK'));
    stub.refuse(true);
    await applyAndRelay();
    stub.refuse(false);
    expect(stub.sent.length).toBe(before);
    expect(JSON.parse((await admin('GET', '/parked')).body)).toMatchObject({
      items: [{ subject: 'transaction/tx-1' }],
    });
    expect(JSON.parse((await admin('GET', '/status')).body)).toMatchObject({ inbox: { unapplied: 0 }, parked: 1 });
    expect(await functions.redeliver({}, context())).toMatchObject({ claimed: 0 });
    expect((await admin('POST', '/parked/acme/main/redrive')).status).toBe(200);
    expect(await functions.redeliver({}, context())).toMatchObject({ claimed: 1, cleared: 1 });
    expect(versionsOf('tx-1', before)).toEqual(['1 FINISHED']);
  });

  it('after streams that stood still for good, a redrive over the API applies and sends all', async () => {
    const before = stub.sent.length;
    const since = new Date(Date.now() - 60_000).toISOString();
    await post(statement('tx-1', 'PENDING'));
    await post(statement('tx-1', 'OK'));
    const redriven = async () => {
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const answer = await admin('POST', '/redrive', { from: since, ...(cursor !== undefined && { cursor }) });
        expect(answer).toMatchObject({ status: 200 });
        ({ cursor } = JSON.parse(answer.body) as { cursor: string | null });
      }
      return versionsOf('tx-1', before).at(-1);
    };
    // The index of the inbox follows within moments.
    await expect.poll(redriven, { timeout: 20_000 }).toMatch(/FINISHED$/);
    const range = { from: since, to: new Date(Date.now() + 60_000).toISOString() };
    const sent = stub.sent.length;
    const backfilled = async () => {
      expect(await admin('POST', '/merchants/acme/subscriptions/main/backfill', range)).toMatchObject({ status: 200 });
      return versionsOf('tx-1', sent).at(-1);
    };
    await expect.poll(backfilled, { timeout: 20_000 }).toMatch(/FINISHED$/);
  });

  it('tells what is under way, and lists it in pages that name the next', async () => {
    for (let i = 0; i < 5; i++) await post(statement(`tx-${i}`, 'OK'));
    const status = async () => JSON.parse((await admin('GET', '/status')).body) as object;
    await expect
      .poll(status, { timeout: 20_000 })
      .toMatchObject({ inbox: { unapplied: 5 }, relay: { unpublished: 0 } });
    await applyAndRelay();
    expect(await status()).toMatchObject({ inbox: { unapplied: 0 } });
    const event = adminEvent('GET', '/api/v1/transactions', {
      arn: OPERATOR,
      headers: { accept: 'application/x-ndjson' },
    });
    // Indexes follow within moments.
    const listed = async () => {
      const { body = '', headers = {} } = await functions.admin(event, context());
      return { rows: body.split('\n').length - 1, link: headers['link'] };
    };
    await expect.poll(listed, { timeout: 20_000 }).toEqual({ rows: 5, link: undefined });
  });

  it('a table that is not there is told, not passed over', async () => {
    vi.stubEnv('POSTRIDER_LEDGER_TABLE', 'no-such-table');
    vi.resetModules();
    const { handler } = await import('../../functions/apply/handler.ts');
    await post(statement('tx-1', 'OK'));
    const { Records } = await batch(tables.inbox);
    const itemIdentifier = Records[0]?.dynamodb?.SequenceNumber;
    expect(await handler({ Records }, context())).toEqual({ batchItemFailures: [{ itemIdentifier }] });
    expect(written.join('')).toContain('ResourceNotFoundException');
  });

  it('none of it has written a secret, a body or a header', async () => {
    await post(statement('tx-plant-2', 'OK', { extraData: { note: 'body-plant-3' } }));
    await applyAndRelay();
    const text = written.join('');
    for (const message of ['callback', 'applied', 'relayed', 'admin']) expect(text).toContain(`"message":"${message}"`);
    const dimensions = text.split('\n').flatMap((line) => /"Dimensions":\[\[.*?\]\]/.exec(line) ?? []);
    expect(dimensions.length).toBeGreaterThan(10);
    const known = [
      '[["environment"]]',
      '[["environment"],["environment","gateway"]]',
      '[["environment"],["environment","reason"]]',
    ];
    expect([...new Set(dimensions)].filter((one) => !known.includes(one.slice('"Dimensions":'.length)))).toEqual([]);
    for (const secret of [SECRET, 'plant', 'x-signature', 'sharedSecret']) expect(text).not.toContain(secret);
  });
});
