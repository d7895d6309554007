import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { outlineOf } from '../outline.testing.ts';
import { readSample, type Sample } from '../sample.ts';
import { gateway } from './index.ts';

const EVENTS = fileURLToPath(new URL('../../../events/cybersource', import.meta.url));
const CASES = readdirSync(EVENTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

function credentialsOf({ connector }: Sample) {
  const check = gateway.checkSettings(connector.settings, connector.secrets, 'new');
  if (!check.ok) throw new Error(JSON.stringify(check.problems));
  const { settings, secrets: values } = check;
  const registeredPath = `/callbacks/${connector.id}`;
  return { connectorId: connector.id, registeredPath, settings, secrets: [{ keyId: 'k1', values }] };
}

/** The expected facts only; an absent one shows as null. */
function asked(outline: Readonly<Record<string, unknown>>, expected: object): object {
  return Object.fromEntries(Object.keys(expected).map((key) => [key, outline[key] ?? null]));
}

describe('samples of events/cybersource', () => {
  it('are there in number, in every reading and both envelopes', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(22);
    const readings = CASES.map((name) => readSample(join(EVENTS, name)).sample.verdict.readings.payload);
    expect(new Set(readings)).toEqual(new Set(['body', 'payload', 'payload-compact', 'decrypted']));
  });

  describe.each(CASES)('%s', (name) => {
    const { callback, sample, answerBodies } = readSample(join(EVENTS, name));
    const now = new Date(sample.at ?? '');
    const verify = (body: Uint8Array) => gateway.front.verify({ ...callback, body }, credentialsOf(sample), now);

    it('is genuine, and says what sample.json expects', async () => {
      const verdict = await verify(callback.body);
      expect(verdict).toMatchObject({ ok: true, ...sample.verdict });
      const declared = verdict.ok ? verdict.declared : {};
      const statement = { source: 'pushed', body: callback.body, declared } as const;
      const { notifications, origin } = gateway.normalize(statement);
      expect(gateway.normalize(statement)).toEqual({ notifications, origin });
      const outlines = notifications.map(outlineOf);
      expect(outlines.map((outline, i) => asked(outline, sample.expect[i] ?? {}))).toEqual(sample.expect);
    });

    it('has answers that say what is expected of them', () => {
      for (const [i, { declared = {}, expect: expected = [] }] of sample.answers.entries()) {
        const body = answerBodies[i] ?? new Uint8Array();
        const { notifications } = gateway.normalize({ source: 'fetched', body, declared });
        expect(notifications.map((one, at) => asked(outlineOf(one), expected[at] ?? {}))).toEqual(expected);
      }
    });

    it('says nothing else when any one byte of its body differs', async () => {
      const genuine = await verify(callback.body);
      const said = (body: Uint8Array, declared: Readonly<Record<string, string>>) =>
        JSON.stringify(gateway.normalize({ source: 'pushed', body, declared }).notifications);
      const before = said(callback.body, genuine.ok ? genuine.declared : {});
      for (let index = 0; index < callback.body.length; index += Math.ceil(callback.body.length / 60)) {
        const body = Uint8Array.from(callback.body);
        body[index] = (body[index] ?? 0) ^ 1;
        const verdict = await verify(body);
        if (verdict.ok) expect(said(body, verdict.declared)).toBe(before);
        if (sample.verdict.readings.payload === 'body') expect(verdict.ok).toBe(false);
      }
    });
  });

  it('06 is 03 once more: the same key, another body', async () => {
    const [first, again] = await Promise.all(
      ['03-capture-updated', '06-capture-updated-again'].map(async (name) => {
        const { callback, sample } = readSample(join(EVENTS, name));
        const verdict = await gateway.front.verify(callback, credentialsOf(sample), new Date(sample.at ?? ''));
        const declared = verdict.ok ? verdict.declared : {};
        const key = gateway.front.inboxKey('pushed', callback.body, declared);
        return { key, callback, origin: gateway.normalize({ source: 'pushed', body: callback.body, declared }).origin };
      }),
    );
    expect(again?.key).toBe(first?.key);
    expect(again?.origin).toEqual(first?.origin);
    expect(again?.callback.body).not.toEqual(first?.callback.body);
  });
});
