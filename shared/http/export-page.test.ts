import { describe, expect, it } from 'vitest';
import type { PageRequest } from '#shared/registry/records.ts';
import { type ExportLimit, exportPage } from './export-page.ts';
import { type Column, csvHeading, csvLines, type Representation } from './table-export.ts';

interface Row {
  readonly id: number;
  readonly text: string;
}

const COLUMNS: readonly Column[] = [
  ['id', 'id'],
  ['text', 'text'],
];
const BASE = 'https://admin.example.com/api/v1/transactions';

function list(rows: readonly Row[], tickMs = 0) {
  let nowMs = 0;
  const asked: PageRequest[] = [];
  return {
    asked,
    clock: { now: () => new Date(nowMs) },
    async find(page: PageRequest) {
      asked.push(page);
      nowMs += tickMs;
      const from = Number(page.cursor ?? 0);
      const items = rows.slice(from, from + page.limit);
      return { items, cursor: from + page.limit < rows.length ? String(from + page.limit) : null };
    },
  };
}

async function readAll(
  source: ReturnType<typeof list>,
  representation: Exclude<Representation, 'application/json'>,
  limit: ExportLimit,
) {
  const pages: { text: string; type: string | undefined; bytes: number }[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < 1_000; count++) {
    const { headers, body } = await exportPage({
      ...{ representation, columns: COLUMNS, find: source.find, clock: source.clock, limit },
      viewsOf: async (rows) => rows,
      listUrl: BASE,
      filter: { merchantId: 'acme', status: undefined },
      ...(cursor === undefined ? {} : { cursor }),
    });
    const text = String(body);
    pages.push({ text, type: headers['content-type'], bytes: JSON.stringify(text).length - 2 });
    const next = /^<(.+)>; rel="next"$/.exec(headers['link'] ?? '')?.[1];
    if (next === undefined) return pages;
    const url = new URL(next);
    expect(url.origin + url.pathname).toBe(BASE);
    expect(url.searchParams.get('merchantId')).toBe('acme');
    expect(url.searchParams.has('status')).toBe(false);
    cursor = url.searchParams.get('cursor') ?? undefined;
  }
  throw new Error('no end');
}

const rows = Array.from({ length: 1_700 }, (_, id) => ({ id, text: `"quoted" ${id}` }));

describe('one page of an export', () => {
  it.each([500, 5_000, 50_000])(
    'all of them are the whole list, none larger than %d bytes as JSON text',
    async (bytes) => {
      const pages = await readAll(list(rows), 'application/x-ndjson', { bytes, ms: 1 });
      expect(pages.map(({ text }) => text).join('')).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      expect(Math.max(...pages.map((page) => page.bytes))).toBeLessThanOrEqual(bytes);
      expect(pages.length).toBeGreaterThan(1);
    },
  );

  it('of CSV only the first has the heading', async () => {
    const pages = await readAll(list(rows), 'text/csv', { bytes: 20_000, ms: 1 });
    expect(pages.map(({ text }) => text).join('')).toBe(csvHeading(COLUMNS) + csvLines(COLUMNS, rows));
    expect(pages[0]?.type).toContain('header=present');
    expect(pages.slice(1).every(({ type }) => type?.includes('header=absent'))).toBe(true);
  });

  it('a list that fits names no next page', async () => {
    const pages = await readAll(list(rows), 'application/x-ndjson', { bytes: 5_000_000, ms: 1_000 });
    expect(pages).toHaveLength(1);
  });

  it('a row larger than a page is given out alone', async () => {
    const large = [rows[0], { id: 7, text: 'x'.repeat(3_000) }, rows[2]].filter((row) => row !== undefined);
    const pages = await readAll(list(large), 'application/x-ndjson', { bytes: 1_000, ms: 1_000 });
    expect(pages.map(({ text }) => text.split('\n').length - 1)).toEqual([1, 1, 1]);
  });

  it('stops reading when its time is over', async () => {
    const source = list(rows, 10);
    const pages = await readAll(source, 'application/x-ndjson', { bytes: 5_000_000, ms: 15 });
    expect(pages).toHaveLength(2);
    expect(source.asked).toHaveLength(4);
  });
});
