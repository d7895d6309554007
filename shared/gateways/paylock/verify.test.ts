import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import { front } from './front.ts';
import { connectorOf } from './request.testing.ts';

const NOW = new Date('2026-05-04T10:00:00.000Z');
const SECONDS = NOW.getTime() / 1_000;
const KEY = 'key-of-the-test';
const BODY = '{"id":"1"}';

function callbackOf(headers: Readonly<Record<string, string>>, body: string | Uint8Array = BODY): RawCallback {
  return { method: 'POST', path: '/callbacks/c1', rawQuery: '', headers, body: Buffer.from(body) };
}

const sign = (text: string | Uint8Array, key: string | Buffer = KEY) => createHmac('sha256', key).update(text).digest();
const verify = (callback: RawCallback, connector: ConnectorCredentials, now = NOW) =>
  front.verify(callback, connector, now);
const plain = { signatureHeader: 'X-Sig' };
const timed = { ...plain, timestampHeader: 'X-Time', timestampUnit: 's', template: '{timestamp}.{body}' };

describe('the signature header', () => {
  const connector = connectorOf(plain, { keys: [KEY] });
  const good = sign(BODY).toString('hex');

  it.each([
    ['nothing', undefined, 'signature_missing'],
    ['an empty one', '', 'signature_missing'],
    ['base64 where hex is set', sign(BODY).toString('base64'), 'signature_malformed'],
    ['an odd digit', good.slice(1), 'signature_malformed'],
    ['a prefix that is not set', `sha256=${good}`, 'signature_malformed'],
    ['quotes', `"${good}"`, 'signature_malformed'],
    ['too short', good.slice(2), 'signature_mismatch'],
    ['too long', `${good}00`, 'signature_mismatch'],
    ['another', sign('x').toString('hex'), 'signature_mismatch'],
  ])('%s', (_name, header, code) => {
    expect(verify(callbackOf(header === undefined ? {} : { 'x-sig': header }), connector)).toMatchObject({ code });
  });

  it('is a list when it is repeated; any one of ten counts', () => {
    const bad = sign('x').toString('hex');
    expect(verify(callbackOf({ 'x-sig': `${bad}, ${good}` }), connector).ok).toBe(true);
    expect(verify(callbackOf({ 'x-sig': `${bad},${bad} ,  ${good}` }), connector).ok).toBe(true);
    const late = [...Array.from({ length: 10 }, () => bad), good].join(',');
    expect(verify(callbackOf({ 'x-sig': late }), connector)).toMatchObject({ code: 'signature_mismatch' });
  });

  it.each(['base64', 'base64url'] as const)('%s in one form only', (encoding) => {
    const one = connectorOf({ ...plain, encoding }, { keys: [KEY] });
    const text = sign(BODY).toString(encoding);
    const bare = text.replace(/=+$/, '');
    for (const taken of [bare, `${bare}=`]) expect(verify(callbackOf({ 'x-sig': taken }), one).ok).toBe(true);
    const last = bare.slice(-1);
    const spare = String.fromCharCode(last.charCodeAt(0) + 1);
    for (const wrong of [`${bare}==`, bare.slice(0, -1) + spare, ` ${bare.slice(0, 5)} ${bare.slice(5)}`]) {
      expect(verify(callbackOf({ 'x-sig': wrong }), one).ok).toBe(false);
    }
  });

  it('the body is bytes: what is no text verifies as it came', () => {
    const bytes = Uint8Array.of(0xff, 0x00, 0xc3, 0x28, 0x0d, 0x0a);
    const signed = callbackOf({ 'x-sig': sign(bytes).toString('hex') }, bytes);
    expect(verify(signed, connector).ok).toBe(true);
    expect(verify({ ...signed, body: Buffer.from(new TextDecoder().decode(bytes)) }, connector).ok).toBe(false);
  });
});

describe('the template', () => {
  it.each([
    ['{body}', BODY],
    ['{method} {path}?{query}\n{body}', `POST /callbacks/c1?a=1&b=%20\n${BODY}`],
    ['https://pay.example{path}{body}', `https://pay.example/callbacks/c1${BODY}`],
    ['{sha256hex:body}', createHash('sha256').update(BODY).digest('hex')],
  ])('%s', (template, text) => {
    const connector = connectorOf({ ...plain, template }, { keys: [KEY] });
    const signed = sign(text).toString('hex');
    const callback = { ...callbackOf({ 'x-sig': signed }), rawQuery: 'a=1&b=%20' };
    expect(verify(callback, connector).ok).toBe(true);
    expect(verify({ ...callback, body: Buffer.from('{"id":"2"}') }, connector).ok).toBe(false);
    if (template.includes('{query}')) expect(verify({ ...callback, rawQuery: 'a=1' }, connector).ok).toBe(false);
    if (template.includes('{method}')) expect(verify({ ...callback, method: 'PUT' }, connector).ok).toBe(false);
  });

  it('{path}: as registered, as received, or as publicPath says; which one is shown', () => {
    const settings = { ...plain, template: '{path}\n{body}' };
    const connector = connectorOf(settings, { keys: [KEY] });
    const signed = (path: string) => callbackOf({ 'x-sig': sign(`${path}\n${BODY}`).toString('hex') });
    expect(verify(signed('/callbacks/c1'), connector)).toMatchObject({ readings: { path: 'registered' } });
    const moved = { ...signed('/stage/callbacks/c1'), path: '/stage/callbacks/c1' };
    expect(verify(moved, connector)).toMatchObject({ readings: { path: 'received' } });
    const elsewhere = verify(signed('/hooks/c1'), connector);
    expect(elsewhere).toMatchObject({ code: 'signature_mismatch', tried: [{ reading: 'sha256, path registered' }] });
    const named = connectorOf({ ...settings, publicPath: '/hooks/c1' }, { keys: [KEY] });
    expect(verify(signed('/hooks/c1'), named)).toMatchObject({ readings: { path: 'registered' } });
  });
});

