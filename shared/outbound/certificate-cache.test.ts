import { describe, expect, it } from 'vitest';
import type { OutboundClient, OutboundRequest, OutboundResult } from '#shared/gateways/outbound.ts';
import { CERTIFICATE_LIMITS, type CertificateCacheLimits, createCertificateCache } from './certificate-cache.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const DEMAND = { ok: true, host: 'sns.eu-west-1.amazonaws.com', path: '/SimpleNotificationService-00.pem' } as const;

type Answerer = (request: OutboundRequest, count: number) => Promise<OutboundResult> | OutboundResult;

/** A cache with a clock of its own, over a client that answers what it is told to. */
function cacheOver(answer: Answerer, limits: Partial<CertificateCacheLimits> = {}) {
  const seen: OutboundRequest[] = [];
  const clock = { now: Date.parse('2026-11-22T03:00:00Z') };
  const http: OutboundClient = {
    async send(request) {
      seen.push(request);
      return answer(request, seen.length);
    },
  };
  const source = createCertificateCache({
    http,
    now: () => new Date(clock.now),
    limits: { ...CERTIFICATE_LIMITS, ...limits },
  });
  return { source, seen, clock };
}

const served = (body: string, status = 200): OutboundResult => ({
  ok: true,
  status,
  headers: {},
  body: Buffer.from(body),
  attempts: 1,
});
const demandOf = (n: number) => ({ ...DEMAND, path: `/SimpleNotificationService-${n}.pem` });

describe('a certificate', () => {
  it('is fetched by GET, once, and kept for 6 hours', async () => {
    const { source, seen, clock } = cacheOver(() => served(PEM));
    expect(await source.get(DEMAND)).toEqual({ ok: true, pem: PEM });
    expect(seen).toEqual([{ method: 'GET', host: DEMAND.host, path: DEMAND.path, headers: {}, idempotent: true }]);
    clock.now += 6 * 60 * 60_000 - 1;
    await source.get(DEMAND);
    expect(seen).toHaveLength(1);
    clock.now += 1;
    await source.get(DEMAND);
    expect(seen).toHaveLength(2);
  });

  it('is fetched anew when the clock went back', async () => {
    const { source, seen, clock } = cacheOver(() => served(PEM));
    await source.get(DEMAND);
    clock.now -= 1;
    await source.get(DEMAND);
    expect(seen).toHaveLength(2);
  });

  it('is asked for once by many at the same time', async () => {
    const { source, seen } = cacheOver(() => served(PEM));
    const readings = await Promise.all(Array.from({ length: 50 }, () => source.get(DEMAND)));
    expect(readings.every(({ ok }) => ok)).toBe(true);
    expect(seen).toHaveLength(1);
  });

  it('of one host is not that of another', async () => {
    const { source, seen } = cacheOver(({ host }) => served(`${PEM}${host}`));
    await source.get(DEMAND);
    expect(await source.get({ ...DEMAND, host: 'b' })).toMatchObject({ ok: true, pem: `${PEM}b` });
    expect(seen).toHaveLength(2);
  });
});

describe('trouble', () => {
  const trouble = (code: 'redirected' | 'answer_too_large'): OutboundResult => ({
    ok: false,
    code,
    detail: 'GET "sns" was in vain.',
    sent: true,
    attempts: 1,
  });

  it.each([
    ['no answer', () => trouble('redirected'), 'certificate_unavailable'],
    ['404', () => served(PEM, 404), 'certificate_unavailable'],
    ['206', () => served(PEM, 206), 'certificate_unavailable'],
    ['a client that rejects after all', () => Promise.reject(new Error('bug')), 'certificate_unavailable'],
    ['an answer beyond the client’s bound', () => trouble('answer_too_large'), 'certificate_malformed'],
    ['more than 64 KiB', () => served(PEM + ' '.repeat(65_536)), 'certificate_malformed'],
    ['no PEM', () => served('<html>'), 'certificate_malformed'],
    ['nothing', () => served(''), 'certificate_malformed'],
  ] as [string, Answerer, string][])('%s is told for 30 s, then it is tried again', async (_name, answer, code) => {
    const { source, seen, clock } = cacheOver((request, count) => (count === 1 ? answer(request, 1) : served(PEM)));
    expect(await source.get(DEMAND)).toMatchObject({ ok: false, code });
    clock.now += 29_999;
    expect(await source.get(DEMAND)).toMatchObject({ ok: false, code });
    expect(seen).toHaveLength(1);
    clock.now += 1;
    expect(await source.get(DEMAND)).toMatchObject({ ok: true });
  });

  it('slow is not waited for, and kept when it has come', async () => {
    const late = Promise.withResolvers<OutboundResult>();
    const { source, seen } = cacheOver(() => late.promise, { waitMs: 20 });
    expect(await source.get(DEMAND)).toMatchObject({ ok: false, code: 'certificate_unavailable' });
    late.resolve(served(PEM));
    expect(await source.get(DEMAND)).toMatchObject({ ok: true });
    expect(seen).toHaveLength(1);
  });
});

describe('made-up URLs', () => {
  it('are kept up to a number, and do not drive out the one that counts', async () => {
    const { source, seen } = cacheOver(({ path }) => (path === DEMAND.path ? served(PEM) : served('', 404)), {
      urls: 10,
    });
    await source.get(DEMAND);
    for (let n = 0; n < 100; n++) await source.get(demandOf(n));
    expect(seen).toHaveLength(101);
    await source.get(DEMAND);
    await source.get(demandOf(99));
    expect(seen).toHaveLength(101);
    await source.get(demandOf(0));
    expect(seen).toHaveLength(102);
  });

  it('that exist drive out the oldest', async () => {
    const { source, seen } = cacheOver(() => served(PEM), { urls: 2 });
    for (const n of [1, 2, 3]) await source.get(demandOf(n));
    await source.get(demandOf(3));
    await source.get(demandOf(2));
    expect(seen).toHaveLength(3);
    await source.get(demandOf(1));
    expect(seen).toHaveLength(4);
  });

  it('are not all fetched at once', async () => {
    const never = new Promise<never>(() => undefined);
    const { source, seen } = cacheOver(() => never, { urls: 10, waitMs: 10 });
    const readings = await Promise.all(Array.from({ length: 50 }, (_, n) => source.get(demandOf(n))));
    expect(readings.every((reading) => !reading.ok && reading.code === 'certificate_unavailable')).toBe(true);
    expect(seen).toHaveLength(10);
  });
});
