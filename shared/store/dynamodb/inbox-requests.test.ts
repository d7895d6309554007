import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { ALL_ON } from '#shared/gateways/ixopay/request.testing.ts';
import { readSample } from '#shared/gateways/sample.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { type ReceiveDeps, receive } from '#shared/pipeline/receive.ts';
import { encodeCursor, InvalidCursorError } from '#shared/registry/page-cursor.ts';
import type { Connector } from '#shared/registry/records.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { BUCKETS, inboxItems, itemBytes } from './inbox-item.ts';
import { createPartsLoader, headOfImage, rowOfImage } from './inbox-row.ts';
import { createDynamoInbox } from './inbox-store.ts';
import { createDynamoInboxWriter } from './inbox-writer.ts';

const EVENTS = fileURLToPath(new URL('../../../events/ixopay', import.meta.url));
const SAMPLES = readdirSync(EVENTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const NOW = new Date('2026-07-21T12:00:00.123Z');
const BODY_SHA256 = 'ab'.repeat(32);

type Command = { readonly input: object };

/** Answers each command in turn with what `answer` gives, or throws it; keeps what was asked. */
function recording(answer: (command: Command, call: number) => unknown = () => ({})) {
  const commands: Command[] = [];
  const send = async (command: Command): Promise<unknown> => {
    commands.push(command);
    const given = answer(command, commands.length - 1);
    if (given instanceof Error) throw given;
    return given;
  };
  return { client: { send: send as DynamoSend['send'] }, commands };
}

function rowOf(change: Partial<InboxRow> = {}): InboxRow {
  return {
    callbackId: 'acme-cc-1:k1',
    connectorId: 'acme-cc-1',
    merchantId: 'acme',
    gateway: 'ixopay',
    source: 'pushed',
    mode: 'live',
    receivedAt: '2026-01-15T09:00:00.000Z',
    method: 'POST',
    path: '/callbacks/acme-cc-1',
    rawQuery: '',
    headers: {},
    declared: {},
    body: Buffer.from('{}'),
    bodySha256: BODY_SHA256,
    ...change,
  };
}

/** Bytes that no dictionary has met, the same in every run. */
function noise(bytes: number): Buffer {
  const filled = Buffer.alloc(bytes);
  for (let i = 0, x = 1; i < bytes; i++) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    filled[i] = x >>> 24;
  }
  return filled;
}

function inboxOn(client: DynamoSend) {
  const connectorIds = async () => ['a', 'b'];
  return createDynamoInbox({ client, table: 'inbox', retentionDays: 400, connectorIds, pause: async () => {} });
}

