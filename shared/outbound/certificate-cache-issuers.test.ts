import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type CertificateWish,
  makeTestCertificate,
  type TestCertificate,
} from '#shared/gateways/certificates.testing.ts';
import { chainCompletion } from '#shared/gateways/chain-completion.ts';
import { judgeCertificate } from '#shared/gateways/judge-certificate.ts';
import type { OutboundRequest, OutboundResult } from '#shared/gateways/outbound.ts';
import type { CertificateReading } from '#shared/gateways/signing-certificate.ts';
import { CERTIFICATE_LIMITS, type CertificateCacheLimits, createCertificateCache } from './certificate-cache.ts';

const DEMAND = { ok: true, host: 'sns.eu-west-1.amazonaws.com', path: '/SimpleNotificationService-00.pem' } as const;
const HOST = 'crt.example.com';
const START = Date.parse('2026-11-22T03:00:00Z');

const root = makeTestCertificate('Root', { ca: true });
const upper = authority('Upper', root);
const lower = authority('Lower', upper, [`http://${HOST}/upper.cer`]);
/** Issued by one whose own issuer was named by nobody: one step is enough. */
const direct = leafOf({ issuer: upper, issuerAt: [`http://${HOST}/upper.cer`] });
const distant = leafOf({ issuer: lower, issuerAt: [`https://${HOST}/lower.cer`] });

type Answer = OutboundResult | Promise<OutboundResult>;

/** The gateway's host serves `leaf`; the authorities' host what `published` has under a path, at the n-th request for it. */
function world(
  leaf: TestCertificate,
  published: Record<string, (n: number) => Answer>,
  limits: Partial<CertificateCacheLimits> = {},
) {
  const gateway: OutboundRequest[] = [];
  const authorities: OutboundRequest[] = [];
  const clock = { now: START };
  const source = createCertificateCache({
    http: {
      async send(request) {
        gateway.push(request);
        return served(Buffer.from(leaf.cert));
      },
    },
    issuers: {
      http: {
        async send(request) {
          authorities.push(request);
          const count = authorities.filter(({ path }) => path === request.path).length;
          return (await published[request.path]?.(count)) ?? served(Buffer.alloc(0), 404);
        },
      },
      completion: chainCompletion,
    },
    now: () => new Date(clock.now),
    limits: { ...CERTIFICATE_LIMITS, ...limits },
  });
  return { get: () => source.get(DEMAND), source, gateway, authorities, clock };
}

describe('a certificate that is served alone', () => {
  it('is completed from where it says, by a bare GET, and believed', async () => {
    const { get, authorities } = world(direct, { '/upper.cer': () => served(der(upper)) });
    expect(judged({ ok: true, pem: direct.cert })).toMatchObject({ ok: false, code: 'certificate_untrusted' });
    expect(judged(await get())).toMatchObject({ ok: true });
    expect(authorities).toEqual([
      { method: 'GET', host: HOST, path: '/upper.cer', headers: {}, idempotent: true, plain: true },
    ]);
  });

  it('is completed in two steps, by TLS where the URL says so', async () => {
    const { get, authorities } = world(distant, {
      '/lower.cer': () => served(Buffer.from(lower.cert)),
      '/upper.cer': () => served(der(upper)),
    });
    expect(judged(await get())).toMatchObject({ ok: true });
    expect(authorities.map(({ path, plain }) => [path, plain])).toEqual([
      ['/lower.cer', undefined],
      ['/upper.cer', true],
    ]);
  });

  it('is completed in no more than two steps', async () => {
    const chain = [root];
    for (const n of [1, 2, 3]) chain.push(authority(`A${n}`, chain.at(-1) ?? root, [`http://${HOST}/${n - 1}`]));
    const far = leafOf({ issuer: chain[3] ?? root, issuerAt: [`http://${HOST}/3`] });
    const published = Object.fromEntries(chain.map((certificate, n) => [`/${n}`, () => served(der(certificate))]));
    const { get, authorities } = world(far, published);
    expect(judged(await get())).toMatchObject({ ok: false, code: 'certificate_untrusted' });
    expect(authorities.map(({ path }) => path)).toEqual(['/3', '/2']);
  });

  it('is fetched and completed once by many at the same time, and kept for 6 hours', async () => {
    const { get, gateway, authorities, clock } = world(direct, { '/upper.cer': () => served(der(upper)) });
    const readings = await Promise.all(Array.from({ length: 50 }, get));
    expect(readings.every((reading) => judged(reading).ok)).toBe(true);
    clock.now += 6 * 60 * 60_000 - 1;
    await get();
    expect([gateway.length, authorities.length]).toEqual([1, 1]);
    clock.now += 1;
    await get();
    expect([gateway.length, authorities.length]).toEqual([2, 2]);
  });

  it('is left alone where it names nobody, and where authorities name each other', async () => {
    const nobody = world(leafOf({ issuer: upper }), {});
    expect(await nobody.get()).toMatchObject({ ok: true });
    expect(nobody.authorities).toEqual([]);
    const a = authority('A', root, [`http://${HOST}/b`]);
    const b = authority('B', a, [`http://${HOST}/a`]);
    const again = makeTestCertificate('A', { ca: true, issuer: b, key: a.key, issuerAt: [`http://${HOST}/b`] });
    const leaf = leafOf({ issuer: b, issuerAt: [`http://${HOST}/b`] });
    const loop = world(leaf, { '/b': () => served(der(b)), '/a': () => served(der(again)) });
    expect(judged(await loop.get())).toMatchObject({ ok: false, code: 'certificate_untrusted' });
    expect(loop.authorities).toHaveLength(2);
  });

  it.each([
    `file:///etc/passwd`,
    `ftp://${HOST}/upper.cer`,
    `http://127.0.0.1/upper.cer`,
    `http://user@${HOST}/upper.cer`,
    `http://${HOST}:8080/upper.cer`,
    `http://${HOST}/upper.cer?a`,
  ])('makes nobody call %s', async (url) => {
    const { get, authorities } = world(leafOf({ issuer: upper, issuerAt: [url] }), {
      '/upper.cer': () => served(der(upper)),
    });
    expect(judged(await get())).toMatchObject({ ok: false, code: 'certificate_untrusted' });
    expect(authorities).toEqual([]);
  });
});

