import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptRequestOf, readKeptRequest, writeKeptRequest } from './kept-request.ts';

const text = fc.record({ method: fc.string(), path: fc.string(), rawQuery: fc.string() });
const request = fc.record({ body: fc.uint8Array(), headers: fc.dictionary(fc.string(), fc.string()) });

describe('kept requests', () => {
  it('come back byte for byte', () => {
    fc.assert(
      fc.property(text, request, (head, rest) => {
        const kept = keptRequestOf({ ...head, ...rest }, rest.headers);
        if (kept === undefined) throw new Error('not kept');
        expect(readKeptRequest(writeKeptRequest(kept))).toEqual({ ...head, ...rest, whole: true });
      }),
    );
  });

  it('of a body over 300 KB only the beginning is kept, of more than 32 KB beside it nothing', () => {
    const of = (bytes: number, path = '/') =>
      keptRequestOf({ method: 'POST', path, rawQuery: '', headers: {}, body: Buffer.alloc(bytes, 'b') }, {});
    expect(of(300 * 1024)).toMatchObject({ whole: true });
    expect(of(300 * 1024 + 1)?.whole).toBe(false);
    expect(of(300 * 1024 + 1)?.body.byteLength).toBe(1_024);
    expect(of(1, '/'.repeat(33_000))).toBeUndefined();
  });

  it('of a later format are refused', () => {
    expect(() => readKeptRequest(Buffer.from([9, 0, 0, 0, 0]))).toThrow(/format 9/);
    expect(() => readKeptRequest(Buffer.alloc(0))).toThrow(/format none/);
  });
});
