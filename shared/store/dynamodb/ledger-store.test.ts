import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { headItem } from './ledger-head-item.ts';
import { type Item, listKey, shardOf, versionSk } from './ledger-keys.ts';
import { AT, head, KNOWN, key, names, PK, recorder, refused, rowOf, version } from './ledger-recorder.testing.ts';
import { versionItems } from './ledger-version-item.ts';

describe('an ordinary callback', () => {
  it('reads head and newest version by one consistent query of two rows', async () => {
    const { ledger, requests } = recorder({ Items: [headItem(head(1)), rowOf(version(2))] });
    expect(await ledger.newest(key)).toEqual({ head: head(1), version: version(2) });
    expect(requests).toEqual([
      {
        name: 'QueryCommand',
        input: {
          TableName: 'ledger',
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: { ':pk': { S: PK }, ':first': { S: 'v#' }, ':last': { S: 'v#head' } },
          ScanIndexForward: false,
          Limit: 2,
          ConsistentRead: true,
        },
      },
    ]);
  });

  it('puts a version by one conditional put', async () => {
    const { ledger, requests } = recorder({}, refused());
    expect([await ledger.putVersion(version(3)), await ledger.putVersion(version(3))]).toEqual(['put', 'exists']);
    expect(requests[0]).toEqual({
      name: 'PutItemCommand',
      input: {
        TableName: 'ledger',
        Item: {
          pk: { S: PK },
          sk: { S: 'v#0000000003' },
          cause: { S: 'acme-cc-1:c3' },
          content: { B: expect.any(Uint8Array) },
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    });
    expect(requests).toHaveLength(2);
  });

  it('makes a head by one conditional put, when its connector is known', async () => {
    const { ledger, requests } = recorder(KNOWN);
    const words = { merchantReference: 'ORD-1', purchaseReference: 'P-1', status: 'PENDING', due: AT };
    expect(await ledger.moveHead(head(1, { key: { ...key, id: 'other' } }))).toBe('moved');
    expect(await ledger.moveHead(head(1, words))).toBe('moved');
    expect(names(requests)).toEqual(['GetItemCommand', 'PutItemCommand', 'PutItemCommand']);
    expect(requests[2]?.input).toEqual({
      TableName: 'ledger',
      Item: {
        pk: { S: PK },
        sk: { S: 'v#head' },
        version: { N: '1' },
        listShard: { S: `acme#transaction#${shardOf(PK)}` },
        listKey: { S: listKey(AT, PK) },
        referenceKey: { S: 'acme#transaction#ORD-1' },
        purchaseKey: { S: 'acme#transaction#P-1' },
        dueShard: { S: `due#${shardOf(PK)}` },
        due: { S: AT },
        mode: { S: 'live' },
        updatedAt: { S: AT },
        kind: { S: 'debit' },
        status: { S: 'PENDING' },
      },
      ConditionExpression: 'attribute_not_exists(pk) OR #version < :version',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':version': { N: '1' } },
    });
  });

  it('moves a head forward by one conditional put', async () => {
    const { ledger, requests } = recorder();
    expect(await ledger.moveHead(head(10_000))).toBe('moved');
    expect(requests).toEqual([
      {
        name: 'PutItemCommand',
        input: {
          TableName: 'ledger',
          Item: headItem(head(10_000)),
          ConditionExpression: '#version < :version AND attribute_not_exists(#aliases)',
          ExpressionAttributeNames: { '#version': 'version', '#aliases': 'aliases' },
          ExpressionAttributeValues: { ':version': { N: '10000' } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    ]);
  });

  it('that changes nothing is noted by one conditional put', async () => {
    const { ledger, requests } = recorder({}, refused());
    for (const met of [2, 3]) await ledger.putSeen(key, 'acme-cc-1:c9', met);
    expect(requests[0]?.input).toEqual({
      TableName: 'ledger',
      Item: { pk: { S: PK }, sk: { S: 'seen#acme-cc-1:c9' }, version: { N: '2' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    expect(requests).toHaveLength(2);
  });

  it('is relayed by one cheap query of exactly the versions between, and no more if all are there', async () => {
    const { ledger, requests } = recorder({ Items: [rowOf(version(3)), rowOf(version(4))] });
    const { evidence: _, ...past } = version(3);
    expect((await ledger.versions(key, 3, 4))[0]).toEqual(past);
    expect(requests).toEqual([
      {
        name: 'QueryCommand',
        input: {
          TableName: 'ledger',
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: { ':pk': { S: PK }, ':first': { S: versionSk(3) }, ':last': { S: versionSk(4) } },
          ConsistentRead: false,
        },
      },
    ]);
  });
});

describe('versions', () => {
  it.each([[[]], [[3]], [[4]]])('are read again consistently where the cheap read gave only %j', async (cheap) => {
    const rows = (numbers: readonly number[]) => ({ Items: numbers.map((number) => rowOf(version(number))) });
    const { ledger, requests } = recorder(rows(cheap), rows([3, 4]));
    expect((await ledger.versions(key, 3, 4)).map((row) => row.version)).toEqual([3, 4]);
    expect(requests.map(({ input }) => input['ConsistentRead'])).toEqual([false, true]);
  });

  it('with a hole are never stepped over', async () => {
    const holed = { Items: [rowOf(version(3)), rowOf(version(5))] };
    const { ledger } = recorder(holed, holed);
    await expect(ledger.versions(key, 3, 5)).rejects.toThrow(/Version 4 of "acme-cc-1:transaction:t1" is missing/);
  });

  it('go over pages of a query, and an empty range asks nothing', async () => {
    const next = { pk: { S: PK }, sk: { S: versionSk(1) } };
    const { ledger, requests } = recorder(
      { Items: [rowOf(version(1))], LastEvaluatedKey: next },
      { Items: [rowOf(version(2))] },
    );
    expect(await ledger.versions(key, 5, 4)).toEqual([]);
    expect(await ledger.versions(key, 1, 2)).toHaveLength(2);
    expect(requests.map(({ input }) => input['ExclusiveStartKey'])).toEqual([undefined, next]);
  });

  it('too large for an item lie in parts, put first and read back by their digest; lists need no evidence', async () => {
    const large = version(1, { evidence: { slot: { rank: [1], value: randomBytes(700_000).toString('base64') } } });
    const { ledger, requests } = recorder();
    await ledger.putVersion(large);
    const items = requests.map(({ input }) => input['Item'] as Item);
    expect(items.map((item) => item['sk']?.S)).toEqual([
      expect.stringMatching(/^part#.{43}#0001$/),
      expect.stringMatching(/^part#.{43}#0002$/),
      'v#0000000001',
    ]);
    expect(requests.map(({ input }) => input['ConditionExpression'])).toEqual([
      undefined,
      undefined,
      expect.any(String),
    ]);

    const [one, two, row] = items;
    const reading = recorder({ Items: [row] }, { Items: [one], LastEvaluatedKey: one }, { Items: [two] });
    expect(await reading.ledger.newest(key)).toEqual({ version: large });
    expect(reading.requests[1]?.input).toMatchObject({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ConsistentRead: true,
    });
    const { evidence: _, ...past } = large;
    const listing = recorder({ Items: [row] });
    expect(await listing.ledger.versions(key, 1, 1)).toEqual([past]);
    expect(listing.requests).toHaveLength(1);
    for (const damaged of [[one], [two, one], [one, two, two]]) {
      await expect(recorder({ Items: [row] }, { Items: damaged }).ledger.newest(key)).rejects.toThrow(/parts of/);
    }
  });

  it('rivals for one version leave each other their parts', () => {
    const rival = () =>
      version(1, { evidence: { slot: { rank: [], value: randomBytes(500_000).toString('base64') } } });
    const parts = [rival(), rival()].flatMap((row) => versionItems(row).parts.map((item) => item['sk']?.S));
    expect(new Set(parts).size).toBe(parts.length);
  });
});

describe('a head', () => {
  it('of a later version that has none before it is made as a first one is', async () => {
    const { ledger, requests } = recorder(refused(), KNOWN, {});
    expect(await ledger.moveHead(head(2))).toBe('moved');
    expect(names(requests)).toEqual(['PutItemCommand', 'GetItemCommand', 'PutItemCommand']);
  });

  it('that is there already, or a later one, stays and nothing more is asked', async () => {
    for (const there of [2, 3]) {
      const { ledger, requests } = recorder(refused(headItem(head(there))));
      expect(await ledger.moveHead(head(2))).toBe('stays');
      expect(requests).toHaveLength(1);
    }
  });

  it('gets the ways that lead to it first: its connector, once a process, and its new aliases', async () => {
    const { ledger, requests } = recorder({}, {}, {}, {}, {}, refused(headItem(head(1, { aliases: ['A'] }))));
    await ledger.moveHead(head(1, { aliases: ['A', 'B', 'A'] }));
    await ledger.moveHead(head(2, { aliases: ['B'] }));
    expect(names(requests)).toEqual(['GetItemCommand', ...Array(7).fill('PutItemCommand')].slice(0, requests.length));
    const items = requests.map(({ input }) => (input['Item'] as Item | undefined)?.['pk']?.S);
    const [scope, a, b] = ['@scopes#', '@alias#acme#transaction#A', '@alias#acme#transaction#B'];
    expect(items).toEqual([undefined, expect.stringContaining(scope ?? ''), a, b, PK, PK, b, PK]);
    expect(requests[2]?.input['Item']).toEqual({
      pk: { S: a },
      sk: { S: listKey(AT, PK) },
      subject: { S: PK },
    });
  });

  it('gives back all that it was made of, also where a reference is too long for a key', async () => {
    const long = 'x'.repeat(2100);
    for (const words of [
      { merchantReference: '', purchaseReference: '#' },
      { merchantReference: long, purchaseReference: long, due: AT, flags: ['a', 'b'], aliases: ['A'] },
      { key: { ...key, id: long }, mode: 'test' as const },
    ]) {
      const { ledger } = recorder({ Items: [headItem(head(7, words))] });
      expect((await ledger.newest(key)).head).toEqual(head(7, words));
    }
  });

  it('is left out of the index of purchases only where a look-up would ask for its id', () => {
    const named = (id: string) => headItem(head(1, { key: { ...key, id }, purchaseReference: `-------${id}` }));
    expect(named('x')).not.toHaveProperty('purchaseKey');
    expect(named('-x')).not.toHaveProperty('purchaseKey');
    const farther = head(1, { key: { ...key, id: 'x' }, purchaseReference: '--------x' });
    expect(headItem(farther)).toHaveProperty('purchaseKey');
  });

  it('is in the index of due times only while it waits', () => {
    expect(headItem(head(1, { status: 'PENDING', due: AT }))).toHaveProperty('dueShard');
    expect(headItem(head(1, { status: 'FINISHED', due: AT }))).not.toHaveProperty('dueShard');
    expect(headItem(head(1, { status: 'PENDING' }))).not.toHaveProperty('dueShard');
  });
});
