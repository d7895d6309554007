import type { Clock } from '#shared/pipeline/ports.ts';
import type { Page, PageRequest } from '#shared/registry/records.ts';
import type { AdminResponse } from './admin-request.ts';
import { MAX_LIMIT } from './shapes/common.ts';
import { type Column, CSV, csvHeading, csvLines, NDJSON, ndjsonLines, type Representation } from './table-export.ts';

/** What one answer of a list may be where the edge takes no stream. */
export interface ExportLimit {
  /** Of the body as it stands in a JSON text, which is how Lambda hands it over. */
  readonly bytes: number;
  /** No further rows are read after so long: the edge waits for no longer answer. */
  readonly ms: number;
}

export interface ExportPageRequest<Row> {
  readonly representation: Exclude<Representation, 'application/json'>;
  readonly columns: readonly Column[];
  readonly cursor?: string;
  readonly find: (page: PageRequest) => Promise<Page<Row>>;
  readonly viewsOf: (rows: readonly Row[]) => Promise<readonly object[]>;
  /** URL of the list without a query, and the filters that the next page keeps. */
  readonly listUrl: string;
  readonly filter: Readonly<Record<string, string | undefined>>;
  readonly limit: ExportLimit;
  readonly clock: Clock;
}

/**
 * As many rows as fit, and where the next begin (`Link`, RFC 8288). Only the first page of a CSV has the heading line, so
 * that all of them one after another are the one file. A single row is given out whatever its size.
 */
export async function exportPage<Row>(request: ExportPageRequest<Row>): Promise<AdminResponse> {
  const { representation, columns, limit, clock } = request;
  const untilMs = clock.now().getTime() + limit.ms;
  const isFirst = request.cursor === undefined;
  let text = representation === CSV && isFirst ? csvHeading(columns) : '';
  let [bytes, rows] = [bytesInJson(text), 0];
  let cursor: string | null | undefined = request.cursor;
  let size = MAX_LIMIT;
  while (cursor !== null) {
    const page: Page<Row> = await request.find({ limit: size, ...(cursor !== undefined && { cursor }) });
    const views = await request.viewsOf(page.items);
    const part = representation === NDJSON ? ndjsonLines(views) : csvLines(columns, views);
    const partBytes = bytesInJson(part);
    const fits = bytes + partBytes <= limit.bytes;
    if (!fits && rows > 0) break;
    if (!fits && size > 1) {
      size = Math.ceil(size / 2);
      continue;
    }
    text += part;
    bytes += partBytes;
    rows += page.items.length;
    cursor = page.cursor;
    if (clock.now().getTime() >= untilMs || bytes >= limit.bytes) break;
  }
  const type = representation === CSV ? `${CSV}; charset=utf-8; header=${isFirst ? 'present' : 'absent'}` : NDJSON;
  return {
    status: 200,
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      ...(typeof cursor === 'string' ? { link: `<${nextUrl(request, cursor)}>; rel="next"` } : {}),
    },
    body: text,
  };
}

function nextUrl({ listUrl, filter }: Pick<ExportPageRequest<unknown>, 'listUrl' | 'filter'>, cursor: string): string {
  const query = new URLSearchParams({ cursor });
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  return `${listUrl}?${query}`;
}

function bytesInJson(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
