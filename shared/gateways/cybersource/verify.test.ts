import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawCallback, Verdict } from '../gateway.ts';
import { front } from './front.ts';
import {
  callbackOf,
  credentials,
  encrypt,
  envelope,
  KEY,
  KEY_ID,
  MLE,
  NOW,
  ORGANIZATION,
  signature,
} from './notification.testing.ts';

const PAYLOAD = { id: '7283649501726384950173', status: 'AUTHORIZED' };
const BODY = JSON.stringify(envelope('payments.authorization.status.accepted', PAYLOAD));
/** What is not encrypted is judged at once. */
function verify(callback = callbackOf(BODY), connector = credentials(), now = NOW): Verdict {
  const verdict = front.verify(callback, connector, now);
  if (verdict instanceof Promise) throw new Error('it is encrypted: await opened()');
  return verdict;
}
const opened = async (callback: RawCallback, connector = credentials()): Promise<Verdict> =>
  front.verify(callback, connector, NOW);
const codeOf = (verdict: Verdict) => (verdict.ok ? 'genuine' : verdict.code);

describe('the published example', () => {
  it('gives the published signature', () => {
    const header =
      't=1617830804768;keyId=bf44c857-b182-bb05-e053-34b8d30a7a72;sig=CzHY47nzJgCSD/BREtSIb+9l/vfkaaL4qf9n8MNJ4CY=';
    const keys = JSON.stringify([{ keyId: KEY_ID, key: 'dGVzdF9rZXk=' }]);
    const callback = callbackOf('this is a decrypted payload', '', header);
    const verdict = verify(callback, credentials({}, { webhookKeys: keys }), new Date(1617830804768));
    expect(verdict).toMatchObject({ ok: true, algorithm: 'hmac-sha256', readings: { payload: 'body' } });
  });
});

describe('the header', () => {
  const header = signature(BODY);
  const parts = header.split(';');
  const [t = '', keyId = '', sig = ''] = parts;
  it.each([
    ['any order', [sig, t, keyId].join(';')],
    ['quotes around all and a last semicolon', `"${header};"`],
    ['quotes around values and blanks', `t="${t.slice(2)}" ; keyId="${keyId.slice(6)}"; sig="${sig.slice(4)}" ;`],
    ['padding lost on the way', header.replace(/=$/, '')],
    ['names in another case', `T=${t.slice(2)};KEYID=${keyId.slice(6)};Sig=${sig.slice(4)}`],
  ])('is read with %s', (_what, given) => {
    expect(codeOf(verify(callbackOf(BODY, '', given)))).toBe('genuine');
  });
  it.each([
    ['signature_missing', ''],
    ['signature_malformed', 'sig'],
    ['signature_malformed', `${header};t=1`],
    ['signature_malformed', `${header};${t}`],
    ['signature_malformed', header.replace(/t=\d+/, 't=soon')],
    ['signature_malformed', header.replace(/keyId=[^;]+/, 'keyId=')],
    ['signature_malformed', header.replace(/sig=.*/, 'sig=abc')],
    ['signature_malformed', `${header}${'x'.repeat(2_000)}`],
    ['key_unknown', header.replace(/keyId=[^;]+/, 'keyId=../../other')],
  ])('%s for %s', (code, given) => {
    expect(codeOf(verify(callbackOf(BODY, '', given)))).toBe(code);
  });
});

describe('keys', () => {
  it('are found by their id in lists and generations, and the generation is named', () => {
    const other = Buffer.alloc(32, 1).toString('base64');
    const list = (...keys: readonly object[]) => ({ webhookKeys: JSON.stringify(keys) });
    const connector = {
      ...credentials(),
      secrets: [
        { keyId: 'g-new', values: list({ keyId: 'k-new', key: other }) },
        { keyId: 'g-old', values: list({ keyId: 'k-x', key: other }, { keyId: KEY_ID, key: KEY }) },
      ],
    };
    expect(verify(callbackOf(BODY), connector)).toMatchObject({ ok: true, keyId: 'g-old' });
    const signedAnew = callbackOf(BODY, BODY, signature(BODY, { key: other, keyId: 'k-new' }));
    expect(verify(signedAnew, connector)).toMatchObject({ ok: true, keyId: 'g-new' });
    // The right bytes under the other's id.
    expect(codeOf(verify(callbackOf(BODY, BODY, signature(BODY, { key: other })), connector))).toBe(
      'signature_mismatch',
    );
  });
  it('that are missing or unreadable refuse', () => {
    for (const webhookKeys of ['', '[]', 'no json', '{"a":1}', '[{"keyId":"x"}]']) {
      expect(codeOf(verify(callbackOf(BODY), credentials({}, { webhookKeys })))).toBe('secret_missing');
    }
  });
});

