import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatewayFront, RawCallback } from '../gateway.ts';
import { front as ixopayFront } from './front.ts';
import { ALL_ON, connectorOf, flippedAt, requestOf, signatureOf } from './request.testing.ts';
import { macOf } from './sign.ts';

const verify = (callback: RawCallback, connector = connectorOf()) => ixopayFront.verify(callback, connector);
const withHeaders = (callback: RawCallback, headers: Readonly<Record<string, string>>): RawCallback => ({
  ...callback,
  headers: { ...callback.headers, ...headers },
});

describe('published test vectors (wire 1.8)', () => {
  const body = '{"merchantTransactionId":"2019-09-02-0004","amount":"9.99","currency":"EUR"}';
  const text = (date: string, content: string, uri: string) => ({
    form: 'json' as const,
    method: 'POST',
    bodyHash: createHash('sha512').update(content).digest('hex'),
    contentType: 'application/json; charset=utf-8',
    date,
    uri,
  });
  it.each([
    [
      'AllSecure and Bankart manual',
      'my-shared-secret',
      text('Tue, 21 Jul 2020 13:15:03 UTC', body, '/api/v3/transaction/my-api-key/debit'),
      'nL+8FBKWx4/pahYScKs/dRYPBEWjiBalRaWKHGtxLpELmLrgJ/+dSWjt6dZNuu6oF18NyWEU8tXLEVm2mtEapg==',
    ],
    [
      'java-ixopay TestData',
      'my-shared-secret',
      text('Tue, 21 Jul 2020 13:15:03 GMT', body, '/api/v3/transaction/my-api-key/debit'),
      'pJUnPq6NQFmpPEG0VmnwspAVeTA7uC+pFP0nYYwua3Diw7GuW+brdk4UR6ma70EstDs8mrxWfqh1KU0xfNC69g==',
    ],
    [
      'signature testing tool',
      '',
      text('Tue, 28 Apr 2026 15:23:40 GMT', '', '/api/v3/transaction/YOUR-API-KEY-HERE/debit'),
      '4ICq+hfHFA81dAJHcXoP2/Pb+nkp9GljLe2S+REN0vMBhbQYNQUHIw/YxUTEIWS5Uu5WgdDEc7keMtqS0mpnAA==',
    ],
  ])('%s', (_name, secret, signed, signature) => {
    expect(macOf(secret, signed).toString('base64')).toBe(signature);
  });
});

