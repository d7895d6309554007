import { describe, expect, it } from 'vitest';
import { couldHoldCardNumber, lastFourOf, withoutCardNumbers } from '../card-number.ts';
import { readXml } from '../xml.ts';
import { readDateTime, readDay, readSignedDate } from './dates.ts';

describe('signed dates (wire 1.5)', () => {
  it.each([
    ['Thu, 15 Jan 2026 09:30:00 UTC', '2026-01-15T09:30:00.000Z'],
    ['Thu, 15 Jan 2026 09:30:00 GMT', '2026-01-15T09:30:00.000Z'],
    ['Tue, 3 Jun 2008 11:05:30 GMT', '2008-06-03T11:05:30.000Z'],
    ['Tue, 03 Jun 2008 11:05:30 UTC', '2008-06-03T11:05:30.000Z'],
    ['Sun, 29 Feb 2032 23:59:59 UTC', '2032-02-29T23:59:59.000Z'],
    ['Mon, 30 Feb 2026 00:00:00 UTC', undefined],
    ['Thu, 15 Jan 2026 25:30:00 UTC', undefined],
    ['Thu, 15 jan 2026 09:30:00 UTC', undefined],
    ['Thu, 15 Jan 2026 09:30:00 CET', undefined],
    ['15 Jan 2026 09:30:00 UTC', undefined],
    ['2026-01-15T09:30:00Z', undefined],
    ['', undefined],
  ])('%s', (text, iso) => expect(readSignedDate(text)).toBe(iso));
});

describe('dates of the body', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.6789Z', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
    ['2026-01-02T03:04:05-0130', '2026-01-02T04:34:05.000Z'],
    ['2026-01-02 03:04', '2026-01-02T03:04:00.000Z'],
    ['2026-01-02 03:04:05 UTC', '2026-01-02T03:04:05.000Z'],
    ['2026-02-30T03:04:05Z', undefined],
    ['2026-01-02', undefined],
    ['tomorrow', undefined],
  ])('%s', (text, iso) => expect(readDateTime(text)).toBe(iso));
  it.each([
    ['2026-01-02', '2026-01-02'],
    ['2026-01-02 03:04', '2026-01-02'],
    ['2026-02-30', undefined],
    ['02.01.2026', undefined],
  ])('day of %s', (text, day) => expect(readDay(text)).toBe(day));
});

describe('card numbers', () => {
  it.each([
    ['4111111111111111', true],
    ['4111 1111 1111 1111', true],
    ['4111-1111-1111-1111', true],
    ['card 378282246310005 of x', true],
    ['0000 4111111111111111', true],
    ['99999999994111111111111111', true],
    ['4111111111111112', false],
    ['411111******1111', false],
    ['20260115-0f1e2d3c4b5a69788796', false],
    ['12345', false],
  ])('%s', (text, could) => {
    expect(couldHoldCardNumber(text)).toBe(could);
    expect(withoutCardNumbers(text) === text).toBe(!could);
  });
  it.each([
    ['DE89 3704 0044 0532 0130 00', '3000'],
    ['12345678', '5678'],
    ['1234567', undefined],
    ['DE89370400440532****', undefined],
    ['', undefined],
  ])('last four of %s', (text, four) => expect(lastFourOf(text)).toBe(four));
});

describe('XML', () => {
  const textOf = (inner: string) => {
    const reading = readXml(`<a>${inner}</a>`, 64);
    return reading.ok ? reading.root.text : reading.reason;
  };
  it.each([
    ['&lt;&gt;&amp;&quot;&apos;', '<>&"\''],
    ['&#65;&#x42;&#x1F600;', 'AB😀'],
    ['&amp;lt;', '&lt;'],
    ['<![CDATA[a &amp; <b>]]>', 'a &amp; <b>'],
    ['x <![CDATA[ & ]]> &amp; y', 'x  &  & y'],
    ['a<!-- &no; -->b', 'ab'],
    [' \n padded \t', 'padded'],
    ['007', '007'],
    ['&nbsp;', 'entity_refused'],
    ['&#0;', 'entity_refused'],
    ['&#xD800;', 'entity_refused'],
    ['&#x110000;', 'entity_refused'],
    ['a & b', 'not_xml'],
    ['<b>', 'not_xml'],
    ['<!ENTITY x "y">', 'doctype_refused'],
  ])('%s', (inner, text) => expect(textOf(inner)).toBe(text));
  it('names without their namespace, attributes decoded', () => {
    const reading = readXml('<n:a xmlns:n="u"><n:b n:key="1 &lt; 2">v</n:b></n:a>', 64);
    expect(reading).toMatchObject({ ok: true, root: { name: 'a', children: [{ name: 'b', text: 'v' }] } });
    expect(reading.ok && reading.root.children[0]?.attributes.get('key')).toBe('1 < 2');
  });
  it('a predefined name declared anew would need a DTD, and there is none', () => {
    expect(readXml('<!doctype a [<!ENTITY lt "x">]><a>&lt;</a>', 64)).toMatchObject({ reason: 'doctype_refused' });
  });
});
