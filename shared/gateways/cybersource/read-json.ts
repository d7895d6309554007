import { isDeeperThan } from '../is-deeper-than.ts';
import { isTree, type Tree } from './tree.ts';

/** Bodies nested deeper than this are taken for no JSON: the deepest of the manuals has 8 levels. */
const MAX_DEPTH = 64;

export interface JsonDocument {
  readonly text: string;
  readonly tree: Tree;
}

/** Bytes as UTF-8 text, a byte order mark kept; undefined where they are none. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A JSON value; undefined for what is no JSON or nested too deeply to be written again. */
export function parseJson(text: string): unknown {
  if (isDeeperThan(text, MAX_DEPTH)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A JSON object with its text; undefined for anything else. */
export function readJsonObject(text: string | undefined): JsonDocument | undefined {
  const tree = text === undefined ? undefined : parseJson(text);
  return text !== undefined && isTree(tree) ? { text, tree } : undefined;
}

/**
 * The exact text of a member of the outermost object, without the white space around it. Undefined where it is missing or
 * stands there twice: of two, nobody can say which one is meant. The text must be JSON.
 */
export function memberText({ text }: JsonDocument, name: string): string | undefined {
  let found: string | undefined;
  let position = text.indexOf('{') + 1;
  while (position < text.length) {
    position = skipBlanks(text, position);
    if (text[position] !== '"') break;
    const keyEnd = valueEnd(text, position);
    const start = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    if (JSON.parse(text.slice(position, keyEnd)) === name) {
      if (found !== undefined) return undefined;
      found = text.slice(start, end);
    }
    position = skipBlanks(text, end) + 1;
  }
  return found;
}

function skipBlanks(text: string, from: number): number {
  let position = from;
  while (' \t\n\r'.includes(text[position] ?? 'x')) position += 1;
  return position;
}

/** The position behind the value that begins here. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  let position = start;
  while (position < text.length) {
    const char = text[position];
    if (char === '"') position = stringEnd(text, position) - 1;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else if (depth === 0 && !isScalar(char)) return position;
    if (depth < 0) return position;
    position += 1;
    const isClosed = char === '"' || char === '}' || char === ']';
    if (depth === 0 && isClosed) return position;
  }
  return position;
}

function isScalar(char: string | undefined): boolean {
  return char !== undefined && /[-+.\w]/.test(char);
}

function stringEnd(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length && text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position + 1;
}
