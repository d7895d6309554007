import { describe, expect, it } from 'vitest';
import type { RawCallback, Verdict } from '#shared/gateways/gateway.ts';
import type { Notification } from '#shared/model/notification.ts';
import { gatewaysWithSamples, type SampledCallback, type SampledGateway, verdictOf } from './sampled-gateways.ts';

/**
 * Bytes of a body, and of a header, that are flipped in each sample, spread over them: certificates make a verdict cost some
 * 100 µs. flipped-bytes.test.ts flips every byte of IXOPAY's, the adapters' own tests those of theirs.
 */
const FLIPPED_BYTES = 40;
const FLIPPED_CHARACTERS = 20;
const SENDER_ONLY = ['token', 'basic'];

function flippedText(text: string, at: number): string {
  const bytes = Buffer.from(text, 'latin1');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('latin1');
}

/** The callback with one bit of its body changed, at places that differ from sample to sample. */
function* flippedBodies({ callback, name }: SampledCallback): Generator<RawCallback> {
  const { body } = callback;
  const step = Math.max(1, Math.floor(body.length / FLIPPED_BYTES));
  for (let at = name.length % step; at < body.length; at += step) {
    yield { ...callback, body: body.map((byte, i) => (i === at ? byte ^ 1 : byte)) };
  }
}

function* flippedHeaders({ callback }: SampledCallback, name: string): Generator<RawCallback> {
  const value = callback.headers[name] ?? '';
  const step = Math.max(1, Math.floor(value.length / FLIPPED_CHARACTERS));
  for (let at = value.length - 1; at >= 0; at -= step) {
    yield { ...callback, headers: { ...callback.headers, [name]: flippedText(value, at) } };
  }
}

function said({ gateway }: SampledGateway, callback: RawCallback, verdict: Verdict): readonly Notification[] {
  if (!verdict.ok) return [];
  return gateway.normalize({ source: 'pushed', body: callback.body, declared: verdict.declared }).notifications;
}

/** Proofs that cover no byte of the body: whoever knows the secret is believed (Paylock's modes of that name). */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['token', 'basic']);

/** What changes no state by itself: the gateway is asked before anything is believed. */
function isHint(notification: Notification): boolean {
  return notification.about === 'notice' || ('hint' in notification && notification.hint === true);
}

describe.each(gatewaysWithSamples())('$name', (one) => {
  it.each(one.samples)('$name with one bit of its body changed is refused, or says nothing else', async (sample) => {
    const proof = await verdictOf(one, sample);
    // A shared token or password proves who sends, by the connector's own setting; the body is not signed.
    if (proof.ok && SENDER_ONLY.includes(proof.algorithm)) return;
    const genuine = said(one, sample.callback, proof);
    if (WITHOUT_BODY.has(sample.sample.verdict.algorithm)) return;
    const unsigned = genuine.every(isHint);
    const believed: string[] = [];
    for (const changed of flippedBodies(sample)) {
      const verdict = await verdictOf(one, sample, changed);
      if (!verdict.ok) continue;
      const now = said(one, changed, verdict);
      // What is not signed may say anything, but only as a hint; what is signed says what it said.
      if (unsigned && now.every(isHint)) continue;
      if (JSON.stringify(now) !== JSON.stringify(genuine)) believed.push(Buffer.from(changed.body).toString('latin1'));
    }
    expect(believed).toEqual([]);
  });

  it.each(one.samples)(
    '$name with one bit of a kept header changed is refused, or says nothing else',
    async (sample) => {
      const genuine = await verdictOf(one, sample);
      const before = JSON.stringify(said(one, sample.callback, genuine));
      const kept = one.gateway.front.keptHeaders(sample.callback.headers, sample.sample.connector.settings);
      const believed: string[] = [];
      for (const name of Object.keys(kept)) {
        for (const changed of flippedHeaders(sample, name)) {
          const verdict = await verdictOf(one, sample, changed);
          if (!verdict.ok) continue;
          const same = JSON.stringify(said(one, changed, verdict)) === before;
          // A row more that repeats what was said, or says nothing that is believed, changes no state.
          if (!same && !said(one, changed, verdict).every(isHint)) believed.push(`${name}: ${changed.headers[name]}`);
        }
      }
      expect(believed).toEqual([]);
    },
  );

  it('says nothing else for a callback whose headers are gone', async () => {
    for (const sample of one.samples) {
      const genuine = said(one, sample.callback, await verdictOf(one, sample));
      const bare = await verdictOf(one, sample, { ...sample.callback, headers: {} });
      if (bare.ok) expect(said(one, sample.callback, bare)).toEqual(genuine);
    }
  });
});
