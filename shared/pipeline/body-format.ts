const WHITE_SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** By the first byte behind white space and a byte order mark; undefined: neither. */
export function bodyFormatOf(body: Uint8Array): 'json' | 'xml' | undefined {
  const start = BYTE_ORDER_MARK.every((byte, index) => body[index] === byte) ? BYTE_ORDER_MARK.length : 0;
  const first = body.subarray(start).find((byte) => !WHITE_SPACE.has(byte));
  if (first === 0x3c) return 'xml';
  return first === 0x7b || first === 0x5b ? 'json' : undefined;
}
