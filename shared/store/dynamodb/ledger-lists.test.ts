import { describe, expect, it } from 'vitest';
import type { LedgerQuery } from '#shared/pipeline/ports.ts';
import { headItem } from './ledger-head-item.ts';
import { type Item, listKey, shardOf, subjectPk } from './ledger-keys.ts';
import { AT, head, key, recorder, refused } from './ledger-recorder.testing.ts';

describe('lists', () => {
  const entry = (id: string, at = AT): Item => {
    const pk = subjectPk({ ...key, id });
    return { pk: { S: pk }, sk: { S: 'v#head' }, listKey: { S: listKey(at, pk) } };
  };
  const found = (...ids: string[]) => ({
    Responses: { ledger: ids.map((id) => headItem(head(1, { key: { ...key, id }, merchantReference: 'R' }))) },
  });

  it.each<[string, Partial<LedgerQuery>, string, string]>([
    ['a merchant reference', { merchantReference: 'R' }, 'byReference', 'acme#transaction#R'],
    ['both', { merchantReference: 'R', purchaseReference: 'P' }, 'byReference', 'acme#transaction#R'],
  ])('by %s ask one index, then the heads by key', async (_, words, IndexName, partition) => {
    const { ledger, requests } = recorder({ Items: [entry('a')] }, found('a'));
    await ledger.find({ type: 'transaction', merchantId: 'acme', ...words, limit: 10 });
    expect(requests[0]?.input).toMatchObject({
      IndexName,
      ExpressionAttributeValues: { ':partition': { S: partition }, ':from': { S: '0' }, ':to': { S: '~' } },
      ScanIndexForward: false,
    });
    expect(requests[1]?.input).toEqual({
      RequestItems: {
        ledger: { Keys: [{ pk: { S: subjectPk({ ...key, id: 'a' }) }, sk: { S: 'v#head' } }], ConsistentRead: true },
      },
    });
  });

  it('by a purchase reference ask for the heads whose id it ends in, and the index for the others', async () => {
    const scopes = { Items: [{ sk: { S: 'acme-cc-1#acme' } }, { sk: { S: 'other-cc#other' } }] };
    const { ledger, requests } = recorder(scopes, {}, {}, {}, {}, { Items: [entry('a')] }, found('a'));
    await ledger.find({ type: 'transaction', merchantId: 'acme', purchaseReference: '20260115-u-1', limit: 10 });
    const ends = ['20260115-u-1', 'u-1', '1'];
    expect(requests[4]?.input).toEqual({
      RequestItems: {
        ledger: {
          Keys: ends.map((id) => ({ pk: { S: `acme-cc-1#transaction#${id}` }, sk: { S: 'v#head' } })),
          ConsistentRead: true,
        },
      },
    });
    const values = { ':partition': { S: 'acme#transaction#20260115-u-1' } };
    expect(requests[5]?.input).toMatchObject({ IndexName: 'byPurchase', ExpressionAttributeValues: values });
  });

  it('of a merchant ask its four shards for what lies between the times', async () => {
    const { ledger, requests } = recorder();
    await ledger.find({ type: 'notice', merchantId: 'acme', from: AT, to: '2026-01-16', limit: 10 });
    const asked = requests.map(({ input }) => input['ExpressionAttributeValues']);
    expect(asked).toEqual(
      [0, 1, 2, 3].map((shard) => ({
        ':partition': { S: `acme#notice#${shard}` },
        ':from': { S: AT },
        ':to': { S: '2026-01-16' },
      })),
    );
    expect(await ledger.find({ type: 'notice', merchantId: 'acme', from: '2027', to: '2026', limit: 10 })).toEqual({
      items: [],
      cursor: null,
    });
    expect(requests).toHaveLength(4);
  });

  it('without a merchant find out whose the connector is; a connector that nobody knows has none', async () => {
    const { ledger, requests } = recorder({ Items: [{ sk: { S: 'acme-cc-1#acme' } }] });
    await ledger.find({ type: 'transaction', connectorId: 'acme-cc-1', limit: 10 });
    expect(requests[0]?.input).toMatchObject({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :connector)',
      ExpressionAttributeValues: { ':connector': { S: 'acme-cc-1#' } },
    });
    expect(requests).toHaveLength(5);
    const stranger = recorder();
    expect((await stranger.ledger.find({ type: 'transaction', connectorId: 'x', limit: 1 })).cursor).toBeNull();
    expect(stranger.requests).toHaveLength(1);
  });

  it('ask again, after growing pauses, for heads that DynamoDB left unread', async () => {
    const left = { UnprocessedKeys: { ledger: { Keys: [{ pk: { S: 'left' }, sk: { S: 'v#head' } }] } } };
    const { ledger, requests, pauses } = recorder(
      { Items: [entry('a'), entry('b')] },
      { ...found('a'), ...left },
      left,
      found('b'),
    );
    const query = { type: 'transaction', merchantId: 'acme', merchantReference: 'R', limit: 10 } as const;
    expect((await ledger.find(query)).items).toHaveLength(2);
    expect(requests[3]?.input).toMatchObject({ RequestItems: { ledger: left.UnprocessedKeys.ledger } });
    expect(pauses).toEqual([50, 100]);
    const never = recorder({ Items: [entry('a')] }, ...Array(8).fill(left));
    await expect(never.ledger.find(query)).rejects.toThrow(/left 1 rows of ledger unread in 8 tries/);
  });

  it('pass over what an index still says of a head that is gone or has changed', async () => {
    const { ledger } = recorder({ Items: [entry('a'), entry('b')] }, found('a'));
    const query = { type: 'transaction', merchantId: 'acme', merchantReference: 'Q', limit: 10 } as const;
    expect(await ledger.find(query)).toEqual({ items: [], cursor: null });
  });

  it('end where nothing is left, and go on behind the row that the cursor names', async () => {
    const query = { type: 'transaction', merchantId: 'acme', merchantReference: 'R', limit: 1 } as const;
    const newer = entry('a', '2026-01-15T09:00:00.001Z');
    const first = await recorder({ Items: [newer, entry('b')] }, found('a')).ledger.find(query);
    expect([first.items.map((one) => one.key.id), first.cursor]).toEqual([['a'], expect.any(String)]);
    const { ledger, requests } = recorder({ Items: [newer, entry('b')] }, found('b'));
    const second = await ledger.find({ ...query, cursor: first.cursor ?? '' });
    expect([second.items.map((one) => one.key.id), second.cursor]).toEqual([['b'], null]);
    expect(requests[0]?.input['ExpressionAttributeValues']).toMatchObject({ ':to': newer['listKey'] });
  });

  it('take a limit from 1 to 500 and no other', async () => {
    for (const limit of [0, 501, 1.5]) {
      await expect(recorder().ledger.find({ type: 'transaction', limit })).rejects.toThrow(RangeError);
      await expect(recorder().ledger.callbacksWithOutcome({ outcome: 'failed', limit })).rejects.toThrow(RangeError);
    }
  });
});

