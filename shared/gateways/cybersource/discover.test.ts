import { describe, expect, it } from 'vitest';
import type { AskConnector, AskDeps } from '../asking.ts';
import type { OutboundRequest, OutboundResult } from '../outbound.ts';
import { outlineOf } from '../outline.testing.ts';
import { discoverChargebacks } from './discover.ts';
import { normalizeCybersource } from './normalize.ts';
import { NOW } from './notification.testing.ts';

const ID = '7283649501726384950002';
const connector: AskConnector = {
  ...{ connectorId: 'acme-cybersource', testMode: false },
  settings: { organizationId: 'acme_org', merchantId: 'acme_mid', chargebackSummaries: true },
  secrets: { restKey: JSON.stringify({ keyId: 'rest-1', key: Buffer.alloc(32).toString('base64') }) },
};
const ENTRY = {
  ...{ requestId: ID, merchantReferenceNumber: 'ORD-1', natureOfDispute: 'CHBK', amount: '24.50', sign: '-' },
  ...{ currencyCode: 'EUR', trackingNumber: 'T-77', reasonCode: '10.4', time: '2026-01-14T10:00:00.000Z' },
  responseDueTime: '2026-02-14T10:00:00.000Z',
};

function gatewayWith(answerTo: (name: string, start: string, end: string) => object | number | 'large') {
  const seen: OutboundRequest[] = [];
  const http = {
    async send(request: OutboundRequest): Promise<OutboundResult> {
      seen.push(request);
      const url = new URL(`https://x${request.path}`);
      const [start, end] = ['startTime', 'endTime'].map((name) => url.searchParams.get(name) ?? '');
      const answer = answerTo(url.pathname.split('/').at(-1) ?? '', start ?? '', end ?? '');
      if (answer === 'large') return { ok: false, code: 'answer_too_large', detail: 'big', sent: true, attempts: 1 };
      const status = typeof answer === 'number' ? answer : 200;
      return { ok: true, status, headers: {}, body: new TextEncoder().encode(JSON.stringify(answer)), attempts: 1 };
    },
  };
  const deps: AskDeps = { http, now: () => NOW, tokens: { get: () => Promise.reject(new Error('none')) } };
  return { deps, seen };
}
const both =
  (entries: readonly object[], count = entries.length) =>
  (name: string) =>
    name === 'chargeback-summaries' ? { chargebackSummaries: [{ count }] } : { chargebackDetails: entries };
const span = { from: '2026-01-12T00:00:00.000Z', to: '2026-01-14T12:00:00.000Z' };

async function pages(answerTo: Parameters<typeof gatewayWith>[0], given = span) {
  const { deps, seen } = gatewayWith(answerTo);
  const found: string[] = [];
  const notes: string[] = [];
  let cursor: string | undefined;
  for (let turn = 0; turn < 100; turn += 1) {
    const outcome = await discoverChargebacks(deps, connector, { ...given, ...(cursor !== undefined && { cursor }) });
    if (outcome.outcome !== 'page') return { outcome, seen, found, notes };
    found.push(...outcome.statements.map(({ body }) => new TextDecoder().decode(body)));
    notes.push(...outcome.notes);
    cursor = outcome.cursor;
    if (cursor === undefined) return { outcome, seen, found, notes };
  }
  throw new Error('no end');
}

