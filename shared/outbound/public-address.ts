import { BlockList, isIP } from 'node:net';

/** Special-purpose IPv4 (IANA registry, RFC 6890 and successors), multicast and reserved. Loopback is asked for by itself. */
const SPECIAL_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Parts of 2000::/3 that lead elsewhere: protocol assignments and Teredo, documentation, 6to4. */
const SPECIAL_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const special = new BlockList();
for (const [net, bits] of SPECIAL_V4) special.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of SPECIAL_V6) special.addSubnet(net, bits, 'ipv6');

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** IPv6 in full: eight groups of four hex digits; undefined for any other text. */
function groupsOf(address: string): readonly string[] | undefined {
  if (isIP(address) !== 6 || address.includes('%')) return undefined;
  // The URL parser writes a dotted end as hex and the whole in its one canonical form (WHATWG URL, IPv6 serializer).
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].map((group) => group.padStart(4, '0'));
}

/** The IPv4 address behind a NAT64 address (64:ff9b::/96, RFC 6052): networks without IPv4 reach everybody through it. */
function behindNat64(address: string): string | undefined {
  const groups = groupsOf(address)?.join('');
  const hex = /^0064ff9b0{16}([0-9a-f]{8})$/.exec(groups ?? '')?.[1];
  return hex === undefined ? undefined : [...Buffer.from(hex, 'hex')].join('.');
}

/**
 * True for an address of the public internet. False for private, loopback, link-local, shared (CGNAT), multicast,
 * IPv4-mapped and every other special address, and for what is no address: what is not known to be public is not.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  const v4 = behindNat64(address);
  if (v4 !== undefined) return isPublicAddress(v4);
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** True for 127.0.0.0/8 and ::1; not for either written as an IPv4-mapped address. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return loopback.check(address, 'ipv4');
  // A BlockList finds ::ffff:127.0.0.1 in its IPv4 networks too.
  return family === 6 && groupsOf(address)?.join(':') === '0000:0000:0000:0000:0000:0000:0000:0001';
}
