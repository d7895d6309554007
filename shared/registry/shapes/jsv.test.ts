import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '#shared/model/fact.ts';
import { readJsv } from './read-jsv.ts';
import { writeJsv } from './write-jsv.ts';

const readingOf = (text: string) => {
  const reading = readJsv(text);
  return reading.ok ? reading.value : `${reading.at}: ${reading.message}`;
};

/** Text, lists and maps: what JSV can say without types. */
const jsv = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom(...'{}[],:" \n\ta') })),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 4 }),
  ),
})).value;

describe('JSV', () => {
  it('what is written is read again', () => {
    fc.assert(
      fc.property(jsv, (value) => {
        expect(readJsv(writeJsv(value))).toEqual({ ok: true, value });
      }),
      { numRuns: 1_000, examples: [['__proto__'], [{ ['__proto__']: 'x' }], [['']], [[]], [{}], [' a '], ['a""b']] },
    );
  });

  it('any text gives a value or a problem, and a value is written and read the same', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'{}[],:" \na') }));
    fc.assert(
      fc.property(text, (given) => {
        const reading = readJsv(given);
        if (!reading.ok) {
          expect(reading.at).toBeGreaterThan(0);
          expect(reading.at).toBeLessThanOrEqual(given.length + 1);
          return;
        }
        expect(readJsv(given)).toEqual(reading);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['{a: 1 , b:False}', { a: '1', b: 'False' }],
    ['{a:\n[\n{\nb: x y\n}\n]\n}', { a: [{ b: 'x y' }] }],
    ['{a:"say ""hi"", {you}"}', { a: 'say "hi", {you}' }],
    ['{a:2026-01-15T09:30:00Z}', { a: '2026-01-15T09:30:00Z' }],
    ['{a:,b:""}', { a: null, b: '' }],
    ['[a,,b]', ['a', null, 'b']],
    ['[]', []],
    ['12.50', '12.50'],
    ['00000000000000000000000000000000', '00000000000000000000000000000000'],
  ])('%s', (text, value) => {
    expect(readingOf(text)).toEqual(value);
  });

  it.each([
    ['', '1: there is nothing'],
    ['{', '2: a ":" must follow the name of a member'],
    ['{a', '3: a ":" must follow the name of a member'],
    ['{a:1', '5: a "," or "}" must follow a member'],
    ['{a:1,', '6: a ":" must follow the name of a member'],
    ['{a:1}}', '6: the value has ended, but there is more'],
    ['{a:1,a:2}', '6: a member of this name is there already'],
    ['{:1}', '2: the name of a member is empty'],
    ['{a:"x', '4: the quoted text that begins here has no end'],
    ['{a:"x"y}', '7: a "," or "}" must follow a member'],
    ['{a:x"y}', '5: a " is inside unquoted text: quote it'],
    ['{a:1]', '5: a ] is inside unquoted text: quote it'],
    ['[1}', '3: a } is inside unquoted text: quote it'],
    ['['.repeat(70), '66: it is nested more than 64 levels deep'],
  ])('%s is refused', (text, problem) => {
    expect(readingOf(text)).toBe(problem);
  });

  it('writes numbers and truth as ServiceStack does, and no member that is null', () => {
    expect(writeJsv({ amount: 12.5, live: false, test: true, gone: null, list: [null, 'a'] })).toBe(
      '{amount:12.5,live:False,test:True,list:["",a]}',
    );
  });

  it('is not slow on hostile text', () => {
    for (const text of [
      `{a:${' '.repeat(200_000)}`,
      '"'.repeat(200_001),
      '{a:['.repeat(100_000),
      '[,'.repeat(100_000),
    ]) {
      expect(readJsv(text).ok).toBe(false);
    }
  });
});
