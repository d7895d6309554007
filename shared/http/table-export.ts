import type { AdminResponse } from './admin-request.ts';

export const NDJSON = 'application/x-ndjson';
export const CSV = 'text/csv';

export type Representation = 'application/json' | typeof NDJSON | typeof CSV;

/** The first of ours that the Accept header names; JSON where it names none. */
export function representationFor(accept: string | undefined): Representation {
  for (const part of (accept ?? '').toLowerCase().split(',')) {
    const type = part.split(';')[0]?.trim();
    if (type === NDJSON || type === CSV || type === 'application/json') return type;
  }
  return 'application/json';
}

/** One column: its heading and where its cell is found, as `amount.value`. */
export type Column = readonly [heading: string, path: string];

type Rows = AsyncIterable<readonly object[]>;

export function ndjson(rows: Rows): AdminResponse {
  return answer(NDJSON, ndjsonText(rows));
}

/** RFC 4180, with a heading line. */
export function csv(columns: readonly Column[], rows: Rows): AdminResponse {
  return answer(`${CSV}; charset=utf-8; header=present`, csvText(columns, rows));
}

function answer(contentType: string, body: AsyncIterable<string>): AdminResponse {
  return { status: 200, headers: { 'content-type': contentType, 'cache-control': 'no-store' }, body };
}

async function* ndjsonText(rows: Rows): AsyncGenerator<string> {
  for await (const page of rows) {
    if (page.length > 0) yield ndjsonLines(page);
  }
}

async function* csvText(columns: readonly Column[], rows: Rows): AsyncGenerator<string> {
  yield csvHeading(columns);
  for await (const page of rows) {
    if (page.length > 0) yield csvLines(columns, page);
  }
}

export function ndjsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

export function csvHeading(columns: readonly Column[]): string {
  return line(columns.map(([heading]) => heading));
}

export function csvLines(columns: readonly Column[], rows: readonly object[]): string {
  return rows.map((row) => line(columns.map(([, path]) => cellAt(row, path)))).join('');
}

function line(cells: readonly string[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

function cellAt(row: object, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>(
      (part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined),
      row,
    );
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\n]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

function quoted(cell: string): string {
  const safe = FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
