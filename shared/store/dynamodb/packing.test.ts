import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALLBACK_DICTIONARY_1 } from './dictionary-callback-1.ts';
import { VERSION_DICTIONARY_1 } from './dictionary-version-1.ts';
import { type Dictionary, pack, unpack } from './packing.ts';

const ALL: readonly Dictionary[] = [CALLBACK_DICTIONARY_1, VERSION_DICTIONARY_1];
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('pack and unpack', () => {
  it('give back any bytes, with every dictionary', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.constantFrom(...ALL), (content, dictionary) => {
        const packed = pack(content, dictionary);
        expect(packed.length).toBeLessThanOrEqual(content.length + 1);
        expect(Buffer.compare(unpack(packed, ALL), content)).toBe(0);
      }),
    );
  });

  it('give back text as UTF-8', () => {
    const text = JSON.stringify({ result: 'OK', cardHolder: 'Mira Košir', amount: '24.50' });
    const packed = pack(text, CALLBACK_DICTIONARY_1);
    expect(packed.length).toBeLessThan(Buffer.byteLength(text));
    expect(unpack(packed, ALL).toString()).toBe(text);
  });

  it('leave noise as it is, one byte longer', () => {
    const noise = randomBytes(1024 * 1024);
    const packed = pack(noise, CALLBACK_DICTIONARY_1);
    expect(packed.length).toBe(noise.length + 1);
    expect(packed[0]).toBe(0);
    expect(unpack(packed, []).equals(noise)).toBe(true);
  });

  it('say which dictionary is missing', () => {
    const packed = pack('"result":"OK","uuid":"', CALLBACK_DICTIONARY_1);
    expect(packed[0]).toBe(1);
    expect(() => unpack(packed, [VERSION_DICTIONARY_1])).toThrow(/dictionary 1; this release knows 2/);
  });
});

describe('dictionaries', () => {
  // A digest that changes makes every stored row unreadable: add a dictionary instead (packing.ts).
  it.each([
    [CALLBACK_DICTIONARY_1, 1, 'e31a4190964939bc000d8020ee78d9b941d756c0e192a5874977169f8d3d2665'],
    [VERSION_DICTIONARY_1, 2, 'b465b53fec4fbb032dbd72bdbfae234c3e59113ecb9331608b2bccecf3855d47'],
  ])('are as they were first used', (dictionary, version, digest) => {
    expect(dictionary.version).toBe(version);
    expect(sha256(dictionary.text)).toBe(digest);
  });

  it('have versions of their own and fit the window of deflate', () => {
    expect(new Set(ALL.map((one) => one.version)).size).toBe(ALL.length);
    for (const { version, text } of ALL) {
      expect(version).toBeGreaterThan(0);
      expect(version).toBeLessThan(256);
      expect(Buffer.byteLength(text)).toBeLessThan(32_768);
    }
  });
});
