import { describe, expect, it } from 'vitest';
import type { AskConnector, DiscoverOutcome, Span } from '../asking.ts';
import type { OutboundRequest, OutboundResult } from '../outbound.ts';
import { answer, CONNECTOR, NOW, scripted, TOKEN } from './api.testing.ts';
import { secuconnectAsking } from './asking.ts';
import { payment } from './statement.testing.ts';

const SPAN: Span = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };

const at = (seconds: number) =>
  new Date(Date.parse(SPAN.from) + seconds * 1_000).toISOString().replace('.000Z', '+00:00');

/** A list by `updated` as the manual describes it, over payments that may change between two pages. */
class Gateway {
  payments: Record<string, unknown>[];
  readonly queries: URLSearchParams[] = [];
  readonly scrolls: boolean;
  readonly most: number;
  #open: Record<string, unknown>[] = [];

  constructor(payments: Record<string, unknown>[], { scrolls = false, most = 40 } = {}) {
    this.payments = payments;
    this.scrolls = scrolls;
    this.most = most;
  }

  answer(request: OutboundRequest): OutboundResult {
    if (request.path === '/oauth/token') return TOKEN;
    const query = new URL(request.path, 'https://example.com').searchParams;
    this.queries.push(query);
    if (query.has('scroll_id')) {
      if (query.get('scroll_id') !== 'scroll-1') return answer(404, '');
      return answer(200, { count: 0, data: this.#open.splice(0, this.most), scroll_id: 'scroll-1' });
    }
    const [, from = '', to = ''] = /^updated:\[(\S+) TO (\S+)\]$/.exec(query.get('q') ?? '') ?? [];
    const found = this.payments
      .filter(({ updated }) => String(updated) >= from && String(updated) <= to)
      .sort((a, b) => (`${a['updated']}${a['id']}` < `${b['updated']}${b['id']}` ? -1 : 1));
    const [offset, count] = [Number(query.get('offset')), Math.min(Number(query.get('count')), this.most)];
    this.#open = found.slice(count);
    const data = found.slice(offset, offset + count);
    return answer(200, { count: found.length, data, ...(this.scrolls && { scroll_id: 'scroll-1' }) });
  }
}

async function page(gateway: Gateway, span: Span, connector: AskConnector = CONNECTOR): Promise<DiscoverOutcome> {
  const { deps } = scripted(TOKEN);
  const http = { send: async (request: OutboundRequest) => gateway.answer(request) };
  return (
    secuconnectAsking.discover?.({ ...deps, http, now: () => NOW }, connector, span) ?? Promise.reject(new Error())
  );
}

/** All pages to the end; `between` happens after each. */
async function all(gateway: Gateway, between: (pageNumber: number) => void = () => undefined) {
  const ids: string[] = [];
  const notes: string[] = [];
  let cursor: string | undefined;
  for (let number = 1; number <= 100; number++) {
    const outcome = await page(gateway, { ...SPAN, ...(cursor !== undefined && { cursor }) });
    if (outcome.outcome !== 'page') throw new Error(JSON.stringify(outcome));
    ids.push(...outcome.statements.map(({ body }) => String(JSON.parse(Buffer.from(body).toString()).id)));
    notes.push(...outcome.notes);
    if (outcome.cursor === undefined) return { ids, notes, pages: number };
    cursor = outcome.cursor;
    between(number);
  }
  throw new Error('no end');
}

function payments(count: number, second: (n: number) => number = (n) => n): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, n) =>
    payment(1, { id: `PCI_${String(n).padStart(4, '0')}`, updated: at(second(n)) }),
  );
}

describe.each([[true], [false]])('discover, with a search that is kept open: %s', (scrolls) => {
  it('finds everything that changed in the span, to the last page', async () => {
    const { ids } = await all(new Gateway(payments(205), { scrolls }));
    expect(new Set(ids).size).toBe(205);
  });

  it('finds all of many that changed in one second', async () => {
    const { ids } = await all(
      new Gateway(
        payments(205, () => 7),
        { scrolls },
      ),
    );
    expect(new Set(ids).size).toBe(205);
    // The first page may come twice, once more than that nothing does.
    expect(ids.length).toBeLessThanOrEqual(245);
  });

  it('is at its end at once where nothing changed', async () => {
    expect(await all(new Gateway([], { scrolls }))).toMatchObject({ ids: [], pages: 1 });
  });

  it('takes pages as short as the gateway makes them', async () => {
    const { ids } = await all(new Gateway(payments(50), { scrolls, most: 7 }));
    expect(new Set(ids).size).toBe(50);
  });

  it('leaves out none while payments change between pages', async () => {
    const gateway = new Gateway(payments(120), { scrolls });
    // After each page ten that have been read change: they move to the end, the rest moves up.
    const { ids } = await all(gateway, (number) => {
      gateway.payments = gateway.payments.map((one, n) =>
        n < number * 10 ? { ...one, updated: at(5_000 + number * 10 + n) } : one,
      );
    });
    expect(new Set(ids).size).toBe(120);
  });

  it('leaves out what changed at the end of the span or later', async () => {
    const late = [
      payment(1, { id: 'PCI_END', updated: at(86_400) }),
      payment(1, { id: 'PCI_LAST', updated: at(86_399) }),
    ];
    expect((await all(new Gateway(late, { scrolls }))).ids).toEqual(['PCI_LAST']);
  });
});

