import { constants, createPublicKey, verify } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AskOutcome, SubjectQuestion } from '../asking.ts';
import type { RawCallback } from '../gateway.ts';
import type { OutboundRequest } from '../outbound.ts';
import { outlineOf } from '../outline.testing.ts';
import { type ReadSample, readSample } from '../sample.ts';
import { gateway } from './index.ts';
import { stringToSign } from './sign-request.ts';

const EVENTS = fileURLToPath(new URL('../../../events/amazon-pay', import.meta.url));
const CASES = readdirSync(EVENTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const SIGNED = ['Type', 'MessageId', 'TopicArn', 'Message', 'Subject', 'Timestamp', 'Token', 'SubscribeURL'];

function verdictOf({ sample, certificates }: ReadSample, callback: RawCallback) {
  const { id, settings } = sample.connector;
  const connector = { connectorId: id, registeredPath: `/callbacks/${id}`, settings, secrets: [] };
  const demand = gateway.front.certificateOf(callback, connector);
  if (!demand.ok) return demand;
  const pem = certificates[`https://${demand.host}${demand.path}`] ?? '';
  return gateway.front.verify(callback, connector, new Date(sample.at ?? ''), { ok: true, pem });
}

/** Asks about the first of the expected subjects, as confirm does: by what the hint called it. */
async function asked(read: ReadSample, index: number): Promise<{ outcome: AskOutcome; seen: OutboundRequest[] }> {
  const { sample, answerBodies, callback } = read;
  const { expect: expected = [], connector } = sample;
  const { type, id, ask } = expected[0] ?? { type: 'transaction' as const };
  const seen: OutboundRequest[] = [];
  const question: SubjectQuestion = {
    ...{ about: 'subject', type, id: String(id) },
    ...(typeof ask === 'object' && ask !== null && 'as' in ask && { as: String(ask.as) }),
    cause: async () => ({ source: 'pushed', body: callback.body, declared: {} }),
  };
  const deps = {
    now: () => new Date(sample.at ?? ''),
    tokens: { get: () => Promise.reject(new Error('Amazon Pay has no access tokens')) },
    http: {
      async send(request: OutboundRequest) {
        seen.push(request);
        const { status = 0 } = sample.answers[index] ?? {};
        return { ok: true as const, status, headers: {}, body: answerBodies[index] ?? new Uint8Array(), attempts: 1 };
      },
    },
  };
  const secrets = Object.fromEntries(Object.entries(connector.secrets).map(([name, value]) => [name, String(value)]));
  const { id: connectorId, settings, testMode } = connector;
  const outcome = await gateway.asking.ask(deps, { connectorId, testMode, settings, secrets }, question);
  return { outcome, seen };
}

/** The expected facts only; an absent one shows as null. */
function pick(outline: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.keys(expected).map((key) => [key, outline[key] ?? null]));
}

describe('samples of events/amazon-pay', () => {
  it('are there in number', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(24);
  });

  describe.each(CASES)('%s', (name) => {
    const read = readSample(join(EVENTS, name));
    const { callback, sample, answerBodies } = read;

    it('is genuine', () => {
      expect(verdictOf(read, callback)).toMatchObject({ ok: true, ...sample.verdict });
    });

    it('says what sample.json expects', () => {
      const verdict = verdictOf(read, callback);
      const declared = verdict.ok && 'declared' in verdict ? verdict.declared : {};
      const { origin, notifications } = gateway.normalize({ source: 'pushed', body: callback.body, declared });
      expect(origin.signedAt).toBe(sample.at);
      const outlines = notifications.map(outlineOf);
      expect(outlines.map((outline, index) => pick(outline, sample.expect[index] ?? {}))).toEqual(sample.expect);
    });

    it('is refused when any one byte of what is signed differs', () => {
      const text = Buffer.from(callback.body).toString('latin1');
      const fields = JSON.parse(Buffer.from(callback.body).toString()) as Record<string, string>;
      for (const field of SIGNED.filter((each) => (fields[each] ?? '') !== '')) {
        const start = text.indexOf(`"${field}" : "`) + field.length + 6;
        const length = JSON.stringify(fields[field]).length - 2;
        for (let at = start; at < start + length; at += Math.max(1, Math.floor(length / 12))) {
          const body = new Uint8Array(callback.body);
          body[at] = (body[at] ?? 0) ^ 1;
          expect(verdictOf(read, { ...callback, body }).ok, `${field} at ${at - start}`).toBe(false);
        }
      }
    });

    it.each(sample.answers.map((answer, index) => [answer.request, index] as const))(
      'is asked by %s',
      async (_, index) => {
        const { request, declared = {}, expect: expected } = sample.answers[index] ?? {};
        const { outcome, seen } = await asked(read, index);
        expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([request]);
        expect(outcome).toMatchObject({ outcome: 'answered', statements: [{ declared, body: answerBodies[index] }] });
        const first = outcome.outcome === 'answered' ? outcome.statements[0] : undefined;
        if (first === undefined) throw new Error('no statement');
        const { notifications } = gateway.normalize({ source: 'fetched', body: first.body, declared: first.declared });
        const outlines = notifications.map(outlineOf);
        expect(outlines.map((outline, each) => pick(outline, expected?.[each] ?? {}))).toEqual(expected);
        if (declared['as'] !== 'subscription') expectSigned(seen[0], String(sample.connector.secrets['privateKey']));
      },
    );
  });
});

/** As Amazon's side does it: the signature over the headers that it names. */
function expectSigned(request: OutboundRequest | undefined, pem: string): void {
  const { authorization = '', ...headers } = request?.headers ?? {};
  const [, names = '', signature = ''] = /SignedHeaders=([^,]+), Signature=(\S+)$/.exec(authorization) ?? [];
  expect(names).toBe(Object.keys(headers).sort().join(';'));
  const text = stringToSign({ method: 'GET', path: request?.path ?? '' }, headers);
  const key = { key: createPublicKey(pem), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  expect(verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64'))).toBe(true);
}