describe('worked examples (wire 1.9)', () => {
  const secret = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';
  const debit =
    '{"result":"OK","uuid":"0f1e2d3c4b5a69788796","merchantTransactionId":"ORD-1001-a","purchaseId":"20260115-0f1e2d3c4b5a69788796","transactionType":"DEBIT","paymentMethod":"Creditcard","amount":"24.50","currency":"EUR","merchantMetaData":"tenant=t1&cart=77","customer":{"firstName":"Mira","lastName":"Košir","emailVerified":"false"},"extraData":{"channel":"web"},"returnData":{"_TYPE":"cardData","type":"mastercard","cardHolder":"Mira Košir","expiryMonth":"7","expiryYear":"2030","binDigits":"55555555","firstSixDigits":"555555","lastFourDigits":"4444","fingerprint":"f0f1f2f3","threeDSecure":"MANDATORY","eci":"02"}}';
  const declined =
    '{"result":"ERROR","message":"Insufficient funds","code":"2006","adapterMessage":"Not enough balance","adapterCode":"51","uuid":"aa11bb22cc33dd44ee55","merchantTransactionId":"ORD-1002-a","purchaseId":"20260115-aa11bb22cc33dd44ee55","transactionType":"DEBIT","paymentMethod":"Creditcard","amount":"10.00","currency":"EUR"}';
  const declinedXml =
    '<?xml version="1.0" encoding="utf-8"?>\n<callback xmlns="http://gateway.ixopay.com/Schema/V2/Callback"><result>ERROR</result><referenceId>aa11bb22cc33dd44ee55</referenceId><transactionId>ORD-1002-a</transactionId><purchaseId>20260115-aa11bb22cc33dd44ee55</purchaseId><transactionType>PREAUTHORIZE</transactionType><paymentMethod>Creditcard</paymentMethod><amount>10.00</amount><currency>EUR</currency><errors><error><message>Insufficient funds</message><code>2006</code><adapterMessage>Not enough balance</adapterMessage><adapterCode>51</adapterCode></error></errors></callback>';
  const debitXml =
    '<?xml version="1.0" encoding="utf-8"?>\n<callback xmlns="http://gateway.ixopay.com/Schema/V2/Callback">\n  <result>OK</result>\n  <referenceId>0f1e2d3c4b5a69788796</referenceId>\n  <transactionId>ORD-1001-a</transactionId>\n  <purchaseId>20260115-0f1e2d3c4b5a69788796</purchaseId>\n  <transactionType>DEBIT</transactionType>\n  <paymentMethod>Creditcard</paymentMethod>\n  <amount>24.50</amount>\n  <currency>EUR</currency>\n  <scheduleId>SC-7f00</scheduleId>\n  <scheduleStatus>ACTIVE</scheduleStatus>\n  <extraData key="channel">web</extraData>\n  <merchantMetaData>tenant=t1&amp;cart=77</merchantMetaData>\n  <returnData type="creditcardData">\n    <creditcardData>\n      <type>mastercard</type>\n      <cardHolder>Mira Košir</cardHolder>\n      <expiryMonth>7</expiryMonth>\n      <expiryYear>2030</expiryYear>\n      <firstSixDigits>555555</firstSixDigits>\n      <lastFourDigits>4444</lastFourDigits>\n    </creditcardData>\n  </returnData>\n</callback>\n';
  const json = 'application/json; charset=utf-8';
  const xml = 'text/xml; charset=utf-8';
  it.each([
    [
      'json-ok-sha512-gmt-query',
      debit,
      616,
      json,
      'Thu, 15 Jan 2026 09:30:00 GMT',
      '/prod/postbacks/ixopay/acme-cc-1',
      'tenant=t1&x=a%20b',
      'qIPo5jin5AvjMWxUUQLkBkArtVvzcfrIVd0JEKjygvz5bHPxPstUSHUCuyrw4cgV3gwvAYS0Hps87T7PoKDIYg==',
      'sha512',
    ],
    [
      'json-error-sha512-utc',
      declined,
      321,
      json,
      'Thu, 15 Jan 2026 09:31:00 UTC',
      '/postbacks/ixopay/acme-cc-1',
      '',
      'l+quCEvn0vQTp/DqEPrbnYFqT3rTbpKCovzIqBct2hBmy7Jh2qN+60sYyzR1iJ9yaQNPITuzO+gkAy9TKexvHg==',
      'sha512',
    ],
    [
      'json-ok-md5-utc-legacy',
      debit,
      616,
      json,
      'Thu, 15 Jan 2026 09:30:00 UTC',
      '/postbacks/ixopay/acme-cc-1',
      '',
      'gXP9H6WrAUIFG8ZJ4627SLoo+nKYAGAawhoVrCdX5fTLV1A3JwSHGe0uhe7B2iRA+L6tH3bc/krkEDyOUnqRSQ==',
      'md5',
    ],
    [
      'xml-error-md5-gmt',
      declinedXml,
      577,
      xml,
      'Thu, 15 Jan 2026 09:31:00 GMT',
      '/postbacks/ixopay/acme-cc-1',
      '',
      'Gateway acme-cc-1:aL+3Fmsu1qfJlnHof970bs+iKFsR3byLoISK+oW38OdSjP29lmxypHyjLhO+bx03qn3nHB4QzNxTpxJFJ+BO3w==',
      'md5',
    ],
    [
      'xml-ok-md5-utc',
      debitXml,
      938,
      xml,
      'Thu, 15 Jan 2026 09:30:00 UTC',
      '/postbacks/ixopay/acme-cc-1',
      'tenant=t1',
      'Gateway acme-cc-1:hh1Z8W4SKJfrTVjc4FDTzIRgf1T6/z2rWbIVihtbwakHcLwZHKv1O/fwi4l3AVQBachk0sJxCsazNeAl5rc4Mg==',
      'md5',
    ],
  ] as const)('%s', (_name, body, length, contentType, date, path, rawQuery, signature, hash) => {
    const bytes = Buffer.from(body);
    expect(bytes.byteLength).toBe(length);
    const signed = signature.startsWith('Gateway') ? { authorization: signature } : { 'x-signature': signature };
    const callback = {
      method: 'POST',
      path,
      rawQuery,
      headers: { 'content-type': contentType, date, ...signed },
      body: bytes,
    };
    const connector = { ...connectorOf(ALL_ON, secret), registeredPath: path };
    expect(verify(callback, connector)).toEqual({
      ok: true,
      keyId: 'k1',
      algorithm: `hmac-sha512/${hash}`,
      readings: { contentType: 'received', date: 'Date', path: 'registered' },
      declared: { date },
    });
  });
});

