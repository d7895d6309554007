import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTBOUND_TROUBLES, type OutboundResult } from '#shared/gateways/outbound.ts';
import { retryPauseMs } from './retry-policy.ts';

const limits = { attempts: 3, firstPauseMs: 100, maxPauseMs: 150 };
const chance = { random: () => 0.5, now: new Date('2026-01-15T09:30:00Z') };
const answered = (status: number, attempts = 1, headers = {}): OutboundResult => ({
  ...{ ok: true, status, headers, body: new Uint8Array(), attempts },
});

describe('retryPauseMs', () => {
  it('repeats idempotent requests only, and not for ever', () => {
    const lost = { ok: false, code: 'connection_lost', detail: '', sent: true, attempts: 1 } as const;
    expect(retryPauseMs(limits, { idempotent: true }, lost, chance)).toBe(50);
    expect(retryPauseMs(limits, { idempotent: true }, { ...lost, attempts: 2 }, chance)).toBe(75);
    expect(retryPauseMs(limits, { idempotent: true }, { ...lost, attempts: 3 }, chance)).toBeUndefined();
    expect(retryPauseMs(limits, { idempotent: false }, { ...lost, sent: false }, chance)).toBeUndefined();
  });

  it('repeats what may pass by itself', () => {
    const again = (result: OutboundResult) => retryPauseMs(limits, { idempotent: true }, result, chance) !== undefined;
    const passing = OUTBOUND_TROUBLES.filter((code) =>
      again({ ok: false, code, detail: '', sent: false, attempts: 1 }),
    );
    expect(passing).toEqual(['host_unknown', 'connect_failed', 'connect_timeout', 'timeout', 'connection_lost']);
    const statuses = Array.from({ length: 500 }, (_, i) => 100 + i).filter((status) => again(answered(status)));
    expect(statuses).toEqual([429, 502, 503, 504]);
  });

  it.each([
    ['2', 2_000],
    ['Thu, 15 Jan 2026 09:30:03 GMT', 3_000],
    ['Thu, 15 Jan 2026 09:29:00 GMT', 50],
    ['soon', 50],
    ['-1', 50],
  ])('waits at least as long as Retry-After: %s asks', (header, pauseMs) => {
    const result = answered(503, 1, { 'retry-after': header });
    expect(retryPauseMs(limits, { idempotent: true }, result, chance)).toBe(pauseMs);
  });

  it('waits at random, below the bound', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(50), (random, attempt) => {
        const many = { attempts: 100, firstPauseMs: 100, maxPauseMs: 2_000 };
        const options = { random: () => random, now: new Date(0) };
        const pauseMs = retryPauseMs(many, { idempotent: true }, answered(503, attempt + 1), options) ?? -1;
        expect(pauseMs).toBe(random * Math.min(2_000, 100 * 2 ** attempt));
      }),
    );
  });
});
