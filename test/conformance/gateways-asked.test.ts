import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AskOutcome, FetchedStatement, SubjectQuestion } from '#shared/gateways/asking.ts';
import type { OutboundClient, OutboundRequest, OutboundResult } from '#shared/gateways/outbound.ts';
import { OUTBOUND_TROUBLES } from '#shared/gateways/outbound.ts';
import type { Notification } from '#shared/model/notification.ts';
import { createAccessTokens } from '#shared/outbound/access-tokens.ts';
import { oddBody } from './hostile-callbacks.ts';
import {
  gatewaysWithSamples,
  keptConnector,
  type SampledCallback,
  type SampledGateway,
  verdictOf,
} from './sampled-gateways.ts';

type Answer = (request: OutboundRequest, isStatement: boolean) => OutboundResult;

const JSON_TYPE = { 'content-type': 'application/json' };

function answered(
  status: number,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): OutboundResult {
  return { ok: true, status, headers: { ...JSON_TYPE, ...headers }, body: Buffer.from(body), attempts: 1 };
}

/** The question that a callback's first hint gives rise to. */
async function questionOf(one: SampledGateway, sample: SampledCallback): Promise<SubjectQuestion | undefined> {
  const verdict = await verdictOf(one, sample);
  const statement = {
    source: 'pushed' as const,
    body: sample.callback.body,
    declared: verdict.ok ? verdict.declared : {},
  };
  const hint = one.gateway.normalize(statement).notifications.find(isHint);
  if (hint?.id === undefined) return undefined;
  const { about: type, id } = hint;
  const as = 'ask' in hint ? hint.ask?.as : undefined;
  const kind = 'kind' in hint ? hint.kind : undefined;
  const more = { ...(as === undefined ? {} : { as }), ...(kind === undefined ? {} : { kind }) };
  return { about: 'subject', type, id, ...more, cause: async () => statement };
}

function isHint(notification: Notification): boolean {
  return 'hint' in notification && notification.hint === true;
}

/** Asks as confirm would; `answer` takes the place of what the sample says, if it gives something. */
async function ask(one: SampledGateway, sample: SampledCallback, question: SubjectQuestion, answer?: Answer) {
  const { asking } = one.gateway;
  if (asking === undefined) throw new Error(`${one.name} cannot be asked`);
  const { settings, secrets } = keptConnector(one, sample);
  const requests: OutboundRequest[] = [];
  const http: OutboundClient = {
    async send(request) {
      requests.push(request);
      const i = sample.sample.answers.findIndex((known) => known.request === `${request.method} ${request.path}`);
      const known = sample.sample.answers[i];
      const isStatement = known === undefined || known.declared !== undefined;
      if (answer !== undefined && isStatement) return answer(request, isStatement);
      return answered(known?.status ?? 404, sample.answerBodies[i] ?? '{}');
    },
  };
  const { id: connectorId, testMode } = sample.sample.connector;
  const connector = { connectorId, testMode, settings, secrets };
  const clock = { now: () => sample.at };
  const outcome = await asking.ask({ http, tokens: createAccessTokens(clock), ...clock }, connector, question);
  return { outcome, requests };
}

/** What statements of the API would be believed. */
function claimsOf({ gateway }: SampledGateway, statements: readonly FetchedStatement[]): readonly string[] {
  const said = statements.flatMap(
    ({ body, declared }) => gateway.normalize({ source: 'fetched', body, declared }).notifications,
  );
  return said.flatMap((one) =>
    one.about === 'transaction' && one.status !== 'PENDING' ? [`${one.kind ?? '?'} ${one.id} ${one.status}`] : [],
  );
}

function outcomesOf(outcomes: readonly AskOutcome[]): readonly string[] {
  return [...new Set(outcomes.map(({ outcome }) => outcome))].sort();
}

const asked = gatewaysWithSamples().filter(({ samples }) => samples.some(({ sample }) => sample.answers.length > 0));

