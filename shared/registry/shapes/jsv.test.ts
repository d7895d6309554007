import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsv } from '#shared/gateways/read-jsv.ts';
import type { JsonValue } from '#shared/model/fact.ts';
import { writeJsv } from './write-jsv.ts';

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

  it('writes numbers and truth as ServiceStack does, and no member that is null', () => {
    expect(writeJsv({ amount: 12.5, live: false, test: true, gone: null, list: [null, 'a'] })).toBe(
      '{amount:12.5,live:False,test:True,list:["",a]}',
    );
  });
});
