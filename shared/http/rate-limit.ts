import type { Clock } from '#shared/pipeline/ports.ts';
import type { MerchantQuotas } from '#shared/registry/records.ts';

/** So many requests a second for long, and at once as many as `burst`. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export type Taken = { readonly ok: true } | { readonly ok: false; readonly retryAfterSeconds: number };

export interface RateLimiter {
  /** Takes one request of a caller out of its allowance. */
  take(caller: string, rate: Rate): Promise<Taken>;
}

/** How much each caller may ask; a merchant's rate is one of its quotas. */
export interface RateLimits {
  readonly limiter: RateLimiter;
  readonly operator: Rate;
  /** Of a read token. */
  readonly subscription: Rate;
}

/** Five seconds' worth may come at once. */
const BURST_SECONDS = 5;

export function merchantRate({ requestsPerSecond }: Pick<MerchantQuotas, 'requestsPerSecond'>): Rate {
  return { perSecond: requestsPerSecond, burst: requestsPerSecond * BURST_SECONDS };
}

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** Callers remembered; beyond it the one that asked longest ago is forgotten, and has its whole burst again. */
const REMEMBERED_CALLERS = 10_000;

/**
 * Token buckets in the memory of one process, exact for it: in no time t does a caller get more than
 * burst + perSecond × t. A restart forgets them.
 */
export function createTokenBuckets(clock: Clock): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    async take(caller, { perSecond, burst }) {
      const nowMs = clock.now().getTime();
      const before = buckets.get(caller) ?? { tokens: burst, atMs: nowMs };
      const seconds = Math.max(0, nowMs - before.atMs) / 1_000;
      const tokens = Math.min(burst, before.tokens + seconds * perSecond);
      const isEnough = tokens >= 1;
      buckets.delete(caller);
      buckets.set(caller, { tokens: isEnough ? tokens - 1 : tokens, atMs: nowMs });
      if (buckets.size > REMEMBERED_CALLERS) forgetOldest(buckets);
      if (isEnough) return { ok: true };
      return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil((1 - tokens) / perSecond)) };
    },
  };
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  const oldest = buckets.keys().next().value;
  if (oldest !== undefined) buckets.delete(oldest);
}
