import type { PostriderEvent } from '#shared/consumer/index.ts';
import { addressOf } from './payment-event.ts';

export const READ_TOKEN = 'read-token-of-main';
export const API = {
  base: 'http://127.0.0.1:1/api/v1',
  merchantId: 'acme',
  subscriptionId: 'main',
  readToken: READ_TOKEN,
} as const;

export interface SubscriptionApi {
  /** What the subscription was ever delivered; tests add to it. */
  readonly delivered: PostriderEvent[];
  /** Every request: path and query. */
  readonly requests: string[];
  readonly fetch: typeof fetch;
  /** Until undone by `undefined`: a status, or an error that fetch rejects with. */
  fail(how: number | Error | undefined): void;
  /** Answers this text with status 200 instead. */
  answerText(text: string | undefined): void;
}

/** GET /merchants/{m}/subscriptions/{s}/events by interfaces.md, in memory. */
export function subscriptionApi(pageSize = 2): SubscriptionApi {
  const delivered: PostriderEvent[] = [];
  const requests: string[] = [];
  let failure: number | Error | undefined;
  let text: string | undefined;

  function answer(url: URL, authorization: string | null): Response {
    if (failure instanceof Error) throw failure;
    if (failure !== undefined) return Response.json({ title: 'planned' }, { status: failure });
    if (text !== undefined) return new Response(text);
    if (authorization !== `Bearer ${READ_TOKEN}`) return Response.json({ title: 'token' }, { status: 401 });
    if (url.pathname !== '/api/v1/merchants/acme/subscriptions/main/events') return new Response('', { status: 404 });
    const query = url.searchParams;
    const found = delivered
      .filter((event) => {
        const { connectorId, subject } = addressOf(event);
        return connectorId === query.get('connectorId') && subject === query.get('subject');
      })
      .filter((event) => Number(event.sequence) >= Number(query.get('from')))
      .sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
    const start = Number(query.get('cursor') ?? 0);
    const next = start + Math.min(pageSize, Number(query.get('limit')));
    return Response.json({ items: found.slice(start, next), cursor: next < found.length ? String(next) : null });
  }

  return {
    delivered,
    requests,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      requests.push(`${url.pathname}${url.search}`);
      return answer(url, new Headers(init?.headers).get('authorization'));
    },
    fail: (how) => {
      failure = how;
    },
    answerText: (given) => {
      text = given;
    },
  };
}
