import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiscoverOutcome } from '#shared/gateways/asking.ts';
import { OUTBOUND_TROUBLES, type OutboundRequest, type OutboundResult } from '#shared/gateways/outbound.ts';
import { createAccessTokens } from '#shared/outbound/access-tokens.ts';
import { oddBody } from './hostile-callbacks.ts';
import { gatewaysWithSamples, keptConnector, type SampledGateway } from './sampled-gateways.ts';

/** What switches a list on, where it is off. */
const SWITCHED_ON: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  cybersource: { chargebackSummaries: true },
};
const NOW = new Date('2026-07-21T12:00:00.000Z');
const SPAN = { from: '2026-07-20T12:00:00.000Z', to: '2026-07-21T12:00:00.000Z' };

/** One page of the list, the API answering so; access tokens are given. */
async function list(one: SampledGateway, answer: (request: OutboundRequest) => OutboundResult, cursor?: string) {
  const { asking } = one.gateway;
  const sample = one.samples.find((each) => asking?.missing(askedWith(one, each)).length === 0);
  if (sample === undefined || asking?.discover === undefined)
    throw new Error(`${one.name} has no list or no credentials`);
  const { settings, secrets } = askedWith(one, sample);
  const requests: OutboundRequest[] = [];
  const http = {
    async send(request: OutboundRequest): Promise<OutboundResult> {
      requests.push(request);
      return /token/.test(request.path) ? answered(200, GRANTED) : answer(request);
    },
  };
  const { id: connectorId, testMode } = sample.sample.connector;
  const clock = { now: () => NOW };
  const deps = { http, tokens: createAccessTokens(clock), ...clock };
  const span = { ...SPAN, ...(cursor === undefined ? {} : { cursor }) };
  const outcome = await asking.discover(deps, { connectorId, testMode, settings, secrets }, span);
  return { outcome, requests, secrets };
}

function askedWith(one: SampledGateway, sample: SampledGateway['samples'][number]) {
  const { settings, secrets } = keptConnector(one, sample);
  return { settings: { ...settings, ...SWITCHED_ON[one.name] }, secrets, secretNames: Object.keys(secrets) };
}

const GRANTED = JSON.stringify({ access_token: 'made-for-the-test', token_type: 'bearer', expires_in: 1_200 });

function answered(status: number, body: Uint8Array | string): OutboundResult {
  return { ok: true, status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body), attempts: 1 };
}

function shown(outcome: DiscoverOutcome): string {
  return outcome.outcome === 'page' ? `page of ${outcome.statements.length}` : outcome.outcome;
}

const listing = gatewaysWithSamples().filter(({ gateway }) => gateway.asking?.discover !== undefined);

it('is what the gateways of the manuals have', () => {
  expect(listing.map(({ name }) => name)).toEqual(expect.arrayContaining(['cybersource', 'secuconnect']));
});

describe.each(listing)('the list of $name', (one) => {
  it.each([
    [401, 'not_allowed'],
    [403, 'not_allowed'],
    [429, 'rate_limited'],
    [500, 'down'],
    [503, 'down'],
  ])('%i is %s', async (status, expected) => {
    expect(shown((await list(one, () => answered(status, '{}'))).outcome)).toBe(expected);
  });

  it.each(OUTBOUND_TROUBLES)('trouble on the way: %s', async (code) => {
    const trouble: OutboundResult = { ok: false, code, detail: 'It did not work.', sent: true, attempts: 1 };
    expect(['down', 'malformed', 'cannot']).toContain(shown((await list(one, () => trouble)).outcome));
  });

  it('what is no list of the manual’s has nothing in it', async () => {
    for (const body of ['', 'null', '[]', '"x"', '<html>', '{"data":', '['.repeat(5_000)]) {
      expect(['malformed', 'page of 0']).toContain(shown((await list(one, () => answered(200, body))).outcome));
    }
  });

  it('any bytes and any cursor give an outcome; what is listed can be read; secrets stay where they belong', async () => {
    await fc.assert(
      fc.asyncProperty(oddBody(one.samples), fc.option(fc.string(), { nil: undefined }), async (body, cursor) => {
        const { outcome, requests, secrets } = await list(one, () => answered(200, body), cursor);
        if (outcome.outcome === 'page') {
          for (const { body: item, declared } of outcome.statements) {
            const said = one.gateway.normalize({ source: 'fetched', body: item, declared });
            expect(said.notifications.length).toBeGreaterThan(0);
          }
        }
        const text = JSON.stringify([outcome, requests.map(({ host, path }) => [host, path])]);
        for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
      }),
      { numRuns: 200 },
    );
  });
});
