import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { InvalidCursorError } from '#shared/registry/page-cursor.ts';
import type { AuditEntry, Connector, Merchant, Subscription } from '#shared/registry/records.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { createDynamoConnectorReader } from './registry-connector-reader.ts';
import { MOST_ITEM_BYTES, RowTooLarge } from './registry-items.ts';
import { createDynamoRegistry } from './registry-store.ts';

const at = '2026-01-15T09:00:00.000Z';
const times = { createdAt: at, updatedAt: at };
const audit: AuditEntry = { at, who: 'operator', what: 'connector.change', resource: '/connectors/c1', changes: [] };
const auditPut = {
  Put: {
    TableName: 'registry',
    Item: { pk: { S: 'audit#2026-01' }, sk: { S: `${at}#r1` }, record: { S: JSON.stringify(audit) } },
  },
};
const merchant: Merchant = { merchantId: 'acme', name: 'Acmé', version: 2, archived: false, ...times };
const connector: Connector = {
  ...{ connectorId: 'c1', merchantId: 'acme', gateway: 'ixopay', name: 'Cards', settings: { apiKey: 'k' } },
  ...{ secrets: [], secretNames: [], testMode: true, active: true, archived: false, version: 1, ...times },
};
const subscription: Subscription = {
  ...{ merchantId: 'acme', subscriptionId: 'main', queue: { url: 'https://q', fifo: true, managed: true } },
  ...{ entries: [], paused: false, readTokenSha256: 'x', version: 1, ...times },
};

