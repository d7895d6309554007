import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type CertificateWish, makeTestCertificate, type TestCertificate } from './certificates.testing.ts';
import { chainCompletion } from './chain-completion.ts';
import { judgeCertificate } from './judge-certificate.ts';
import { trustedHere } from './trust-store.ts';

const NOW = new Date('2026-11-22T03:00:00Z');
const AT = 'http://crt.example.com/middle.cer';
const root = makeTestCertificate('Root', { ca: true });
const middle = makeTestCertificate('Middle', { ca: true, issuer: root });
const leaf = leafOf({});

vi.mock('./trust-store.ts', { spy: true });

function leafOf(wish: CertificateWish): TestCertificate {
  return makeTestCertificate('sns.example', { issuer: middle, issuerAt: [AT], ...wish });
}

function der({ cert }: TestCertificate): Buffer {
  return new X509Certificate(cert).raw;
}

const addressOf = (...issuerAt: string[]) => chainCompletion.missing(leafOf({ key: leaf.key, issuerAt }).cert);
const append = (pem: string, bytes: Uint8Array, now = NOW) => chainCompletion.append(pem, bytes, now);

function judge(pem: string | undefined, authorities = [root.cert]) {
  return judgeCertificate(pem ?? '', { names: (name) => name === 'sns.example', now: NOW, authorities });
}

describe('a certificate that is served alone', () => {
  it('says where its issuer is, and is believed with it', () => {
    expect(judge(leaf.cert)).toMatchObject({ ok: false, code: 'certificate_untrusted' });
    expect(chainCompletion.missing(leaf.cert)).toEqual({ host: 'crt.example.com', path: '/middle.cer', plain: true });
    for (const served of [der(middle), Buffer.from(middle.cert), Buffer.from(`Middle\r\n${middle.cert}`)]) {
      const whole = append(leaf.cert, served);
      expect(judge(whole)).toMatchObject({ ok: true });
      expect(chainCompletion.missing(whole ?? '')).toBeUndefined();
    }
  });

  it('may be without a line feed at its end', () => {
    expect(judge(append(leaf.cert.trimEnd(), der(middle)))).toMatchObject({ ok: true });
  });

  it('lacks nothing where it leads to an authority that Node trusts', () => {
    vi.mocked(trustedHere).mockImplementation(() => [new X509Certificate(root.cert)]);
    const direct = leafOf({ issuer: root });
    expect(chainCompletion.missing(direct.cert)).toBeUndefined();
    const linked = makeTestCertificate('Linked', { ca: true, issuer: root, issuerAt: [AT] });
    expect(chainCompletion.missing(leafOf({ issuer: linked }).cert + linked.cert)).toBeUndefined();
    vi.mocked(trustedHere).mockReset();
    expect(chainCompletion.missing(leafOf({ issuer: linked }).cert + linked.cert)).toMatchObject({ plain: true });
  });

  it('says so of every link: the last one is asked', () => {
    const upper = makeTestCertificate('Upper', { ca: true, issuer: root, issuerAt: ['https://crt.example.com/root'] });
    const lower = makeTestCertificate('Lower', { ca: true, issuer: upper, issuerAt: ['http://crt.example.com/upper'] });
    const end = leafOf({ issuer: lower });
    const two = append(end.cert, der(lower)) ?? '';
    expect(chainCompletion.missing(two)).toMatchObject({ path: '/upper' });
    const three = append(two, der(upper)) ?? '';
    expect(chainCompletion.missing(three)).toEqual({ host: 'crt.example.com', path: '/root', plain: false });
    expect(judge(three)).toMatchObject({ ok: true });
  });

  it('is not asked where it could not sign anyway, nor where what was served is none', () => {
    expect(chainCompletion.missing(leafOf({ rsaBits: 1_024 }).cert)).toBeUndefined();
    expect(chainCompletion.missing(leafOf({ ec: true }).cert)).toBeUndefined();
    expect(chainCompletion.missing('')).toBeUndefined();
    expect(chainCompletion.missing(leaf.cert + ' '.repeat(65_536))).toBeUndefined();
    expect(chainCompletion.missing(leaf.cert.repeat(9))).toBeUndefined();
  });

  it('is not asked where it issued itself, or where authorities issued each other', () => {
    expect(chainCompletion.missing(makeTestCertificate('sns.example', { ca: true, issuerAt: [AT] }).cert)).toBe(
      undefined,
    );
    const a = makeTestCertificate('A', { ca: true });
    const b = makeTestCertificate('B', { ca: true, issuer: a, issuerAt: [AT] });
    const ofB = makeTestCertificate('A', { ca: true, issuer: b, key: a.key, issuerAt: [AT] });
    const end = leafOf({ issuer: b });
    expect(chainCompletion.missing(end.cert + b.cert)).toBeDefined();
    expect(chainCompletion.missing(end.cert + b.cert + ofB.cert)).toBeUndefined();
    expect(append(end.cert + b.cert + ofB.cert, der(a))).toBeUndefined();
  });
});

