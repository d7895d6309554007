import { ConsumerError, reasonOf } from './consumer-error.ts';
import { type ReceivedEvent, readEvent, type SubjectAddress } from './event.ts';

export interface EventsApiOptions {
  /** The admin API's base, for example `https://…/api/v1` (`api` in the line that `npm start` prints). */
  readonly base: string;
  readonly merchantId: string;
  readonly subscriptionId: string;
  /** Shown once, when the subscription was made. Sent to `base` only. */
  readonly readToken: string;
}

/** What the consumer reads from Postrider. Rejects with a {@link ConsumerError} whose code begins with `api_`. */
export interface EventsApi {
  /** The events of a subject as delivered to the subscription, in order, from a version on; page after page as needed. */
  eventsFrom(address: SubjectAddress, version: number, pageLimit?: number): AsyncIterable<ReceivedEvent>;
}

export interface Network {
  readonly fetch: typeof fetch;
  /** For one request, its body included. */
  readonly timeoutMs: number;
}

/** GET /merchants/{m}/subscriptions/{s}/events allows 500; an event may have up to a few MiB. */
const PAGE_LIMIT = 100;

export function eventsApi(options: EventsApiOptions, network: Network): EventsApi {
  const base = `${options.base.replace(/\/+$/, '')}/`;
  const path = `merchants/${encodeURIComponent(options.merchantId)}/subscriptions/${encodeURIComponent(options.subscriptionId)}/events`;
  const get = (url: URL): Promise<unknown> => getJson(url, options.readToken, network);

  async function* eventsFrom(
    address: SubjectAddress,
    version: number,
    pageLimit = PAGE_LIMIT,
  ): AsyncGenerator<ReceivedEvent> {
    const seen = new Set<string>();
    let cursor: string | null = null;
    do {
      const url = new URL(path, base);
      url.search = String(
        new URLSearchParams({
          connectorId: address.connectorId,
          subject: address.subject,
          from: String(version),
          limit: String(pageLimit),
          ...(cursor === null ? {} : { cursor }),
        }),
      );
      const page = readPage(await get(url), url);
      for (const item of page.items) yield readItem(item, address);
      cursor = page.cursor;
      if (cursor !== null && seen.has(cursor)) throw unreadable(url, 'the same cursor came twice');
      if (cursor !== null) seen.add(cursor);
    } while (cursor !== null);
  }

  return { eventsFrom };
}

async function getJson(url: URL, readToken: string, network: Network): Promise<unknown> {
  const where = `GET ${url.origin}${url.pathname}`;
  let response: Response;
  let text: string;
  try {
    response = await network.fetch(url, {
      headers: { authorization: `Bearer ${readToken}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(network.timeoutMs),
    });
    text = await response.text();
  } catch (cause) {
    throw new ConsumerError('api_unreachable', `${where} had no answer: ${reasonOf(cause)}`, { cause });
  }
  if (!response.ok) throw new ConsumerError(codeOfStatus(response.status), `${where} answered ${response.status}`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConsumerError('api_unreadable', `${where} answered ${text.length} characters that are not JSON`, {
      cause,
    });
  }
}

function codeOfStatus(status: number): 'api_unauthorized' | 'api_failed' | 'api_refused' {
  if (status === 401 || status === 403) return 'api_unauthorized';
  return status >= 500 || status === 429 || status === 408 ? 'api_failed' : 'api_refused';
}

function readPage(value: unknown, url: URL): { readonly items: readonly unknown[]; readonly cursor: string | null } {
  if (typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items)) {
    const cursor = 'cursor' in value ? value.cursor : null;
    if (cursor === null || typeof cursor === 'string') return { items: value.items, cursor };
  }
  throw unreadable(url, 'it is no {items, cursor}');
}

/** An answer about another subject must never be handled as one about this. */
function readItem(item: unknown, address: SubjectAddress): ReceivedEvent {
  const reading = readEvent(item);
  if (!reading.ok) throw new ConsumerError('api_unreadable', `An event from the API cannot be read: ${reading.detail}`);
  if (reading.address.connectorId === address.connectorId && reading.address.subject === address.subject) {
    return reading.event;
  }
  throw new ConsumerError(
    'api_unreadable',
    `Asked for ${address.connectorId}:${address.subject}, the API gave ${reading.event.id}`,
  );
}

function unreadable(url: URL, why: string): ConsumerError {
  return new ConsumerError('api_unreadable', `The answer of ${url.origin}${url.pathname} cannot be used: ${why}`);
}
