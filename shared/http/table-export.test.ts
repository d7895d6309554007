import { describe, expect, it } from 'vitest';
import type { AdminResponse } from './admin-request.ts';
import { type Column, csv, ndjson, representationFor } from './table-export.ts';

async function* pages(...rows: readonly (readonly object[])[]): AsyncGenerator<readonly object[]> {
  yield* rows;
}

async function textOf(response: AdminResponse): Promise<string> {
  let text = '';
  for await (const chunk of response.body as AsyncIterable<string>) text += chunk;
  return text;
}

const COLUMNS: readonly Column[] = [
  ['id', 'id'],
  ['amount', 'amount.value'],
];

describe('csv', () => {
  it('has a heading also where there are no rows', async () => {
    expect(await textOf(csv(COLUMNS, pages()))).toBe('id,amount\r\n');
  });

  it.each([
    ['plain', 'plain'],
    ['with,comma', '"with,comma"'],
    ['with "quotes"', '"with ""quotes"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+49 151', "'+49 151"],
    ['-x', "'-x"],
    ['@x', "'@x"],
    ['\tx', "'\tx"],
    ['\r=x', '"\'\r=x"'],
    ['-12.50', '-12.50'],
    ['', ''],
  ])('writes the cell %j as %j', async (cell, written) => {
    expect(await textOf(csv(COLUMNS, pages([{ id: cell }])))).toBe(`id,amount\r\n${written},\r\n`);
  });

  it('finds nested members, and leaves absent ones empty', async () => {
    const rows = pages([{ id: 1, amount: { value: '2.00' } }], [], [{ id: null }]);
    expect(await textOf(csv(COLUMNS, rows))).toBe('id,amount\r\n1,2.00\r\n,\r\n');
  });
});

describe('ndjson', () => {
  it('is one object a line', async () => {
    expect(await textOf(ndjson(pages([{ a: 1 }, { a: '\n' }], [{ a: 3 }])))).toBe('{"a":1}\n{"a":"\\n"}\n{"a":3}\n');
  });

  it('fails where a later page fails, so that half a list is not taken for a whole one', async () => {
    async function* broken(): AsyncGenerator<readonly object[]> {
      yield [{ a: 1 }];
      throw new Error('storage trouble');
    }
    await expect(textOf(ndjson(broken()))).rejects.toThrow('storage trouble');
  });
});

describe('representationFor', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/html, text/csv;q=0.9', 'text/csv'],
    ['Application/X-NDJSON', 'application/x-ndjson'],
    ['application/json, text/csv', 'application/json'],
  ])('%s: %s', (accept, representation) => expect(representationFor(accept)).toBe(representation));
});
