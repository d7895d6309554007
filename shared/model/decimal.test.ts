import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals, sumOfDecimals } from './decimal.ts';

describe('compareDecimals', () => {
  it.each([
    ['10', '10.00', 0],
    ['9.99', '10', -1],
    ['10.01', '10', 1],
    ['010.0', '10', 0],
    ['0.30', '0.3', 0],
    // As floats both are 0.30000000000000004 and equal to each other.
    ['0.30000000000000004', '0.30000000000000003', 1],
    ['9007199254740993', '9007199254740992', 1],
    ['0', '0.000', 0],
  ])('%s and %s: %d', (one, other, order) => {
    expect(compareDecimals(one, other)).toBe(order);
  });

  it.each(['', '-1', '+1', '1.', '.5', '1e3', '1,5', 'ten', ' 1', '1'.repeat(65)])('%j is no decimal', (text) => {
    expect(compareDecimals(text, '1')).toBeUndefined();
    expect(compareDecimals('1', text)).toBeUndefined();
    expect(sumOfDecimals(text, '1')).toBeUndefined();
  });
});

describe('sumOfDecimals', () => {
  it.each([
    ['0.1', '0.2', '0.3'],
    ['100.00', '1.50', '101.50'],
    ['1000', '5', '1005'],
    ['0.005', '1', '1.005'],
    ['0', '0', '0'],
  ])('%s + %s = %s', (one, other, sum) => {
    expect(sumOfDecimals(one, other)).toBe(sum);
  });

  it('agrees with whole cents, and is greater than its parts', () => {
    const cents = fc.bigInt({ min: 0n, max: 10n ** 20n });
    const text = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`;
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        expect(sumOfDecimals(text(a), text(b))).toBe(text(a + b));
        expect(compareDecimals(text(a), text(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});