describe('the time', () => {
  const late = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);
  it.each([
    ['genuine', 3_600, {}],
    ['time_out_of_range', 3_601, {}],
    ['genuine', -300, {}],
    ['time_out_of_range', -301, {}],
    ['genuine', 86_400, { toleranceSeconds: 86_400 }],
    ['time_out_of_range', 61, { toleranceSeconds: 60 }],
  ])('is %s %i s after it was signed (%o)', (code, seconds, settings) => {
    const verdict = verify(callbackOf(BODY), credentials(settings), late(seconds));
    expect(codeOf(verdict)).toBe(code);
    if (!verdict.ok) expect(verdict.signedAt).toBe(NOW.toISOString());
  });
});

describe('what the payload is', () => {
  const SPACED = `{ "eventType":"payments.authorization.status.accepted" , "payload" : {"id":"7283649501726384950173", "n":1.0} , "retryNumber": 2 }`;
  const EXACT = '{"id":"7283649501726384950173", "n":1.0}';
  const COMPACT = '{"id":"7283649501726384950173","n":1}';
  it.each([
    ['body', SPACED, SPACED],
    ['payload', SPACED, EXACT],
    ['payload-compact', SPACED, COMPACT],
    ['payload', '{"payload":[{"data":{}}]}', '[{"data":{}}]'],
    ['payload', '{"payload":"a \\"b\\" c","x":1}', 'a "b" c'],
    ['payload', '{"x":{"payload":1},"payl\\u006fad":[1, 2]}', '[1, 2]'],
  ] as const)('%s', (scheme, body, signed) => {
    const verdict = verify(callbackOf(body, signed));
    expect(verdict).toMatchObject({ ok: true, readings: { payload: scheme }, declared: { scheme } });
  });
  it('may be pinned', () => {
    for (const pinned of ['body', 'payload', 'payload-compact', 'decrypted']) {
      const connector = credentials({ payloadScheme: pinned });
      const codes = [SPACED, EXACT, COMPACT].map((signed) => codeOf(verify(callbackOf(SPACED, signed), connector)));
      const isOpen = ['body', 'payload', 'payload-compact'].map((scheme) => scheme === pinned);
      expect(codes).toEqual(isOpen.map((open) => (open ? 'genuine' : 'reading_refused')));
    }
  });
  it('is nothing where the member stands there twice', () => {
    const twice = '{"payload":{"a":1},"payload":{"a":2}}';
    for (const signed of ['{"a":1}', '{"a":2}']) {
      expect(codeOf(verify(callbackOf(twice, signed)))).toBe('signature_mismatch');
    }
  });
});

describe('message-level encryption', () => {
  const plain = JSON.stringify({ ...PAYLOAD, organizationId: ORGANIZATION });
  const jwe = encrypt(plain);
  const withKey = credentials({}, { mlePrivateKey: MLE.privateKey });
  const places: readonly (readonly [string, string])[] = [
    ['the whole body', jwe],
    ['encData', JSON.stringify({ encData: jwe })],
    ['encryptedRequest', JSON.stringify({ encryptedRequest: jwe })],
    ['encryptedPayload', JSON.stringify({ eventType: 'x', encryptedPayload: jwe })],
    ['payload', JSON.stringify(envelope('payments.authorization.status.accepted', jwe))],
  ];
  it.each(places)('is opened in %s, whether the body or the plain text was signed', async (_where, body) => {
    const whole = await opened(callbackOf(body), withKey);
    expect(whole).toMatchObject({ ok: true, declared: { scheme: 'body', payload: plain } });
    const inner = await opened(callbackOf(body, plain), withKey);
    expect(inner).toMatchObject({ ok: true, readings: { payload: 'decrypted' }, declared: { payload: plain } });
  });
  it('comes again where a genuine one cannot be opened, and is refused where nothing proves it', async () => {
    const body = places[1]?.[1] ?? '';
    for (const connector of [credentials(), credentials({}, { mlePrivateKey: 'no key' })]) {
      expect(await opened(callbackOf(body), connector)).toMatchObject({ code: 'decryption_failed', retry: true });
      const forged = await opened(callbackOf(body, 'other'), connector);
      expect(forged).toMatchObject({ ok: false, code: 'decryption_failed' });
      expect(forged).not.toHaveProperty('retry');
    }
    expect(codeOf(await opened(callbackOf(body, 'other'), withKey))).toBe('signature_mismatch');
  });
  it.each([[{ alg: 'RSA1_5' }], [{ alg: 'dir' }], [{ enc: 'A128CBC-HS256' }], [{ zip: 'DEF' }], [{ crit: ['b64'] }]])(
    'refuses %o',
    async (header) => {
      const body = JSON.stringify({ encData: encrypt(plain, MLE.publicKey, header) });
      expect(codeOf(await opened(callbackOf(body, plain), withKey))).toBe('decryption_failed');
    },
  );
  it('refuses one flipped character of any part', async () => {
    for (const index of [10, 500, jwe.indexOf('.', 60) + 3, jwe.length - 3]) {
      const flipped = jwe.slice(0, index) + (jwe[index] === 'A' ? 'B' : 'A') + jwe.slice(index + 1);
      expect((await opened(callbackOf(JSON.stringify({ encData: flipped }), plain), withKey)).ok).toBe(false);
    }
  });
});

