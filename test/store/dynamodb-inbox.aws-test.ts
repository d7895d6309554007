import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import {
  DeleteItemCommand,
  DescribeTableCommand,
  ProvisionedThroughputExceededException,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createDynamoClient } from '#shared/store/dynamodb/dynamodb-client.ts';
import { inboxItems, itemBytes, MAX_ITEM_BYTES } from '#shared/store/dynamodb/inbox-item.ts';
import { createPartsLoader, type Image, rowOfImage } from '#shared/store/dynamodb/inbox-row.ts';
import { createDynamoInbox } from '#shared/store/dynamodb/inbox-store.ts';
import { createDynamoInboxWriter } from '#shared/store/dynamodb/inbox-writer.ts';
import { createDynamoRefused } from '#shared/store/dynamodb/refused-store.ts';
import { createRequestSealer } from '#shared/store/dynamodb/request-key-reader.ts';
import { createRequestKeyStore } from '#shared/store/dynamodb/request-key-store.ts';
import { createTables, type TableNames } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { describeInboxContract, type InboxUnderTest } from './inbox-contract.ts';
import { interceptedClient, throttled } from './intercepted-client.ts';
import { allPages } from './paging.ts';
import { inboxRowOf, timeAt } from './rows.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

const CONNECTORS = ['acme-cc-1', 'acme-cc-2', 'never-called'];

function inboxIn(tables: TableNames, client: DynamoSend = engine.client) {
  const connectorIds = async () => CONNECTORS;
  return createDynamoInbox({ client, table: tables.inbox, retentionDays: 400, connectorIds });
}

async function open(tables?: TableNames): Promise<InboxUnderTest> {
  const names = tables ?? (await createTables(engine.client));
  let now = Date.UTC(2026, 0, 15, 9);
  const clock = { now: () => new Date(now) };
  const requestKey = { client: engine.client, table: names.registry, clock };
  const opener = createRequestKeyStore({
    ...requestKey,
    box: { seal: async (bytes) => bytes, open: async (bytes) => bytes },
  });
  await opener.ensure();
  const sealer = createRequestSealer(requestKey);
  const refused = createDynamoRefused({ client: engine.client, table: names.delivery, clock, sealer, opener });
  return {
    inbox: inboxIn(names),
    refused,
    reopen: () => open(names),
    async settled() {
      await refused.settled();
      now += 1_000;
      await refused.settled();
    },
    async close() {},
  };
}

describeInboxContract('DynamoDB', () => open());

/** A client that counts, and may stop the world at a call: before its effect or after it, for good. */
function interrupted(at: number, when: 'before' | 'after') {
  let calls = 0;
  const client = interceptedClient(engine.client, {
    before() {
      const call = calls++;
      if (call > at || (call === at && when === 'before')) throw new Error('crashed');
    },
    after() {
      if (calls > at) throw new Error('crashed');
    },
  });
  return { client, calls: () => calls };
}

const counting = () => interrupted(Number.POSITIVE_INFINITY, 'before');

function same(found: InboxRow | undefined, row: InboxRow): void {
  expect(found && { ...found, body: '' }).toEqual({ ...row, body: '' });
  expect(Buffer.from(found?.body ?? []).equals(row.body)).toBe(true);
}

describe('DynamoDB inbox: races', () => {
  it.each([40, 900_000])(
    'of 5 bodies of %d bytes under one key, 4 copies each, one is stored and the rest told apart',
    async (size) => {
      const inbox = inboxIn(await createTables(engine.client));
      const rows = Array.from({ length: 5 }, () => inboxRowOf('k1', { body: randomBytes(size) }));
      const copies = Array.from({ length: 20 }, (_, i) => rows[i % 5] ?? inboxRowOf('k1'));
      const outcomes = await Promise.all(copies.map((row) => inbox.put(row)));
      const stored = await inbox.get('acme-cc-1:k1');
      const winner = rows.find((row) => row.bodySha256 === stored?.bodySha256);
      expect(winner).toBeDefined();
      if (winner !== undefined) same(stored, winner);
      expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
      const ofWinner = outcomes.filter((_, i) => copies[i] === winner);
      expect(ofWinner.filter((outcome) => outcome === 'duplicate')).toHaveLength(3);
      expect(outcomes.filter((outcome) => outcome === 'other_body')).toHaveLength(16);
      expect((await inbox.list({ limit: 10 })).items).toHaveLength(1);
    },
  );

  it('another body under a known key does not touch the parts of the first', async () => {
    const inbox = inboxIn(await createTables(engine.client));
    const row = inboxRowOf('k1', { body: randomBytes(1024 * 1024) });
    expect(await inbox.put(row)).toBe('stored');
    expect(await inbox.put(inboxRowOf('k1', { body: randomBytes(1024 * 1024) }))).toBe('other_body');
    expect(await inbox.put(row)).toBe('duplicate');
    same(await inbox.get(row.callbackId), row);
  });
});

