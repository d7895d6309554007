import { JSON_STYLES, jsonTokens, writeTokens } from './json-tokens.ts';
import type { Supposed } from './variation.ts';

const BOM = '\ufeff';

/** Bodies that a proxy may have made this one of: other line ends, a byte order mark, another encoding, JSON written anew. */
export function* variedBodies(body: Uint8Array): Generator<Supposed<Uint8Array>, void> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const text = bytes.toString('utf8');
  // Bytes that are no UTF-8 have lost what they were.
  if (!Buffer.from(text).equals(bytes)) {
    yield supposed(Buffer.from(bytes.toString('latin1')), 'the body was changed from UTF-8 to Latin-1');
    return;
  }
  const seen = new Set([text]);
  for (const [varied, what] of variedTexts(text)) {
    if (seen.has(varied)) continue;
    seen.add(varied);
    yield supposed(Buffer.from(varied), what);
  }
  const single = asLatin1(text);
  if (single !== undefined) yield supposed(single, 'the body was taken for Latin-1 and encoded as UTF-8 a second time');
}

function* variedTexts(text: string): Generator<readonly [string, string], void> {
  const unix = text.replaceAll('\r\n', '\n');
  yield [unix, 'line ends of the body were changed from LF to CRLF'];
  yield [unix.replaceAll('\n', '\r\n'), 'line ends of the body were changed from CRLF to LF'];
  if (text.startsWith(BOM)) yield [text.slice(1), 'a byte order mark was put before the body'];
  yield [BOM + text, 'the byte order mark before the body was taken away'];
  yield [text.trim(), 'blanks or line ends were put around the body'];
  yield [`${text}\n`, 'the line end after the body was taken away'];
  yield [`${text}\r\n`, 'the line end after the body was taken away'];
  const tokens = jsonTokens(text);
  if (tokens === undefined) return;
  for (const style of JSON_STYLES) {
    const written = writeTokens(tokens, style);
    yield [written, `the body was written anew; it came as ${style.what}`];
    yield [`${written}\n`, `the body was written anew; it came as ${style.what} with a line end`];
  }
}

/** Undefined where the text is ASCII, or holds what Latin-1 has not. */
function asLatin1(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.toString('latin1') === text && Buffer.byteLength(text) > bytes.byteLength ? bytes : undefined;
}

function supposed(part: Uint8Array, what: string): Supposed<Uint8Array> {
  return { part, what };
}
