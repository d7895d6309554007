import { type BodyReading, MAX_DEPTH } from './body-reading.ts';
import { readJson } from './read-json.ts';
import { readXmlCallback } from './read-xml.ts';

/** Reads a callback's body as JSON v3 or XML v2 by its first byte that is no space: one URL may see both (wire 4). */
export function readBody(body: Uint8Array): BodyReading {
  const text = decodeUtf8(body);
  if (text === undefined) return { ok: false, reason: 'not_utf8', detail: 'The body is not UTF-8 text.' };
  const start = text.trimStart();
  if (start === '') return { ok: false, reason: 'empty_body', detail: 'The body is empty.' };
  if (start.startsWith('<')) return readXmlCallback(start, MAX_DEPTH);
  if (start.startsWith('{')) return readJson(start, MAX_DEPTH);
  return {
    ok: false,
    reason: 'unknown_format',
    detail: 'The body begins neither with "{" (JSON v3) nor with "<" (XML v2).',
  };
}

function decodeUtf8(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