describe('whose it is', () => {
  it.each([
    ['genuine', envelope('x', PAYLOAD)],
    ['genuine', envelope('x', PAYLOAD, { organizationId: 'acme_mid' })],
    ['foreign', envelope('x', PAYLOAD, { organizationId: 'other_org' })],
    ['foreign', envelope('x', { ...PAYLOAD, organizationId: 'other_org' })],
    [
      'foreign',
      envelope('x', [
        { data: {}, organizationId: ORGANIZATION },
        { data: {}, organizationId: 'other' },
      ]),
    ],
    ['foreign', envelope('x', PAYLOAD, { organizationId: ['acme_org'] })],
  ])('%s', (code, body) => {
    expect(codeOf(verify(callbackOf(JSON.stringify(body))))).toBe(code);
  });
  it('is judged by the payload alone where only that was signed', () => {
    const payload = { ...PAYLOAD, organizationId: ORGANIZATION };
    const body = JSON.stringify(envelope('x', payload, { organizationId: 'changed' }));
    expect(codeOf(verify(callbackOf(body, JSON.stringify(payload))))).toBe('genuine');
    const other = { ...PAYLOAD, organizationId: 'other' };
    const foreign = JSON.stringify(envelope('x', other));
    expect(codeOf(verify(callbackOf(foreign, JSON.stringify(other))))).toBe('foreign');
  });
});

describe('any bytes', () => {
  it('give a verdict, and no change of one byte is accepted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (body, header) => {
        const callback = { ...callbackOf(BODY), body, headers: { 'v-c-signature': header } };
        expect(verify(callback).ok).toBe(false);
        expect(verify({ ...callback, headers: { 'v-c-signature': signature('other') } }).ok).toBe(false);
      }),
    );
    const genuine = callbackOf(BODY);
    for (let index = 0; index < genuine.body.length; index += 3) {
      const body = Uint8Array.from(genuine.body);
      body[index] = (body[index] ?? 0) ^ 1;
      expect(verify({ ...genuine, body }).ok).toBe(false);
    }
  });
  it('that are nested without end are bounded', () => {
    const deep = `{"payload":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(verify(callbackOf(deep))).toMatchObject({ ok: true, readings: { payload: 'body' } });
    expect(codeOf(verify(callbackOf(deep, 'other')))).toBe('signature_mismatch');
  });
});

describe('the health check', () => {
  it.each([
    ['GET', undefined, 200],
    ['HEAD', undefined, 200],
    ['POST', undefined, undefined],
    ['GET', 'health', 200],
    ['HEAD', 'health', 200],
    ['POST', 'health', 200],
    ['PUT', 'health', undefined],
    ['GET', 'other', undefined],
  ])('%s %s', (method, tail, status) => {
    expect(front.probe(method, tail)?.status).toBe(status);
  });
});

describe('the inbox key', () => {
  const encoder = new TextEncoder();
  const keyOf = (body: unknown, declared: Readonly<Record<string, string>> = { scheme: 'body' }) =>
    front.inboxKey('pushed', encoder.encode(JSON.stringify(body)), declared);
  const first = envelope('e', PAYLOAD);
  it('is the same for every attempt', () => {
    const again = { ...first, transactionTraceId: 'trace-2', retryNumber: 1, requestType: 'RETRY' };
    expect(keyOf(again)).toBe(keyOf(first));
    expect(keyOf(again, { scheme: 'payload' })).toBe(keyOf(first, { scheme: 'payload' }));
  });
  it.each([
    ['eventType', { ...first, eventType: 'f' }],
    ['webhookId', { ...first, webhookId: 'w' }],
    ['eventDate', { ...first, eventDate: '2026-01-15T09:29:59' }],
    ['payload', { ...first, payload: { ...PAYLOAD, status: 'DECLINED' } }],
  ])('differs by the signed %s, and by nothing that was not signed', (name, other) => {
    expect(keyOf(other)).not.toBe(keyOf(first));
    const isPayload = name === 'payload';
    expect(keyOf(other, { scheme: 'payload' }) === keyOf(first, { scheme: 'payload' })).toBe(!isPayload);
  });
  it('is the notification id where that was signed', () => {
    const named = { ...first, notificationId: 'n-1' };
    expect(keyOf({ ...named, eventDate: '2026-01-15T10:00:00' })).toBe(keyOf(named));
    expect(keyOf({ ...named, notificationId: 'n-2' })).not.toBe(keyOf(named));
    const inner = { scheme: 'payload' };
    expect(keyOf({ ...named, notificationId: 'n-2' }, inner)).toBe(keyOf(named, inner));
  });
  it('covers the plain text of what was encrypted anew for every attempt', () => {
    const declared = { scheme: 'body', payload: JSON.stringify(PAYLOAD) };
    expect(keyOf(envelope('e', encrypt('1')), declared)).toBe(keyOf(envelope('e', encrypt('2')), declared));
  });
});
