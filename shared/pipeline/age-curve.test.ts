import { describe, expect, it } from 'vitest';
import { firstAskAt, horizonAt, horizonMinutesOf, nextAskAt } from './age-curve.ts';

const DUE = '2026-01-15T09:00:00.000Z';
const minutesOn = (minutes: number) => new Date(Date.parse(DUE) + minutes * 60_000).toISOString();
const DAY = 1_440;

describe('the age curve', () => {
  it('is 5 min, 15 min, 1 h, 3 h, 12 h, then daily to the horizon, and ends there', () => {
    const asked: number[] = [];
    for (let at = firstAskAt(DUE) as string | undefined; at !== undefined; at = nextAskAt(DUE, at, 3.5 * DAY)) {
      asked.push((Date.parse(at) - Date.parse(DUE)) / 60_000);
    }
    expect(asked).toEqual([5, 15, 60, 180, 720, DAY, 2 * DAY, 3 * DAY, 3.5 * DAY]);
  });

  it('goes on with the next age, however late it is asked', () => {
    expect(nextAskAt(DUE, minutesOn(16), DAY)).toBe(minutesOn(60));
    expect(nextAskAt(DUE, minutesOn(-30), DAY)).toBe(minutesOn(5));
    expect(nextAskAt(DUE, minutesOn(2 * DAY + 1), 30 * DAY)).toBe(minutesOn(3 * DAY));
    expect(nextAskAt(DUE, minutesOn(DAY), DAY)).toBeUndefined();
    expect(nextAskAt(DUE, minutesOn(3 * DAY), DAY)).toBeUndefined();
  });

  it('ends at a horizon that lies within its first ages', () => {
    expect(nextAskAt(DUE, minutesOn(15), 20)).toBe(minutesOn(20));
    expect(horizonAt(DUE, 20)).toBe(minutesOn(20));
  });

  it('has a horizon of its own for gateways that cannot be asked', () => {
    expect(horizonMinutesOf(undefined)).toBe(7 * DAY);
    expect(horizonMinutesOf({ horizonMinutes: 90 })).toBe(90);
  });
});
