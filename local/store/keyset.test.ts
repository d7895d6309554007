import { describe, expect, it } from 'vitest';
import { checkedLimit, earlier, LATEST, placeBefore, takePage } from './keyset.ts';

describe('keyset', () => {
  it('the earlier of two places, by time and then by row', () => {
    expect(earlier({ at: 'b', row: 1 }, { at: 'a', row: 9 })).toEqual({ at: 'a', row: 9 });
    expect(earlier({ at: 'a', row: 2 }, { at: 'a', row: 1 })).toEqual({ at: 'a', row: 1 });
    expect(earlier(placeBefore('a'), { at: 'a', row: 0 })).toEqual(placeBefore('a'));
    expect(earlier(LATEST, { at: '9999-12-31T23:59:59.999Z', row: 1 }).row).toBe(1);
  });

  it.each([0, -1, 501, 1.5, Number.NaN])('a limit of %d is a bug of the caller', (limit) => {
    expect(() => checkedLimit(limit)).toThrow(/limit is/);
  });

  it('a page that spends its budget is short but has a cursor; only the end of the rows has none', () => {
    const rows = Array.from({ length: 10 }, (_, row) => ({ at: 'a', row }));
    const even = (place: { row: number }) => (place.row % 2 === 0 ? place.row : undefined);
    const take = (budget: object) => takePage('x', rows, { limit: 10, ...budget }, (row) => row, even);
    expect(take({ examined: 4 })).toMatchObject({ items: [0, 2], cursor: expect.any(String) });
    expect(take({ bytes: 3, bytesOf: () => 1 })).toMatchObject({ items: [0, 2], cursor: expect.any(String) });
    expect(take({ limit: 2 })).toMatchObject({ items: [0, 2], cursor: expect.any(String) });
    expect(take({ examined: 10 })).toEqual({ items: [0, 2, 4, 6, 8], cursor: null });
  });
});
