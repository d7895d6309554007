import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

const PUBLIC = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:829::200e',
  '2001:200::1',
  '64:ff9b::1.1.1.1',
  '64:ff9b::808:808',
];

const NOT_PUBLIC = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '127.0.0.1', '127.255.255.255'],
  ...['100.64.0.0', '100.127.255.255', '169.254.169.254', '169.254.170.2', '172.16.0.1', '172.31.255.255'],
  ...['192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.18.0.1', '198.19.255.255', '198.51.100.1'],
  ...['203.0.113.7', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::2', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1'],
  ...['::ffff:127.0.0.1', '::ffff:1.1.1.1', '::ffff:0a00:0001', '::ffff:0:1.1.1.1', '::1.1.1.1', '::7f00:1'],
  ...['64:ff9b::127.0.0.1', '64:ff9b::a00:1', '64:ff9b::169.254.169.254', '64:ff9b:1::1.1.1.1'],
  ...[
    '2001::1',
    '2001:db8::1',
    '2001:1ff:ffff::1',
    '2002:7f00:1::',
    '2002:0101:0101::',
    '3fff::1',
    '100::1',
    '4000::1',
  ],
  ...['2606:4700:4700::1111%1', '', 'localhost', '2130706433', '0x7f.1', '1.1.1', '1.1.1.1.', '[::1]', '1.1.1.1:443'],
];

describe('isPublicAddress', () => {
  it.each(PUBLIC)('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each(NOT_PUBLIC)('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('never takes an IPv4-mapped address, however it is written', () => {
    fc.assert(
      fc.property(fc.ipV4(), (v4) => {
        const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number);
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const mapped of [`::ffff:${v4}`, `::ffff:${hex}`, `0:0:0:0:0:FFFF:${v4}`]) {
          expect(isPublicAddress(mapped)).toBe(false);
          expect(isLoopbackAddress(mapped)).toBe(false);
        }
        expect(isPublicAddress(`64:ff9b::${hex}`)).toBe(isPublicAddress(v4));
      }),
    );
  });

  it('is total', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4Extended()), (text) => {
        expect(isPublicAddress(text) && isLoopbackAddress(text)).toBe(false);
      }),
    );
  });
});

describe('isLoopbackAddress', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '0:0:0:0:0:0:0:1'])('%s is', (address) => {
    expect(isLoopbackAddress(address)).toBe(true);
  });

  it.each(['::ffff:127.0.0.1', '::', '::7f00:1', '::1%lo', '128.0.0.1', '64:ff9b::7f00:1', 'localhost', ''])(
    '%s is not',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(false);
    },
  );
});