describe('what is fetched', () => {
  it.each([
    ['the issuer’s name with another key', () => der(makeTestCertificate('Middle', { ca: true, issuer: root }))],
    [
      'the issuer’s key under another name',
      () => der(makeTestCertificate('M', { ca: true, issuer: root, key: middle.key })),
    ],
    ['no authority', () => der(makeTestCertificate('Middle', { issuer: root, key: middle.key }))],
    ['somebody else', () => der(root)],
    ['the certificate itself', () => der(leaf)],
    ['an issuer that has expired', () => der(again({ to: '2026-11-22T02:59:59Z' }))],
    ['an issuer that is not yet good', () => der(again({ from: '2026-11-22T03:00:01Z' }))],
    ['nothing', () => Buffer.alloc(0)],
    ['a page', () => Buffer.from('<html>')],
    ['DER that is cut', () => der(middle).subarray(0, -1)],
    ['DER with more behind it', () => Buffer.concat([der(middle), Buffer.from([0])])],
    ['DER of nothing', () => Buffer.from([0x30, 0x03, 0x02, 0x01, 0x00])],
    ['a private key', () => Buffer.from(middle.key)],
    ['two in PEM', () => Buffer.from(middle.cert + root.cert)],
    ['PKCS #7 in PEM', () => Buffer.from(middle.cert.replaceAll('CERTIFICATE', 'PKCS7'))],
    ['PKCS #7 in DER', () => pkcs7Of(der(middle))],
    ['more than 64 KiB', () => Buffer.concat([Buffer.from(middle.cert), Buffer.alloc(65_536, '\n')])],
  ])('is not taken: %s', (_name, bytes) => {
    expect(append(leaf.cert, bytes())).toBeUndefined();
  });

  it('is not taken without a clock, or with nothing to complete', () => {
    expect(append(leaf.cert, der(middle), new Date(Number.NaN))).toBeUndefined();
    expect(append('', der(middle))).toBeUndefined();
  });

  it('is not taken where the whole could not be read any more', () => {
    const stranger = makeTestCertificate('Stranger');
    expect(append(leaf.cert + stranger.cert.repeat(6), der(middle))).toBeDefined();
    expect(append(leaf.cert + stranger.cert.repeat(7), der(middle))).toBeUndefined();
    const padded = `${' '.repeat(65_536 - leaf.cert.length)}${leaf.cert}`;
    expect(append(padded, der(middle))).toBeUndefined();
  });

  it('becomes no anchor by being fetched', () => {
    const own = makeTestCertificate('Own root', { ca: true });
    const whole = append(leafOf({ issuer: own }).cert, der(own));
    expect(whole).toContain(own.cert.trimEnd());
    expect(chainCompletion.missing(whole ?? '')).toBeUndefined();
    expect(judge(whole)).toMatchObject({ ok: false, code: 'certificate_untrusted' });
  });

  it('gives a value whatever it is, and nothing untrue with one byte changed', () => {
    const good = der(middle);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        const whole = append(leaf.cert, bytes);
        // The key that signed the leaf is in it, but nobody vouches for the rest: that is for the judge.
        if (whole !== undefined) expect(judge(whole)).toMatchObject({ ok: false, code: 'certificate_untrusted' });
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(append(leaf.cert, bytes)).toBeUndefined();
        expect(append(leaf.cert, Uint8Array.of(0x30, ...bytes))).toBeUndefined();
      }),
    );
  });

  function again(wish: CertificateWish): TestCertificate {
    return makeTestCertificate('Middle', { ca: true, issuer: root, key: middle.key, ...wish });
  }

  /** ContentInfo of type signedData with the certificate somewhere inside (RFC 5652, 5.1). */
  function pkcs7Of(certificate: Buffer): Buffer {
    const signedData = Buffer.from([0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]);
    const length = signedData.length + certificate.length;
    return Buffer.concat([Buffer.from([0x30, 0x82, length >> 8, length & 0xff]), signedData, certificate]);
  }
});

