import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTurnAfter } from './next-turn-after.ts';

describe('nextTurnAfter', () => {
  it('never gives more turns in any minute than the rate and its burst, nor one in the past', () => {
    const rates = fc.record({
      perMinute: fc.double({ min: 0.5, max: 600, noNaN: true }),
      burst: fc.integer({ min: 1, max: 20 }),
    });
    const pauses = fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(rates, pauses, (rate, waits) => {
        let [nowMs, freeAtMs]: [number, number | undefined] = [1_000_000, undefined];
        const turns: number[] = [];
        for (const wait of waits) {
          nowMs += wait;
          const next = nextTurnAfter(rate, freeAtMs, nowMs);
          expect(next.turnMs).toBeGreaterThanOrEqual(nowMs);
          freeAtMs = next.freeAtMs;
          turns.push(next.turnMs);
        }
        for (const from of turns) {
          const inMinute = turns.filter((turn) => turn >= from && turn < from + 60_000).length;
          expect(inMinute).toBeLessThanOrEqual(Math.ceil(rate.perMinute) + rate.burst);
        }
      }),
      { numRuns: 100 },
    );
  });
});
