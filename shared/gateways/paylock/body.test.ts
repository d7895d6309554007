import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody } from './body.ts';
import { textOf, valueAt } from './body-value.ts';

const read = (text: string | Uint8Array, format?: string) => readBody(Buffer.from(text), format);
const at = (text: string, path: string, format?: string) => {
  const reading = read(text, format);
  return reading.ok ? textOf(valueAt(reading.value, path)) : reading.reason;
};

describe('a body is read by what it is', () => {
  it.each([
    ['JSON', '{"payment":{"id":"p1","amount":12.50}}'],
    ['JSON with a byte order mark and blanks', '\ufeff \n{"payment":{"id":"p1","amount":12.50}}'],
    ['XML', '<?xml version="1.0"?>\n<a><payment><id>p1</id><amount>12.50</amount></payment></a>'],
    ['XML with attributes', '<a><payment id="p1" amount="12.50"/></a>'],
    [
      'XML with a namespace',
      '<n:a xmlns:n="urn:x"><n:payment><n:id>p1</n:id><n:amount>12.50</n:amount></n:payment></n:a>',
    ],
    ['form, brackets', 'payment%5Bid%5D=p1&payment[amount]=12.50'],
    ['form, dots', 'payment.id=p1&payment.amount=12.50'],
    ['JSV', '{payment:{id:p1,amount:12.50}}'],
    ['JSV on lines', '{\npayment:\n{\nid: p1,\namount: 12.50\n}\n}'],
    ['JSV with quotes', '{payment:{id:"p1",amount:12.50}}'],
  ])('%s', (_name, text) => {
    expect([at(text, 'payment.id'), at(text, 'payment.amount')]).toEqual(['p1', '12.50']);
  });

  it('as the connector says it, where it says so', () => {
    expect(at('{"a":"x\\ny"}', 'a')).toBe('x\ny');
    expect(at('{"a":"x\\ny"}', 'a', 'jsv')).toBe('x\\ny');
    expect(at('a=1', 'a', 'json')).toBe('not_json');
    expect(at('{"a":1}', 'a', 'xml')).toBe('not_xml');
  });

  it('numbers keep every digit', () => {
    const text = '{"id":12345678901234567890,"amount":1.10,"exp":1E2,"yes":true,"no":null,"empty":""}';
    expect(['id', 'amount', 'exp', 'yes', 'no', 'empty'].map((path) => at(text, path))).toEqual([
      ...['12345678901234567890', '1.10', '1E2', 'true', undefined, undefined],
    ]);
  });

  it.each([
    ['nothing', ' \n', 'empty_body'],
    ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 'not_utf8'],
    ['JSON cut off', '{"a":', 'not_json'],
    ['JSON with a member twice', '{"a":1,"b":{"c":1,"c":2}}', 'member_twice'],
    ['text', 'hello', 'not_form'],
    ['a broken percent sign', 'a=%E0%A4%A', 'not_form'],
    ['too many fields', Array.from({ length: 2_001 }, (_, i) => `a${i}=1`).join('&'), 'not_form'],
    ['JSV cut off', '{a:{b:1}', 'not_jsv'],
    ['XML cut off', '<a><b>', 'not_xml'],
    ['XML with a DTD', '<!DOCTYPE a SYSTEM "http://x/"><a/>', 'doctype_refused'],
    ['XML with an entity', '<a>&xxe;</a>', 'entity_refused'],
    ['too deep JSON', `${'['.repeat(70)}${']'.repeat(70)}`, 'too_deep'],
    ['too deep JSON objects', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`, 'too_deep'],
    ['a JSON text', '"a"', 'not_form'],
  ])('%s is none: %#', (_name, text, reason) => {
    expect(read(text)).toMatchObject({ ok: false, reason });
  });

  it('any bytes and any text give a value or a reason', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'{}[]<>/=&%,:"\\ a1\n') });
    const text = fc.oneof(fc.string({ unit: 'binary' }), letters);
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof readBody(bytes, undefined).ok === 'boolean'));
    fc.assert(
      fc.property(text, fc.constantFrom(undefined, 'json', 'xml', 'form', 'jsv'), (given, format) => {
        const reading = readBody(Buffer.from(given), format);
        return reading.ok || /^[a-z_0-9]+$/.test(reading.reason);
      }),
      { numRuns: 3_000 },
    );
  });

  it('reads JSON as JSON does, but for numbers', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.constant(null))), (members) => {
        const wellFormed = Object.fromEntries(
          Object.entries(members).map(([name, value]) => [name.toWellFormed(), value?.toWellFormed() ?? null]),
        );
        expect(read(JSON.stringify(wellFormed), 'json')).toEqual({ ok: true, value: wellFormed });
      }),
    );
  });

  it('is not slow on hostile bodies', () => {
    const many = 150_000;
    for (const text of [
      ...[`<a>${'<b/>'.repeat(many)}</a>`, `{"a":[${'1,'.repeat(many)}1]}`, '['.repeat(many), '{a:'.repeat(many)],
      ...['a&'.repeat(many), `{"a":"${'\\"'.repeat(many)}"}`, `{${'"a":'.repeat(many)}`, `<a ${'b="1" '.repeat(many)}`],
    ]) {
      expect(typeof read(text).ok).toBe('boolean');
    }
  });
});

describe('a path', () => {
  it.each([
    ['items.1.id', 'b'],
    ['items.2.id', undefined],
    ['items.id', undefined],
    ['items', undefined],
    ['one.0.id', 'c'],
    ['one.id', 'c'],
    ['one.1.id', undefined],
    ['dotted.name', 'd'],
    ['__proto__', undefined],
    ['constructor.name', undefined],
    ['toString', undefined],
    ['one.id.length', undefined],
  ])('%s', (path, found) => {
    expect(at('{"items":[{"id":"a"},{"id":"b"}],"one":{"id":"c"},"dotted.name":"d"}', path)).toBe(found);
  });

  it('finds what a member of that name holds, whatever the name', () => {
    expect(at('{"__proto__":{"id":"own"}}', '__proto__.id')).toBe('own');
    expect(at('{__proto__:{id:own}}', '__proto__.id')).toBe('own');
    expect(at('__proto__[id]=own', '__proto__.id')).toBe('own');
  });

  it('finds the text beside attributes, a list of one, and no text that is nil', () => {
    const xml = '<r><amount currency="EUR">9.90</amount><list><item>1</item></list><gone nil="true">x</gone></r>';
    expect(['amount', 'amount.currency', 'list.item.0', 'gone'].map((path) => at(xml, path))).toEqual([
      ...['9.90', 'EUR', '1', undefined],
    ]);
  });
});
