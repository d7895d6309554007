import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenBuckets, merchantRate } from './rate-limit.ts';

function buckets() {
  let nowMs = 1_000_000;
  const limiter = createTokenBuckets({ now: () => new Date(nowMs) });
  return {
    limiter,
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('token buckets', () => {
  it('let a burst through, then as many as the rate, and say when there is room', async () => {
    const { limiter, advance } = buckets();
    const rate = { perSecond: 2, burst: 3 };
    const take = () => limiter.take('acme', rate);
    for (let i = 0; i < 3; i++) expect(await take()).toEqual({ ok: true });
    expect(await take()).toEqual({ ok: false, retryAfterSeconds: 1 });
    advance(500);
    expect(await take()).toEqual({ ok: true });
    expect(await take()).toEqual({ ok: false, retryAfterSeconds: 1 });
    advance(60_000);
    for (let i = 0; i < 3; i++) expect(await take()).toEqual({ ok: true });
    expect((await take()).ok).toBe(false);
  });

  it('each caller has its own', async () => {
    const { limiter } = buckets();
    const rate = { perSecond: 1, burst: 1 };
    expect((await limiter.take('acme', rate)).ok).toBe(true);
    expect((await limiter.take('acme', rate)).ok).toBe(false);
    expect((await limiter.take('other', rate)).ok).toBe(true);
  });

  it('Retry-After is as long as the rate is slow', async () => {
    const { limiter } = buckets();
    const rate = { perSecond: 0.1, burst: 1 };
    await limiter.take('acme', rate);
    expect(await limiter.take('acme', rate)).toEqual({ ok: false, retryAfterSeconds: 10 });
  });

  it('never more than burst + rate × time, whatever the times', async () => {
    const steps = fc.array(fc.integer({ min: -5, max: 2_000 }), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(steps, async (pauses) => {
        const { limiter, advance } = buckets();
        let [taken, elapsedMs] = [0, 0];
        for (const pause of pauses) {
          advance(pause);
          elapsedMs += Math.max(0, pause) + (pause < 0 ? -2 * pause : 0);
          if ((await limiter.take('acme', { perSecond: 3, burst: 5 })).ok) taken += 1;
          expect(taken).toBeLessThanOrEqual(5 + (3 * elapsedMs) / 1_000 + 1e-6);
        }
      }),
    );
  });

  it('a merchant’s rate is its quota', () => {
    expect(merchantRate({ requestsPerSecond: 20 })).toEqual({ perSecond: 20, burst: 100 });
  });
});
