import type { OutboundRequest, OutboundResult, OutboundTroubleCode } from '#shared/gateways/outbound.ts';

/** What may pass by itself. A wrong certificate, a refused address or a redirect is the same the next time. */
const PASSING: ReadonlySet<OutboundTroubleCode> = new Set([
  'host_unknown',
  'connect_failed',
  'connect_timeout',
  'timeout',
  'connection_lost',
]);
/** The gateway itself asks for another time; 500 it does not: what it has done by then is unknown. */
const PASSING_STATUS: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export interface RetryLimits {
  /** Requests in all. */
  readonly attempts: number;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

/**
 * Milliseconds until the request may be made again; undefined: what came is the result. Only idempotent requests are
 * repeated. The pause is random below a bound that doubles with each attempt (full jitter), and never shorter than a
 * Retry-After of the gateway; `random` gives [0, 1), `now` is for a Retry-After with a date.
 */
export function retryPauseMs(
  limits: RetryLimits,
  request: Pick<OutboundRequest, 'idempotent'>,
  result: OutboundResult,
  { random, now }: { readonly random: () => number; readonly now: Date },
): number | undefined {
  if (!request.idempotent || result.attempts >= limits.attempts) return undefined;
  const passes = result.ok ? PASSING_STATUS.has(result.status) : PASSING.has(result.code);
  if (!passes) return undefined;
  const bound = Math.min(limits.maxPauseMs, limits.firstPauseMs * 2 ** (result.attempts - 1));
  const asked = result.ok ? retryAfterMs(result.headers['retry-after'], now) : 0;
  return Math.max(asked, random() * bound);
}

/** RFC 9110, 10.2.3: seconds or a date; anything else counts as none. */
function retryAfterMs(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}
