import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsv } from './read-jsv.ts';

const readingOf = (text: string) => {
  const reading = readJsv(text);
  return reading.ok ? reading.value : `${reading.at}: ${reading.message}`;
};

describe('reading JSV', () => {
  it('any text gives a value or a problem', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'{}[],:" \na') }));
    fc.assert(
      fc.property(text, (given) => {
        const reading = readJsv(given);
        if (!reading.ok) {
          expect(reading.at).toBeGreaterThan(0);
          expect(reading.at).toBeLessThanOrEqual(given.length + 1);
          return;
        }
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