describe.each(asked)('$name is asked', (one) => {
  const samples = one.samples.filter(({ sample }) => sample.answers.some(({ declared }) => declared !== undefined));

  /** What every sample's question comes to when the API answers so. */
  async function outcomesWith(answer: Answer): Promise<readonly AskOutcome[]> {
    const outcomes: AskOutcome[] = [];
    for (const sample of samples) {
      const question = await questionOf(one, sample);
      if (question !== undefined) outcomes.push((await ask(one, sample, question, answer)).outcome);
    }
    expect(outcomes.length).toBeGreaterThan(0);
    for (const outcome of outcomes) if (outcome.outcome !== 'answered') expect(outcome.detail).toMatch(/./);
    return outcomes;
  }

  it.each(samples)('$name: the requests and the statements that its sample names', async (sample) => {
    const question = await questionOf(one, sample);
    if (question === undefined) return;
    const { outcome, requests } = await ask(one, sample, question);
    const { answers } = sample.sample;
    const known = answers.map(({ request }) => request);
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(known);
    const expected = answers.flatMap(({ declared }, i) =>
      declared === undefined ? [] : [{ declared, body: Buffer.from(sample.answerBodies[i] ?? '').toString('utf8') }],
    );
    expect(outcome.outcome).toBe('answered');
    if (outcome.outcome !== 'answered') return;
    const statements = outcome.statements.map(({ declared, body }) => ({
      declared,
      body: Buffer.from(body).toString('utf8'),
    }));
    // Several are asked for in an order of the adapter's own.
    expect(statements).toHaveLength(expected.length);
    expect(statements).toEqual(expect.arrayContaining(expected));
  });

  it.each<[number, readonly string[]]>([
    [401, ['not_allowed']],
    [403, ['not_allowed']],
    [404, ['malformed', 'not_found']],
    [429, ['rate_limited']],
    [500, ['down']],
    [502, ['down']],
    [503, ['down']],
    [302, ['malformed']],
  ])('%i', async (status, allowed) => {
    const outcomes = outcomesOf(await outcomesWith(() => answered(status, '{}')));
    expect(outcomes.filter((outcome) => !allowed.includes(outcome))).toEqual([]);
  });

  it.each(OUTBOUND_TROUBLES)('trouble on the way: %s', async (code) => {
    const trouble: OutboundResult = { ok: false, code, detail: 'It did not work.', sent: true, attempts: 1 };
    const outcomes = outcomesOf(await outcomesWith(() => trouble));
    expect(outcomes.filter((outcome) => !['down', 'malformed', 'cannot'].includes(outcome))).toEqual([]);
  });

  it('what is no answer of the manual’s is none', async () => {
    for (const body of ['', 'null', '[]', '{}', '"x"', '<html>', '{"id":', '{"id":null}', '['.repeat(5_000)]) {
      const outcomes = outcomesOf(await outcomesWith(() => answered(200, body)));
      expect(outcomes.filter((outcome) => !['malformed', 'not_found', 'foreign'].includes(outcome))).toEqual([]);
    }
  });

  it('an answer about something else is not believed', async () => {
    const believed: string[] = [];
    for (const sample of samples) {
      const question = await questionOf(one, sample);
      if (question === undefined) continue;
      for (const other of samples) {
        const i = other.sample.answers.findIndex(({ declared }) => declared !== undefined);
        const theirs = other.sample.answers[i];
        const same = sample.sample.answers.some(({ request }) => request === theirs?.request);
        if (theirs === undefined || same || other.sample.connector.id !== sample.sample.connector.id) continue;
        const body = Buffer.from(other.answerBodies[i] ?? '').toString('utf8');
        const { outcome } = await ask(one, sample, question, () => answered(200, body));
        const claims = outcome.outcome === 'answered' ? claimsOf(one, outcome.statements) : [];
        if (claims.length > 0) believed.push(`${sample.name} by that of ${other.name}: ${claims.join(', ')}`);
      }
    }
    expect(believed).toEqual([]);
  });

  it('ids that are paths are never asked for', async () => {
    const [sample] = samples;
    const question = sample && (await questionOf(one, sample));
    if (sample === undefined || question === undefined) return;
    for (const id of [
      '../../x',
      '..',
      'a/b',
      'a?b',
      'a#b',
      'a%2fb',
      'a\\b',
      'a b',
      '',
      'ä',
      'a\r\nX: y',
      'x'.repeat(500),
    ]) {
      const { outcome, requests } = await ask(one, sample, { ...question, id });
      expect([id, outcome.outcome]).toEqual([id, 'cannot']);
      expect(requests).toEqual([]);
    }
  });

  it('any bytes give an outcome; secrets stay in headers and bodies of requests', async () => {
    const withQuestion = await Promise.all(
      samples.map(async (sample) => ({ sample, question: await questionOf(one, sample) })),
    );
    const pairs = withQuestion.flatMap(({ sample, question }) =>
      question === undefined ? [] : [{ sample, question }],
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pairs), oddBody(samples), async ({ sample, question }, body) => {
        const { outcome, requests } = await ask(one, sample, question, () => answered(200, body));
        const shown = JSON.stringify([outcome, requests.map(({ host, path }) => [host, path])]);
        const secrets = Object.entries(sample.sample.connector.secrets).filter(([name]) => !name.endsWith('Id'));
        for (const [, secret] of secrets) if (typeof secret === 'string') expect(shown).not.toContain(secret);
      }),
      { numRuns: 150 },
    );
  });
});
