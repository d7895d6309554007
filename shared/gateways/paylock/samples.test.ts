import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import { outlineOf } from '../outline.testing.ts';
import { readSample, type Sample } from '../sample.ts';
import { gateway } from './index.ts';
import { checkAnswer } from './look-up-answer.ts';
import { credentialsOf, flippedAt } from './request.testing.ts';

const EVENTS = fileURLToPath(new URL('../../../events/paylock', import.meta.url));
const CASES = readdirSync(EVENTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

const atOf = ({ at }: Sample) => new Date(at ?? '2026-05-04T10:00:00Z');
const verify = (callback: RawCallback, connector: ConnectorCredentials, sample: Sample) =>
  gateway.front.verify(callback, connector, atOf(sample));

describe('samples of events/paylock', () => {
  it('are there in number', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(14);
  });

  describe.each(CASES)('%s', (name) => {
    const { callback, sample, answerBodies } = readSample(join(EVENTS, name));
    const connector = credentialsOf(sample);

    it('its connector is as it is stored: every default is written down', () => {
      expect(connector.settings).toEqual(sample.connector.settings);
    });

    it('is genuine as sample.json says', () => {
      expect(verify(callback, connector, sample)).toMatchObject({ ok: true, ...sample.verdict });
    });

    it('says what sample.json expects, twice the same', () => {
      const verdict = verify(callback, connector, sample);
      const statement = {
        source: 'pushed',
        body: callback.body,
        declared: verdict.ok ? verdict.declared : {},
      } as const;
      const { notifications } = gateway.normalize(statement);
      expect(notifications.map((one, i) => pick(outlineOf(one), sample.expect[i] ?? {}))).toEqual(sample.expect);
      expect(gateway.normalize(statement)).toEqual(gateway.normalize(statement));
    });

    it('is refused when any one byte of a signed body differs', () => {
      if (!sample.verdict.algorithm.startsWith('hmac')) return;
      const { body } = callback;
      for (let index = 0; index < body.length; index += Math.max(1, Math.floor(body.length / 60))) {
        const verdict = verify({ ...callback, body: flippedAt(body, index) }, connector, sample);
        expect(verdict).toMatchObject({ ok: false, code: 'signature_mismatch' });
      }
    });

    it('is refused with another key, and when its proof is missing', () => {
      if (sample.verdict.algorithm === 'none') return;
      const other = [{ keyId: 'k1', values: { keys: JSON.stringify(['00ff00ff']) } }];
      expect(verify(callback, { ...connector, secrets: other }, sample)).toMatchObject({ ok: false });
      const { 'content-type': type = '' } = callback.headers;
      const bare = { ...callback, headers: { 'content-type': type } };
      expect(verify(bare, connector, sample)).toMatchObject({ ok: false, code: 'signature_missing' });
    });

    it('the answers of the API are believed and say what is expected', () => {
      for (const [i, answer] of sample.answers.entries()) {
        const body = answerBodies[i] ?? new Uint8Array();
        const headers = { 'content-type': 'application/json' };
        const asked = { id: 'pay_9001', path: '/payments/pay_9001' };
        const outcome = checkAnswer({ ok: true, status: 200, headers, body, attempts: 1 }, connector.settings, asked);
        expect(outcome).toMatchObject({ outcome: 'answered', statements: [{ declared: answer.declared }] });
        const declared = { ...answer.declared, askedAt: '2026-05-04T16:00:00.000Z', settles: '["a"]' };
        const { origin, notifications } = gateway.normalize({ source: 'fetched', body, declared });
        const expected = answer.expect ?? [];
        expect(notifications.map((one, k) => pick(outlineOf(one), expected[k] ?? {}))).toEqual(expected);
        expect(origin.askedAt === undefined).toBe(expected[0]?.['status'] === 'PENDING');
      }
    });
  });
});

/** The expected facts only; an absent one shows as null. */
function pick(outline: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.keys(expected).map((key) => [key, outline[key] ?? null]));
}
