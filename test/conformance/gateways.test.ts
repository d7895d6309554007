import { build, type Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { loadFront } from '#shared/gateways/front-table.ts';
import { GATEWAY_FRONTS } from '#shared/gateways/fronts.ts';
import type { Acknowledged, HttpAnswer } from '#shared/gateways/gateway.ts';
import { PROVISIONS } from '#shared/gateways/provisions.ts';
import { missingOf } from '#shared/registry/readiness.ts';
import { keptConnector, sampledGateways, verdictOf, wordsAskedFor } from './sampled-gateways.ts';

/** What each gateway's samples must at least be; of a gateway that is not listed, one. */
const LEAST_SAMPLES: Readonly<Record<string, number>> = {
  ixopay: 32,
  cybersource: 20,
  paypal: 20,
  'amazon-pay': 20,
  secuconnect: 30,
  paylock: 12,
};

interface Answers {
  /** For what is stored and what is there already. */
  readonly taken: Partial<HttpAnswer>;
  /** Refused: which status. Ours alone is 401. */
  readonly refused: number;
}

/** By hand, from the manuals (the wire facts' "accept answer"): what counts as taken in, and what is repeated. */
const ANSWERS: Readonly<Record<string, Answers>> = {
  // "Any other status or body counts as failed": the body is exactly OK.
  ixopay: { taken: { status: 200, body: 'OK', headers: { 'content-type': 'text/plain' } }, refused: 401 },
  // Repeated until the system responds with 200, any body.
  secuconnect: { taken: { status: 200 }, refused: 401 },
  // 2xx; the manufacturer's samples answer 401 to a bad signature and 503 to ask for a retry.
  cybersource: { taken: { status: 200 }, refused: 401 },
  // 2xx, else 25 times over 3 days.
  paypal: { taken: { status: 200 }, refused: 401 },
  // 200 at once; a 4xx ends the retries, which is right for a forgery only.
  'amazon-pay': { taken: { status: 200 }, refused: 401 },
  paylock: { taken: { status: 200 }, refused: 401 },
};

const sampled = sampledGateways();

describe.each(sampled)('$name', (one) => {
  const { name, gateway, samples, settings } = one;

  it('is complete: both halves, settings, provision, a folder of samples', async () => {
    expect(await loadFront(GATEWAY_FRONTS, name)).toBe(gateway.front);
    expect(gateway.front.name).toBe(name);
    expect(gateway.front.methods.length).toBeGreaterThan(0);
    expect(gateway.checkSettings).toBe(settings.checkSettings);
    expect(PROVISIONS[name]).toBeDefined();
    expect(samples.length).toBeGreaterThanOrEqual(LEAST_SAMPLES[name] ?? 1);
  });

  it.each(samples)('$name is genuine by the reading that sample.json names', async (sample) => {
    expect(await verdictOf(one, sample)).toMatchObject({ ok: true, ...sample.sample.verdict });
  });

  it.each(samples)('$name says what sample.json expects, and its answers', async (sample) => {
    const verdict = await verdictOf(one, sample);
    const declared = verdict.ok ? verdict.declared : {};
    const { notifications } = gateway.normalize({ source: 'pushed', body: sample.callback.body, declared });
    expect(wordsAskedFor(notifications, sample.sample.expect)).toEqual(sample.sample.expect);
    for (const [i, answer] of sample.sample.answers.entries()) {
      if (answer.declared === undefined) continue;
      const body = sample.answerBodies[i] ?? new Uint8Array();
      const said = gateway.normalize({ source: 'fetched', body, declared: answer.declared });
      const expected = answer.expect ?? [];
      expect(said.notifications.length).toBeGreaterThan(0);
      if (answer.expect !== undefined) expect(wordsAskedFor(said.notifications, expected)).toEqual(expected);
    }
  });

  it.each(samples)('$name has a connector that could be registered, and is ready', (sample) => {
    const { settings: kept, secrets } = keptConnector(one, sample);
    expect(missingOf({ settings: kept, secretNames: Object.keys(secrets) }, settings)).toEqual([]);
    const { token } = sample.sample.connector;
    expect(token !== undefined).toBe(settings.needsCallbackToken(kept));
    expect(sample.callback.path).toMatch(`/callbacks/${sample.sample.connector.id}${token ? `/${token}` : ''}`);
    expect(sample.callback.path.endsWith(token ?? '')).toBe(true);
  });

  it('answers as the manual wants it', () => {
    const { front } = gateway;
    const expected = ANSWERS[name];
    for (const outcome of ['stored', 'duplicate', 'refused', 'failed'] satisfies Acknowledged[]) {
      const answer = front.acknowledge(outcome);
      // Nothing of the request comes back, and nothing differs by what was sent.
      expect(answer).toEqual(front.acknowledge(outcome));
      if (outcome === 'failed') expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      else if (outcome === 'refused') expect(answer.status).toBe(expected?.refused ?? 401);
      else if (expected !== undefined) expect(answer).toMatchObject(expected.taken);
      else expect(answer.status).toBe(200);
    }
    expect(front.acknowledge('duplicate')).toEqual(front.acknowledge('stored'));
  });

  it('loads neither zod nor an XML parser before the answer', async () => {
    const entry = `shared/gateways/${name}/front.ts`;
    const { metafile } = await build({
      ...{ entryPoints: [entry], bundle: true, splitting: true, format: 'esm', platform: 'node', metafile: true },
      ...{ write: false, outdir: 'out', logLevel: 'silent' },
    });
    const inputs = inputsLoadedWith(metafile, entry);
    expect(inputs).toContain(entry);
    const heavy = inputs.filter((path) => /node_modules\/(zod|fast-xml-parser|jose)\//.test(path));
    expect(heavy).toEqual([]);
  });

  it('names what it can be asked about', () => {
    const { asking, confirms } = gateway;
    expect(asking === undefined).toBe(confirms.length === 0);
    if (asking === undefined) return;
    expect(asking.horizonMinutes).toBeGreaterThan(0);
    for (const sample of samples) {
      const { settings: kept } = keptConnector(one, sample);
      const { perMinute, perIdPerMinute } = asking.limitsOf(kept);
      expect(perMinute).toBeGreaterThan(0);
      expect(perIdPerMinute ?? 1).toBeGreaterThan(0);
    }
  });
});

/** What is loaded with the bundle of an entry point: its chunks too, but not what is imported when it is needed. */
function inputsLoadedWith({ outputs }: Metafile, entry: string): readonly string[] {
  const open = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry);
  const seen = new Set(open);
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const { path: chunk, kind } of outputs[path]?.imports ?? []) {
      if (kind !== 'import-statement' || seen.has(chunk)) continue;
      seen.add(chunk);
      open.push(chunk);
    }
  }
  return [...seen].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
}
