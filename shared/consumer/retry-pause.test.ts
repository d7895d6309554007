import { describe, expect, it } from 'vitest';
import { retryPauseMs, retryPauseSeconds } from './retry-pause.ts';

describe('retry pauses', () => {
  const pause = { firstMs: 1500, longestMs: 60_000 };

  it('double with each failure up to the longest', () => {
    expect([1, 2, 3, 6, 7, 1000].map((n) => retryPauseMs(pause, n))).toEqual([
      1500, 3000, 6000, 48_000, 60_000, 60_000,
    ]);
  });

  it('are whole seconds for SQS, never 0 and never above its 12 hours', () => {
    expect(retryPauseSeconds(pause, 1)).toBe(2);
    expect(retryPauseSeconds({ firstMs: 1, longestMs: 10 }, 1)).toBe(1);
    expect(retryPauseSeconds({ firstMs: 1, longestMs: 1e12 }, 60)).toBe(43_200);
  });
});
