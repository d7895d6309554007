import { ConditionalCheckFailedException, type UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { RefusedSample, RequestSealer } from '#shared/pipeline/ports.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { createDynamoRefusedRing } from './refused-ring.ts';

const sample = (n: number, change: Partial<RefusedSample> = {}): RefusedSample => ({
  connectorId: 'acme-cc-1',
  at: '2026-01-15T09:00:00.000Z',
  code: 'signature_mismatch',
  detail: 'The signature is not the one of this body.',
  method: 'POST',
  path: '/callbacks/acme-cc-1',
  bodyBytes: n,
  headers: {},
  ...change,
});

/** A ring on a clock that stands still, over a client that keeps every request; `fail` makes the next ones reject. */
function ringUnderTest(sealer?: RequestSealer) {
  const state = {
    now: 1_000_000,
    flushes: 0,
    fail: undefined as Error | undefined,
    failSlot: undefined as Error | undefined,
  };
  const inputs: UpdateItemCommand['input'][] = [];
  const send = async (command: UpdateItemCommand): Promise<unknown> => {
    inputs.push(command.input);
    if (state.fail !== undefined) throw state.fail;
    if (command.input.Key?.['sk']?.S !== 'counts') {
      if (state.failSlot !== undefined) throw state.failSlot;
      return {};
    }
    state.flushes++;
    return { Attributes: { flushes: { N: String(state.flushes) } } };
  };
  const client: DynamoSend = { send: send as DynamoSend['send'] };
  const clock = { now: () => new Date(state.now) };
  return {
    state,
    inputs,
    ring: createDynamoRefusedRing({ client, table: 'delivery', clock, ...(sealer && { sealer }) }),
  };
}

describe('the ring of refused samples', () => {
  it('is two UpdateItem: the counters, which number the flush, and the slot of that number', async () => {
    const { ring, inputs } = ringUnderTest();
    ring.record(sample(1));
    await ring.settled();
    expect(inputs).toEqual([
      {
        TableName: 'delivery',
        Key: { pk: { S: 'refused#acme-cc-1' }, sk: { S: 'counts' } },
        UpdateExpression: 'ADD flushes :one, #c0 :n0',
        ExpressionAttributeNames: { '#c0': 'count_signature_mismatch' },
        ExpressionAttributeValues: { ':one': { N: '1' }, ':n0': { N: '1' } },
        ReturnValues: 'UPDATED_NEW',
      },
      {
        TableName: 'delivery',
        Key: { pk: { S: 'refused#acme-cc-1' }, sk: { S: 'slot#01' } },
        UpdateExpression: 'SET flush = :flush, packed = :packed REMOVE sealed',
        ConditionExpression: 'attribute_not_exists(flush) OR flush < :flush',
        ExpressionAttributeValues: { ':flush': { N: '1' }, ':packed': { B: expect.any(Uint8Array) } },
      },
    ]);
  });

  it('writes once a second a connector, however many are refused, and one kilobyte of them', async () => {
    const { ring, inputs, state } = ringUnderTest();
    for (let second = 0; second < 3; second++) {
      for (let n = 0; n < 1000; n++) ring.record(sample(n));
      await ring.settled();
      state.now += 999;
      await ring.settled();
      expect(inputs).toHaveLength(2 * (second + 1));
      state.now += 1;
    }
    await ring.settled();
    const counted = inputs.map((input) => Number(input.ExpressionAttributeValues?.[':n0']?.N ?? 0));
    expect(counted.reduce((a, b) => a + b)).toBe(3000);
    const packed = inputs.map((input) => input.ExpressionAttributeValues?.[':packed']?.B?.length ?? 0);
    expect(Math.max(...packed)).toBeLessThan(900);
  });

  it('twenty slots and no more, whatever the number of the flush', async () => {
    const { ring, inputs, state } = ringUnderTest();
    for (let n = 0; n < 45; n++) {
      ring.record(sample(n));
      await ring.settled();
      state.now += 1_000;
    }
    const slots = new Set(inputs.map((input) => input.Key?.['sk']?.S).filter((sk) => sk?.startsWith('slot#')));
    expect(slots.size).toBe(20);
  });

  it('keeps what could not be written for the next time, within its bounds, and never rejects', async () => {
    const { ring, inputs, state } = ringUnderTest();
    state.fail = new Error('throttled');
    for (let n = 0; n < 50; n++) ring.record(sample(n));
    await ring.settled();
    state.fail = undefined;
    state.now += 1_000;
    ring.record(sample(50, { code: 'too_large' }));
    await ring.settled();
    expect(inputs.at(-2)?.ExpressionAttributeValues).toEqual({
      ':one': { N: '1' },
      ':n0': { N: '50' },
      ':n1': { N: '1' },
    });
    expect(inputs.at(-1)?.Key?.['sk']).toEqual({ S: 'slot#01' });
  });

  it('a flush that another has overtaken gives way and is not written again', async () => {
    const { ring, inputs, state } = ringUnderTest();
    state.failSlot = new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
    ring.record(sample(1));
    await ring.settled();
    state.failSlot = undefined;
    state.now += 1_000;
    await ring.settled();
    expect(inputs).toHaveLength(2);
  });

  it('samples whose slot could not be written come with the next flush, counted once', async () => {
    const { ring, inputs, state } = ringUnderTest();
    state.failSlot = new Error('throttled');
    ring.record(sample(1));
    await ring.settled();
    state.failSlot = undefined;
    state.now += 1_000;
    await ring.settled();
    expect(inputs.at(-2)?.UpdateExpression).toBe('ADD flushes :one');
    expect(inputs.at(-1)?.Key?.['sk']).toEqual({ S: 'slot#02' });
  });

  it('makes nobody wait longer than asked', async () => {
    const clock = { now: () => new Date() };
    const hangs: DynamoSend = { send: (() => new Promise(() => {})) as DynamoSend['send'] };
    const ring = createDynamoRefusedRing({ client: hangs, table: 'delivery', clock });
    await ring.settled(5);
    ring.record(sample(1));
    ring.record(sample(2));
    await ring.settled(5);
  });

  it('cuts headers whose length a sender decides', async () => {
    const { ring, inputs } = ringUnderTest();
    const letters = Array.from({ length: 10_000 }, (_, i) => ((i * 7919) % 9973).toString(36)).join('');
    ring.record(sample(1, { headers: { 'user-agent': letters } }));
    await ring.settled();
    expect(inputs.at(-1)?.ExpressionAttributeValues?.[':packed']?.B?.length).toBeLessThan(600);
  });

  it('unknown connectors share a key that no connector can have', async () => {
    const { ring, inputs } = ringUnderTest();
    const { connectorId: _, ...unknown } = sample(1);
    ring.record(unknown);
    await ring.settled();
    expect(inputs[0]?.Key?.['pk']).toEqual({ S: 'refused#' });
  });

  describe('requests', () => {
    const request = (bytes: number) => ({
      method: 'POST',
      path: '/callbacks/acme-cc-1',
      rawQuery: '',
      headers: { 'x-signature': 'signature-plant' },
      body: Buffer.alloc(bytes, 'body-plant'),
      whole: true,
    });
    const sealer = { seal: async (_id: string, bytes: Uint8Array) => bytes.map((byte) => byte ^ 0xff) };

    it('a flood of a day writes one item a second at most, and no more than 32 KB of bodies a second', async () => {
      for (const [bytes, most] of [
        [600, 60],
        [300 * 1024, 6],
      ] as const) {
        const { ring, inputs, state } = ringUnderTest(sealer);
        for (let i = 0; i < 600; i++) {
          ring.record(sample(i), request(bytes));
          await ring.settled();
          state.now += 100;
        }
        expect(inputs.filter((input) => input.ExpressionAttributeValues?.[':sealed'])).toHaveLength(most);
        expect(inputs.length).toBeLessThanOrEqual(2 * 60);
      }
    });

    it('are stored sealed only, in the item of their sample, which stays within 400 KB', async () => {
      const { ring, inputs, state } = ringUnderTest(sealer);
      state.fail = new Error('throttled');
      for (let i = 0; i < 25; i++) {
        ring.record(sample(i, { detail: `x${'y'.repeat(3_000)}${i}` }), request(300 * 1024));
        await ring.settled();
        state.now += 10_000;
      }
      state.fail = undefined;
      await ring.settled();
      const item = inputs.at(-1);
      const { ':packed': packed, ':sealed': sealed } = item?.ExpressionAttributeValues ?? {};
      const bytes = (packed?.B?.length ?? 0) + (sealed?.B?.length ?? 0);
      expect(sealed?.B?.length).toBeGreaterThan(300 * 1024);
      expect(bytes).toBeLessThan(400 * 1024 - 1_000);
      expect(item?.UpdateExpression).toBe('SET flush = :flush, packed = :packed, sealed = :sealed');
      expect(Buffer.concat([packed?.B ?? Buffer.alloc(0), sealed?.B ?? Buffer.alloc(0)]).includes('plant')).toBe(false);
    });

    it('without a key samples are kept as before', async () => {
      for (const none of [undefined, { seal: async () => undefined }]) {
        const { ring, inputs } = ringUnderTest(none);
        ring.record(sample(1), request(600));
        await ring.settled();
        expect(inputs.at(-1)?.UpdateExpression).toBe('SET flush = :flush, packed = :packed REMOVE sealed');
      }
    });
  });
});