describe('DynamoDB inbox: sizes', () => {
  it('what just fits is one item, one byte more is cut; both are taken and come back', async () => {
    const tables = await createTables(engine.client);
    const noise = randomBytes(MAX_ITEM_BYTES);
    const rowOf = (size: number) => inboxRowOf(`size-${size}`, { body: noise.subarray(0, size) });
    const bytesOf = (size: number) => itemBytes(inboxItems(rowOf(size), 400).row);
    let most = 400_000;
    most += MAX_ITEM_BYTES - bytesOf(most) - 20;
    while (inboxItems(rowOf(most + 1), 400).parts.length === 0) most++;
    expect(bytesOf(most)).toBeGreaterThan(MAX_ITEM_BYTES - 10);
    expect(bytesOf(most)).toBeLessThanOrEqual(MAX_ITEM_BYTES);
    for (const [size, calls] of [
      [most - 1, 1],
      [most, 1],
      [most + 1, 3],
    ] as const) {
      const { client, calls: made } = counting();
      const inbox = inboxIn(tables, client);
      expect(await inbox.put(rowOf(size)), `${size} bytes`).toBe('stored');
      expect(made(), `${size} bytes`).toBe(calls);
      same(await inbox.get(`acme-cc-1:size-${size}`), rowOf(size));
    }
  });

  it('bodies of any size come back, where parts begin and end too', async () => {
    const inbox = inboxIn(await createTables(engine.client));
    const part = MAX_ITEM_BYTES - 4_096;
    const noise = randomBytes(1024 * 1024);
    for (const size of [part - 1, part, part + 1, 2 * part - 2, 2 * part - 1, 2 * part, 1024 * 1024]) {
      const row = inboxRowOf(`size-${size}`, { body: noise.subarray(0, size) });
      expect(await inbox.put(row)).toBe('stored');
      same(await inbox.get(row.callbackId), row);
    }
    const { items } = await inbox.list({ limit: 500 });
    expect(items).toHaveLength(7);
    expect(items.every((item) => item.headers['date'] !== undefined)).toBe(true);
  });
});

describe('DynamoDB inbox: trouble', () => {
  it('throttled: the put rejects and nothing is acknowledged or stored', async () => {
    const tables = await createTables(engine.client);
    const before = () => {
      throw throttled();
    };
    const client = interceptedClient(engine.client, { before });
    const row = inboxRowOf('k1');
    await expect(inboxIn(tables, client).put(row)).rejects.toThrow(ProvisionedThroughputExceededException);
    const inbox = inboxIn(tables);
    expect(await inbox.get(row.callbackId)).toBeUndefined();
    expect(await inbox.put(row)).toBe('stored');
  });

  it('an engine that accepts and never answers: the put rejects with half the time left that receive has for its 503', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    const client = createDynamoClient({ endpoint: `http://127.0.0.1:${address.port}` });
    const began = performance.now();
    const put = createDynamoInboxWriter({ client, table: 't', retentionDays: 1 }).put(inboxRowOf('k1'));
    await expect(put).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - began).toBeLessThan(2_500);
    vi.unstubAllEnvs();
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('a crash between any two calls of a put leaves nothing visible, and a repeat works', async () => {
    const row = inboxRowOf('k1', { body: randomBytes(1024 * 1024) });
    const all = counting();
    await inboxIn(await createTables(engine.client), all.client).put(row);
    expect(all.calls()).toBe(4);
    for (let call = 0; call < all.calls(); call++) {
      for (const when of ['before', 'after'] as const) {
        const tables = await createTables(engine.client);
        await expect(inboxIn(tables, interrupted(call, when).client).put(row)).rejects.toThrow('crashed');
        const inbox = inboxIn(tables);
        const written = call === all.calls() - 1 && when === 'after';
        expect((await inbox.get(row.callbackId)) !== undefined, `${when} call ${call}`).toBe(written);
        expect((await inbox.list({ limit: 10 })).items).toHaveLength(written ? 1 : 0);
        expect(await inbox.put(row)).toBe(written ? 'duplicate' : 'stored');
        same(await inbox.get(row.callbackId), row);
      }
    }
  });

  it('a part that is lost or another is said by name, not handed out as a body', async () => {
    const tables = await createTables(engine.client);
    const inbox = inboxIn(tables);
    const row = inboxRowOf('k1', { body: randomBytes(1024 * 1024) });
    await inbox.put(row);
    const [first, second] = inboxItems(row, 400).parts;
    if (first === undefined || second === undefined) throw new Error('a body of 1 MiB has parts');
    const { pk, sk } = second;
    const Item = { ...first, ...(pk && { pk }) };
    await engine.client.send(new PutItemCommand({ TableName: tables.inbox, Item }));
    await expect(inbox.get(row.callbackId)).rejects.toThrow(/acme-cc-1:k1 do not make the body that was received/);
    await engine.client.send(
      new DeleteItemCommand({ TableName: tables.inbox, Key: { ...(pk && { pk }), ...(sk && { sk }) } }),
    );
    await expect(inbox.walk({ from: '', limit: 1 })).rejects.toThrow(
      /Part 2 of 3 of the callback acme-cc-1:k1 is missing/,
    );
    expect((await inbox.list({ limit: 1 })).items).toHaveLength(1);
  });
});

