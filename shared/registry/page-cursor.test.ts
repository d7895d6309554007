import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, InvalidCursorError } from './page-cursor.ts';

describe('page cursor', () => {
  it('gives back the sort key it was made of', () => {
    fc.assert(
      fc.property(fc.string(), fc.maxSafeInteger(), (at, row) => {
        expect(decodeCursor('callbacks', encodeCursor('callbacks', [at, row]), ['string', 'number'])).toEqual([
          at,
          row,
        ]);
      }),
    );
  });

  it('takes nothing else: any text is an InvalidCursorError and never another exception', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor('callbacks', text, ['string', 'number'])).toThrow(InvalidCursorError);
      }),
    );
  });

  it.each([
    ['of another list', encodeCursor('merchants', ['a', 1])],
    ['with a part too few', encodeCursor('callbacks', ['a'])],
    ['with a part too many', encodeCursor('callbacks', ['a', 1, 2])],
    ['with swapped types', encodeCursor('callbacks', [1, 'a'])],
    ['with a fraction', encodeCursor('callbacks', ['a', 1.5])],
    ['with null', Buffer.from('["callbacks","a",null]').toString('base64url')],
    ['that is no list', Buffer.from('{"0":"callbacks"}').toString('base64url')],
    ['in plain base64', `${encodeCursor('callbacks', ['a', 1])}=`],
    ['that is empty', ''],
  ])('refuses a cursor %s', (_name, cursor) => {
    expect(() => decodeCursor('callbacks', cursor, ['string', 'number'])).toThrow(InvalidCursorError);
  });

  it('names the list and the cure, and cuts a long cursor', () => {
    const error = new InvalidCursorError('callbacks', 'x'.repeat(10_000));
    expect(error.message).toContain('list of callbacks');
    expect(error.message.length).toBeLessThan(300);
  });
});
