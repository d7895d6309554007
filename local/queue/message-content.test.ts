import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from './engine-fixture.ts';
import { checkContent, type MessageAttribute, md5OfAttributes, md5OfBody } from './message-content.ts';
import { MAXIMUM_MESSAGE_BYTES } from './queue-attributes.ts';

const LIMIT = MAXIMUM_MESSAGE_BYTES;
const check = (body: string, attributes?: Record<string, MessageAttribute>) =>
  codeOf(checkContent({ body, attributes }, LIMIT));
const attribute = (name: string, value: MessageAttribute) => check('x', Object.fromEntries([[name, value]]));
const text = (value: string): MessageAttribute => ({ DataType: 'String', StringValue: value });

describe('bodies', () => {
  it('refuses the characters that SQS refuses and takes all others', () => {
    for (const forbidden of [
      '\u0000',
      '\u0008',
      '\u000b',
      '\u001f',
      '\ufffe',
      '\uffff',
      '\ud800',
      'a\udc00',
      '\udc00\ud800',
    ]) {
      expect(check(`x${forbidden}y`)).toBe('InvalidMessageContents');
    }
    for (const allowed of [
      '\t\n\r',
      ' ',
      '\u007f',
      '\ud7ff',
      '\ue000',
      '\ufffd',
      '\u{10000}',
      '\u{10ffff}',
      '😀 Zürich €',
    ]) {
      expect(check(allowed)).toBe('done');
    }
    expect(check('')).toBe('MissingParameter');
  });

  it('takes every well-formed string of allowed characters, whatever its length in UTF-16', () => {
    const allowed = fc.string({ unit: 'grapheme', minLength: 1 }).filter((body) => !/[^\t\n\r\x20-\uffff]/.test(body));
    fc.assert(fc.property(allowed, (body) => check(body.replaceAll(/[\ufffe\uffff]/g, 'x')) === 'done'));
  });

  it('counts bytes, not characters, and attributes too', () => {
    expect(check('x'.repeat(LIMIT))).toBe('done');
    expect(check('x'.repeat(LIMIT + 1))).toBe('InvalidParameterValue');
    expect(check('é'.repeat(LIMIT / 2))).toBe('done');
    expect(check('é'.repeat(LIMIT / 2 + 1))).toBe('InvalidParameterValue');
    expect(check('x'.repeat(LIMIT - 11), { name: text('y') })).toBe('done');
    expect(check('x'.repeat(LIMIT - 10), { name: text('y') })).toBe('InvalidParameterValue');
    const zeros = Buffer.alloc(LIMIT - 11).toString('base64');
    expect(check('x', { name: { DataType: 'Binary', BinaryValue: zeros } })).toBe('done');
  });
});

describe('message attributes', () => {
  it('takes String, Number and Binary with custom labels', () => {
    expect(attribute('a', text('x'))).toBe('done');
    expect(attribute('a', { DataType: 'Number.int', StringValue: '-12.50' })).toBe('done');
    expect(attribute('a', { DataType: 'Binary.png', BinaryValue: 'AAEC' })).toBe('done');
    expect(attribute(`${'a'.repeat(128)}.${'b'.repeat(127)}`, text('x'))).toBe('done');
  });

  it('refuses bad names, types and values', () => {
    for (const name of ['', '.a', 'a.', 'a..b', 'a b', 'é', 'AWS.a', 'amazon.a', 'a'.repeat(257)]) {
      expect(attribute(name, text('x'))).toBe('InvalidParameterValue');
    }
    const values: MessageAttribute[] = [
      { DataType: 'Text', StringValue: 'x' },
      { DataType: '', StringValue: 'x' },
      { DataType: 'String' },
      { DataType: 'String', StringValue: '' },
      { DataType: 'String', StringValue: '\u0000' },
      { DataType: 'String', StringValue: 'x', BinaryValue: 'AAEC' },
      { DataType: 'Number', StringValue: 'twelve' },
      { DataType: 'Binary', StringValue: 'x' },
      { DataType: 'Binary', BinaryValue: 'not base64' },
    ];
    for (const value of values) {
      expect(attribute('a', value)).toBe('InvalidParameterValue');
    }
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, text('x')]));
    expect(check('x', eleven)).toBe('InvalidParameterValue');
  });
});

describe('digests that SDKs compare', () => {
  it('computes the body digest over UTF-8', () => {
    expect(md5OfBody('This is a test message')).toBe('fafb00f5732ab283681e124bf8747ed1');
  });

  it('computes the attribute digest as AWS does', () => {
    // Values that AWS returned, as pinned in the tests of several independent emulators (moto, LocalStack).
    expect(md5OfAttributes({ timestamp: { DataType: 'Number', StringValue: '1493147359900' } })).toBe(
      '235c5c510d26fb653d073faed50ae77c',
    );
    expect(
      md5OfAttributes({
        ccc: text('testjunk'),
        aaa: { DataType: 'Binary', BinaryValue: Buffer.of(2, 3, 4).toString('base64') },
        zzz: { DataType: 'Number', StringValue: '0230.01' },
        öther_encodings: text('T\xFCst'),
      }),
    ).toBe('8ae21a7957029ef04146b42aeaa18a22');
    expect(md5OfAttributes({})).toBe(null);
  });
});
