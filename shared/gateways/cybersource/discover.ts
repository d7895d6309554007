import type { AskConnector, AskDeps, AskFailure, DiscoverOutcome, FetchedStatement, Span } from '../asking.ts';
import { type Account, accountOf, callApi, failureOf, jsonOf } from './api.ts';
import { isRequestId } from './payload-reader.ts';
import { isTree, own, type Tree, textOf } from './tree.ts';

const HOUR_MS = 3_600_000;
/** The report has no pages: a span is asked for day by day, and a day that is too large in halves. */
const WINDOW_MS = 24 * HOUR_MS;
const LEAST_WINDOW_MS = HOUR_MS;
const REPORTS = '/reporting/v3';

/**
 * Chargebacks, which no event tells (wire 2.3): one page is one day. The summaries say how many there were, the details which
 * transactions; a difference between the two is noted. Only where `settings.chargebackSummaries` is true.
 */
export async function discoverChargebacks(
  deps: AskDeps,
  connector: AskConnector,
  span: Span,
): Promise<DiscoverOutcome> {
  if (connector.settings['chargebackSummaries'] !== true) {
    return { outcome: 'cannot', detail: 'Chargebacks are asked for only where settings.chargebackSummaries is true.' };
  }
  const account = accountOf(connector, connector.secrets);
  const organizationId = textOf(connector.settings['organizationId']);
  const [from, to] = [Date.parse(span.cursor ?? span.from), Date.parse(span.to)];
  if (account === undefined || organizationId === undefined || Number.isNaN(from) || Number.isNaN(to)) {
    return {
      outcome: 'cannot',
      detail: 'settings.organizationId, settings.merchantId and secrets.restKey must be set.',
    };
  }
  if (from >= to) return page([], [], undefined);
  return discoverDay(deps, account, organizationId, { from, to });
}

interface Window {
  readonly from: number;
  /** End of the whole span. */
  readonly to: number;
}

async function discoverDay(
  deps: AskDeps,
  account: Account,
  organizationId: string,
  { from, to }: Window,
): Promise<DiscoverOutcome> {
  for (let length = WINDOW_MS; ; length /= 2) {
    const end = Math.min(from + length, to);
    const query = queryOf(organizationId, from, end);
    const cursor = end < to ? new Date(end).toISOString() : undefined;
    const counted = await readReport(deps, account, 'chargeback-summaries', query);
    if (counted.outcome === 'empty') return page([], [], cursor);
    if (counted.outcome !== 'list') return withoutSize(counted);
    const count = counted.list.reduce<number>((sum, entry) => sum + (Number(own(entry, 'count')) || 0), 0);
    if (count === 0) return page([], [], cursor);
    const details = await readReport(deps, account, 'chargeback-details', query);
    if (details.outcome === 'too_large' && length > LEAST_WINDOW_MS) continue;
    if (details.outcome === 'empty') return page([], [differing(count, 0)], cursor);
    if (details.outcome !== 'list') return withoutSize(details);
    return read(details.list, count, `${REPORTS}/chargeback-details?${query}`, cursor);
  }
}

function queryOf(organizationId: string, from: number, end: number): string {
  const times = `startTime=${new Date(from).toISOString()}&endTime=${new Date(end).toISOString()}`;
  return `${times.replaceAll(':', '%3A')}&organizationId=${encodeURIComponent(organizationId)}`;
}

type Report =
  | { readonly outcome: 'list'; readonly list: readonly unknown[] }
  | { readonly outcome: 'empty' }
  | { readonly outcome: 'too_large'; readonly detail: string }
  | AskFailure;

async function readReport(
  deps: AskDeps,
  account: Account,
  name: 'chargeback-summaries' | 'chargeback-details',
  query: string,
): Promise<Report> {
  const answer = await callApi(deps, account, {
    ...{ method: 'GET', path: `${REPORTS}/${name}?${query}`, accept: 'application/hal+json' },
  });
  // A day without chargebacks has no report.
  if (answer.ok && (answer.status === 404 || answer.status === 204)) return { outcome: 'empty' };
  if (!answer.ok && answer.code === 'answer_too_large') return { outcome: 'too_large', detail: answer.detail };
  const failure = failureOf(answer, deps.now());
  if (failure !== undefined || !answer.ok) return failure ?? { outcome: 'down', detail: '' };
  const json = jsonOf(answer);
  const list = own(json, name === 'chargeback-summaries' ? 'chargebackSummaries' : 'chargebackDetails');
  if (Array.isArray(list)) return { outcome: 'list', list };
  if (isTree(json) && list === undefined) return { outcome: 'empty' };
  return { outcome: 'malformed', detail: `The report ${name} was answered without its list.` };
}

function withoutSize(report: Exclude<Report, { outcome: 'list' | 'empty' }>): AskFailure {
  return report.outcome === 'too_large' ? { outcome: 'malformed', detail: report.detail } : report;
}

function read(list: readonly unknown[], count: number, path: string, cursor: string | undefined): DiscoverOutcome {
  const entries = list.filter((entry): entry is Tree => isTree(entry) && isRequestId(own(entry, 'requestId')));
  const statements = entries.map((entry): FetchedStatement => {
    const body = new TextEncoder().encode(JSON.stringify(entry));
    return { body, declared: { as: 'chargeback', id: String(own(entry, 'requestId')) }, method: 'GET', path };
  });
  const lost = list.length - entries.length;
  const notes =
    lost === 0 ? [] : [`${lost} chargebacks name no request id: look at the report in the Business Center.`];
  return page(statements, list.length === count ? notes : [...notes, differing(count, list.length)], cursor);
}

function differing(count: number, details: number): string {
  return `The summaries count ${count} chargebacks, the details list ${details}.`;
}

function page(
  statements: readonly FetchedStatement[],
  notes: readonly string[],
  cursor: string | undefined,
): DiscoverOutcome {
  return { outcome: 'page', statements, notes, ...(cursor !== undefined && { cursor }) };
}
