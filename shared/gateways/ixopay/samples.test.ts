import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { outlineOf } from '../outline.testing.ts';
import { readSample } from '../sample.ts';
import { gateway as ixopay } from './index.ts';
import { credentialsOf, flippedAt } from './request.testing.ts';

const EVENTS = fileURLToPath(new URL('../../../events/ixopay', import.meta.url));
const CASES = readdirSync(EVENTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

describe('samples of events/ixopay', () => {
  it('are there in number', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(32);
  });

  describe.each(CASES)('%s', (name) => {
    const { callback, sample } = readSample(join(EVENTS, name));

    it('is genuine by the reading that sample.json names', () => {
      expect(ixopay.front.verify(callback, credentialsOf(sample))).toMatchObject({ ok: true, ...sample.verdict });
    });

    it('says what sample.json expects', () => {
      const verdict = ixopay.front.verify(callback, credentialsOf(sample));
      const declared = verdict.ok ? verdict.declared : {};
      const { origin, notifications } = ixopay.normalize({ source: 'pushed', body: callback.body, declared });
      expect(origin.signedAt).toBeDefined();
      const outlines = notifications.map(outlineOf);
      expect(outlines.map((outline, index) => ({ ...pick(outline, sample.expect[index] ?? {}) }))).toEqual(
        sample.expect,
      );
    });

    it('is refused with the fallbacks off when it needed one, and otherwise is not', () => {
      const off = {
        acceptMd5: false,
        acceptCanonicalContentType: false,
        acceptXDate: false,
        acceptReceivedPath: false,
      };
      const verdict = ixopay.front.verify(callback, credentialsOf(sample, off));
      const literal =
        sample.verdict.algorithm === 'hmac-sha512/sha512' &&
        JSON.stringify(sample.verdict.readings) ===
          JSON.stringify({ contentType: 'received', date: 'Date', path: 'registered' });
      expect(verdict.ok).toBe(literal);
    });

    it('is refused when any one byte of its body differs', () => {
      const { body } = callback;
      for (let index = 0; index < body.length; index += Math.max(1, Math.floor(body.length / 40))) {
        const verdict = ixopay.front.verify({ ...callback, body: flippedAt(body, index) }, credentialsOf(sample));
        expect(verdict).toMatchObject({ ok: false, code: 'signature_mismatch' });
      }
    });
  });
});

/** The expected facts only; an absent one shows as null. */
function pick(outline: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.keys(expected).map((key) => [key, outline[key] ?? null]));
}
