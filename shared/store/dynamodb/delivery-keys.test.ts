import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confirmationKey, cursorKey, cursorKind, failedKey, listedAt, listKey, nextAtShard } from './delivery-keys.ts';

const subject = (id: string) => ({ connectorId: 'acme-cc-1', type: 'transaction' as const, id });
const cursorOf = (id: string) => cursorKey({ merchantId: 'acme', subscriptionId: 'main', subject: subject(id) });
const questionAbout = (id: string) => ({
  connectorId: 'acme-cc-1',
  about: { type: 'subject' as const, subject: subject(id) },
  evidenceDigest: id || '-',
});
/** Any code units, halves of surrogate pairs among them. */
const anyId = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ maxLength: 3 }).map((s) => `${s}\uD83D`),
  longId(),
);

function longId(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min: 880, max: 2500 }), fc.string({ maxLength: 2 }))
    .map(([n, end]) => 'é'.repeat(n / 2) + end);
}

describe('keys of the delivery table', () => {
  it('an ordinary cursor lies with the others of its subscription, under the name of its subject', () => {
    const key = cursorOf('t1');
    expect(key).toEqual({ pk: 'cursor#acme/main#1', sk: 'acme-cc-1:transaction:t1' });
    expect(nextAtShard(key)).toBe('due#1');
    expect(cursorKind('dead', key)).toBe('cursor#dead#1');
  });

  it('whatever a gateway calls its subjects, DynamoDB takes the key and changes nothing in it', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        for (const { pk, sk } of [cursorOf(id), failedKey(`acme:${id}`), confirmationKey(questionAbout(id))]) {
          expect(pk.isWellFormed() && sk.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(pk)).toBeLessThanOrEqual(2048);
          expect(Buffer.byteLength(sk)).toBeLessThanOrEqual(1024);
        }
      }),
    );
  });

  it('different subjects have different keys', () => {
    fc.assert(
      fc.property(anyId, anyId, (a, b) => {
        expect(JSON.stringify(cursorOf(a)) === JSON.stringify(cursorOf(b))).toBe(a === b);
      }),
    );
    const half = [cursorOf('a\uD83D'), cursorOf('a\uD83E'), cursorOf('a\uFFFD')];
    expect(new Set(half.map(({ sk }) => sk)).size).toBe(3);
  });

  it('no subject can be named so that it takes the place of one with a long name', () => {
    const hashed = cursorOf('x'.repeat(2000)).sk;
    const posing = hashed.slice('acme-cc-1:transaction:'.length);
    expect(cursorOf(posing).sk).not.toBe(hashed);
  });

  it('lists run by time; equal times are told apart', () => {
    const at = '2026-01-15T09:00:00.000Z';
    expect(listedAt(listKey(at, cursorOf('a#b')))).toBe(at);
    expect(listKey(at, cursorOf('a'))).not.toBe(listKey(at, cursorOf('b')));
    expect(listKey('2026-01-15T09:00:00.001Z', cursorOf('a')) > listKey(at, cursorOf('a'))).toBe(true);
  });
});
