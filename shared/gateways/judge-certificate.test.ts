import { createPublicKey, X509Certificate } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type CertificateWish, makeTestCertificate, type TestCertificate } from './certificates.testing.ts';
import { type CertificateRules, judgeCertificate } from './judge-certificate.ts';

const NOW = new Date('2026-11-22T03:00:00Z');
const root = makeTestCertificate('Root', { ca: true });
const middle = makeTestCertificate('Middle', { ca: true, issuer: root, ec: true });
const signing = { ca: false, issuer: middle } as const;
const leaf = makeTestCertificate('sns.example', signing);

function judge(pem: string, rules: Partial<CertificateRules> = {}) {
  return judgeCertificate(pem, {
    names: (name) => name === 'sns.example',
    now: NOW,
    authorities: [root.cert],
    ...rules,
  });
}

function chainOf(...certificates: readonly TestCertificate[]): string {
  return certificates.map(({ cert }) => cert).join('');
}

const of = (wish: CertificateWish, name = 'sns.example') => makeTestCertificate(name, { issuer: middle, ...wish });

describe('a certificate is believed', () => {
  it('over the intermediates that are served with it', () => {
    const judgement = judge(chainOf(leaf, middle));
    expect(judgement).toMatchObject({ ok: true, notAfter: '2049-12-31T23:59:59.000Z' });
    const key = createPublicKey(leaf.key);
    expect(judgement.ok && judgement.publicKey.equals(key)).toBe(true);
  });

  it('in any order behind the first, with the root or with strangers among them', () => {
    const stranger = makeTestCertificate('Stranger', { ca: true });
    expect(judge(chainOf(leaf, stranger, root, middle))).toMatchObject({ ok: true });
  });

  it('alone, where the operator named the intermediate', () => {
    expect(judge(leaf.cert)).toMatchObject({ ok: false, code: 'certificate_untrusted' });
    expect(judge(leaf.cert, { authorities: ['no certificate', middle.cert] })).toMatchObject({ ok: true });
    expect(judge(leaf.cert, { authorities: [root.cert + middle.cert] })).toMatchObject({ ok: true });
  });

  it('by the authority of two of one name that signed it', () => {
    const other = makeTestCertificate('Middle', { ca: true, issuer: root });
    expect(judge(chainOf(leaf, other, middle))).toMatchObject({ ok: true });
    expect(judge(chainOf(leaf, other))).toMatchObject({ ok: false, code: 'certificate_untrusted' });
  });

  it('over the way that is within its dates where there are two', () => {
    const key = middle.key;
    const expired = makeTestCertificate('Middle', { ca: true, issuer: root, key, to: '2025-01-01T00:00:00Z' });
    expect(judge(chainOf(leaf, expired, middle))).toMatchObject({ ok: true });
    expect(judge(chainOf(leaf, expired))).toMatchObject({ ok: false, code: 'certificate_expired' });
  });

  it('up to five links', () => {
    const chain = [root];
    for (const name of ['A', 'B', 'C', 'D']) {
      chain.unshift(makeTestCertificate(name, { ca: name !== 'D', issuer: chain[0] ?? root, ec: name !== 'D' }));
    }
    const names = () => true;
    expect(judge(chainOf(...chain), { names })).toMatchObject({ ok: true });
    const beyond = [makeTestCertificate('E', { issuer: chain[1] ?? root }), ...chain.slice(1)];
    expect(judge(chainOf(...beyond), { names })).toMatchObject({ ok: true });
    const longer = makeTestCertificate('D2', { ca: true, issuer: chain[1] ?? root });
    const sixth = makeTestCertificate('E2', { issuer: longer });
    expect(judge(chainOf(sixth, longer, ...chain.slice(1)), { names })).toMatchObject({
      ok: false,
      code: 'certificate_untrusted',
    });
  });
});

