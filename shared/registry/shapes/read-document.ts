import { readJsv } from '#shared/gateways/read-jsv.ts';
import type { JsonValue } from '#shared/model/fact.ts';
import { refuseShape, type ShapeKind, type ShapeRefusal } from './foreign-connector.ts';

const MAX_BYTES = 1_048_576;

export type DocumentReading = { readonly ok: true; readonly value: JsonValue } | ShapeRefusal;

/** Reads the bytes by their content type. Total. What is said of broken ones quotes nothing: there may be secrets. */
export function readDocument(kind: ShapeKind, contentType: string | undefined, bytes: Uint8Array): DocumentReading {
  if (bytes.byteLength > MAX_BYTES) {
    const detail = `The body has ${bytes.byteLength} bytes; at most ${MAX_BYTES} are taken.`;
    return refuseShape('body_too_large', [], detail);
  }
  const format = formatOf(contentType);
  if (format === undefined || (format === 'jsv' && kind !== 'paylock')) {
    const taken = kind === 'paylock' ? 'application/json or text/jsv' : 'application/json';
    const given = JSON.stringify((contentType ?? '').slice(0, 64));
    return refuseShape('wrong_content_type', [], `The request has Content-Type ${given}: send ${taken}.`);
  }
  const text = decode(bytes);
  const broken = format === 'jsv' ? 'invalid_jsv' : 'invalid_json';
  if (text === undefined) return refuseShape(broken, [], 'The body is not UTF-8.');
  if (format === 'json') return readJsonText(text);
  const reading = readJsv(text);
  if (reading.ok) return reading;
  return refuseShape(broken, [], `The body is not JSV: at character ${reading.at}, ${reading.message}.`);
}

/** JSON text; numbers of more digits than a number keeps come out as text. */
export function readJsonText(text: string): DocumentReading {
  try {
    const value: JsonValue = JSON.parse(text, (_name, member, context?: { readonly source?: string }) =>
      typeof member === 'number' && !isExact(context?.source ?? '') ? context?.source : member,
    );
    return { ok: true, value };
  } catch {
    // Not JSON, or nested so deep that the stack ended.
    return refuseShape('invalid_json', [], 'The body is not JSON, or nested too deep.');
  }
}

function formatOf(contentType: string | undefined): 'json' | 'jsv' | undefined {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const isUtf8 = parameters.every((part) => !/^\s*charset=/.test(part) || /^\s*charset="?utf-8"?\s*$/.test(part));
  if (!isUtf8) return undefined;
  if (/^(text|application)\/(x-)?jsv$/.test(type.trim())) return 'jsv';
  // Plain clients name any body so (curl -d, fetch with a text).
  const isUnsaid = ['', 'text/plain', 'application/x-www-form-urlencoded'].includes(type.trim());
  return isUnsaid || type.trim() === 'application/json' ? 'json' : undefined;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Numbers keep 15 significant digits, whatever they are. */
function isExact(source: string): boolean {
  const [mantissa = ''] = source.toLowerCase().split('e');
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length <= 15;
}
