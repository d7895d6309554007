/** Largest body taken, raw bytes. */
const MAX_JSON_BYTES = 1_048_576;
/** No document of ours is deeper; deeper ones would exhaust the stack of what walks them. */
const MAX_DEPTH = 64;

export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly code: 'body_too_large' | 'wrong_content_type' | 'invalid_json';
      readonly detail: string;
    };

/** Reads a request body. What is said of a broken one never quotes it: it may hold a secret. */
export function readJson(contentType: string | undefined, body: Uint8Array): JsonReading {
  if (body.byteLength > MAX_JSON_BYTES) {
    return refuse('body_too_large', `The body has ${body.byteLength} bytes; at most ${MAX_JSON_BYTES} are taken.`);
  }
  if (!isJson(contentType)) {
    const given = JSON.stringify((contentType ?? '').slice(0, 64));
    return refuse('wrong_content_type', `The request has Content-Type ${given}: send Content-Type: application/json.`);
  }
  if (body.byteLength === 0) return refuse('invalid_json', 'The body is empty: send a JSON object.');
  return parse(body);
}

function parse(body: Uint8Array): JsonReading {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return refuse('invalid_json', 'The body is not UTF-8.');
  }
  const depth = depthOf(text);
  if (depth > MAX_DEPTH) return refuse('invalid_json', `The body is nested more than ${MAX_DEPTH} levels deep.`);
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return refuse('invalid_json', `The body is not JSON${whereOf(error)}.`);
  }
}

function refuse(code: Extract<JsonReading, { ok: false }>['code'], detail: string): JsonReading {
  return { ok: false, code, detail };
}

/**
 * What plain clients say of any body they are given (curl -d, fetch with a text), or nothing: read as JSON all the same.
 * The bearer header, and not the type, keeps other sites' pages out.
 */
const UNSAID = ['', 'text/plain', 'application/x-www-form-urlencoded'];

function isJson(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (type !== 'application/json' && !UNSAID.includes(type)) return false;
  return parameters.every((part) => !part.startsWith('charset=') || /^charset="?utf-8"?$/.test(part));
}

/** V8's message quotes the text around the fault: only its position is taken. */
function whereOf(error: unknown): string {
  const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? ': it ends too early or is empty' : ` at character ${Number(position) + 1}`;
}

/** Deepest nesting of brackets outside strings. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}
