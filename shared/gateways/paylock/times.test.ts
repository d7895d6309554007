import { describe, expect, it } from 'vitest';
import { readTime, type TimeUnit } from './times.ts';

describe('a time', () => {
  it.each<[TimeUnit, string, string | undefined]>([
    ['s', '1777888800', '2026-05-04T10:00:00.000Z'],
    ['s', '177788880', undefined],
    ['s', '17778888000', undefined],
    ['ms', '1777888800123', '2026-05-04T10:00:00.123Z'],
    ['ms', '177788880012', undefined],
    ['iso8601', '2026-05-04T10:00:00Z', '2026-05-04T10:00:00.000Z'],
    ['iso8601', '2026-05-04T10:00:00.5-01:30', '2026-05-04T11:30:00.500Z'],
    ['iso8601', '2026-05-04T10:00:00+2460', undefined],
    ['iso8601', '2026-05-04T24:00:00Z', undefined],
    ['iso8601', '2026-02-29T10:00:00Z', undefined],
    ['iso8601', '2026-05-04 10:00:00Z', undefined],
    ['iso8601', '0000-01-01T00:00:00Z', undefined],
    ['http-date', 'Mon, 04 May 2026 10:00:00 GMT', '2026-05-04T10:00:00.000Z'],
    ['http-date', 'Mon, 04 Mai 2026 10:00:00 GMT', undefined],
    ['http-date', 'Mon, 04 May 2026 10:00:00 UTC', undefined],
    ['http-date', 'Mon, 31 Feb 2026 10:00:00 GMT', undefined],
  ])('%s %s is %s', (unit, text, time) => {
    expect(readTime(text, unit)).toBe(time);
  });
});