describe('discover', () => {
  it('asks by the time of change, in order, and for a search to be kept open', async () => {
    const gateway = new Gateway(payments(1));
    await page(gateway, SPAN);
    expect(Object.fromEntries(gateway.queries[0] ?? [])).toEqual({
      count: '40',
      offset: '0',
      sort: 'updated:asc,id:asc',
      q: 'updated:[2026-03-01T00:00:00+00:00 TO 2026-03-02T00:00:00+00:00]',
      scroll_expire: '5m',
    });
  });

  it('goes on from the last time that it read when the search was closed', async () => {
    const gateway = new Gateway(payments(100), { scrolls: true });
    const first = await page(gateway, SPAN);
    if (first.outcome !== 'page' || first.cursor === undefined) throw new Error(JSON.stringify(first));
    const cursor = first.cursor.replace('scroll-1', 'scroll-0');
    const second = await page(gateway, { ...SPAN, cursor });
    expect(second).toMatchObject({ outcome: 'page' });
    expect(gateway.queries.at(-1)?.get('q')).toBe('updated:[2026-03-01T00:00:39+00:00 TO 2026-03-02T00:00:00+00:00]');
  });

  it('counts on where the list is not in order', async () => {
    const { deps, requests } = scripted(
      TOKEN,
      answer(200, { count: 3, data: [payment(1, { updated: at(50) }), payment(1, { id: 'PCI_B', updated: at(1) })] }),
      answer(200, { count: 3, data: [payment(1, { id: 'PCI_C', updated: at(2) })] }),
    );
    const first = await secuconnectAsking.discover?.(deps, CONNECTOR, SPAN);
    const cursor = first?.outcome === 'page' ? first.cursor : undefined;
    expect(cursor).toBeDefined();
    const second = await secuconnectAsking.discover?.(deps, CONNECTOR, { ...SPAN, cursor: cursor ?? '' });
    expect(requests.at(-1)?.path).toContain('offset=2');
    expect(second).toMatchObject({ outcome: 'page' });
    expect(second).not.toHaveProperty('cursor');
  });

  it('notes what it leaves out: another merchant’s, and what has no id', async () => {
    const data = [payment(1), payment(1, { id: 'PCI_EVIL', contract: { id: 'GCR_EVIL' } }), { amount: 1 }];
    const { notes, ids } = await all(new Gateway(data.map((one) => ({ updated: at(1), ...one }))));
    expect(ids).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('no id')]);
    const { deps } = scripted(TOKEN, answer(200, { count: 3, data }));
    expect(await secuconnectAsking.discover?.(deps, CONNECTOR, { ...SPAN, to: '2026-04-01T00:00:00Z' })).toMatchObject({
      statements: [{}],
      notes: [expect.stringContaining('PCI_EVIL'), expect.stringContaining('no id')],
    });
  });

  it('leaves out what is nested so deeply that it cannot be written again', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const [good, bad] = [JSON.stringify(payment(1, { order_id: 'ORD-1' })), `{"id":"PCI_DEEP","x":${deep}}`];
    const list = answer(200, `{"count":2,"data":[${bad},${good}]}`);
    const span = { ...SPAN, to: '2026-04-01T00:00:00Z' };
    const found = await secuconnectAsking.discover?.(scripted(TOKEN, list).deps, CONNECTOR, span);
    expect(found).toMatchObject({ statements: [{}], notes: [expect.stringContaining('PCI_DEEP')] });
    const question = { about: 'reference', merchantReference: 'ORD-1' } as const;
    const answered = await secuconnectAsking.ask(scripted(TOKEN, list).deps, CONNECTOR, question);
    expect(answered).toMatchObject({ outcome: 'answered', statements: [{}] });
  });

  it('asks for fewer where the answer is too large', async () => {
    const large: OutboundResult = { ok: false, code: 'answer_too_large', detail: 'x', sent: true, attempts: 1 };
    const { deps, asked } = scripted(TOKEN, large, answer(200, { count: 0, data: [] }));
    expect(await secuconnectAsking.discover?.(deps, CONNECTOR, SPAN)).toMatchObject({ outcome: 'page' });
    expect(asked().map((path) => /count=\d+/.exec(path)?.[0])).toEqual([undefined, 'count=40', 'count=10']);
  });

  it.each([
    ['down', answer(503, '')],
    ['rate_limited', answer(429, '')],
    ['malformed', answer(200, { count: 1 })],
    ['malformed', answer(200, '<html>')],
  ] as const)('is %s', async (outcome, given) => {
    const { deps } = scripted(TOKEN, given);
    expect(await secuconnectAsking.discover?.(deps, CONNECTOR, SPAN)).toMatchObject({ outcome });
  });

  it.each(['', 'x', '[]', '{}', '{"after":"x","skip":0}', '{"after":"2026-03-01T00:00:00Z","skip":-1}'])(
    'cannot go on from the cursor %j',
    async (cursor) => {
      expect(await page(new Gateway([]), { ...SPAN, cursor })).toMatchObject({ outcome: 'cannot' });
    },
  );

  it('cannot read a span without times', async () => {
    expect(await page(new Gateway([]), { from: 'x', to: 'y' })).toMatchObject({ outcome: 'cannot' });
  });
});
