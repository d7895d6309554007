import { describe, expect, it } from 'vitest';
import type { OutboundResult } from '../outbound.ts';
import { answer, CONNECTOR, standIn, trouble } from './api.testing.ts';
import { paypalAsking } from './ask.ts';
import { front } from './front.ts';
import { normalizePaypal } from './normalize.ts';

const SPAN = { from: '2026-07-14T09:00:00.000Z', to: '2026-07-14T10:00:00.500Z' };
const LIST = '/v1/notifications/webhooks-events';
const FIRST = `GET ${LIST}?start_time=2026-07-14T09%3A00%3A00Z&end_time=2026-07-14T10%3A00%3A01Z&page_size=40`;
const SMALL = FIRST.replace('page_size=40', 'page_size=10');
const NEXT = 'start_time=2026-07-14T09%3A00%3A00Z&page_size=40&start_id=WH-2';

const event = (id: string, at: string, merchant = 'ACME1') => ({
  id,
  create_time: at,
  event_type: 'PAYMENT.CAPTURE.COMPLETED',
  resource: {
    id: 'CAP1',
    status: 'COMPLETED',
    amount: { currency_code: 'EUR', value: '10.00' },
    payee: { merchant_id: merchant },
  },
});
const list = (events: readonly unknown[], href?: string) =>
  answer(200, { events, count: events.length, links: href === undefined ? [] : [{ rel: 'next', href }] });

function discover(routes: Readonly<Record<string, OutboundResult>>, cursor?: string) {
  const api = standIn(routes);
  const asked = paypalAsking.discover?.(api.deps, CONNECTOR, { ...SPAN, ...(cursor !== undefined && { cursor }) });
  return Promise.resolve(asked).then((outcome) => ({ outcome, ...api }));
}

describe('what is discovered', () => {
  it('are the events of a span, each a statement that is believed', async () => {
    const { outcome } = await discover({ [FIRST]: list([event('WH-1', '2026-07-14T09:30:00Z')]) });
    if (outcome?.outcome !== 'page' || outcome.statements[0] === undefined) throw new Error('a page');
    expect(outcome).not.toHaveProperty('cursor');
    const { body, declared, path } = outcome.statements[0];
    expect({ declared, path }).toEqual({ declared: { as: 'event' }, path: `${LIST}/WH-1` });
    const { notifications, origin } = normalizePaypal({
      source: 'fetched',
      body,
      declared: { ...declared, askedAt: SPAN.to },
    });
    expect(notifications).toMatchObject([
      { id: 'CAP1', kind: 'debit', status: 'FINISHED', amount: { amount: { minor: 1000 } } },
    ]);
    expect(origin).not.toHaveProperty('askedAt');
  });

  it('is the same row whenever it is found', async () => {
    const body = new TextEncoder().encode(JSON.stringify(event('WH-1', SPAN.from)));
    const key = (declared: Readonly<Record<string, string>>) =>
      front.inboxKey('fetched', body, { as: 'event', ...declared });
    expect(key({ askedAt: '2026-07-14T10:00:00.000Z' })).toBe(key({ askedAt: '2026-07-15T10:00:00.000Z' }));
    expect(key({ askedAt: '2026-07-14T10:00:00.000Z', settles: '[]' })).toBe(key({}));
    expect(key({ askedAt: '2026-07-14T10:00:00.000Z', settles: '["a"]' })).not.toBe(key({}));
    expect(front.inboxKey('fetched', body, { as: 'capture' })).not.toBe(key({}));
  });

  it('goes on where the list’s own link leads, on our own host', async () => {
    const href = `https://attacker.example${LIST}?${NEXT}`;
    const first = await discover({ [FIRST]: list([event('WH-1', '2026-07-14T09:30:00Z')], href) });
    expect(first.outcome).toMatchObject({ outcome: 'page', cursor: NEXT });
    const second = await discover({ [`GET ${LIST}?${NEXT}`]: list([event('WH-2', '2026-07-14T09:31:00Z')]) }, NEXT);
    expect(second.outcome).toMatchObject({ outcome: 'page', statements: [{ path: `${LIST}/WH-2` }] });
    expect(second.requests.map(({ host }) => host)).not.toContain('attacker.example');
  });

  it('leaves out what is beyond the span, another merchant’s or without an id, and says so', async () => {
    const events = [
      event('WH-1', '2026-07-14T10:00:00.700Z'),
      event('WH-2', '2026-07-14T09:30:00Z', 'EVIL1'),
      { ...event('WH-3', '2026-07-14T09:30:00Z'), id: '../x' },
    ];
    const { outcome } = await discover({ [FIRST]: list(events) });
    expect(outcome).toMatchObject({ outcome: 'page', statements: [] });
    expect(outcome).toHaveProperty('notes.length', 2);
  });

  it('asks for fewer where the answer was too large', async () => {
    const { outcome, asked } = await discover({
      [FIRST]: trouble('answer_too_large'),
      [SMALL]: list([event('WH-1', '2026-07-14T09:30:00Z')]),
    });
    expect(outcome).toMatchObject({ outcome: 'page' });
    expect(asked().slice(-1)).toEqual([SMALL]);
  });

  it.each([
    ['no list', answer(200, { count: 0 }), 'malformed'],
    ['a link that cannot be read', list([], 'https://api.paypal.com/elsewhere?x=1'), 'malformed'],
    ['a link with blanks', list([], `https://api.paypal.com${LIST}?a b`), 'malformed'],
    ['an error', answer(503, {}), 'down'],
    ['a refusal', answer(403, {}), 'not_allowed'],
  ])('with %s it fails', async (_, given, expected) => {
    expect((await discover({ [FIRST]: given, [SMALL]: given })).outcome?.outcome).toBe(expected);
  });

  it('a cursor that is none is not asked with', async () => {
    const { outcome, asked } = await discover({}, 'a b');
    expect(outcome?.outcome).toBe('cannot');
    expect(asked()).toEqual([]);
  });
});
