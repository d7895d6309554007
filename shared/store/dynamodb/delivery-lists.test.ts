import type { QueryCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Item, listKey } from './delivery-keys.ts';
import { countUpTo, listPage, oldestAt } from './delivery-lists.ts';
import type { DynamoSend } from './dynamo-send.ts';

const KINDS = ['a#0', 'a#1', 'a#2'];

interface Row {
  readonly kind: string;
  readonly second: number;
  readonly merchantId: string;
}

const anyRow = fc.record<Row>({
  kind: fc.constantFrom(...KINDS),
  second: fc.integer({ min: 0, max: 9 }),
  merchantId: fc.constantFrom('acme', 'other'),
});

function itemsOf(rows: readonly Row[]): Item[] {
  return rows.map(({ kind, second, merchantId }, i) => {
    const at = `2026-01-15T09:00:0${second}.000Z`;
    const place = listKey(at, { pk: `row#${i}`, sk: 'x' });
    return { kind: { S: kind }, listKey: { S: place }, merchantId: { S: merchantId }, no: { N: String(i) } };
  });
}

/** Answers queries of the index byKind as DynamoDB does, with pages of at most so many rows looked at. */
function index(items: readonly Item[], pageRows: number): { client: DynamoSend; asked: () => number } {
  let asked = 0;
  const send = async ({ input }: QueryCommand): Promise<unknown> => {
    asked++;
    const values = input.ExpressionAttributeValues ?? {};
    const [kind, after] = [values[':kind']?.S, values[':after']?.S ?? input.ExclusiveStartKey?.['listKey']?.S];
    const forward = input.ScanIndexForward !== false;
    const place = (item: Item) => item['listKey']?.S ?? '';
    const rows = items
      .filter((item) => item['kind']?.S === kind)
      .filter((item) => after === undefined || (forward ? place(item) > after : place(item) < after))
      .toSorted((a, b) => (place(a) < place(b) === forward ? -1 : 1));
    const looked = rows.slice(0, Math.min(input.Limit ?? 1e9, pageRows));
    const found = looked.filter(
      (item) => !input.FilterExpression || item['merchantId']?.S === values[':merchantId']?.S,
    );
    const last = looked.at(-1);
    return {
      Count: found.length,
      ...(input.Select !== 'COUNT' && { Items: found }),
      ...(last !== undefined && looked.length < rows.length && { LastEvaluatedKey: { listKey: last['listKey'] } }),
    };
  };
  return { client: { send } as unknown as DynamoSend, asked: () => asked };
}

describe('lists in several parts', () => {
  it('come whole, each row once, newest first, whatever the pages and filters', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (rows, limit, pageRows, filtered) => {
          const items = itemsOf(rows);
          const { client } = index(items, pageRows);
          const having = filtered ? { merchantId: 'acme' } : {};
          const list = { name: 'rows', kinds: KINDS, having, read: (item: Item) => item };
          const got: Item[] = [];
          for (let cursor: string | null | undefined; cursor !== null; ) {
            const page = await listPage(client, 'd', list, { limit, ...(cursor !== undefined && { cursor }) });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            got.push(...page.items);
            cursor = page.cursor;
          }
          const expected = items
            .filter((item) => !filtered || item['merchantId']?.S === 'acme')
            .toSorted((a, b) => ((a['listKey']?.S ?? '') < (b['listKey']?.S ?? '') ? 1 : -1));
          expect(got).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a filter that lets nothing through costs a bounded number of requests a page', async () => {
    const rows = Array.from({ length: 60 }, (): Row => ({ kind: 'a#0', second: 1, merchantId: 'other' }));
    const { client, asked } = index(itemsOf(rows), 2);
    const list = { name: 'rows', kinds: KINDS, having: { merchantId: 'acme' }, read: (item: Item) => item };
    const page = await listPage(client, 'd', list, { limit: 50 });
    expect(page.items).toEqual([]);
    expect(page.cursor).not.toBeNull();
    expect(asked()).toBe(8 * KINDS.length);
  });
});

describe('counts', () => {
  it('add up the pages of all parts, and stop at the most that is counted', async () => {
    const rows = Array.from({ length: 90 }, (_, i): Row => ({ kind: `a#${i % 3}`, second: 1, merchantId: 'acme' }));
    const { client, asked } = index(itemsOf(rows), 7);
    expect(await countUpTo(client, 'd', KINDS, 1000)).toBe(90);
    const whole = asked();
    expect(await countUpTo(client, 'd', KINDS, 10)).toBe(10);
    expect(asked() - whole).toBe(2 * KINDS.length);
  });
});

describe('the oldest', () => {
  it('of all parts is told by its time, at the price of one row a part', async () => {
    const rows: Row[] = [7, 3, 9, 5].map((second, i) => ({ kind: `a#${i % 3}`, second, merchantId: 'acme' }));
    const { client, asked } = index(itemsOf(rows), 100);
    expect(await oldestAt(client, 'd', KINDS)).toBe('2026-01-15T09:00:03.000Z');
    expect(await oldestAt(client, 'd', ['b#0'])).toBeUndefined();
    expect(asked()).toBe(4);
  });
});
