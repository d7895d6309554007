import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeKeyPair, openSealed, RequestNotOpened } from './open.ts';
import { sealingKeyOf, sealTo } from './seal.ts';

const PAIR = makeKeyPair();
const KEY = sealingKeyOf(PAIR.publicKey);

describe('requests sealed to a public key', () => {
  it('open with its private half, whatever bytes they hold', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, connectorId) => {
        const sealed = sealTo(KEY, connectorId, bytes);
        expect(Buffer.from(openSealed(PAIR, connectorId, sealed))).toEqual(Buffer.from(bytes));
        expect(sealed.byteLength).toBe(1 + 32 + bytes.byteLength + 16);
      }),
    );
  });

  it('never look alike and show nothing', () => {
    const one = sealTo(KEY, 'c', Buffer.from('the body'));
    expect(one).not.toEqual(sealTo(KEY, 'c', Buffer.from('the body')));
    expect(Buffer.from(one).includes('body')).toBe(false);
  });

  it('open for no other connector and with no other key', () => {
    const sealed = sealTo(KEY, 'acme-cc-1', Buffer.from('body'));
    expect(() => openSealed(PAIR, 'acme-cc-2', sealed)).toThrow(RequestNotOpened);
    expect(() => openSealed(makeKeyPair(), 'acme-cc-1', sealed)).toThrow(RequestNotOpened);
    const half = { publicKey: PAIR.publicKey, privateKey: makeKeyPair().privateKey };
    expect(() => openSealed(half, 'acme-cc-1', sealed)).toThrow(RequestNotOpened);
  });

  it('flipping any bit, or cutting anywhere, is refused', () => {
    const sealed = Buffer.from(sealTo(KEY, 'c', Buffer.from('body')));
    for (let i = 0; i < sealed.length; i++) {
      // X25519 does not look at the highest bit of a key (RFC 7748 5); the salt holds it.
      for (const bit of [0x01, 0x80]) {
        const changed = Buffer.from(sealed);
        changed[i] = (changed[i] ?? 0) ^ bit;
        expect(() => openSealed(PAIR, 'c', changed), `byte ${i}`).toThrow(RequestNotOpened);
      }
      expect(() => openSealed(PAIR, 'c', sealed.subarray(0, i))).toThrow(RequestNotOpened);
    }
  });

  it('arbitrary bytes are refused in the same words', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => openSealed(PAIR, 'c', bytes)).toThrow(/^A kept request of connector c cannot be opened/);
      }),
    );
  });

  it('a public key has 32 bytes', () => {
    expect(() => sealingKeyOf(PAIR.publicKey.subarray(1))).toThrow();
  });
});