interface Request {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** A client that writes down what it is asked for, and answers as planned, then with nothing. */
function recorder(answers: readonly unknown[] = []) {
  const requests: Request[] = [];
  const left = [...answers];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    requests.push({ name: command.constructor.name, input: command.input });
    const answer = left.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const pauses: number[] = [];
  const client = { send } as unknown as DynamoSend;
  const pause = async (ms: number) => {
    pauses.push(ms);
  };
  return { requests, pauses, client, registry: createDynamoRegistry({ client, table: 'registry', randomId, pause }) };
}
const randomId = () => 'r1';

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

describe('a read of the registry', () => {
  it('is one consistent GetItem, of receive too', async () => {
    const record = { S: JSON.stringify(connector) };
    const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
    const { requests, client, registry } = recorder([{ Item: { record } }, { Item: { record } }]);
    expect(await createDynamoConnectorReader({ client, table: 'registry' }).connector('c1')).toEqual(connector);
    expect(await registry.connector('c1')).toEqual(connector);
    expect(await registry.merchant('acme')).toBeUndefined();
    expect(await registry.subscription('acme', 'main')).toBeUndefined();
    const get = (Key: unknown) => ({
      name: 'GetItemCommand',
      input: { TableName: 'registry', Key, ConsistentRead: true },
    });
    expect(requests).toEqual([
      get(key('connector#c1', 'connector')),
      get(key('connector#c1', 'connector')),
      get(key('merchant#acme', 'merchant')),
      get(key('merchant#acme', 'subscription#main')),
    ]);
  });

  it('of a merchant’s subscriptions is one consistent Query', async () => {
    const { requests, registry } = recorder([{ Items: [{ record: { S: JSON.stringify(subscription) } }] }]);
    expect(await registry.subscriptionsOf('acme')).toEqual([subscription]);
    expect(requests).toEqual([
      {
        name: 'QueryCommand',
        input: {
          TableName: 'registry',
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': { S: 'merchant#acme' }, ':prefix': { S: 'subscription#' } },
          ConsistentRead: true,
        },
      },
    ]);
  });

  it('of subscriptions beyond 1 MB goes on to the end', async () => {
    const Items = [{ record: { S: JSON.stringify(subscription) } }];
    const LastEvaluatedKey = { pk: { S: 'p' }, sk: { S: 's' } };
    const { requests, registry } = recorder([{ Items, LastEvaluatedKey }, { Items }]);
    expect(await registry.subscriptionsOf('acme')).toHaveLength(2);
    expect(requests[1]?.input['ExclusiveStartKey']).toEqual(LastEvaluatedKey);
  });
});

describe('a write', () => {
  it('is one transaction with its audit entry, whose month is known before', async () => {
    const { requests, registry } = recorder();
    expect(await registry.putConnector(connector, undefined, audit)).toBe('written');
    expect(await registry.putMerchant(merchant, 1, audit)).toBe('written');
    expect(await registry.putSubscription(subscription, 4, audit)).toBe('written');
    await registry.deleteSubscription('acme', 'main', audit);
    await registry.appendAudit(audit);
    const row = (Item: unknown, condition: unknown, ...also: readonly unknown[]) => ({
      TransactItems: [
        { Put: { TableName: 'registry', Item, ...(condition as object) } },
        auditPut,
        ...also.map((one) => ({ Put: { TableName: 'registry', Item: one } })),
      ],
    });
    const at = (version: string) => ({
      ConditionExpression: 'version = :expected',
      ExpressionAttributeValues: { ':expected': { N: version } },
    });
    const item = (pk: string, sk: string, record: { version: number }, list: object) => ({
      ...{ pk: { S: pk }, sk: { S: sk } },
      ...{ version: { N: String(record.version) }, record: { S: JSON.stringify(record) }, ...list },
    });
    const listed = (kind: string, listKey: string) => ({ kind: { S: kind }, listKey: { S: listKey } });
    expect(requests.map(({ input }) => input)).toEqual([
      { TableName: 'registry', Item: { pk: { S: 'audit' }, sk: { S: '2026-01' } } },
      row(
        item('connector#c1', 'connector', connector, listed('connector', 'acme#c1')),
        { ConditionExpression: 'attribute_not_exists(pk)' },
        item('connector#c1', 'v#0000000001', connector, {}),
      ),
      row(item('merchant#acme', 'merchant', merchant, listed('merchant', 'acme')), at('1')),
      row(item('merchant#acme', 'subscription#main', subscription, {}), at('4')),
      {
        TransactItems: [
          {
            Delete: {
              TableName: 'registry',
              Key: { pk: { S: 'merchant#acme' }, sk: { S: 'subscription#main' } },
              ConditionExpression: 'attribute_exists(pk)',
            },
          },
          auditPut,
        ],
      },
      { TableName: 'registry', Item: auditPut.Put.Item },
    ]);
  });

  it('of a connector from before versions were kept, keeps the one that it replaces, without secrets', async () => {
    const secret = { keyId: 'k1', sealed: 'sealed-text', createdAt: at };
    const before = { Item: { record: { S: JSON.stringify({ ...connector, secrets: [secret] }) } } };
    const { requests, registry } = recorder([{}, before]);
    await registry.putConnector({ ...connector, version: 2 }, 1, audit);
    expect(requests.map(({ name }) => name)).toEqual([
      ...['GetItemCommand', 'GetItemCommand', 'PutItemCommand', 'PutItemCommand', 'TransactWriteItemsCommand'],
    ]);
    expect(requests[2]?.input).toMatchObject({
      Item: { sk: { S: 'v#0000000001' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    expect(JSON.stringify(requests[2])).not.toContain('sealed-text');
    const newest = recorder([{}, before]);
    expect(await newest.registry.connectorVersion('c1', 1)).toEqual(connector);
    expect(await recorder([{}, before]).registry.connectorVersion('c1', 2)).toBeUndefined();
  });

  it('that met another version is a conflict and is not repeated', async () => {
    const { requests, pauses, registry } = recorder([{}, cancelled('ConditionalCheckFailed', 'None')]);
    expect(await registry.putMerchant(merchant, 1, audit)).toBe('conflict');
    expect([requests.length, pauses.length]).toEqual([2, 0]);
  });

  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'waits out %s and says so where it lasts',
    async (reason) => {
      const brief = recorder([{}, cancelled(reason, 'None'), cancelled('None', reason)]);
      expect(await brief.registry.putMerchant(merchant, 1, audit)).toBe('written');
      expect(brief.pauses).toEqual([20, 50]);
      const lasting = recorder([{}, ...Array.from({ length: 9 }, () => cancelled(reason, 'None'))]);
      await expect(lasting.registry.putMerchant(merchant, 1, audit)).rejects.toThrow(TransactionCanceledException);
      expect(lasting.pauses).toEqual([20, 50, 100, 200]);
    },
  );

  it('that DynamoDB refuses for another reason is an error, never a conflict', async () => {
    const { registry } = recorder([{}, cancelled('ValidationError', 'None'), new Error('network')]);
    await expect(registry.putMerchant(merchant, 1, audit)).rejects.toThrow('cancelled');
    await expect(registry.putMerchant(merchant, 1, audit)).rejects.toThrow('network');
  });

  it('does not begin where the month could not be written down, and writes it down the next time', async () => {
    const { requests, registry } = recorder([new Error('throttled')]);
    await expect(registry.putMerchant(merchant, 1, audit)).rejects.toThrow('throttled');
    expect(await registry.putMerchant(merchant, 1, audit)).toBe('written');
    expect(requests.map(({ name }) => name)).toEqual(['PutItemCommand', 'PutItemCommand', 'TransactWriteItemsCommand']);
  });

  it('of a row over 400 KB asks for nothing and says which row, how large and what to do', async () => {
    const { requests, registry } = recorder();
    const big = { ...connector, settings: { note: 'é'.repeat(MOST_ITEM_BYTES / 2) } };
    const put = registry.putConnector(big, undefined, audit);
    await expect(put).rejects.toThrow(RowTooLarge);
    await expect(put).rejects.toThrow(/connector#c1 .* \d{6} bytes; an item of DynamoDB holds 409600\. Shorten/);
    expect(requests).toEqual([]);
  });
});

describe('a list', () => {
  const item = (id: string) => ({ listKey: { S: `acme#${id}` }, record: { S: JSON.stringify({ connectorId: id }) } });

  it('is a Query of its kind, or of one merchant’s range, with one row more than asked for', async () => {
    const { requests, registry } = recorder([{ Items: ['a', 'b', 'c'].map(item) }, { Items: [item('c')] }]);
    const first = await registry.connectors({ merchantId: 'acme', limit: 2 });
    expect(first.items).toEqual([{ connectorId: 'a' }, { connectorId: 'b' }]);
    const rest = await registry.connectors({ merchantId: 'acme', limit: 2, cursor: first.cursor ?? '' });
    expect(rest).toEqual({ items: [{ connectorId: 'c' }], cursor: null });
    const common = {
      ...{ TableName: 'registry', IndexName: 'byKind', Limit: 3 },
      KeyConditionExpression: 'kind = :kind AND begins_with(listKey, :prefix)',
      ExpressionAttributeValues: { ':kind': { S: 'connector' }, ':prefix': { S: 'acme#' } },
    };
    expect(requests.map(({ input }) => input)).toEqual([
      common,
      {
        ...common,
        ExclusiveStartKey: {
          ...{ pk: { S: 'connector#b' }, sk: { S: 'connector' } },
          ...{ kind: { S: 'connector' }, listKey: { S: 'acme#b' } },
        },
      },
    ]);
  });

  it('of large rows ends its page early, after four requests', async () => {
    const LastEvaluatedKey = { pk: { S: 'x' } };
    const { requests, registry } = recorder(
      ['a', 'b', 'c', 'd', 'e'].map((id) => ({ Items: [item(id)], LastEvaluatedKey })),
    );
    const page = await registry.connectors({ limit: 100 });
    expect([page.items.length, requests.length]).toEqual([4, 4]);
    expect(page.cursor).not.toBeNull();
  });

  it.each([
    ['connectors', ['connectors', 'acme']],
    ['connectors', ['connectors', 'a#b#c']],
    ['connectors', ['connectors', `a#${'x'.repeat(300)}`]],
    ['connectors', ['connectors', 'other#c1'], 'acme'],
    ['merchants', ['merchants', 'a#b']],
    ['merchants', ['merchants', '']],
    ['merchants', ['connectors', 'acme#c1']],
    ['audit', ['audit', 'x']],
    ['audit', ['audit', 7]],
  ] as const)('of %s refuses the cursor %j', async (...[list, parts, merchantId]) => {
    const { requests, registry } = recorder();
    const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
    const page = { limit: 10, cursor, ...(merchantId && { merchantId }) };
    await expect(registry[list](page)).rejects.toThrow(InvalidCursorError);
    expect(requests).toEqual([]);
  });

  it.each([0, 501, 1.5])('refuses a limit of %d', async (limit) => {
    await expect(recorder().registry.audit({ limit })).rejects.toThrow(RangeError);
  });
});

describe('the audit', () => {
  const entryAt = (time: string) => ({
    sk: { S: `${time}#r1` },
    record: { S: JSON.stringify({ ...audit, at: time }) },
  });
  const month = (sk: string) => ({ sk: { S: sk } });

  it('goes from month to month, newest first, and never scans', async () => {
    const { requests, registry } = recorder([
      { Items: [month('2026-03'), month('2026-02'), month('2025-12')] },
      { Items: [entryAt('2026-03-01')] },
      { Items: [] },
      { Items: [entryAt('2025-12-31'), entryAt('2025-12-30')] },
    ]);
    const page = await registry.audit({ limit: 2 });
    expect(page.items.map((entry) => entry.at)).toEqual(['2026-03-01', '2025-12-31']);
    expect(page.cursor).not.toBeNull();
    const query = (bound: string, pk: string, end: string) => ({
      ...{ TableName: 'registry', KeyConditionExpression: `pk = :pk AND ${bound}` },
      ExpressionAttributeValues: { ':pk': { S: pk }, ':end': { S: end } },
      ...{ ScanIndexForward: false, ConsistentRead: true },
    });
    const last = '\u{10FFFF}';
    expect(requests.map(({ input }) => input)).toEqual([
      query('sk <= :end', 'audit', last),
      { ...query('sk < :end', 'audit#2026-03', last), Limit: 3 },
      { ...query('sk < :end', 'audit#2026-02', last), Limit: 2 },
      { ...query('sk < :end', 'audit#2025-12', last), Limit: 2 },
    ]);
  });

  it('goes on from the month of its cursor', async () => {
    const { requests, registry } = recorder([
      { Items: [month('2026-03'), month('2026-02')] },
      { Items: [entryAt('2026-03-02'), entryAt('2026-03-01')] },
    ]);
    const { cursor } = await registry.audit({ limit: 1 });
    await registry.audit({ limit: 1, cursor: cursor ?? '' });
    expect(requests[2]?.input['ExpressionAttributeValues']).toEqual({
      ':pk': { S: 'audit' },
      ':end': { S: '2026-03' },
    });
  });
});
