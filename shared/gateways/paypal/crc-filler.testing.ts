import { crc32 } from 'node:zlib';

/**
 * Letters that give a text a wanted CRC-32: the sum is linear in the bits of the text, so 48 letters of two choices each
 * leave 32 equations to solve (Gauss over GF(2)).
 */
export function fillerFor(text: (filler: string) => string, wanted: number): string {
  const base = 'A'.repeat(48);
  const flipped = (i: number) => `${base.slice(0, i)}C${base.slice(i + 1)}`;
  const start = crc32(text(base));
  let rows = Array.from({ length: 48 }, (_, i) => ({
    sum: (crc32(text(flipped(i))) ^ start) >>> 0,
    mask: 1n << BigInt(i),
  }));
  let rest = (start ^ wanted) >>> 0;
  let chosen = 0n;
  for (let bit = 31; bit >= 0; bit--) {
    const pivot = rows.find(({ sum }) => (sum >>> bit) & 1);
    if (pivot === undefined) continue;
    if ((rest >>> bit) & 1) {
      rest = (rest ^ pivot.sum) >>> 0;
      chosen ^= pivot.mask;
    }
    rows = rows
      .filter((row) => row !== pivot)
      .map((row) => ((row.sum >>> bit) & 1 ? { sum: (row.sum ^ pivot.sum) >>> 0, mask: row.mask ^ pivot.mask } : row));
  }
  return [...base].map((letter, i) => ((chosen >> BigInt(i)) & 1n ? 'C' : letter)).join('');
}
