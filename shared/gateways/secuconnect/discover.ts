import type { AskConnector, AskDeps, DiscoverOutcome, Span } from '../asking.ts';
import { type ListPage, readList } from './list.ts';
import { readOffsetTime } from './times.ts';
import { integerAt, isTree, member, type Tree } from './tree.ts';

/** Entries a page: a payment takes 1 to 3 KB, an answer may have 256 KB. */
const PAGE = 40;
const SMALL_PAGE = 10;
/** How long the gateway keeps a search open between two pages. */
const SCROLL_EXPIRE = '5m';

/** Where a page begins. */
interface Position {
  /** Payments that changed at this time or later. */
  readonly after: string;
  /** Of those of exactly that time, how many have been read. */
  readonly skip: number;
  /** The gateway's own open search, if it gave one: it sees the list as it was at the first page. */
  readonly scroll?: string;
}

/**
 * One page of the payments that changed in a span, by `updated` (manual: "Find Payment Transactions"). Where the gateway
 * opens a search it is scrolled; where it does not, or has closed it again, the next page begins at the last time that was
 * read, so that what changes meanwhile moves nothing past the reader: an entry may come twice, none is left out.
 */
export async function discoverSecuconnect(
  deps: AskDeps,
  connector: AskConnector,
  span: Span,
): Promise<DiscoverOutcome> {
  if (Number.isNaN(Date.parse(span.from)) || Number.isNaN(Date.parse(span.to))) {
    return { outcome: 'cannot', detail: 'The span has no times that can be read.' };
  }
  const at: Position | undefined = span.cursor === undefined ? { after: span.from, skip: 0 } : readCursor(span.cursor);
  if (at === undefined) {
    return { outcome: 'cannot', detail: 'The cursor is none that this release made: begin the span anew.' };
  }
  if (at.scroll !== undefined) {
    const page = await readList(deps, connector, { scroll_id: at.scroll, scroll_expire: SCROLL_EXPIRE });
    if (!('outcome' in page)) return scrolled(page, at, span);
    // A search that was closed has no status of its own in the manual; what is no trouble of the moment is one.
    if (page.outcome !== 'malformed' && page.outcome !== 'not_found') return page;
  }
  return readFrom(deps, connector, { after: at.after, skip: at.skip }, span);
}

async function readFrom(deps: AskDeps, connector: AskConnector, at: Position, span: Span): Promise<DiscoverOutcome> {
  const query = (count: number) => ({
    ...{ count: String(count), offset: String(at.skip), sort: 'updated:asc,id:asc' },
    q: `updated:[${queryTime(at.after)} TO ${queryTime(span.to, 999)}]`,
    ...(at.skip === 0 && { scroll_expire: SCROLL_EXPIRE }),
  });
  let count = PAGE;
  let page = await readList(deps, connector, query(count));
  if ('outcome' in page && page.outcome === 'malformed') {
    // Too large for one answer, most likely.
    count = SMALL_PAGE;
    page = await readList(deps, connector, query(count));
  }
  if ('outcome' in page) return page;
  if (page.scrollId !== undefined && at.skip === 0) return scrolled(page, at, span);
  const { items, total } = page;
  const isLast = total === undefined ? items.length < count : at.skip + items.length >= total;
  return isLast || items.length === 0 ? pageOf(page, span) : pageOf(page, span, nextOf(items, at));
}

/** A search is at its end with the first empty page: pages may be shorter than was asked for. */
function scrolled(page: ListPage, at: Position, span: Span): DiscoverOutcome {
  if (page.items.length === 0) return pageOf(page, span);
  const scroll = page.scrollId ?? at.scroll;
  return pageOf(page, span, { ...nextOf(page.items, at), ...(scroll !== undefined && { scroll }) });
}

function nextOf(items: readonly Tree[], { after, skip }: Position): Position {
  const times = items.flatMap((item) => readOffsetTime(member(item, 'updated')) ?? []);
  const last = times.at(-1);
  // Of a list that is not in the order that was asked for, only the number read so far is sure.
  const inOrder = times.every((time, at) => at === 0 || (times[at - 1] ?? '') <= time);
  if (last === undefined || last <= after || !inOrder) return { after, skip: skip + items.length };
  return { after: last, skip: 0 };
}

/** `to` is exclusive here and inclusive there. */
function pageOf(page: ListPage, { to }: Span, next?: Position): DiscoverOutcome {
  const late = new Set(page.items.filter((item) => (readOffsetTime(member(item, 'updated')) ?? '') >= to).map(idOf));
  const statements = page.statements.filter(({ body }) => {
    const item: unknown = JSON.parse(Buffer.from(body).toString());
    return !isTree(item) || !late.has(idOf(item));
  });
  return { outcome: 'page', statements, notes: page.notes, ...(next && { cursor: JSON.stringify(next) }) };
}

function idOf(item: Tree): unknown {
  return member(item, 'id');
}

/** Whole seconds with an offset, as the gateway writes times; the end of a span is rounded up. */
function queryTime(time: string, roundMs = 0): string {
  return `${new Date(Date.parse(time) + roundMs).toISOString().slice(0, 19)}+00:00`;
}

function readCursor(text: string): Position | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isTree(value)) return undefined;
    const [after, skip, scroll] = [
      readOffsetTime(member(value, 'after')),
      integerAt(value, 'skip'),
      member(value, 'scroll'),
    ];
    if (after === undefined || skip === undefined || skip < 0) return undefined;
    return { after, skip, ...(typeof scroll === 'string' && { scroll }) };
  } catch {
    return undefined;
  }
}
