import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Notification } from '#shared/model/notification.ts';
import { outlineOf } from '../outline.testing.ts';
import { readSample } from '../sample.ts';
import { credentialsOf } from './connector.testing.ts';
import { gateway } from './index.ts';

const EVENTS = fileURLToPath(new URL('../../../events/paypal', import.meta.url));
const CASES = readdirSync(EVENTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

describe('samples of events/paypal', () => {
  it('are there in number', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(24);
  });

  describe.each(CASES)('%s', (name) => {
    const { callback, sample, answerBodies, certificates } = readSample(join(EVENTS, name));
    const connector = credentialsOf(sample.connector);
    const now = new Date(sample.at ?? '');
    const demand = gateway.front.certificateOf(callback, connector);
    const pem = demand.ok ? certificates[`https://${demand.host}${demand.path}`] : undefined;
    const certificate = pem === undefined ? undefined : ({ ok: true, pem } as const);
    const verdict = gateway.front.verify(callback, connector, now, certificate);

    it('is genuine as sample.json says', () => {
      expect(verdict).toMatchObject({ ok: true, ...sample.verdict });
    });

    it('says what sample.json expects', () => {
      const declared = verdict.ok ? verdict.declared : {};
      const { origin, notifications } = gateway.normalize({ source: 'pushed', body: callback.body, declared });
      expect(origin.signedAt).toBeDefined();
      expectOutlines(notifications, sample.expect);
    });

    it('is refused when one byte of its body or a signed header differs', () => {
      const { body } = callback;
      for (let index = 0; index < body.length; index += Math.max(1, Math.floor(body.length / 20))) {
        const flipped = body.map((byte, at) => (at === index ? byte ^ 1 : byte));
        const answer = gateway.front.verify({ ...callback, body: flipped }, connector, now, certificate);
        expect(answer).toMatchObject({ ok: false, code: 'signature_mismatch' });
      }
      for (const header of ['paypal-transmission-id', 'paypal-transmission-time']) {
        const changed = (callback.headers[header] ?? '').replace(/\d/, (digit) => String((Number(digit) + 1) % 10));
        const headers = { ...callback.headers, [header]: changed };
        expect(gateway.front.verify({ ...callback, headers }, connector, now, certificate).ok).toBe(false);
      }
    });

    it('has answers that say what sample.json expects', () => {
      sample.answers.forEach(({ declared, expect: expected }, index) => {
        if (declared === undefined || expected === undefined) return;
        const statement = {
          source: 'fetched' as const,
          body: answerBodies[index] ?? new Uint8Array(),
          declared: { ...declared, askedAt: '2026-09-20T10:00:00.000Z', settles: '["a"]' },
        };
        const { origin, notifications } = gateway.normalize(statement);
        expect(origin).toMatchObject({ askedAt: '2026-09-20T10:00:00.000Z', settles: ['a'] });
        expectOutlines(notifications, expected);
      });
    });
  });
});

/** The expected facts only; an absent one shows as null. */
function expectOutlines(
  notifications: readonly Notification[],
  expected: readonly Readonly<Record<string, unknown>>[],
): void {
  const outlines = notifications.map(outlineOf);
  expect(outlines).toHaveLength(expected.length);
  const picked = outlines.map((outline, index) =>
    Object.fromEntries(Object.keys(expected[index] ?? {}).map((key) => [key, outline[key] ?? null])),
  );
  expect(picked).toEqual(expected);
}
