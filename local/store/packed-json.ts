import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Shorter texts gain less than the work costs. */
const PACK_FROM = 512;

/** JSON text, deflated where it is long: an ordinary version is then under 1 KiB. */
export function packJson(value: unknown): string | Uint8Array {
  const text = JSON.stringify(value);
  return text.length < PACK_FROM ? text : deflateRawSync(text);
}

export function unpackJson(packed: unknown): unknown {
  if (typeof packed === 'string') return JSON.parse(packed);
  if (packed instanceof Uint8Array) return JSON.parse(inflateRawSync(packed).toString('utf8'));
  throw new TypeError(`A packed value is text or bytes, not ${typeof packed}.`);
}
