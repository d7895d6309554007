import { type Address, readAddress } from './addresses.ts';

/** Where pushes come from (SCdemo test_push_service.php); nobody says it of the showcase. */
const OF_GATEWAY: Readonly<Record<string, readonly string[]>> = {
  production: ['91.195.150.0/23'],
  testing: ['46.243.73.0/24'],
};

/** `sourceRanges` as ranges; undefined: every address is taken. An empty list takes none. */
export function rangesOf(settings: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const { sourceRanges, environment } = settings;
  if (sourceRanges === undefined || sourceRanges === 'off') return undefined;
  if (sourceRanges === 'gateway') {
    return typeof environment === 'string' && Object.hasOwn(OF_GATEWAY, environment) ? OF_GATEWAY[environment] : [];
  }
  return Array.isArray(sourceRanges) ? sourceRanges.filter((range) => typeof range === 'string') : [];
}

/** Whether the text is a range of addresses such as 192.0.2.0/24 or 2001:db8::/32. */
export function isRange(text: string): boolean {
  return readRange(text) !== undefined;
}

/** False for an address that is none, or is not known. */
export function isInside(ranges: readonly string[], text: string | undefined): boolean {
  const address = readAddress(text ?? '');
  if (address === undefined) return false;
  return ranges.some((range) => {
    const { net, length } = readRange(range) ?? {};
    if (net === undefined || length === undefined || net.bits !== address.bits) return false;
    const rest = BigInt(net.bits - length);
    return address.value >> rest === net.value >> rest;
  });
}

function readRange(text: string): { readonly net: Address; readonly length: number } | undefined {
  const [, address = '', digits = ''] = /^([^/]{2,45})\/(\d{1,3})$/.exec(text) ?? [];
  const net = readAddress(address);
  const length = Number(digits);
  return net === undefined || length > net.bits ? undefined : { net, length };
}
