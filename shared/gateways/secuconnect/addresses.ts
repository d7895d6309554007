/** An IP address as a number. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const V4 = new RegExp(`^${[OCTET, OCTET, OCTET, OCTET].join('\\.')}$`);
const GROUP = /^[0-9a-f]{1,4}$/i;

/**
 * Reads an IPv4 or IPv6 address; undefined for anything else, zones and leading zeros of IPv4 included. An IPv4 address in
 * IPv6 clothes (`::ffff:192.0.2.1`, as Node has it on a socket for both) is an IPv4 address.
 */
export function readAddress(text: string): Address | undefined {
  const octets = V4.exec(text)?.slice(1);
  if (octets !== undefined) return { bits: 32, value: joined(octets.map(BigInt), 8n) };
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  return mapped === undefined ? readV6(text) : readAddress(mapped);
}

function readV6(text: string): Address | undefined {
  const halves = text.split('::');
  const [before = [], after = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const written = [...before, ...after];
  const isWhole = halves.length === 1 && written.length === 8;
  const isShortened = halves.length === 2 && written.length < 8;
  if ((!isWhole && !isShortened) || !written.every((group) => GROUP.test(group))) return undefined;
  const zeros = Array.from({ length: 8 - written.length }, () => '0');
  const groups = [...before, ...zeros, ...after].map((group) => BigInt(`0x${group}`));
  return { bits: 128, value: joined(groups, 16n) };
}

function joined(parts: readonly bigint[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) | part, 0n);
}
