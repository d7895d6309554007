import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AskOutcome, SubjectQuestion } from '../asking.ts';
import type { ConnectorCredentials } from '../gateway.ts';
import { outlineOf } from '../outline.testing.ts';
import { type ReadSample, readSample } from '../sample.ts';
import { answer, NOW, scripted } from './api.testing.ts';
import { gateway } from './index.ts';

const EVENTS = fileURLToPath(new URL('../../../events/secuconnect', import.meta.url));
const CASES = readdirSync(EVENTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

describe('samples of events/secuconnect', () => {
  it('are there in number', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(32);
  });

  describe.each(CASES)('%s', (name) => {
    const read = readSample(join(EVENTS, name));
    const { callback, sample, answerBodies } = read;

    it('is taken, and names its connector and token', () => {
      const verdict = gateway.front.verify(callback, credentialsOf(read));
      expect(verdict).toEqual({ ok: true, keyId: 'url-token', declared: {}, ...sample.verdict });
      expect(callback.path).toBe(`/callbacks/${sample.connector.id}/${sample.connector.token}`);
    });

    it('says what sample.json expects', () => {
      const { origin, notifications } = gateway.normalize({ source: 'pushed', body: callback.body, declared: {} });
      expect(origin.signedAt).toMatch(/Z$/);
      expect(compared(notifications.map(outlineOf), sample.expect)).toEqual(sample.expect);
    });

    it('is settled by the answers of the API, which say what sample.json expects', async () => {
      const statements = sample.answers.filter((one) => one.declared !== undefined);
      if (sample.answers.length === 0) return;
      const { outcome, asked } = await asking(read);
      expect(asked).toEqual(sample.answers.map(({ request }) => request));
      expect(outcome).toMatchObject({
        outcome: 'answered',
        statements: statements.map(({ declared }) => ({ declared })),
      });
      for (const [at, { declared, body, expect: expected = [] }] of sample.answers.entries()) {
        if (declared === undefined) continue;
        expect(body).toMatch(/\.json$/);
        const bytes = answerBodies[at] ?? new Uint8Array();
        const { notifications } = gateway.normalize({ source: 'fetched', body: bytes, declared });
        expect(compared(notifications.map(outlineOf), expected)).toEqual(expected);
      }
    });

    it('is refused when it does not say that it is a push', () => {
      const text = Buffer.from(callback.body).toString().replace('event.pushes', 'event.others');
      const verdict = gateway.front.verify({ ...callback, body: Buffer.from(text) }, credentialsOf(read));
      expect(verdict).toMatchObject({ ok: false, code: 'envelope_malformed' });
    });
  });
});

function credentialsOf({ sample: { connector } }: ReadSample): ConnectorCredentials {
  const { id, settings } = connector;
  return { connectorId: id, registeredPath: `/callbacks/${id}`, settings, secrets: [] };
}

/** Asks as confirm does after the first hint of the sample. */
async function asking({ callback, sample, answerBodies }: ReadSample) {
  const { notifications } = gateway.normalize({ source: 'pushed', body: callback.body, declared: {} });
  const [hint] = notifications;
  if (hint === undefined || hint.id === undefined) throw new Error('the sample hints at nothing');
  const as = hint.ask?.as;
  const question: SubjectQuestion = {
    ...{ about: 'subject', type: hint.about, id: hint.id, cause: async () => undefined },
    ...(as !== undefined && { as }),
  };
  const answers = sample.answers.map(({ status }, at) =>
    answer(status, Buffer.from(answerBodies[at] ?? []).toString()),
  );
  const { deps, asked } = scripted(...answers);
  const { id, settings, secrets, testMode } = sample.connector;
  const connector = { connectorId: id, settings, testMode, secrets: secrets as Record<string, string> };
  const outcome: AskOutcome = await gateway.asking.ask({ ...deps, now: () => NOW }, connector, question);
  return { outcome, asked: asked() };
}

/** The expected words only, one subject after the other; an absent one shows as null. */
function compared(outlines: readonly Readonly<Record<string, unknown>>[], expected: readonly object[]): object[] {
  return outlines.map((outline, at) =>
    Object.fromEntries(Object.keys(expected[at] ?? outline).map((key) => [key, outline[key] ?? null])),
  );
}