describe('a certificate is refused', () => {
  it.each([
    ['nothing', ''],
    ['no PEM', 'hello'],
    ['PEM of nothing', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['cut', leaf.cert.slice(0, 400)],
    ['followed by a broken one', `${leaf.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`],
    ['nine of them', leaf.cert.repeat(9)],
    ['more than 64 KiB', leaf.cert + ' '.repeat(65_536)],
    ['a private key', leaf.key],
  ])('malformed: %s', (_name, pem) => {
    expect(judge(pem)).toMatchObject({ ok: false, code: 'certificate_malformed' });
  });

  it.each([
    ['another name', of({}, 'sns.example.evil')],
    ['no name', of({ commonNames: [] })],
    ['two names', of({ commonNames: ['sns.example', 'sns.example'] })],
    ['a name that only looks like two lines', of({}, 'x\nCN=sns.example')],
  ])('%s', (_name, certificate) => {
    expect(judge(chainOf(certificate, middle))).toMatchObject({ ok: false, code: 'certificate_name_refused' });
  });

  it.each([
    ['itself expired', [of({ to: '2026-11-22T02:59:59Z' }), middle]],
    ['itself expired, and by nobody known', [makeTestCertificate('sns.example', { to: '2026-11-22T02:59:59Z' })]],
    ['itself not yet valid', [of({ from: '2026-11-22T03:00:01Z' }), middle]],
    [
      'an intermediate expired',
      (() => {
        const old = makeTestCertificate('Old', { ca: true, issuer: root, to: '2026-01-01T00:00:00Z' });
        return [of({ issuer: old }), old];
      })(),
    ],
    [
      'an intermediate not yet valid',
      (() => {
        const early = makeTestCertificate('Early', { ca: true, issuer: root, from: '2027-01-01T00:00:00Z' });
        return [of({ issuer: early }), early];
      })(),
    ],
  ])('out of its dates: %s', (_name, chain) => {
    expect(judge(chainOf(...chain))).toMatchObject({ ok: false, code: 'certificate_expired' });
  });

  it('when the authority that the operator named has expired', () => {
    const old = makeTestCertificate('Old root', { ca: true, to: '2026-01-01T00:00:00Z' });
    const judgement = judge(of({ issuer: old }).cert, { authorities: [old.cert] });
    expect(judgement).toMatchObject({ ok: false, code: 'certificate_expired' });
    expect(judgement).toMatchObject({ detail: expect.stringContaining('"Old root"') });
  });

  it.each([
    ['signed by itself', [makeTestCertificate('sns.example', { ca: true })]],
    ['signed by nobody known', [of({ issuer: makeTestCertificate('Nobody', { ca: true }) })]],
    [
      'issued by one that may not issue',
      (() => {
        const none = makeTestCertificate('None', { ca: false, issuer: root });
        return [of({ issuer: none }), none];
      })(),
    ],
    ['signed with SHA-1', [of({ issuer: root, digest: 'sha1' })]],
    ['a short key', [of({ issuer: root, rsaBits: 1_024 })]],
    ['a key on a curve', [of({ issuer: root, ec: true })]],
    [
      'an intermediate with a short key',
      (() => {
        const short = makeTestCertificate('Short', { ca: true, issuer: root, rsaBits: 1_024 });
        return [of({ issuer: short }), short];
      })(),
    ],
    [
      'an authority of the same name as the trusted one',
      (() => {
        const copy = makeTestCertificate('Root', { ca: true });
        return [of({ issuer: copy }), copy];
      })(),
    ],
    [
      'one of Node’s own authorities in name only',
      (() => {
        const copy = makeTestCertificate('Amazon Root CA 1', { ca: true });
        return [of({ issuer: copy }), copy];
      })(),
    ],
  ])('untrusted: %s', (_name, chain) => {
    expect(judge(chainOf(...chain))).toMatchObject({ ok: false, code: 'certificate_untrusted' });
  });

  it('when one byte of it or of its chain differs', () => {
    const pem = chainOf(leaf, middle);
    for (let at = 30; at < pem.length; at += 37) {
      const letter = pem[at] === 'A' ? 'B' : 'A';
      const judgement = judge(pem.slice(0, at) + letter + pem.slice(at + 1));
      if (pem[at] === '\n' || pem[at] === '-') continue;
      expect(judgement.ok, `at ${at}`).toBe(false);
    }
  });
});

describe('Node’s own authorities', () => {
  it('are believed, by their own signature', () => {
    const name = (pem: string) => judgeCertificate(pem, { names: () => true, now: NOW, authorities: [] });
    const rsa = rootCertificates.map(name).filter((judgement) => judgement.ok);
    expect(rsa.length).toBeGreaterThan(40);
  });
});

describe('what it costs', () => {
  it('is next to nothing for a known one, and dates and names are judged each time', () => {
    const pem = chainOf(leaf, middle);
    expect(judge(pem).ok).toBe(true);
    const before = performance.now();
    for (let i = 0; i < 1_000; i++) judge(pem);
    expect(performance.now() - before).toBeLessThan(500);
    expect(judge(pem, { now: new Date('2050-01-01T00:00:00Z') })).toMatchObject({ code: 'certificate_expired' });
    expect(judge(pem, { now: new Date(Number.NaN) })).toMatchObject({ code: 'certificate_expired' });
    expect(judge(pem, { names: () => false })).toMatchObject({ code: 'certificate_name_refused' });
    expect(judge(pem, { authorities: [] })).toMatchObject({ code: 'certificate_untrusted' });
    expect(judge(pem).ok).toBe(true);
  });

  it('is bounded where everybody could have issued everybody', () => {
    const key = middle.key;
    const ring = Array.from({ length: 7 }, () => makeTestCertificate('Middle', { ca: true, issuer: middle, key }));
    const verify = vi.spyOn(X509Certificate.prototype, 'verify');
    expect(judge(chainOf(leaf, ...ring), { authorities: [] })).toMatchObject({ code: 'certificate_untrusted' });
    expect(verify.mock.calls.length).toBeLessThanOrEqual(64);
    verify.mockRestore();
  });
});

it('gives a judgement of any text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(judge(`${a}-----BEGIN CERTIFICATE-----${b}-----END CERTIFICATE-----`)).toMatchObject({ ok: false });
      expect(judge(leaf.cert.replace('M', a))).toHaveProperty('ok');
    }),
  );
});
