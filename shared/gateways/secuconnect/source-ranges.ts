import { BlockList, isIP } from 'node:net';

/** Where pushes come from (SCdemo test_push_service.php); nobody says it of the showcase. */
const OF_GATEWAY: Readonly<Record<string, readonly string[]>> = {
  production: ['91.195.150.0/23'],
  testing: ['46.243.73.0/24'],
};

const RANGE = /^([0-9A-Fa-f.:]{2,45})\/(\d{1,3})$/;

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
  const [, address = '', bits = ''] = RANGE.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}

/** False for an address that is none, or is not known. */
export function isInside(ranges: readonly string[], address: string | undefined): boolean {
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(plain);
  if (family === 0) return false;
  const list = new BlockList();
  for (const range of ranges.filter(isRange)) {
    const [net = '', bits = ''] = range.split('/');
    list.addSubnet(net, Number(bits), isIP(net) === 4 ? 'ipv4' : 'ipv6');
  }
  return list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}