describe('chargebacks', () => {
  it('are listed day by day to the end of the span, none twice and none left out', async () => {
    const { found, seen, notes } = await pages(both([ENTRY]));
    expect(found).toHaveLength(3);
    expect(seen.map(({ path }) => decodeURIComponent(path).replace('/reporting/v3/chargeback-', ''))).toEqual(
      [
        ['2026-01-12T00:00:00.000Z', '2026-01-13T00:00:00.000Z'],
        ['2026-01-13T00:00:00.000Z', '2026-01-14T00:00:00.000Z'],
        ['2026-01-14T00:00:00.000Z', '2026-01-14T12:00:00.000Z'],
      ].flatMap(([start, end]) =>
        ['summaries', 'details'].map((name) => `${name}?startTime=${start}&endTime=${end}&organizationId=acme_org`),
      ),
    );
    expect(notes).toEqual([]);
  });
  it('of a day with none cost one request', async () => {
    expect((await pages(both([], 0))).seen).toHaveLength(3);
    expect((await pages(() => 404)).seen).toHaveLength(3);
    expect((await pages(() => ({}))).seen).toHaveLength(3);
  });
  it('of a day that is too large are asked for in halves', async () => {
    const isLong = (start: string, end: string) => Date.parse(end) - Date.parse(start) > 6 * 3_600_000;
    const answer = (name: string, start: string, end: string) =>
      name === 'chargeback-details' && isLong(start, end) ? ('large' as const) : both([ENTRY])(name);
    const { found, outcome } = await pages(answer);
    expect(outcome.outcome).toBe('page');
    expect(found).toHaveLength(10);
    expect(
      (await pages((name) => (name === 'chargeback-details' ? 'large' : both([ENTRY])(name)))).outcome,
    ).toMatchObject({
      outcome: 'malformed',
    });
  });
  it('that differ in number or name no transaction are noted', async () => {
    const { notes, found } = await pages(both([ENTRY, { amount: '1' }], 5), {
      ...span,
      from: '2026-01-14T00:00:00.000Z',
    });
    expect(found).toHaveLength(1);
    expect(notes).toEqual([expect.stringContaining('1 chargebacks name no'), expect.stringContaining('count 5')]);
  });
  it.each([
    ['not_allowed', 403],
    ['down', 500],
    ['malformed', { chargebackSummaries: 'x' }],
  ] as const)('%s', async (outcome, answer) => {
    expect((await pages(() => answer)).outcome).toMatchObject({ outcome });
  });
  it('are asked for only where the connector says so', async () => {
    const { deps, seen } = gatewayWith(both([]));
    const off = { ...connector, settings: { organizationId: 'o', merchantId: 'm' } };
    expect(await discoverChargebacks(deps, off, span)).toMatchObject({ outcome: 'cannot' });
    expect(seen).toEqual([]);
  });
});

describe('what a chargeback says', () => {
  const told = (entry: object) => {
    const body = new TextEncoder().encode(JSON.stringify(entry));
    return normalizeCybersource({ source: 'fetched', body, declared: { as: 'chargeback', id: ID } }).notifications;
  };
  it.each([
    ['money taken', {}, { id: `${ID}~chargeback-T-77`, kind: 'chargeback', status: 'FINISHED', link: 'chargeback' }],
    [
      'money given back',
      { sign: '+' },
      {
        id: `${ID}~chargeback_reversal-T-77`,
        kind: 'chargeback_reversal',
        link: 'reversal',
        chargebackId: `${ID}~chargeback-T-77`,
      },
    ],
    ['no sign', { sign: undefined }, { id: `${ID}~dispute-T-77`, kind: 'dispute', status: 'PENDING' }],
    ['before a chargeback', { preDisputeFlag: 'Y' }, { kind: 'dispute', status: 'PENDING' }],
    ['a request for papers', { natureOfDispute: 'RTRV' }, { kind: 'dispute' }],
    ['no number of the case', { trackingNumber: '../x' }, { id: `${ID}~chargeback-1` }],
  ])('%s', (_what, change, expected) => {
    expect(told({ ...ENTRY, ...change }).map(outlineOf)).toMatchObject([
      { original: ID, amount: '24.50 EUR', merchantReference: 'ORD-1', disputeReason: '10.4', ...expected },
    ]);
  });
  it('nothing without a transaction', () => {
    expect(told({ ...ENTRY, requestId: 'x' })).toMatchObject([{ about: 'notice', reason: 'missing_id' }]);
  });
});
