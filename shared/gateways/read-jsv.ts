/** JSV has no types: whatever is no list and no map is text, and a member without a value is null. */
export type JsvValue = string | null | readonly JsvValue[] | { readonly [name: string]: JsvValue };

export type JsvReading =
  | { readonly ok: true; readonly value: JsvValue }
  /** `at`: the character, counted from 1. The message quotes nothing: there may be secrets. */
  | { readonly ok: false; readonly at: number; readonly message: string };

/** No document of ours is deeper; deeper ones would exhaust the stack. */
const MAX_DEPTH = 64;

/**
 * Reads ServiceStack's JSV: JSON without quotes, where text that holds one of `{}[],:"` is quoted and `"` in it doubled,
 * as in CSV. Total: every text gives a value or a problem. Stricter than ServiceStack where that drops text silently.
 */
export function readJsv(text: string): JsvReading {
  const cursor: Cursor = { text, at: 0 };
  try {
    skipSpace(cursor);
    if (cursor.at === text.length) throw new JsvProblem(cursor, 'there is nothing');
    const value = readValue(cursor, '', 0);
    skipSpace(cursor);
    if (cursor.at < text.length) throw new JsvProblem(cursor, 'the value has ended, but there is more');
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof JsvProblem)) throw error;
    return { ok: false, at: error.at, message: error.message };
  }
}

interface Cursor {
  readonly text: string;
  at: number;
}

/** Leaves the recursion; never leaves this file. */
class JsvProblem extends Error {
  readonly at: number;
  constructor(cursor: Cursor, message: string) {
    super(message);
    this.at = cursor.at + 1;
  }
}

/** `closing`: the bracket that ends what the value is in, or ''. */
function readValue(cursor: Cursor, closing: string, depth: number): JsvValue {
  if (depth > MAX_DEPTH) throw new JsvProblem(cursor, `it is nested more than ${MAX_DEPTH} levels deep`);
  skipSpace(cursor);
  const first = cursor.text[cursor.at];
  if (first === '{') return readMap(cursor, depth);
  if (first === '[') return readList(cursor, depth);
  if (first === '"') return readQuoted(cursor);
  const bare = readBare(cursor, closing === '' ? '' : `,${closing}`, '"{}[]');
  return bare === '' ? null : bare;
}

function readMap(cursor: Cursor, depth: number): JsvValue {
  const members = new Map<string, JsvValue>();
  cursor.at++;
  skipSpace(cursor);
  if (isNext(cursor, '}')) return {};
  for (;;) {
    skipSpace(cursor);
    const start = { ...cursor };
    const name = cursor.text[cursor.at] === '"' ? readQuoted(cursor) : readBare(cursor, ':', ',"{}[]');
    skipSpace(cursor);
    if (!isNext(cursor, ':')) throw new JsvProblem(cursor, 'a ":" must follow the name of a member');
    if (name === '') throw new JsvProblem(start, 'the name of a member is empty');
    if (members.has(name)) throw new JsvProblem(start, 'a member of this name is there already');
    members.set(name, readValue(cursor, '}', depth + 1));
    skipSpace(cursor);
    if (isNext(cursor, '}')) return Object.fromEntries(members);
    if (!isNext(cursor, ',')) throw new JsvProblem(cursor, 'a "," or "}" must follow a member');
  }
}

function readList(cursor: Cursor, depth: number): JsvValue {
  const items: JsvValue[] = [];
  cursor.at++;
  skipSpace(cursor);
  if (isNext(cursor, ']')) return items;
  for (;;) {
    items.push(readValue(cursor, ']', depth + 1));
    skipSpace(cursor);
    if (isNext(cursor, ']')) return items;
    if (!isNext(cursor, ',')) throw new JsvProblem(cursor, 'a "," or "]" must follow an item');
  }
}

function readQuoted(cursor: Cursor): string {
  const { text } = cursor;
  let value = '';
  let from = cursor.at + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) throw new JsvProblem(cursor, 'the quoted text that begins here has no end');
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      cursor.at = quote + 1;
      return value;
    }
    value += '"';
    from = quote + 2;
  }
}

/** Text up to one of `ends`, less the space around it. What is `reserved` must be quoted. */
function readBare(cursor: Cursor, ends: string, reserved: string): string {
  const start = cursor.at;
  for (; cursor.at < cursor.text.length; cursor.at++) {
    const character = cursor.text.charAt(cursor.at);
    if (ends.includes(character)) break;
    if (reserved.includes(character)) throw new JsvProblem(cursor, `a ${character} is inside unquoted text: quote it`);
  }
  return cursor.text.slice(start, cursor.at).trim();
}

function skipSpace(cursor: Cursor): void {
  while (/\s/.test(cursor.text.charAt(cursor.at))) cursor.at++;
}

function isNext(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}