describe('the signed time', () => {
  const connector = connectorOf(timed, { keys: [KEY] });
  const at = (time: string | number, signedTime = time) =>
    callbackOf({ 'x-time': String(time), 'x-sig': sign(`${signedTime}.${BODY}`).toString('hex') });

  it.each([
    [0, true],
    [-300, true],
    [300, true],
    [-301, false],
    [301, false],
    [-86_400, false],
  ])('%i s from now: %s', (difference, ok) => {
    const verdict = verify(at(SECONDS + difference), connector);
    expect(verdict.ok).toBe(ok);
    if (!ok) expect(verdict).toMatchObject({ code: 'time_out_of_range', signedAt: expect.stringMatching(/Z$/) });
  });

  it('is believed only as it was signed, and judged only when the signature is right', () => {
    expect(verify(at(SECONDS, SECONDS - 9_000), connector)).toMatchObject({ code: 'signature_mismatch' });
    const forged = callbackOf({ 'x-time': '1000000000', 'x-sig': sign('x').toString('hex') });
    expect(verify(forged, connector)).toMatchObject({ code: 'signature_mismatch' });
  });

  it.each([
    ['missing', ''],
    ['twice', `${SECONDS}, ${SECONDS}`],
    ['other digits', `0${SECONDS}`],
    ['with a sign', `+${SECONDS}`],
    ['a fraction', `${SECONDS}.5`],
    ['milliseconds', String(NOW.getTime())],
  ])('%s is refused though signed', (_name, time) => {
    expect(verify(at(time), connector)).toMatchObject({
      ok: false,
      code: expect.stringMatching(/date_missing|malformed/),
    });
  });

  it('no digit of it can be moved into a body that follows at once', () => {
    const adjoining = connectorOf({ ...timed, template: '{timestamp}{body}' }, { keys: [KEY] });
    const signature = sign(`${SECONDS}${BODY}`).toString('hex');
    const moved = { 'x-time': String(SECONDS).slice(0, 9), 'x-sig': signature };
    expect(verify(callbackOf(moved, `${String(SECONDS).slice(9)}${BODY}`), adjoining).ok).toBe(false);
  });

  it.each([
    ['ms', String(NOW.getTime())],
    ['iso8601', '2026-05-04T12:00:00.000+02:00'],
    ['http-date', 'Mon, 04 May 2026 10:00:00 GMT'],
  ])('%s', (timestampUnit, time) => {
    const one = connectorOf({ ...timed, timestampUnit }, { keys: [KEY] });
    expect(verify(at(time), one).ok).toBe(true);
    expect(verify(at(`${time}, ${time}`), one)).toMatchObject({ code: 'signature_malformed' });
    expect(verify(at(time), one, new Date(NOW.getTime() + 301_000))).toMatchObject({ code: 'time_out_of_range' });
  });

  it('is there under the name that API Gateway gives it', () => {
    const dated = connectorOf({ ...timed, timestampHeader: 'Date', timestampUnit: 'http-date' }, { keys: [KEY] });
    const date = 'Mon, 04 May 2026 10:00:00 GMT';
    const headers = { 'x-amzn-remapped-date': date, 'x-sig': sign(`${date}.${BODY}`).toString('hex') };
    expect(verify(callbackOf(headers), dated).ok).toBe(true);
    expect(front.keptHeaders(headers, dated.settings)).toEqual(headers);
  });

  it('an unsigned one, of settings from elsewhere, opens and closes nothing', () => {
    const unsigned = { ...connectorOf(plain, { keys: [KEY] }) };
    const settings = { ...unsigned.settings, timestampHeader: 'X-Time', timestampUnit: 's' };
    const callback = callbackOf({ 'x-time': '1', 'x-sig': sign(BODY).toString('hex') });
    expect(verify(callback, { ...unsigned, settings }).ok).toBe(true);
  });
});

