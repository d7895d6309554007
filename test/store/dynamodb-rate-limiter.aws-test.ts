import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoRateLimiter } from '#shared/store/dynamodb/rate-limiter.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

it('of requests at the same moment in several containers as many are let in as the window holds', async () => {
  const { delivery: table } = await createTables(engine.client);
  const clock = { now: () => new Date('2026-01-15T09:30:00.000Z') };
  const containers = Array.from({ length: 4 }, () => createDynamoRateLimiter({ client: engine.client, table, clock }));
  const taken = await Promise.all(
    Array.from({ length: 10 }, () => containers.map((one) => one.take('acme', { perSecond: 2, burst: 5 }))).flat(),
  );
  expect(taken.filter(({ ok }) => ok)).toHaveLength(20);
  expect(await containers[0]?.take('other', { perSecond: 2, burst: 5 })).toEqual({ ok: true });
});