describe('notable outcomes', () => {
  const row = { callbackId: 'acme-cc-1:k', connectorId: 'acme-cc-1', receivedAt: AT, outcome: 'anomaly' } as const;

  it('are one conditional put in two indexes, and one conditional delete', async () => {
    const { ledger, requests } = recorder({}, refused(), {}, refused());
    for (let i = 0; i < 2; i++) await ledger.putOutcome(row);
    for (let i = 0; i < 2; i++) await ledger.deleteOutcome(row.callbackId);
    const pk = '@outcome#acme-cc-1:k';
    const failed = {
      ExpressionAttributeNames: { '#outcome': 'outcome' },
      ExpressionAttributeValues: { ':failed': { S: 'failed' } },
    };
    expect(requests[0]?.input).toEqual({
      TableName: 'ledger',
      Item: {
        pk: { S: pk },
        sk: { S: 'outcome' },
        outcome: { S: 'anomaly' },
        listShard: { S: `@outcome#anomaly#${shardOf(pk)}` },
        referenceKey: { S: '@outcome#anomaly#acme-cc-1' },
        listKey: { S: listKey(AT, pk) },
      },
      ConditionExpression: 'attribute_not_exists(pk) OR #outcome = :failed',
      ...failed,
    });
    expect(requests[2]?.input).toEqual({
      TableName: 'ledger',
      Key: { pk: { S: pk }, sk: { S: 'outcome' } },
      ConditionExpression: '#outcome = :failed',
      ...failed,
    });
  });

  it('of none are asked nowhere, of a hundred and one in two requests, each once', async () => {
    const { ledger, requests } = recorder();
    expect(await ledger.outcomes([])).toEqual({});
    const ids = Array.from({ length: 101 }, (_, i) => `acme-cc-1:k${i}`);
    await ledger.outcomes([...ids, ...ids]);
    const keys = requests.map(({ input }) => (input['RequestItems'] as { ledger: { Keys: object[] } }).ledger.Keys);
    expect(keys.map((some) => some.length)).toEqual([100, 1]);
  });

  it('of a callback whose id is too long for a key are listed with that id', async () => {
    const callbackId = `acme-cc-1:${'x'.repeat(3000)}`;
    const { ledger, requests } = recorder();
    await ledger.putOutcome({ ...row, callbackId });
    const item = requests[0]?.input['Item'] as Item;
    const reading = recorder({ Items: [item] }, {}, {}, {}, { Responses: { ledger: [item] } });
    expect((await reading.ledger.callbacksWithOutcome({ outcome: 'anomaly', limit: 5 })).items).toEqual([callbackId]);
  });
});
