import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from './read-json.ts';

const read = (body: string | Uint8Array) => readJson('application/json', Buffer.from(body));

describe('readJson', () => {
  it('reads what JSON.parse reads, up to 64 levels', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
    expect(read(`${'['.repeat(64)}${']'.repeat(64)}`).ok).toBe(true);
    expect(read(`${'['.repeat(65)}${']'.repeat(65)}`)).toMatchObject({ ok: false, code: 'invalid_json' });
  });

  it('is not misled by brackets in strings', () => {
    expect(read(JSON.stringify({ a: `"${'['.repeat(100)}\\"` })).ok).toBe(true);
  });

  it('never throws, and never quotes what it could not read', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 12 }),
        fc.constantFrom('{"secret":"', '{"secret":', '', '["'),
        (tail, head) => {
          const result = read(`${head}PLANTED${tail}`);
          if (!result.ok) expect(result.detail).not.toContain('PLANTED');
        },
      ),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof read(bytes).ok === 'boolean'));
  });

  it('says where the fault is', () => {
    expect(read('{"a":1,}')).toMatchObject({ detail: 'The body is not JSON at character 8.' });
    expect(read('{"a":')).toMatchObject({ detail: 'The body is not JSON: it ends too early or is empty.' });
  });

  it.each([
    undefined,
    'application/json',
    'Application/JSON; charset=UTF-8',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
  ])('reads JSON that is called %s, as plain clients do', (contentType) => {
    expect(readJson(contentType, Buffer.from('{"a":1}'))).toEqual({ ok: true, value: { a: 1 } });
  });

  it.each(['application/xml', 'multipart/form-data; boundary=x', 'application/json; charset=latin1', 'text/html'])(
    'refuses what is called %s',
    (contentType) => {
      expect(readJson(contentType, Buffer.from('{}'))).toMatchObject({ ok: false, code: 'wrong_content_type' });
    },
  );
});
