import { describe, expect, it } from 'vitest';
import { readHost } from './outbound-host.ts';

describe('readHost', () => {
  it.each([
    ['gateway.ixopay.com', 'gateway.ixopay.com', undefined],
    ['Gateway.Example.COM:8443', 'gateway.example.com', 8443],
    ['gateway.example.com:80', 'gateway.example.com', 80],
    ['a.example.', 'a.example.', undefined],
    ['127.0.0.1:1', '127.0.0.1', 1],
    ['[::1]:443', '::1', 443],
    ['[FD00::1]', 'fd00::1', undefined],
    // As every program does that reads URLs: the address is what is checked.
    ['2130706433', '127.0.0.1', undefined],
    ['0x7f.1:9', '127.0.0.1', 9],
  ])('reads %s', (text, hostname, port) => {
    expect(readHost(text)).toEqual({ hostname, port });
  });

  it.each([
    ...[
      '',
      ' ',
      'https://a.example',
      'a.example/x',
      'a.example?x',
      'a.example#x',
      'user@a.example',
      'a:b@c',
      'a.example:',
    ],
    ...[
      'a.example:0',
      'a.example:65536',
      'a.example:123456',
      'a..example\n',
      'a b',
      '-a',
      '::1',
      '[::1',
      '[::g]',
      '[]',
    ],
    ...['a.example\\x', 'a%2e', 'münchen.example', '[fe80::1%25eth0]', '1.2.3.4.5', '256.1.1.1', 'a'.repeat(300)],
  ])('refuses %j', (text) => {
    expect(readHost(text)).toBeUndefined();
  });
});