describe.each(['json', 'xml'] as const)('every signed part counts (%s)', (form) => {
  const body = form === 'json' ? '{"result":"OK"}' : '<callback/>';
  const callback = requestOf({ form, body, uri: '/callbacks/c1?a=1&b=%20' });
  const header = form === 'json' ? 'x-signature' : 'authorization';
  const flippedText = (text: string, index: number) =>
    Buffer.from(flippedAt(Buffer.from(text), index)).toString('latin1');
  const everyIndex = (text: string | Uint8Array) => Array.from({ length: text.length }, (_, index) => index);

  it('as sent it is genuine', () => expect(verify(callback)).toMatchObject({ ok: true }));
  it('body', () => {
    for (const index of everyIndex(callback.body)) {
      expect(verify({ ...callback, body: flippedAt(callback.body, index) }).ok).toBe(false);
    }
    expect(verify({ ...callback, body: Buffer.from(`${body}\n`) }).ok).toBe(false);
  });
  it('method', () => {
    for (const method of ['PUT', 'post', 'QOST', 'POSU']) expect(verify({ ...callback, method }).ok).toBe(false);
  });
  it('date', () => {
    const date = callback.headers['date'] ?? '';
    for (const index of everyIndex(date)) {
      expect(verify(withHeaders(callback, { date: flippedText(date, index) })).ok).toBe(false);
    }
  });
  it('content type, unless the verdict says that the canonical one was signed', () => {
    const type = callback.headers['content-type'] ?? '';
    const strict = connectorOf({ ...ALL_ON, acceptCanonicalContentType: false });
    for (const index of everyIndex(type)) {
      const changed = withHeaders(callback, { 'content-type': flippedText(type, index) });
      expect(verify(changed)).toMatchObject({ ok: true, readings: { contentType: 'canonical' } });
      expect(verify(changed, strict)).toMatchObject({ ok: false, code: 'reading_refused' });
    }
  });
  it('query', () => {
    for (const index of everyIndex(callback.rawQuery)) {
      expect(verify({ ...callback, rawQuery: flippedText(callback.rawQuery, index) }).ok).toBe(false);
    }
    expect(verify({ ...callback, rawQuery: 'b=%20&a=1' }).ok).toBe(false);
    expect(verify({ ...callback, rawQuery: '' }).ok).toBe(false);
  });
  it('path of the registered URL', () => {
    const registered = '/callbacks/c1';
    for (const index of everyIndex(registered)) {
      const path = flippedText(registered, index);
      const moved = { ...connectorOf(), registeredPath: path };
      expect(verify({ ...callback, path }, moved).ok).toBe(false);
    }
  });
  it('signature', () => {
    const value = callback.headers[header] ?? '';
    const start = value.length - 88;
    for (let index = start; index < value.length; index += 1) {
      const verdict = verify(withHeaders(callback, { [header]: flippedText(value, index) }));
      expect(verdict.ok).toBe(false);
    }
  });
  it('secret', () => {
    const verdict = verify(callback, connectorOf(ALL_ON, 's3creT'));
    expect(verdict).toMatchObject({ ok: false, code: 'signature_mismatch' });
  });
});

