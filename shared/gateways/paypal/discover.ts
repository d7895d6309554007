import type { AskConnector, AskDeps, DiscoverOutcome, FetchedStatement, Span } from '../asking.ts';
import { readApi } from './api.ts';
import { at, isTree, type Tree } from './document.ts';
import { isId, readTime, treesAt } from './fields.ts';
import { isForeign } from './merchant-ids.ts';
import { EVENT } from './resource-names.ts';

const LIST = '/v1/notifications/webhooks-events';
/** An event takes 2 to 5 KB, an answer may have 256 KB. */
const PAGE = 40;
const SMALL_PAGE = 10;
const MAX_EVENTS = 500;
/** What may stand in the query of a link of PayPal's. */
const QUERY = /^[A-Za-z0-9_=&%.:+~-]{1,1024}$/;

/**
 * One page of the app's webhook events (Webhooks v1 reference, "List event notifications"; kept for 30 days), those whose
 * callback never came among them. Each is believed: it is PayPal's own API that says it.
 */
export async function discoverPaypal(deps: AskDeps, connector: AskConnector, span: Span): Promise<DiscoverOutcome> {
  const [from, to] = [Date.parse(span.from), Date.parse(span.to)];
  if (Number.isNaN(from) || Number.isNaN(to)) {
    return { outcome: 'cannot', detail: 'The span has no times that can be read.' };
  }
  if (span.cursor !== undefined && !QUERY.test(span.cursor)) {
    return { outcome: 'cannot', detail: 'The cursor is none that this release made: begin the span anew.' };
  }
  const query = (size: number) =>
    span.cursor ??
    new URLSearchParams({ start_time: wholeSeconds(from), end_time: wholeSeconds(to + 999), page_size: String(size) });
  let answer = await readApi(deps, connector, `${LIST}?${query(PAGE)}`);
  if (answer.outcome === 'malformed' && span.cursor === undefined) {
    // Too large for one answer, most likely.
    answer = await readApi(deps, connector, `${LIST}?${query(SMALL_PAGE)}`);
  }
  if (answer.outcome !== 'read') return answer;
  if (!Array.isArray(at(answer.tree, 'events'))) {
    return { outcome: 'malformed', detail: 'PayPal’s list has no events.' };
  }
  return pageOf(answer.tree, connector, span);
}

function pageOf(list: Tree, connector: AskConnector, span: Span): DiscoverOutcome {
  const notes: string[] = [];
  const events = treesAt(list, MAX_EVENTS, 'events');
  const statements = events.flatMap((event): readonly FetchedStatement[] => {
    const id = at(event, 'id');
    if (!isId(id)) {
      notes.push('An event of the list has no id of PayPal’s form: it was left out.');
      return [];
    }
    const resource = at(event, 'resource');
    if (isTree(resource) && isForeign(resource, connector.settings)) {
      notes.push(`The event ${id} is of another merchant than /settings/merchantId: it was left out.`);
      return [];
    }
    // The end of a span is inclusive there.
    if ((readTime(at(event, 'create_time')) ?? '') >= span.to) return [];
    const body = new TextEncoder().encode(JSON.stringify(event));
    return [{ body, declared: { as: EVENT }, method: 'GET', path: `${LIST}/${id}` }];
  });
  const next = nextOf(list);
  if (next === 'unreadable') {
    return { outcome: 'malformed', detail: 'PayPal’s list goes on under a link that cannot be read.' };
  }
  return { outcome: 'page', statements, notes, ...(next !== undefined && next !== span.cursor && { cursor: next }) };
}

/** The query of the link to the next page; the host is always our own choice. */
function nextOf(list: Tree): string | 'unreadable' | undefined {
  const link = treesAt(list, 20, 'links').find((one) => at(one, 'rel') === 'next');
  if (link === undefined) return undefined;
  const href = at(link, 'href');
  const [path = '', query = ''] = typeof href === 'string' ? href.split('?') : [];
  return path.endsWith(LIST) && QUERY.test(query) ? query : 'unreadable';
}

function wholeSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
