import { describe, expect, it } from 'vitest';
import { headItem } from './ledger-head-item.ts';
import { type Item, subjectPk } from './ledger-keys.ts';
import { AT, head, key, names, PK, recorder, refused } from './ledger-recorder.testing.ts';

const LATER = '2026-01-15T10:00:00.000Z';

function waiting(id: string, due: string): Item {
  return headItem(head(1, { key: { ...key, id }, status: 'PENDING', due }));
}

function entry(id: string, due: string): Item {
  return { pk: { S: subjectPk({ ...key, id }) }, sk: { S: 'v#head' }, due: { S: due } };
}

describe('due heads', () => {
  it('cost one query a shard where nothing is due', async () => {
    const { ledger, requests } = recorder();
    expect(await ledger.dueHeads(LATER, 50)).toEqual([]);
    expect(requests.map(({ input }) => input)).toEqual(
      [0, 1, 2, 3].map((shard) => ({
        TableName: 'ledger',
        IndexName: 'byDue',
        KeyConditionExpression: '#partition = :partition AND #due <= :now',
        ExpressionAttributeNames: { '#partition': 'dueShard', '#due': 'due' },
        ExpressionAttributeValues: { ':partition': { S: `due#${shard}` }, ':now': { S: LATER } },
        Limit: 50,
      })),
    );
    expect(names(requests)).toEqual(Array(4).fill('QueryCommand'));
  });

  it('are the earliest of all shards, read by key', async () => {
    const heads = [waiting('c', LATER), waiting('a', AT)];
    const { ledger, requests } = recorder(
      { Items: [entry('c', LATER)] },
      { Items: [entry('a', AT), entry('d', '2026-01-15T11:00:00.000Z')] },
      {},
      {},
      { Responses: { ledger: heads } },
    );
    expect((await ledger.dueHeads('2026-01-16T00:00:00.000Z', 2)).map((one) => one.key.id)).toEqual(['a', 'c']);
    const keys = ['a', 'c'].map((id) => ({ pk: { S: subjectPk({ ...key, id }) }, sk: { S: 'v#head' } }));
    expect(requests[4]?.input).toEqual({ RequestItems: { ledger: { Keys: keys, ConsistentRead: true } } });
  });

  it('what the index still has, but was taken, ended or got more time since, is passed over', async () => {
    const { dueShard: _, ...taken } = waiting('taken', AT);
    const items = [taken, headItem(head(2, { key: { ...key, id: 'ended' } })), waiting('more', '2026-02-01')];
    const entries = ['taken', 'ended', 'more', 'gone'].map((id) => entry(id, AT));
    const { ledger } = recorder({ Items: entries }, {}, {}, {}, { Responses: { ledger: items } });
    expect(await ledger.dueHeads(LATER, 10)).toEqual([]);
  });
});

describe('a due head', () => {
  it('is taken by one update of the index attribute, where it stands at that version', async () => {
    const { ledger, requests } = recorder({}, refused());
    expect([await ledger.takeDue(key, 3), await ledger.takeDue(key, 4)]).toEqual([true, false]);
    expect(requests[0]).toEqual({
      name: 'UpdateItemCommand',
      input: {
        TableName: 'ledger',
        Key: { pk: { S: PK }, sk: { S: 'v#head' } },
        UpdateExpression: 'REMOVE #partition',
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#partition': 'dueShard', '#version': 'version' },
        ExpressionAttributeValues: { ':version': { N: '3' } },
      },
    });
    expect(requests).toHaveLength(2);
  });
});
