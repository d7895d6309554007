import { readJsv } from '../read-jsv.ts';
import { readXml } from '../xml.ts';
import { BODY_FORMATS, type BodyFormat, type BodyReading } from './body-value.ts';
import { readForm } from './read-form.ts';
import { readJson } from './read-json.ts';
import { valueOfXml } from './xml-value.ts';

/** Nested deeper than this is none of a payment's. */
const MAX_DEPTH = 64;

/**
 * A body as texts, lists and maps. `format`: what the connector says it is; else the body itself decides. Its Content-Type is
 * not asked: nobody signs it, and many senders name it wrong. Total: every body gives a value or the reason why it has none.
 */
export function readBody(body: Uint8Array, format: string | undefined): BodyReading {
  const text = decodeUtf8(body);
  if (text === undefined) return { ok: false, reason: 'not_utf8', detail: 'The body is not UTF-8 text.' };
  const start = text.trimStart();
  if (start === '') return { ok: false, reason: 'empty_body', detail: 'The body is empty.' };
  const known = BODY_FORMATS.find((name) => name === format);
  return known === undefined ? readAny(start) : readAs(known, start);
}

function readAs(format: BodyFormat, text: string): BodyReading {
  switch (format) {
    case 'json':
      return readJson(text, MAX_DEPTH);
    case 'xml': {
      const reading = readXml(text, MAX_DEPTH);
      return reading.ok ? { ok: true, value: valueOfXml(reading.root) } : reading;
    }
    case 'jsv':
      return readJsvBody(text);
    case 'form':
      return readForm(text);
  }
}

/** What is JSON by every letter is read as JSON; the same brackets around anything else may be JSV. */
function readAny(text: string): BodyReading {
  if (text.startsWith('<')) return readAs('xml', text);
  if (!/^[{[]/.test(text)) return readAs('form', text);
  const json = readAs('json', text);
  if (json.ok || json.reason !== 'not_json') return json;
  const jsv = readAs('jsv', text);
  // In JSON nothing but a quote or a bracket can follow the first one: then it is JSON that is broken.
  return jsv.ok || !/^[{[]\s*["{[\]}]/.test(text) ? jsv : json;
}

function readJsvBody(text: string): BodyReading {
  const reading = readJsv(text);
  if (!reading.ok) {
    return {
      ok: false,
      reason: 'not_jsv',
      detail: `The body is not JSV: at character ${reading.at}, ${reading.message}.`,
    };
  }
  const { value } = reading;
  if (typeof value === 'string' || value === null) {
    return { ok: false, reason: 'not_jsv', detail: 'The JSV body has no members.' };
  }
  return { ok: true, value };
}

function decodeUtf8(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