describe('an issuer that cannot be had', () => {
  it.each([
    ['a redirect', () => trouble('redirected')],
    ['a private address', () => trouble('address_refused')],
    ['404', () => served(der(upper), 404)],
    ['206', () => served(der(upper), 206)],
    ['a client that rejects after all', () => Promise.reject(new Error('bug'))],
    ['more than 64 KiB', () => served(Buffer.concat([Buffer.from(upper.cert), Buffer.alloc(65_536, '\n')]))],
    ['a page', () => served(Buffer.from('<html>'))],
    ['broken DER', () => served(der(upper).subarray(1))],
    ['another key', () => served(der(authority('Upper', root)))],
    ['no authority', () => served(der(makeTestCertificate('Upper', { issuer: root, key: upper.key })))],
  ] as [string, () => Answer][])(
    'leaves the certificate as it was, and is asked for again after 30 s: %s',
    async (_name, answer) => {
      const { get, gateway, authorities, clock } = world(direct, {
        '/upper.cer': (n) => (n === 1 ? answer() : served(der(upper))),
      });
      expect(await get()).toEqual({ ok: true, pem: direct.cert });
      clock.now += 29_999;
      expect(await get()).toEqual({ ok: true, pem: direct.cert });
      expect(authorities).toHaveLength(1);
      clock.now += 1;
      expect(judged(await get())).toMatchObject({ ok: true });
      // The certificate itself was good: it is not fetched again.
      expect(gateway).toHaveLength(1);
    },
  );

  it('is bound in size as the certificate is', async () => {
    const bytes = direct.cert.length;
    const padded = (size: number) => ({ '/upper.cer': () => served(Buffer.from(upper.cert.padEnd(size, '\n'))) });
    expect(await world(direct, padded(bytes + 1), { bytes }).get()).toEqual({ ok: true, pem: direct.cert });
    expect(judged(await world(direct, padded(bytes), { bytes }).get())).toMatchObject({ ok: true });
  });

  it('leaves what the first step found', async () => {
    const { get } = world(distant, { '/lower.cer': () => served(der(lower)) });
    const reading = await get();
    expect(judged(reading)).toMatchObject({ ok: false, code: 'certificate_untrusted' });
    expect(judged(reading, [upper.cert])).toMatchObject({ ok: true });
  });

  it('is not waited for beyond the time there is, and is there for the next one', async () => {
    const late = Promise.withResolvers<OutboundResult>();
    const { get, authorities } = world(direct, { '/upper.cer': () => late.promise }, { waitMs: 20 });
    const alone = await get();
    expect(alone).toEqual({ ok: true, pem: direct.cert });
    expect(judged(alone, [upper.cert])).toMatchObject({ ok: true });
    late.resolve(served(der(upper)));
    expect(judged(await get())).toMatchObject({ ok: true });
    expect(authorities).toHaveLength(1);
  });
});

function authority(name: string, issuer: TestCertificate, issuerAt: readonly string[] = []): TestCertificate {
  return makeTestCertificate(name, { ca: true, issuer, issuerAt });
}

function leafOf(wish: CertificateWish): TestCertificate {
  return makeTestCertificate('sns.example', wish);
}

function der({ cert }: TestCertificate): Buffer {
  return new X509Certificate(cert).raw;
}

function served(body: Uint8Array, status = 200): OutboundResult {
  return { ok: true, status, headers: {}, body, attempts: 1 };
}

function trouble(code: 'redirected' | 'address_refused'): OutboundResult {
  return { ok: false, code, detail: `GET "${HOST}" was in vain.`, sent: true, attempts: 1 };
}

function judged(reading: CertificateReading, authorities: readonly string[] = [root.cert]) {
  const pem = reading.ok ? reading.pem : '';
  return judgeCertificate(pem, { names: (name) => name === 'sns.example', now: new Date(START), authorities });
}