describe('DynamoDB inbox: lists', () => {
  it('of 300 callbacks in a few milliseconds none is listed twice or left out, whichever the page', async () => {
    const inbox = inboxIn(await createTables(engine.client));
    const rows = Array.from({ length: 300 }, (_, i) =>
      inboxRowOf(`k${i}`, { connectorId: `acme-cc-${1 + (i % 2)}`, receivedAt: timeAt(i % 7) }),
    );
    for (let i = 0; i < rows.length; i += 50) await Promise.all(rows.slice(i, i + 50).map((row) => inbox.put(row)));
    const ids = new Set(rows.map((row) => row.callbackId));
    for (const limit of [7, 100, 299, 300, 500]) {
      const listed = await allPages(limit, (page) => inbox.list(page));
      expect(listed).toHaveLength(300);
      expect(new Set(listed.map((row) => row.callbackId))).toEqual(ids);
    }
    const walked = await allPages(33, (page) => inbox.walk({ ...page, from: timeAt(3) }));
    expect(new Set(walked.map((row) => row.callbackId)).size).toBe(
      rows.filter((row) => row.receivedAt >= timeAt(3)).length,
    );
  });
});

describe('DynamoDB inbox: stream', () => {
  it('gives each row once, as it was put; parts and repeats are no rows', async () => {
    const tables = await createTables(engine.client, true);
    const inbox = inboxIn(tables);
    const { verdict, ...unverified } = inboxRowOf('k2', { source: 'reported' });
    expect(verdict).toBeDefined();
    const rows = [inboxRowOf('k1'), unverified, inboxRowOf('large', { body: randomBytes(1024 * 1024) })];
    for (const row of rows) await inbox.put(row);
    for (const row of rows) await inbox.put(row);
    const records = await streamOf(tables.inbox);
    const loadParts = createPartsLoader({ client: engine.client, table: tables.inbox });
    const inserted = records.filter((record) => record.eventName === 'INSERT');
    const found = await Promise.all(inserted.map((record) => rowOfImage(record.dynamodb.NewImage, loadParts)));
    const images = found.filter((row) => row !== undefined);
    expect(images.map((row) => row.callbackId).sort()).toEqual(rows.map((row) => row.callbackId).sort());
    for (const row of rows)
      same(
        images.find((image) => image.callbackId === row.callbackId),
        row,
      );
    // The filter of the stream's mapping sees rows and nothing else.
    expect(inserted.filter((record) => record.dynamodb.Keys['sk']?.S === 'row')).toHaveLength(rows.length);
    expect(inserted).toHaveLength(rows.length + 3);
    const sha = createHash('sha256')
      .update(images.at(-1)?.body ?? '')
      .digest('hex');
    expect(images.at(-1)?.bodySha256).toBe(sha);
  });
});

interface StreamRecord {
  readonly eventName: string;
  readonly dynamodb: { readonly Keys: Image; readonly NewImage: Image };
}

/** Everything in a table's stream, as JSON: bytes are base64, as in a Lambda event. */
async function streamOf(table: string): Promise<readonly StreamRecord[]> {
  const { Table } = await engine.client.send(new DescribeTableCommand({ TableName: table }));
  const StreamArn = Table?.LatestStreamArn;
  const { StreamDescription } = await streams('DescribeStream', { StreamArn });
  const records: StreamRecord[] = [];
  for (const { ShardId } of StreamDescription.Shards) {
    const start = await streams('GetShardIterator', { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
    let { ShardIterator } = start;
    for (let empty = 0; ShardIterator !== undefined && empty < 3; ) {
      const answer = await streams('GetRecords', { ShardIterator });
      records.push(...answer.Records);
      empty = answer.Records.length === 0 ? empty + 1 : 0;
      ShardIterator = answer.NextShardIterator;
    }
  }
  return records;
}

interface StreamAnswer {
  readonly StreamDescription: { readonly Shards: readonly { readonly ShardId: string }[] };
  readonly ShardIterator: string | undefined;
  readonly Records: readonly StreamRecord[];
  readonly NextShardIterator: string | undefined;
}

async function streams(action: string, body: object): Promise<StreamAnswer> {
  const response = await fetch(engine.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${action}`,
      'x-amz-date': '20260115T090000Z',
      // The engine wants the form of a signature and checks none.
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260115/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00',
    },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${action}: ${response.status} ${answer}`);
  return JSON.parse(answer) as StreamAnswer;
}
