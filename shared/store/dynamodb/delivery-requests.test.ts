import { describe, expect, it } from 'vitest';
import type { ParkingCursor } from '#shared/pipeline/ports.ts';
import * as requests from './delivery-requests.ts';

const CURSOR: ParkingCursor = {
  merchantId: 'acme',
  subscriptionId: 'main',
  subject: { connectorId: 'acme-cc-1', type: 'transaction', id: 't1' },
  from: 2,
  upTo: 4,
  attempts: 1,
  nextAt: '2026-01-15T09:00:01.000Z',
  state: 'waiting',
  parkedAt: '2026-01-15T09:00:00.000Z',
  lastError: 'AccessDenied',
};
const LATER = '2026-01-15T09:05:00.000Z';
const KEY = { pk: { S: 'cursor#acme/main#1' }, sk: { S: 'acme-cc-1:transaction:t1' } };
const ROW_KEY = { pk: KEY.pk.S, sk: KEY.sk.S };

describe('requests for one cursor', () => {
  it('read: consistently, by key', () => {
    expect(requests.getCursor('d', CURSOR)).toEqual({ TableName: 'd', Key: KEY, ConsistentRead: true });
  });

  it('create: only where there is none; all of it, and its places in both indexes', () => {
    expect(requests.putCursor('d', CURSOR)).toEqual({
      TableName: 'd',
      ConditionExpression: 'attribute_not_exists(pk)',
      Item: {
        ...KEY,
        kind: { S: 'cursor#waiting#1' },
        listKey: { S: '2026-01-15T09:00:00.000Z#CnlYqldN6UEEPys5' },
        nextAt: { S: '2026-01-15T09:00:01.000Z' },
        nextAtShard: { S: 'due#1' },
        merchantId: { S: 'acme' },
        subscriptionId: { S: 'main' },
        subject: { S: '["acme-cc-1","transaction","t1"]' },
        from: { N: '2' },
        upTo: { N: '4' },
        attempts: { N: '1' },
        state: { S: 'waiting' },
        parkedAt: { S: '2026-01-15T09:00:00.000Z' },
        lastError: { S: 'AccessDenied' },
      },
    });
  });

  it('create: one that waits for no time, or is not waiting, is not in the index of what is due', () => {
    const dead = requests.putCursor('d', { ...CURSOR, state: 'dead', nextAt: null }).Item;
    expect(Object.keys(dead ?? {})).not.toContain('nextAt');
    expect(Object.keys(dead ?? {})).not.toContain('nextAtShard');
    const paused = requests.putCursor('d', { ...CURSOR, state: 'paused' }).Item;
    expect(paused).toMatchObject({ nextAt: { S: CURSOR.nextAt }, kind: { S: 'cursor#paused#1' } });
    expect(Object.keys(paused ?? {})).not.toContain('nextAtShard');
  });

  it('extend: forward only, and a refusal brings the row as it is', () => {
    expect(requests.extendCursor('d', CURSOR, 7)).toEqual({
      TableName: 'd',
      Key: KEY,
      UpdateExpression: 'SET upTo = :upTo',
      ConditionExpression: 'attribute_exists(pk) AND upTo < :upTo',
      ExpressionAttributeValues: { ':upTo': { N: '7' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  it('claim: only as it was read and while it waits; brings it as it is now', () => {
    expect(requests.claimCursor('d', CURSOR, LATER)).toEqual({
      TableName: 'd',
      Key: KEY,
      UpdateExpression: 'SET nextAt = :until',
      ConditionExpression: '#state = :waiting AND nextAt = :asRead',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':until': { S: LATER },
        ':waiting': { S: 'waiting' },
        ':asRead': { S: '2026-01-15T09:00:01.000Z' },
      },
      ReturnValues: 'ALL_NEW',
    });
    expect(requests.claimCursor('d', { ...CURSOR, nextAt: null }, LATER)).toBeUndefined();
  });

  it('delete: unless more was noted than was sent', () => {
    expect(requests.deleteCursor('d', CURSOR, 4)).toEqual({
      TableName: 'd',
      Key: KEY,
      ConditionExpression: 'attribute_exists(pk) AND upTo <= :lastSent',
      ExpressionAttributeValues: { ':lastSent': { N: '4' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  it('update: never upTo or parkedAt, only where there is one; moves between the lists', () => {
    const dead = requests.updateCursor('d', CURSOR, { ...CURSOR, state: 'dead', nextAt: null, from: 3 });
    expect(dead).toEqual({
      TableName: 'd',
      Key: KEY,
      ConditionExpression: 'attribute_exists(pk)',
      UpdateExpression:
        'SET #from = :from, #attempts = :attempts, #state = :state, #lastError = :lastError, #kind = :kind REMOVE #nextAt, #nextAtShard',
      ExpressionAttributeNames: {
        '#from': 'from',
        '#attempts': 'attempts',
        '#state': 'state',
        '#lastError': 'lastError',
        '#kind': 'kind',
        '#nextAt': 'nextAt',
        '#nextAtShard': 'nextAtShard',
      },
      ExpressionAttributeValues: {
        ':from': { N: '3' },
        ':attempts': { N: '1' },
        ':state': { S: 'dead' },
        ':lastError': { S: 'AccessDenied' },
        ':kind': { S: 'cursor#dead#1' },
      },
    });
    const waiting = requests.updateCursor('d', CURSOR, { ...CURSOR, nextAt: LATER });
    expect(waiting.UpdateExpression).not.toContain('REMOVE');
    expect(waiting.ExpressionAttributeValues).toMatchObject({
      ':nextAt': { S: LATER },
      ':nextAtShard': { S: 'due#1' },
      ':kind': { S: 'cursor#waiting#1' },
    });
    const paused = requests.updateCursor('d', CURSOR, { ...CURSOR, state: 'paused' });
    expect(paused.UpdateExpression).toMatch(/ REMOVE #nextAtShard$/);
  });
});

describe('requests for many cursors', () => {
  it('release: what is there, whatever it waited for', () => {
    expect(requests.releaseCursor('d', ROW_KEY, LATER)).toMatchObject({
      ConditionExpression: 'attribute_exists(pk)',
      UpdateExpression:
        'SET #state = :state, #attempts = :attempts, #kind = :kind, #nextAt = :nextAt, #nextAtShard = :nextAtShard',
      ExpressionAttributeValues: {
        ':state': { S: 'waiting' },
        ':attempts': { N: '0' },
        ':kind': { S: 'cursor#waiting#1' },
        ':nextAt': { S: LATER },
        ':nextAtShard': { S: 'due#1' },
      },
    });
  });

  it('postpone: judged by its own condition at the moment it is written', () => {
    expect(requests.postponeCursor('d', ROW_KEY, LATER)).toEqual({
      TableName: 'd',
      Key: KEY,
      UpdateExpression: 'SET nextAt = :nextAt',
      ConditionExpression: '#state = :waiting AND nextAt < :nextAt',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':waiting': { S: 'waiting' }, ':nextAt': { S: LATER } },
    });
  });

  it('remove: counts only what was there', () => {
    expect(requests.removeCursor('d', ROW_KEY)).toEqual({
      TableName: 'd',
      Key: KEY,
      ConditionExpression: 'attribute_exists(pk)',
    });
  });

  it('read those of a subscription: consistently, keys only, and for a delay only those it concerns', () => {
    const all = {
      TableName: 'd',
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :partition',
      ProjectionExpression: 'pk, sk',
      ExpressionAttributeValues: { ':partition': { S: 'cursor#acme/main#1' } },
    };
    expect(requests.cursorsIn('d', 'cursor#acme/main#1')).toEqual(all);
    expect(requests.cursorsIn('d', 'cursor#acme/main#1', LATER)).toEqual({
      ...all,
      FilterExpression: '#state = :waiting AND nextAt < :nextAt',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ...all.ExpressionAttributeValues,
        ':waiting': { S: 'waiting' },
        ':nextAt': { S: LATER },
      },
    });
  });

  it('read what is due: the longest due first', () => {
    expect(requests.dueIn('d', 'due#2', LATER, 200)).toEqual({
      TableName: 'd',
      IndexName: 'byNextAt',
      KeyConditionExpression: 'nextAtShard = :shard AND nextAt <= :now',
      ExpressionAttributeValues: { ':shard': { S: 'due#2' }, ':now': { S: LATER } },
      Limit: 200,
    });
  });
});

describe('requests for lists', () => {
  it('a part of a list: newest first, behind the last place given out', () => {
    const part = { kind: 'cursor#dead#1', after: undefined, limit: 50, having: {} };
    expect(requests.listPart('d', part)).toEqual({
      TableName: 'd',
      IndexName: 'byKind',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': { S: 'cursor#dead#1' } },
      ScanIndexForward: false,
      Limit: 50,
    });
    expect(requests.listPart('d', { ...part, after: 'p', having: { merchantId: 'acme' } })).toMatchObject({
      KeyConditionExpression: 'kind = :kind AND listKey < :after',
      FilterExpression: 'merchantId = :merchantId',
      ExpressionAttributeValues: { ':after': { S: 'p' }, ':merchantId': { S: 'acme' } },
    });
  });

  it('counts and the oldest are read from the index without the rows', () => {
    const kind = {
      TableName: 'd',
      IndexName: 'byKind',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': { S: 'failed#0' } },
    };
    expect(requests.countOf('d', 'failed#0')).toEqual({ ...kind, Select: 'COUNT' });
    expect(requests.oldestOf('d', 'failed#0')).toEqual({ ...kind, Limit: 1 });
  });
});

describe('requests for failed rows', () => {
  it('a failed row takes the place of the one before', () => {
    const row = {
      callbackId: 'acme-cc-1:k1',
      connectorId: 'acme-cc-1',
      code: 'normalize_bug',
      message: 'TypeError',
      release: '0.1.0',
      at: '2026-01-15T09:00:00.000Z',
    };
    const put = requests.putFailed('d', row);
    expect(put.ConditionExpression).toBeUndefined();
    expect(put.Item).toMatchObject({ pk: { S: 'failed#acme-cc-1:k1' }, sk: { S: 'failed' }, code: { S: row.code } });
    expect(requests.deleteFailed('d', row.callbackId)).toEqual({
      TableName: 'd',
      Key: { pk: { S: 'failed#acme-cc-1:k1' }, sk: { S: 'failed' } },
    });
  });
});
