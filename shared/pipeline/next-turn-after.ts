/** A rate of so many a minute, evenly spaced after a burst of so many. */
export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
}

/** Whole milliseconds between two turns, rounded up: never faster than the rate. */
export function spacingMs({ perMinute }: Rate): number {
  return Math.ceil(60_000 / perMinute);
}

/** So far before its own place a turn may be taken: the burst. */
export function headStartMs(rate: Rate): number {
  return Math.max(0, Math.floor(rate.burst) - 1) * spacingMs(rate);
}

/**
 * The generic cell rate algorithm (ITU-T I.371): `freeAtMs` is when the whole burst would be free again less its head
 * start; undefined: the rate was never used. Answers the turn, not before `nowMs`, and what is kept for the next one.
 */
export function nextTurnAfter(
  rate: Rate,
  freeAtMs: number | undefined,
  nowMs: number,
): { readonly turnMs: number; readonly freeAtMs: number } {
  const place = Math.max(freeAtMs ?? nowMs, nowMs);
  return { turnMs: Math.max(nowMs, place - headStartMs(rate)), freeAtMs: place + spacingMs(rate) };
}