describe('the URL of an issuer', () => {
  it.each([
    ['http://crt.r2m01.amazontrust.com/r2m01.cer', 'crt.r2m01.amazontrust.com', '/r2m01.cer', true],
    ['https://cacerts.example.com/a/B%20c.crt', 'cacerts.example.com', '/a/B%20c.crt', false],
    ['http://xn--bcher-kva.example/', 'xn--bcher-kva.example', '/', true],
  ])('is called: %s', (url, host, path, plain) => {
    expect(addressOf(url)).toEqual({ host, path, plain });
  });

  it.each([
    'file:///etc/passwd',
    'ftp://crt.example.com/a.cer',
    'ldap://crt.example.com/cn=A',
    'javascript:alert(1)',
    '//crt.example.com/a.cer',
    'crt.example.com/a.cer',
    'http://crt.example.com:8080/a.cer',
    'https://crt.example.com:80/a.cer',
    'http://crt.example.com:443/a.cer',
    'http://crt.example.com:80/a.cer',
    'http://crt.example.com:/a.cer',
    'http://user@crt.example.com/a.cer',
    'http://user:password@crt.example.com/a.cer',
    'http://@crt.example.com/a.cer',
    'http://crt.example.com/a.cer?b',
    'http://crt.example.com/a.cer?',
    'http://crt.example.com/a.cer#b',
    'http://crt.example.com/a.cer#',
    'http://crt.example.com',
    'http://crt.example.com/../a.cer',
    'http://crt.example.com/%2e%2e/a.cer',
    'http:\\\\crt.example.com\\a.cer',
    'http:crt.example.com/a.cer',
    'HTTP://CRT.EXAMPLE.COM/a.cer',
    ' http://crt.example.com/a.cer',
    'http://crt.example.com/a.cer ',
    'http://crt.example.com/a b.cer',
    'http://crt.example.com/a\tb.cer',
    'http://crt.example.com/a\r\nx: y',
    'http://crt.example.com/\0.cer',
    'http://crt.example.com./a.cer',
    'http://127.0.0.1/a.cer',
    'http://127.1/a.cer',
    'http://2130706433/a.cer',
    'http://0x7f.0.0.1/a.cer',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/a.cer',
    'http://localhost/a.cer',
    'http://crt_.example.com/a.cer',
    'http://-crt.example.com/a.cer',
    `http://crt.example.com/${'a'.repeat(200)}`,
    `http://${'a.'.repeat(127)}com/a.cer`,
    '',
  ])('is not called: %j', (url) => {
    expect(addressOf(url)).toBeUndefined();
  });

  it('is the first that may be called', () => {
    expect(addressOf('ldap://a.example/b', 'http://b.example/c', 'http://c.example/d')).toMatchObject({
      host: 'b.example',
    });
  });

  it('is never that of an OCSP responder, nor made by a line feed in another', () => {
    expect(addressOf()).toBeUndefined();
    expect(addressOf('x\nCA Issuers - URI:http://evil.example/a')).toBeUndefined();
    expect(chainCompletion.missing(leafOf({ issuerAt: Buffer.from('hello') }).cert)).toBeUndefined();
    expect(chainCompletion.missing(makeTestCertificate('sns.example', { issuer: middle }).cert)).toBeUndefined();
  });

  it('is none or well-formed for any bytes in its place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (issuerAt, url) => {
        const { key } = leaf;
        expect(chainCompletion.missing(leafOf({ key, issuerAt }).cert)).toBeUndefined();
        const address = addressOf(`http://${url}`);
        if (address !== undefined) expect(new URL(`http://${url}`).hostname).toBe(address.host);
      }),
      { numRuns: 50 },
    );
  });
});

it('reads the certificate that PayPal signed with in 2017, and knows its issuer to be under a root of Node’s', () => {
  const recorded = new URL('./paypal/recorded-delivery.testing.json', import.meta.url);
  const { certificate, issuer } = JSON.parse(readFileSync(recorded, 'utf8')) as Record<
    'certificate' | 'issuer',
    string
  >;
  expect(chainCompletion.missing(certificate)).toEqual({
    host: 'cacerts.digicert.com',
    path: '/DigiCertSHA2ExtendedValidationServerCA.crt',
    plain: true,
  });
  const now = new Date('2017-03-30T20:04:06Z');
  const whole = append(certificate, new X509Certificate(issuer).raw, now);
  const rules = {
    names: (name: string) => name === 'messageverificationcerts.sandbox.paypal.com',
    now,
    authorities: [],
  };
  expect(judgeCertificate(certificate, rules)).toMatchObject({ ok: false, code: 'certificate_untrusted' });
  expect(judgeCertificate(whole ?? '', rules)).toMatchObject({ ok: true });
});