describe('signature header', () => {
  it('missing', () => {
    const { 'x-signature': _, ...headers } = requestOf().headers;
    expect(verify({ ...requestOf(), headers })).toMatchObject({ ok: false, code: 'signature_missing' });
  });
  it('Authorization: Basic is never a signature', () => {
    const { 'x-signature': _, ...headers } = requestOf().headers;
    const basic = { ...headers, authorization: `Basic ${signatureOf({})}` };
    expect(verify({ ...requestOf(), headers: basic })).toMatchObject({ ok: false, code: 'signature_missing' });
  });
  it('Basic may stand beside X-Signature, and beside the XML scheme in a repeated header', () => {
    expect(verify(withHeaders(requestOf(), { authorization: 'Basic aG9vazpz' })).ok).toBe(true);
    const xml = requestOf({ form: 'xml', body: '<callback/>' });
    const both = withHeaders(xml, { authorization: `Basic aG9vazpz, ${xml.headers['authorization']}` });
    expect(verify(both).ok).toBe(true);
    const elsewhere = withHeaders(xml, {
      authorization: 'Basic aG9vazpz',
      'x-authorization': xml.headers['authorization'] ?? '',
    });
    expect(verify(elsewhere).ok).toBe(true);
  });
  it('X-Signature decides even when a good XML signature stands beside it', () => {
    const xml = requestOf({ form: 'xml' });
    expect(verify(withHeaders(xml, { 'x-signature': 'nonsense' }))).toMatchObject({ code: 'signature_malformed' });
  });
  it.each([
    ['a prefix', (good: string) => `Authorization: ${good}`],
    ['white space', (good: string) => ` ${good}`],
    ['base64url letters', (good: string) => good.replaceAll('+', '-').replaceAll('/', '_').replace(/^./, '-')],
    ['no padding', (good: string) => good.replace(/=+$/, '')],
    ['hexadecimal', (good: string) => Buffer.from(good, 'base64').toString('hex')],
    ['two values', (good: string) => `${good}, ${good}`],
    ['nothing', () => ''],
    [
      'spare bits set',
      (good: string) => good.replace(/(.)==$/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`),
    ],
  ])('malformed: %s', (_name, change) => {
    const callback = requestOf();
    const changed = withHeaders(callback, { 'x-signature': change(callback.headers['x-signature'] ?? '') });
    expect(verify(changed)).toMatchObject({ ok: false, code: 'signature_malformed' });
  });
  it('the scheme needs an API key, any API key, and is case-sensitive', () => {
    const xml = requestOf({ form: 'xml' });
    const signature = signatureOf({ form: 'xml' });
    expect(verify(withHeaders(xml, { authorization: `Gateway other:key:${signature}` })).ok).toBe(true);
    expect(verify(withHeaders(xml, { authorization: `Gateway ${signature}` }))).toMatchObject({
      code: 'signature_malformed',
    });
    expect(verify(withHeaders(xml, { authorization: `gateway key:${signature}` }))).toMatchObject({
      code: 'signature_missing',
    });
  });
  it('a JSON string signed with the six parts of XML is refused (official client, twice)', () => {
    const wrong = withHeaders(requestOf(), {
      'x-signature': signatureOf({ form: 'xml', contentType: 'application/json; charset=utf-8' }),
    });
    expect(verify(wrong)).toMatchObject({ code: 'signature_mismatch' });
  });
});

describe('fallbacks and their switches', () => {
  const without = (name: keyof typeof ALL_ON) => connectorOf({ ...ALL_ON, [name]: false });
  it('MD5: algorithm_refused, naming the switch', () => {
    const callback = requestOf({ algorithm: 'md5' });
    expect(verify(callback)).toMatchObject({ ok: true, algorithm: 'hmac-sha512/md5' });
    const verdict = verify(callback, without('acceptMd5'));
    expect(verdict).toMatchObject({
      ok: false,
      code: 'algorithm_refused',
      detail: expect.stringContaining('/settings/acceptMd5'),
    });
  });
  it('IxoPay: with MD5 only', () => {
    const headers = (algorithm: 'md5' | 'sha512') => ({
      authorization: `IxoPay key:${signatureOf({ form: 'xml', algorithm })}`,
    });
    const xml = requestOf({ form: 'xml' });
    expect(verify(withHeaders(xml, headers('md5')))).toMatchObject({ ok: true, algorithm: 'hmac-sha512/md5' });
    expect(verify(withHeaders(xml, headers('sha512')))).toMatchObject({ ok: false, code: 'algorithm_refused' });
  });
  it('canonical content type, also when none arrives', () => {
    const { 'content-type': _, ...headers } = requestOf().headers;
    expect(verify({ ...requestOf(), headers })).toMatchObject({ ok: true, readings: { contentType: 'canonical' } });
    const rewritten = withHeaders(requestOf(), { 'content-type': 'application/json;charset=UTF-8' });
    expect(verify(rewritten)).toMatchObject({ ok: true, readings: { contentType: 'canonical' } });
    const verdict = verify(rewritten, without('acceptCanonicalContentType'));
    expect(verdict).toMatchObject({
      code: 'reading_refused',
      detail: expect.stringContaining('/settings/acceptCanonicalContentType'),
    });
  });
  it('lower-cased content type for XML, not for JSON', () => {
    const xml = requestOf({ form: 'xml', contentType: 'application/xml; charset=utf-8' });
    expect(verify(withHeaders(xml, { 'content-type': 'Application/XML; charset=UTF-8' }))).toMatchObject({
      ok: true,
      readings: { contentType: 'canonical' },
    });
    const json = requestOf({ contentType: 'application/json;x=1' });
    expect(verify(withHeaders(json, { 'content-type': 'Application/JSON;x=1' }))).toMatchObject({
      code: 'signature_mismatch',
    });
  });
  it('X-Date where Date is missing or another', () => {
    const signed = requestOf();
    const date = signed.headers['date'] ?? '';
    const { date: _, ...headers } = signed.headers;
    const only = { ...signed, headers: { ...headers, 'x-date': date } };
    const other = withHeaders(only, { date: 'Thu, 15 Jan 2026 09:30:07 GMT' });
    for (const callback of [only, other]) {
      expect(verify(callback)).toMatchObject({ ok: true, readings: { date: 'X-Date' }, declared: { date } });
      expect(verify(callback, without('acceptXDate'))).toMatchObject({
        code: 'reading_refused',
        detail: expect.stringContaining('/settings/acceptXDate'),
      });
    }
    expect(verify(withHeaders(signed, { 'x-date': date }))).toMatchObject({ readings: { date: 'Date' } });
    expect(verify({ ...signed, headers })).toMatchObject({ code: 'date_missing' });
    expect(verify(withHeaders(signed, { date: '' }))).toMatchObject({ code: 'date_missing' });
  });
  it('Date as API Gateway renames it is still Date', () => {
    const { date = '', ...headers } = requestOf().headers;
    const remapped = { ...requestOf(), headers: { ...headers, 'x-amzn-remapped-date': date } };
    expect(verify(remapped, without('acceptXDate'))).toMatchObject({
      ok: true,
      readings: { date: 'Date' },
      declared: { date },
    });
  });
  it('path as received', () => {
    const callback = requestOf({ uri: '/stage/callbacks/c1' });
    expect(verify(callback)).toMatchObject({ ok: true, readings: { path: 'received' } });
    expect(verify(callback, without('acceptReceivedPath'))).toMatchObject({
      code: 'reading_refused',
      detail: expect.stringContaining('/settings/acceptReceivedPath'),
    });
  });
  it('publicPath takes the place of the registered path; a trailing slash is signed as sent', () => {
    const signed = requestOf({ uri: '/pay/callbacks/c1/' });
    const arrived = { ...signed, path: '/callbacks/c1/' };
    const connector = connectorOf({ ...ALL_ON, publicPath: '/pay/callbacks/c1' });
    expect(verify(arrived, connector)).toMatchObject({ ok: true, readings: { path: 'registered' } });
    expect(verify(arrived)).toMatchObject({ ok: false });
    expect(verify({ ...arrived, path: '/callbacks/c1' }, connector)).toMatchObject({ ok: false });
  });
  it('several at once are all named, MD5 first of all', () => {
    const callback = withHeaders(requestOf({ algorithm: 'md5', uri: '/stage/callbacks/c1' }), {
      'content-type': 'text/plain',
    });
    expect(verify(callback, connectorOf({}))).toMatchObject({
      code: 'algorithm_refused',
      detail: expect.stringMatching(/acceptMd5.*acceptCanonicalContentType.*acceptReceivedPath/),
    });
  });
  it('only an explicit true switches a reading on', () => {
    for (const settings of [{}, { acceptMd5: 'true' }, { acceptMd5: 1 }]) {
      expect(verify(requestOf({ algorithm: 'md5' }), connectorOf(settings))).toMatchObject({ ok: false });
    }
  });
});

describe('secrets', () => {
  it('an empty secret never verifies', () => {
    const callback = requestOf({ secret: '' });
    expect(verify(callback, connectorOf(ALL_ON, ''))).toMatchObject({ ok: false, code: 'secret_missing' });
    expect(verify(callback, connectorOf(ALL_ON, '', 'other'))).toMatchObject({ ok: false, code: 'signature_mismatch' });
    expect(verify(callback, { ...connectorOf(), secrets: [] })).toMatchObject({ code: 'secret_missing' });
    expect(verify(callback, { ...connectorOf(), secrets: [{ keyId: 'k1', values: {} }] })).toMatchObject({
      code: 'secret_missing',
    });
  });
  it('during a rotation both verify and the verdict says which', () => {
    const connector = connectorOf(ALL_ON, 'new', 'old');
    expect(verify(requestOf({ secret: 'new' }), connector)).toMatchObject({ keyId: 'k1' });
    expect(verify(requestOf({ secret: 'old', algorithm: 'md5' }), connector)).toMatchObject({ keyId: 'k2' });
  });
  it('no refusal repeats a secret or a signature', () => {
    const callback = requestOf({ algorithm: 'md5' });
    const verdict = verify(callback, connectorOf({}, 's3cret'));
    expect(JSON.stringify(verdict)).not.toContain('s3cret');
    expect(JSON.stringify(verdict)).not.toContain(callback.headers['x-signature']);
  });
});

describe('age', () => {
  it('a repeat of a week ago verifies: no freshness window', () => {
    const front: GatewayFront = ixopayFront;
    expect(front.verify(requestOf(), connectorOf(), new Date('2026-01-23T00:00:00Z'))).toMatchObject({
      ok: true,
    });
  });
});

describe('verify is total', () => {
  it('any request gives a verdict, never a genuine one', () => {
    const text = fc.string({ unit: 'binary', maxLength: 120 });
    const request = fc.record({
      method: text,
      path: text,
      rawQuery: text,
      headers: fc.dictionary(
        fc.constantFrom('x-signature', 'authorization', 'x-authorization', 'date', 'x-date', 'content-type'),
        fc.oneof(
          text,
          fc.constant(signatureOf({ secret: 'unknown' })),
          text.map((value) => `Gateway ${value}`),
        ),
      ),
      body: fc.uint8Array({ maxLength: 64 }),
    });
    fc.assert(fc.property(request, (callback) => !verify(callback).ok));
  });
  it('a line feed in a part never shifts the signed parts', () => {
    const xml = requestOf({ form: 'xml', uri: '/callbacks/c1' });
    const signature = signatureOf({ form: 'xml' });
    const shifted = {
      ...xml,
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        date: `${xml.headers['date']}\n`,
        'x-signature': signature,
      },
    };
    expect(verify(shifted)).toMatchObject({ ok: false });
  });
});
