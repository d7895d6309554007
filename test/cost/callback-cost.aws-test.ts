import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsHouse, openAwsHouse } from '../../bench/cost/aws-house.ts';
import type { Consumption } from '../../bench/cost/consumption.ts';
import { measurePaths, type PathCost, requestsAfter, requestsOfNew } from '../../bench/cost/paths.ts';
import { assumedDurations, priceOf, totalOf } from '../../bench/cost/price-of.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { inboxRowOf } from '../store/rows.ts';

const uuid = (n: number) => n.toString(16).padStart(20, 'a');

describe('what a callback costs on AWS, from the requests that are really sent', () => {
  let paths: Readonly<Record<string, PathCost>>;
  beforeAll(async () => {
    paths = Object.fromEntries((await measurePaths(10)).map((path) => [path.name, path]));
  });

  it('is one write before the answer, whatever comes', () => {
    expect(new Set(Object.values(paths).map(({ before }) => before.join()))).toEqual(new Set(['1 PutItem inbox']));
  });

  it.each([
    ['new payment, PENDING', 3],
    ['its result, FINISHED', 3],
    ['new payment, FINISHED at once', 3],
    ['a re-dated retry: in between, changes nothing', 2],
    ['the same bytes again', 1],
  ])('%s: at most %d write units before indexes', (name, units) => {
    expect(paths[name]?.writeUnits).toBeLessThanOrEqual(units);
    expect(paths[name]?.writeUnits).toBeGreaterThan(0);
  });

  it('is nothing behind the answer for a repeat', () => {
    expect(paths['the same bytes again']?.behind).toEqual([]);
  });

  it('is at most 3.50 USD a million before indexes and logs, 5.90 with everything', () => {
    const path = paths['new payment, FINISHED at once'];
    if (path === undefined) throw new Error('not measured');
    const lines = priceOf(path, assumedDurations(10));
    expect(totalOf(lines, 'requests')).toBeLessThanOrEqual(3.5);
    expect(totalOf(lines)).toBeLessThanOrEqual(5.9);
  });
});

describe('requests are the same', () => {
  let engine: DynamoDbLocal;
  let house: AwsHouse;
  let first: Consumption;
  beforeAll(async () => {
    engine = await startDynamoDbLocal();
    house = await openAwsHouse(engine);
    first = await requestsOfNew(house, uuid(0));
  });
  afterAll(async () => {
    house.close();
    await engine.stop();
  });

  it('but for the first of a connector version in a process: what it expects of callbacks is read once', async () => {
    const { requests } = await requestsOfNew(house, uuid(5));
    expect(requests.filter((request) => request.endsWith(' registry'))).toEqual([]);
    expect(first.requests.filter((request) => request.endsWith(' registry'))).toEqual(['GetItem registry']);
  });

  it('for callback 10 and callback 10,000 of one subject', async () => {
    const tenth = await requestsAfter(house, uuid(1), 7);
    const tenThousandth = await requestsAfter(house, uuid(2), 9_997);
    expect(tenThousandth.requests).toEqual(tenth.requests);
    expect({ ...tenThousandth, requestBytes: 0 }).toEqual({ ...tenth, requestBytes: 0 });
    expect(tenth.requests).toHaveLength(3);
  });

  it('with few and with many stored callbacks', async () => {
    const few = await requestsOfNew(house, uuid(3));
    for (let n = 0; n < 20_000; n += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => house.inbox.put(inboxRowOf(`stored-${n + i}`))));
    }
    const many = await requestsOfNew(house, uuid(4));
    expect({ ...many, requestBytes: 0 }).toEqual({ ...few, requestBytes: 0 });
    expect(many.requests).toContain('PutItem inbox');
  });
});
