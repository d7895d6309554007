import { describe, expect, it } from 'vitest';
import type { Verdict } from '../gateway.ts';
import { front } from './front.ts';
import { normalizeCybersource } from './normalize.ts';
import { callbackOf, credentials, encrypt, envelope, MLE, NOW, signature } from './notification.testing.ts';

const PAYLOAD = { id: '7283649501726384950173', status: 'AUTHORIZED' };
const FORGED = { id: '7283649501726384950199', status: 'BATCHED' };
const EVENT = 'payments.authorization.status.accepted';
const PLACES = ['encData', 'encryptedRequest', 'encryptedPayload'] as const;

/** Judged and read as `receive` and apply do it. */
async function outcomeOf(body: object, signed: string, values: Readonly<Record<string, string>>) {
  const callback = callbackOf(JSON.stringify(body), signed, signature(signed));
  const verdict: Verdict = await front.verify(callback, credentials({}, values), NOW);
  if (!verdict.ok) return { code: verdict.code, ids: [] };
  const statement = { source: 'pushed', body: callback.body, declared: verdict.declared } as const;
  const { notifications } = normalizeCybersource(statement);
  const key = front.inboxKey('pushed', callback.body, verdict.declared);
  return { code: 'genuine', key, ids: [...new Set(notifications.map((one) => ('id' in one ? one.id : undefined)))] };
}

describe('something encrypted that a forger puts beside a payload that alone was signed', () => {
  const genuine = envelope(EVENT, PAYLOAD);
  const signed = JSON.stringify(PAYLOAD);
  const keys = [
    ['with a private key', { mlePrivateKey: MLE.privateKey }],
    ['without one', {}],
  ] as const;

  it.each(keys)('says nothing, %s', async (_, values) => {
    const alone = await outcomeOf(genuine, signed, values);
    expect(alone).toMatchObject({ code: 'genuine', ids: [PAYLOAD.id] });
    for (const place of PLACES) {
      for (const plain of [FORGED, envelope('payments.refund.status.updated', FORGED)]) {
        const forged = { ...genuine, [place]: encrypt(JSON.stringify(plain)) };
        expect(await outcomeOf(forged, signed, values)).toEqual(alone);
      }
    }
  });

  it.each(PLACES)('is believed in %s where the whole body was signed', async (place) => {
    const body = { ...genuine, [place]: encrypt(JSON.stringify(FORGED)) };
    const values = { mlePrivateKey: MLE.privateKey };
    expect((await outcomeOf(body, JSON.stringify(body), values)).ids).toContain(FORGED.id);
    expect(await outcomeOf(body, JSON.stringify(body), {})).toMatchObject({ code: 'decryption_failed' });
  });

  it('is believed in payload, which is what was signed', async () => {
    const jwe = encrypt(JSON.stringify(FORGED));
    const values = { mlePrivateKey: MLE.privateKey };
    expect((await outcomeOf(envelope(EVENT, jwe), jwe, values)).ids).toContain(FORGED.id);
  });
});

describe('a payload that canonical JSON cannot say', () => {
  const keyOf = (text: string) =>
    front.inboxKey('pushed', new TextEncoder().encode(text), { scheme: 'payload-compact' });

  it.each(['1e999', '"\\ud800"'])('is one row however it is spaced (%s)', (value) => {
    expect(keyOf(`{"payload":{"id":"1","x":${value}}}`)).toBe(keyOf(` {"payload": {"id":"1", "x":${value}}}`));
    expect(keyOf(`{"payload":{"id":"1","x":${value}}}`)).not.toBe(keyOf(`{"payload":{"id":"2","x":${value}}}`));
  });
});