describe('put', () => {
  const writerOn = (client: DynamoSend) => createDynamoInboxWriter({ client, table: 'inbox', retentionDays: 400 });

  it('is one conditional PutItem that gives back the old row', async () => {
    const { client, commands } = recording();
    expect(await writerOn(client).put(rowOf())).toBe('stored');
    expect(commands).toHaveLength(1);
    expect(commands[0]).toBeInstanceOf(PutItemCommand);
    expect(commands[0]?.input).toEqual({
      TableName: 'inbox',
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      Item: {
        pk: { S: 'acme-cc-1:k1' },
        sk: { S: 'row' },
        timeBucket: { S: expect.stringMatching(/^acme-cc-1#[0-3]$/) },
        listKey: { S: expect.stringMatching(/^2026-01-15T09:00:00\.000Z#[A-Za-z0-9_-]{16}$/) },
        bodySha256: { B: Buffer.from(BODY_SHA256, 'hex') },
        // 2026-01-15T09:00:00Z and 400 days.
        expiresAt: { N: '1803027600' },
        packed: { B: expect.any(Uint8Array) },
      },
    });
  });

  it.each([
    ['duplicate', BODY_SHA256],
    ['other_body', 'cd'.repeat(32)],
  ])('says %s by the digest of the old body', async (outcome, old) => {
    const Item = { bodySha256: { B: Buffer.from(old, 'hex') } };
    const failed = new ConditionalCheckFailedException({ message: 'no', $metadata: {}, Item });
    expect(await writerOn(recording(() => failed).client).put(rowOf())).toBe(outcome);
  });

  it.each([
    ['the network', new Error('ECONNRESET')],
    ['a condition without the old row', new ConditionalCheckFailedException({ message: 'no', $metadata: {} })],
  ])('rejects on %s: nothing may be acknowledged', async (_, trouble) => {
    await expect(writerOn(recording(() => trouble).client).put(rowOf())).rejects.toBe(trouble);
  });

  it('writes the parts of a large body first, each to a partition of its own, and names them in the row', async () => {
    const { client, commands } = recording();
    await writerOn(client).put(rowOf({ body: noise(1024 * 1024) }));
    const items = commands.map((command) => (command instanceof PutItemCommand ? (command.input.Item ?? {}) : {}));
    const [first, second, third, row] = items;
    const digest = row?.['partDigest']?.S;
    expect(items.map((item) => item['sk']?.S)).toEqual(['part', 'part', 'part', 'row']);
    expect([first, second, third].map((item) => item?.['pk']?.S)).toEqual(
      [1, 2, 3].map((n) => `acme-cc-1:k1#${digest}#${n}`),
    );
    expect(row?.['partCount']).toEqual({ N: '3' });
    // In the index only the row, and no part goes before it.
    expect(items.map((item) => item['timeBucket'] !== undefined)).toEqual([false, false, false, true]);
    expect(Number(first?.['expiresAt']?.N) - Number(row?.['expiresAt']?.N)).toBe(86_400);
    for (const item of items) expect(itemBytes(item)).toBeLessThan(400 * 1024);
  });

  it('writes no row when a part was refused', async () => {
    const { client, commands } = recording((_, call) => (call === 1 ? new Error('throttled') : {}));
    await expect(writerOn(client).put(rowOf({ body: noise(1024 * 1024) }))).rejects.toThrow('throttled');
    expect(commands).toHaveLength(3);
  });

  it('names parts by their bytes: a repeat writes the same, another body others', () => {
    const partsOf = (body: Buffer) => inboxItems(rowOf({ body }), 400).parts.map((part) => part['pk']?.S);
    const body = noise(500_000);
    expect(partsOf(body)).toEqual(partsOf(Buffer.from(body)));
    body[7] = 1;
    expect(partsOf(body)).not.toEqual(partsOf(noise(500_000)));
  });
});

describe('an ordinary callback', () => {
  it.each(SAMPLES)('takes one write unit, and its stream image is the row: %s', async (name) => {
    const row = await received(name);
    const items = inboxItems(row, 400);
    expect(items.parts).toEqual([]);
    expect(itemBytes(items.row)).toBeLessThanOrEqual(1024);
    const never = async () => Promise.reject(new Error('no parts'));
    expect(plain(await rowOfImage(items.row, never))).toEqual(plain(row));
    // A Lambda event carries bytes as base64.
    const event = Object.entries(items.row).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
    ]);
    expect(plain(await rowOfImage(Object.fromEntries(event), never))).toEqual(plain(row));
  });
});

describe('reading', () => {
  it('get is one consistent GetItem, and none for what cannot be a key', async () => {
    const row = rowOf();
    const { client, commands } = recording(() => ({ Item: inboxItems(row, 400).row }));
    expect(plain(await inboxOn(client).get(row.callbackId))).toEqual(plain(row));
    expect(commands.map((command) => command.input)).toEqual([
      { TableName: 'inbox', Key: { pk: { S: 'acme-cc-1:k1' }, sk: { S: 'row' } }, ConsistentRead: true },
    ]);
    expect(commands[0]).toBeInstanceOf(GetItemCommand);
    expect(await inboxOn(client).get('')).toBeUndefined();
    expect(await inboxOn(client).get('é'.repeat(1025))).toBeUndefined();
    expect(commands).toHaveLength(1);
  });

  it('parts are read consistently', async () => {
    const { client, commands } = recording(() => ({ Item: { packed: { B: Buffer.from([0]) } } }));
    await createPartsLoader({ client, table: 'inbox' })({ callbackId: 'c:k', digest: 'd', count: 2 });
    expect(commands.map((command) => command.input)).toEqual(
      [1, 2].map((n) => ({
        TableName: 'inbox',
        Key: { pk: { S: `c:k#d#${n}` }, sk: { S: 'part' } },
        ConsistentRead: true,
      })),
    );
  });

  const entry = (n: number) => ({
    pk: { S: `a:k${n}` },
    listKey: { S: `2026-01-15T09:00:0${n}.000Z#0123456789abcdef` },
  });

  it('a list is a Query of each bucket and one consistent BatchGetItem', async () => {
    const row = (n: number) => inboxItems(rowOf({ callbackId: `a:k${n}` }), 400).row;
    const { client, commands } = recording((command) => {
      if (command instanceof BatchGetItemCommand) return { Responses: { inbox: [row(1), row(2)] } };
      const values = command instanceof QueryCommand ? command.input.ExpressionAttributeValues : {};
      return values?.[':bucket']?.S === 'a#0' ? { Items: [entry(2), entry(1)] } : { Items: [] };
    });
    const page = await inboxOn(client).list({ limit: 2, connectorId: 'a', from: '2026-01-14', to: '2026-01-16' });
    expect(page.items.map((item) => item.callbackId)).toEqual(['a:k2', 'a:k1']);
    expect(page.cursor).toBeNull();
    expect(commands).toHaveLength(BUCKETS + 1);
    expect(commands[0]?.input).toEqual({
      TableName: 'inbox',
      IndexName: 'byTime',
      KeyConditionExpression: 'timeBucket = :bucket AND listKey BETWEEN :least AND :most',
      ExpressionAttributeValues: {
        ':bucket': { S: 'a#0' },
        ':least': { S: '2026-01-14' },
        ':most': { S: '2026-01-16' },
      },
      ScanIndexForward: false,
      Limit: 3,
    });
    const Keys = [2, 1].map((n) => ({ pk: { S: `a:k${n}` }, sk: { S: 'row' } }));
    expect(commands.at(-1)?.input).toEqual({ RequestItems: { inbox: { Keys, ConsistentRead: true } } });
  });

  it('a list over all connectors asks for each of them, and a range that holds nothing asks nobody', async () => {
    const { client, commands } = recording();
    expect(await inboxOn(client).list({ limit: 1 })).toEqual({ items: [], cursor: null });
    expect(commands).toHaveLength(2 * BUCKETS);
    expect(await inboxOn(client).list({ limit: 1, from: '2027', to: '2026' })).toEqual({ items: [], cursor: null });
    expect(commands).toHaveLength(2 * BUCKETS);
  });

  it('rows that DynamoDB left over are asked for again, and without end it is an error, never a shorter list', async () => {
    const row = inboxItems(rowOf({ callbackId: 'a:k1' }), 400).row;
    const left = { inbox: { Keys: [{ pk: { S: 'a:k1' }, sk: { S: 'row' } }] } };
    const answering = (until: number) =>
      recording((command, call) => {
        if (command instanceof QueryCommand) return { Items: call === 0 ? [entry(1)] : [] };
        return call < until ? { UnprocessedKeys: left } : { Responses: { inbox: [row] } };
      });
    const walk = { limit: 5, from: '', connectorId: 'a' };
    expect((await inboxOn(answering(BUCKETS + 3).client).walk(walk)).items).toHaveLength(1);
    await expect(inboxOn(answering(1000).client).walk(walk)).rejects.toThrow(
      /1 callbacks could not be read .* throttled/,
    );
  });

  it('a page of large bodies ends behind 8 MiB, and its cursor goes on there', async () => {
    const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const body = Buffer.alloc(1024 * 1024);
    const rows = all.map((n) => inboxItems(rowOf({ callbackId: `a:k${n}`, body }), 400).row);
    const { client } = recording((command, call) => {
      if (command instanceof QueryCommand) return { Items: call === 0 ? all.map(entry) : [] };
      return { Responses: { inbox: rows } };
    });
    const walked = await inboxOn(client).walk({ limit: 500, from: '', connectorId: 'a' });
    expect(walked.items.map((row) => row.callbackId)).toEqual(all.slice(0, 8).map((n) => `a:k${n}`));
    expect(walked.cursor).toBe(encodeCursor('callbacks, oldest first', [entry(7).listKey.S]));
  });

  it('a row that expired between index and table is left out and the page goes on behind it', async () => {
    const { client } = recording((command, call) => {
      if (command instanceof QueryCommand) return { Items: call === 0 ? [entry(1), entry(2)] : [] };
      return { Responses: { inbox: [] } };
    });
    const page = await inboxOn(client).walk({ limit: 1, from: '', connectorId: 'a' });
    expect(page.items).toEqual([]);
    expect(page.cursor).toBe(encodeCursor('callbacks, oldest first', [entry(1).listKey.S]));
  });

  it.each(['', 'x'.repeat(2000), '2026-01-15T09:00:00.000Z'])('refuses a cursor that names no row: %#', async (key) => {
    const cursor = encodeCursor('callbacks', [key]);
    await expect(inboxOn(recording().client).list({ limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
  });

  it.each([0, 501, 1.5])('refuses the limit %d', async (limit) => {
    await expect(inboxOn(recording().client).list({ limit })).rejects.toThrow(RangeError);
  });

  it('says which attribute a foreign item lacks', () => {
    expect(() => headOfImage({ pk: { S: 'x' } })).toThrow(/no bytes "packed": pk/);
  });
});

/** The row that `receive` puts for a sample; the connector's secret is the sample's. */
async function received(name: string): Promise<InboxRow> {
  const { callback, sample } = readSample(join(EVENTS, name));
  const { id, apiKey, sharedSecret, settings } = sample.connector;
  const stored: InboxRow[] = [];
  const connector: Connector = {
    connectorId: id,
    merchantId: 'acme',
    gateway: 'ixopay',
    name: id,
    settings: { apiKey, ...ALL_ON, ...settings },
    secrets: [],
    secretNames: [],
    testMode: false,
    active: true,
    archived: false,
    version: 1,
    createdAt: '',
    updatedAt: '',
  };
  const deps: ReceiveDeps = {
    connectors: { find: async () => connector, findAgain: async () => connector, forget() {} },
    secrets: async () => [{ keyId: 'k1', values: { sharedSecret } }],
    fronts: loadedFronts({ ixopay: ixopay.front }),
    inbox: {
      async put(row) {
        stored.push(row);
        return 'stored';
      },
    },
    refused: { record() {} },
    clock: { now: () => NOW },
    basePath: '',
    trouble(error) {
      throw error;
    },
  };
  const path = `/callbacks/${id}${callback.path.endsWith('/') ? '/' : ''}`;
  const answer = await receive(deps, { ...callback, path });
  expect(answer.status, answer.body).toBe(200);
  const [row] = stored;
  if (row === undefined) throw new Error(`${name} was not stored`);
  return row;
}

function plain(row: InboxRow | undefined): object | undefined {
  return row && { ...row, body: Buffer.from(row.body).toString('base64') };
}