describe('keys', () => {
  it('any of a list and of every generation; the verdict names the generation', () => {
    const connector: ConnectorCredentials = {
      ...connectorOf(plain, { keys: ['a'] }),
      secrets: [
        { keyId: 'new', values: { keys: '["a","b"]' } },
        { keyId: 'old', values: { keys: '["c"]' } },
      ],
    };
    const by = (key: string) => verify(callbackOf({ 'x-sig': sign(BODY, key).toString('hex') }), connector);
    expect(['a', 'b', 'c'].map(by)).toMatchObject([{ keyId: 'new' }, { keyId: 'new' }, { keyId: 'old' }]);
    expect(by('d')).toMatchObject({ code: 'signature_mismatch', tried: [{ keyIds: ['new', 'old'] }] });
  });

  it.each([undefined, '', '[]', '[""]', 'a', '{"0":"a"}', '[1]', 'null'])('%s holds none: nothing verifies', (keys) => {
    const connector = connectorOf(plain, { keys: ['a'] });
    const secrets = [{ keyId: 'k1', values: keys === undefined ? {} : { keys } }];
    for (const key of ['', 'a', 'undefined']) {
      const callback = callbackOf({ 'x-sig': sign(BODY, key).toString('hex') });
      expect(verify(callback, { ...connector, secrets })).toMatchObject({ ok: false, code: 'secret_missing' });
    }
  });

  it('one that is not in the encoding of the settings is none', () => {
    const connector = { ...connectorOf(plain, { keys: ['a'] }) };
    const hex = { ...connector, settings: { ...connector.settings, secretEncoding: 'hex' } };
    const secrets = [{ keyId: 'k1', values: { keys: '["not hex"]' } }];
    expect(verify(callbackOf({ 'x-sig': '00' }), { ...hex, secrets })).toMatchObject({ code: 'secret_missing' });
  });
});

describe('fails closed', () => {
  const whole = connectorOf({ ...timed, idHeader: 'X-Id', template: '{id}.{timestamp}.{body}' }, { keys: [KEY] });
  const text = `d1.${SECONDS}.${BODY}`;
  const callback = callbackOf({
    ...{ 'x-time': String(SECONDS), 'x-id': 'd1', 'x-sig': sign(text).toString('hex') },
  });

  it('verifies with all that is needed', () => {
    expect(verify(callback, whole).ok).toBe(true);
  });

  it.each(['', 'd1, d1', 'd 1', 'd\n1', 'x'.repeat(257)])('signed id %j is none', (id) => {
    const headers = {
      'x-time': String(SECONDS),
      'x-id': id,
      'x-sig': sign(`${id}.${SECONDS}.${BODY}`).toString('hex'),
    };
    expect(verify(callbackOf(headers), whole)).toMatchObject({ ok: false, code: 'signature_malformed' });
  });

  it.each([
    ...['mode', 'algorithm', 'encoding', 'secretEncoding', 'signatureHeader', 'template', 'timestampHeader'],
    ...['timestampUnit', 'toleranceSeconds', 'idHeader'],
  ])('without %s nothing does, and each refusal says what to set', (name) => {
    const { [name]: _, ...settings } = whole.settings;
    const verdict = verify(callback, { ...whole, settings });
    expect(verdict).toMatchObject({
      ok: false,
      detail: expect.stringContaining(name === 'secretEncoding' ? 'key' : name),
    });
  });

  it.each([
    ['algorithm', 'md5'],
    ['algorithm', 'SHA256'],
    ['encoding', 'utf8'],
    ['template', '{timestamp}'],
    ['template', '{Body}'],
    ['template', '{body'],
    ['mode', 'none'],
    ['toleranceSeconds', 0],
    ['toleranceSeconds', Number.NaN],
  ])('%s %s is none', (name, value) => {
    expect(verify(callback, { ...whole, settings: { ...whole.settings, [name]: value } }).ok).toBe(false);
  });

  it('sha1 counts only where it is named', () => {
    const signature = createHmac('sha1', KEY).update(BODY).digest('hex');
    const signed = callbackOf({ 'x-sig': signature });
    expect(verify(signed, connectorOf(plain, { keys: [KEY] }))).toMatchObject({ code: 'signature_mismatch' });
    const named = connectorOf({ ...plain, algorithm: 'sha1' }, { keys: [KEY] });
    expect(verify(signed, named)).toMatchObject({ ok: true, algorithm: 'hmac-sha1' });
  });

  it('any request gives a verdict, and never a genuine one', () => {
    const any = fc.string({ unit: 'binary', maxLength: 80 });
    const request = fc.record({
      ...{ method: any, path: any, rawQuery: any, body: fc.uint8Array({ maxLength: 64 }) },
      headers: fc.dictionary(fc.constantFrom('x-sig', 'x-time', 'x-id', 'authorization'), any),
    });
    const modes = ['hmac', 'token', 'basic'].map((mode) => ({
      ...whole,
      settings: { ...whole.settings, mode, callbackUser: 'u' },
    }));
    fc.assert(fc.property(request, (hostile) => modes.every((connector) => !front.verify(hostile, connector, NOW).ok)));
  });
});
