import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { DynamoSend } from './dynamo-send.ts';
import { createDynamoRateLimiter } from './rate-limiter.ts';

function world() {
  let nowMs = Date.parse('2026-01-15T09:30:00.000Z');
  const counters = new Map<string, number>();
  const inputs: UpdateItemCommand['input'][] = [];
  const client = {
    async send(command: unknown) {
      if (!(command instanceof UpdateItemCommand)) throw new Error('only UpdateItem');
      inputs.push(command.input);
      const key = `${command.input.Key?.['pk']?.S} ${command.input.Key?.['sk']?.S}`;
      const count = (counters.get(key) ?? 0) + 1;
      counters.set(key, count);
      return { Attributes: { requests: { N: String(count) } } };
    },
  } as unknown as DynamoSend;
  const clock = { now: () => new Date(nowMs) };
  return {
    inputs,
    container: () => createDynamoRateLimiter({ client, table: 'delivery', clock }),
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('the rate limiter on DynamoDB', () => {
  const rate = { perSecond: 1, burst: 5 };

  it('counts over all containers, and begins anew with each window', async () => {
    const { container, advance, inputs } = world();
    const [one, two] = [container(), container()];
    for (let i = 0; i < 5; i++) {
      expect((await one.take('acme', rate)).ok).toBe(true);
      expect((await two.take('acme', rate)).ok).toBe(true);
    }
    expect(await one.take('acme', rate)).toEqual({ ok: false, retryAfterSeconds: 10 });
    expect((await two.take('other', rate)).ok).toBe(true);
    advance(9_500);
    expect(await two.take('acme', rate)).toEqual({ ok: false, retryAfterSeconds: 1 });
    advance(500);
    expect((await one.take('acme', rate)).ok).toBe(true);
    expect(inputs[0]).toMatchObject({ Key: { pk: { S: expect.stringMatching(/^rate#[\w-]{43}$/) } } });
    const expiry = Number(inputs[0]?.ExpressionAttributeValues?.[':expiry']?.N) * 1_000;
    expect(new Date(expiry).toISOString()).toBe('2026-01-15T09:40:10.000Z');
  });

  it('what is refused costs no write until the window ends', async () => {
    const { container, inputs } = world();
    const limiter = container();
    for (let i = 0; i < 100; i++) await limiter.take('acme', rate);
    expect(inputs).toHaveLength(11);
  });

  it('lets nobody in uncounted', async () => {
    const clock = { now: () => new Date() };
    const client = { send: () => Promise.reject(new Error('throttled')) } as unknown as DynamoSend;
    const limiter = createDynamoRateLimiter({ client, table: 'delivery', clock });
    await expect(limiter.take('acme', rate)).rejects.toThrow('throttled');
    const mute = { send: async () => ({}) } as unknown as DynamoSend;
    expect((await createDynamoRateLimiter({ client: mute, table: 'd', clock }).take('acme', rate)).ok).toBe(false);
  });
});
