import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress } from './addresses.ts';
import { isInside, isRange } from './source-ranges.ts';

describe('readAddress', () => {
  it('reads what Node takes for an address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const read = readAddress(text);
        // IPv4 behind other groups than ::ffff: is no form in which an address of a socket comes.
        if (text.includes(':') && text.includes('.')) return;
        expect(read?.bits).toBe(isIP(text) === 4 ? 32 : 128);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes for an address nothing that Node does not', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789abcfx.:%/ '), maxLength: 24 });
    fc.assert(
      fc.property(text, (given) => {
        if (readAddress(given) !== undefined) expect(isIP(given)).not.toBe(0);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    ':::',
    '::1::',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7',
    'fe80::1%1',
  ])('refuses %j', (text) => {
    expect(readAddress(text)).toBeUndefined();
  });
});

describe('isInside', () => {
  it.each([
    ['0.0.0.0/0', '203.0.113.9', true],
    ['::/0', '203.0.113.9', false],
    ['203.0.113.9/32', '203.0.113.9', true],
    ['203.0.113.9/32', '203.0.113.8', false],
    ['203.0.113.200/24', '203.0.113.9', true],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['2001:db8::1/128', '2001:DB8:0:0::1', true],
  ])('%s, %s: %s', (range, address, expected) => {
    expect(isRange(range)).toBe(true);
    expect(isInside([range], address)).toBe(expected);
  });

  it.each(['192.0.2.0', '192.0.2.0/33', '2001:db8::/129', '/24', '192.0.2.0/', '192.0.2.0/2x', 'x/8'])(
    '%s is no range',
    (text) => {
      expect(isRange(text)).toBe(false);
    },
  );
});
