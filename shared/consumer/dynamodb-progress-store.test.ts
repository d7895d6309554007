import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createDynamoProgressStore, type DynamoTransaction } from './dynamodb-progress-store.ts';
import { AlreadyHandled } from './progress-store.ts';

const KEY = 'acme/main/acme-cc-1:transaction/p1';
const [ONE, TWO] = ['0000000001', '0000000002'];
const Key = { subject: { S: KEY } };
const LEASE_MS = 30_000;

/** As the SDK throws it, made without the SDK: the store knows it by its name. */
const thrown = (name: string, detail: object = {}) => Object.assign(new Error(name), { name }, detail);
const failedCondition = (Item?: object) => thrown('ConditionalCheckFailedException', Item && { Item });
const cancelled = (...reasons: object[]) =>
  thrown('TransactionCanceledException', {
    CancellationReasons: reasons.map((reason) => ({ Code: 'None', ...reason })),
  });

/** A client that writes down what it is asked for, and answers as planned, then with nothing. Time passes in pauses only. */
function setUp(answers: readonly (object | Error)[] = []) {
  const requests: { readonly call: string; readonly input: Record<string, unknown> }[] = [];
  const left = [...answers];
  const answerTo = (call: string) => async (input: Record<string, unknown>) => {
    requests.push({ call, input });
    const answer = left.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = {
    getItem: answerTo('get'),
    updateItem: answerTo('update'),
    transactWriteItems: answerTo('transact'),
  } as unknown as DynamoDB;
  const clock = { nowMs: 1_000_000 };
  const pauses: number[] = [];
  const renewals: (() => void)[] = [];
  let ids = 0;
  const store = createDynamoProgressStore({
    client,
    table: 'progress',
    leaseMs: LEASE_MS,
    now: () => clock.nowMs,
    randomId: () => `h${++ids}`,
    pause: (ms, signal) => {
      if (signal !== undefined) return new Promise((resolve) => renewals.push(resolve));
      pauses.push(ms);
      clock.nowMs += ms;
      return Promise.resolve();
    },
  });
  const did = () => requests.map(({ call, input }) => `${call} ${input['UpdateExpression'] ?? ''}`.trim());
  return { store, requests, clock, pauses, renewals, did };
}

const TAKE = 'update SET leaseHolder = :holder, leaseUntil = :until';
const END = 'update REMOVE leaseHolder, leaseUntil';
const MARK_AND_END = 'update SET lastSequence = :sequence REMOVE leaseHolder, leaseUntil';
const RENEW = 'update SET leaseUntil = :until';
const FORWARD = '(attribute_not_exists(lastSequence) OR lastSequence < :sequence)';

describe('marks', () => {
  it('are read consistently and written forward only', async () => {
    const { store, requests } = setUp([{ Item: { lastSequence: { S: ONE } } }]);
    expect(await store.last(KEY)).toBe(ONE);
    await store.record(KEY, TWO);
    expect(requests.map(({ input }) => input)).toEqual([
      { TableName: 'progress', Key, ConsistentRead: true, ProjectionExpression: 'lastSequence' },
      {
        ...{ TableName: 'progress', Key, UpdateExpression: 'SET lastSequence = :sequence' },
        ConditionExpression: FORWARD,
        ExpressionAttributeValues: { ':sequence': { S: TWO } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    ]);
  });

  it('that are there already stay, which is no error; trouble is one', async () => {
    const { store } = setUp([failedCondition({ lastSequence: { S: TWO } }), new Error('throttled')]);
    await store.record(KEY, TWO);
    await expect(store.record(KEY, TWO)).rejects.toThrow('throttled');
  });

  it('in a transaction are one more item of it, fenced by the lease', async () => {
    const { store } = setUp();
    const transaction: DynamoTransaction = [];
    await store.exclusively(() => store.recordIn(transaction, KEY, ONE), KEY);
    await store.recordIn(transaction, KEY, ONE);
    const update = (ConditionExpression: string, holder: object) => ({
      Update: {
        ...{ TableName: 'progress', Key, UpdateExpression: 'SET lastSequence = :sequence', ConditionExpression },
        ExpressionAttributeValues: { ':sequence': { S: ONE }, ...holder },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    });
    expect(transaction).toEqual([
      update(`leaseHolder = :holder AND ${FORWARD}`, { ':holder': { S: 'h1' } }),
      update(FORWARD, {}),
    ]);
  });
});

describe('commit', () => {
  const put = { Put: { TableName: 'orders', Item: { id: { S: '1' } } } };

  it.each([
    ['of a mark that another consumer was faster with', { Item: { lastSequence: { S: TWO } } }, AlreadyHandled],
    [
      'of a lease that another took over',
      { Item: { leaseHolder: { S: 'other' } } },
      /was taken over by another process/,
    ],
    ['of a lease whose item is gone', {}, /was taken over by another process/],
  ])('says %s', async (_, reason, error) => {
    const { store, requests } = setUp([{}, cancelled({}, { Code: 'ConditionalCheckFailed', ...reason })]);
    const transaction: DynamoTransaction = [put];
    await store.recordIn(transaction, KEY, TWO);
    await expect(store.commit(transaction)).rejects.toThrow(error);
    expect(requests[1]?.input).toEqual({ TransactItems: transaction });
  });

  it.each([
    cancelled({ Code: 'ConditionalCheckFailed' }, {}),
    cancelled({}, { Code: 'TransactionConflict' }),
    new Error('network'),
  ])('passes on what is not about the mark', async (error) => {
    const { store } = setUp([{}, error]);
    const transaction: DynamoTransaction = [put];
    await store.recordIn(transaction, KEY, TWO);
    await expect(store.commit(transaction)).rejects.toBe(error);
  });
});

describe('the lease', () => {
  it('is taken before the work and ends with the mark', async () => {
    const { store, requests, did } = setUp();
    await store.exclusively(() => store.record(KEY, ONE), KEY);
    expect(did()).toEqual([TAKE, MARK_AND_END]);
    expect(requests.map(({ input }) => [input['ConditionExpression'], input['ExpressionAttributeValues']])).toEqual([
      [
        '(attribute_not_exists(leaseHolder) OR leaseUntil <= :now OR leaseHolder = :holder)',
        { ':holder': { S: 'h1' }, ':now': { N: '1000000' }, ':until': { N: '1030000' } },
      ],
      [`leaseHolder = :holder AND ${FORWARD}`, { ':sequence': { S: ONE }, ':holder': { S: 'h1' } }],
    ]);
  });

  it('ends without a mark too, after an error, and where ending it fails', async () => {
    const { store, did } = setUp([{}, {}, {}, new Error('throttled')]);
    await expect(store.exclusively(() => Promise.reject(new Error('planned')), KEY)).rejects.toThrow('planned');
    expect(await store.exclusively(async () => 'done', KEY)).toBe('done');
    expect(did()).toEqual([TAKE, END, TAKE, END]);
  });

  it('is not asked for where no event is handled', async () => {
    const { store, requests } = setUp();
    expect(await store.exclusively(async () => 'read')).toBe('read');
    expect(requests).toEqual([]);
  });

  it.each(['ConditionalCheckFailedException', 'TransactionConflictException'])(
    'is waited for while another has it (%s)',
    async (name) => {
      const held = thrown(name);
      const { store, pauses } = setUp([held, held, held]);
      expect(await store.exclusively(async () => 'mine', KEY)).toBe('mine');
      expect(pauses).toEqual([50, 100, 200]);
    },
  );

  it('is given up where it is renewed for longer than it lasts, and not sooner; other trouble is not waited out', async () => {
    const { store, clock } = setUp(Array.from({ length: 99 }, () => failedCondition()));
    const began = clock.nowMs;
    await expect(store.exclusively(async () => 'mine', KEY)).rejects.toMatchObject({ code: 'lease_held' });
    expect(clock.nowMs - began).toBeGreaterThanOrEqual(LEASE_MS + 1_000);
    expect(clock.nowMs - began).toBeLessThanOrEqual(LEASE_MS + 3_000);
    const broken = setUp([new Error('network')]);
    await expect(broken.store.exclusively(async () => 'mine', KEY)).rejects.toThrow('network');
  });

  it('is renewed three times in its time, whatever becomes of one request, until the work ends', async () => {
    const { store, clock, renewals, requests, did } = setUp([{}, new Error('network')]);
    await store.exclusively(async () => {
      for (const _ of [1, 2]) {
        clock.nowMs += LEASE_MS / 3;
        renewals.at(-1)?.();
        await new Promise(setImmediate);
      }
    }, KEY);
    renewals.at(-1)?.();
    await new Promise(setImmediate);
    expect(did()).toEqual([TAKE, RENEW, RENEW, END]);
    const second = requests[2]?.input;
    expect(second?.['ConditionExpression']).toBe('leaseHolder = :holder');
    expect(second?.['ExpressionAttributeValues']).toEqual({ ':holder': { S: 'h1' }, ':until': { N: '1050000' } });
  });

  it('that another took over lets nothing be recorded, unless the mark is there', async () => {
    const lost = setUp([{}, failedCondition({ leaseHolder: { S: 'other' } })]);
    const record = () => lost.store.record(KEY, ONE);
    await expect(lost.store.exclusively(record, KEY)).rejects.toMatchObject({ code: 'lease_lost', subjectKey: KEY });
    const there = setUp([{}, failedCondition({ leaseHolder: { S: 'other' }, lastSequence: { S: ONE } })]);
    await there.store.exclusively(() => there.store.record(KEY, ONE), KEY);
  });

  it('fences only what its own work writes', async () => {
    const { store, requests } = setUp();
    const other = `${KEY}2`;
    await Promise.all([
      store.exclusively(async () => {
        await new Promise(setImmediate);
        await store.record(KEY, ONE);
        await store.record(other, ONE);
      }, KEY),
      store.exclusively(() => store.record(other, ONE), other),
    ]);
    const written = requests.filter(({ input }) => String(input['UpdateExpression']).startsWith('SET lastSequence'));
    const holders = written.map(({ input }) => JSON.stringify(input['ExpressionAttributeValues']).match(/h\d/)?.[0]);
    expect(holders).toEqual(['h2', 'h1', undefined]);
  });

  it.each([0, 999, 900_001, Number.NaN])('cannot last %d ms', (leaseMs) => {
    const client = {} as DynamoDB;
    expect(() => createDynamoProgressStore({ client, table: 't', leaseMs })).toThrow(`leaseMs is ${leaseMs}`);
  });
});
