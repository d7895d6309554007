import { isDeeperThan } from '../is-deeper-than.ts';
/** A JSON object of unknown content. */
export type Tree = Readonly<Record<string, unknown>>;

export type DocumentReading =
  | { readonly ok: true; readonly tree: Tree }
  | { readonly ok: false; readonly reason: string; readonly detail: string };

/** PayPal's deepest object, an order with captures, has some ten levels. */
const MAX_DEPTH = 64;

/** A body as a JSON object; nesting is bounded before anything is built. Total. */
export function readDocument(body: Uint8Array): DocumentReading {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return unreadable('not_utf8', 'The body is not UTF-8 text.');
  }
  if (text.trim() === '') return unreadable('empty_body', 'The body is empty.');
  if (isDeeperThan(text, MAX_DEPTH)) {
    return unreadable('too_deep', `The JSON body is nested deeper than ${MAX_DEPTH} levels.`);
  }
  try {
    const value: unknown = JSON.parse(text);
    return isTree(value) ? { ok: true, tree: value } : unreadable('not_json', 'The JSON body is not an object.');
  } catch {
    return unreadable('not_json', 'The body is not JSON: truncated or damaged.');
  }
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own property only: a name such as `constructor` in a body means nothing. */
function own(tree: Tree, name: string): unknown {
  return Object.hasOwn(tree, name) ? tree[name] : undefined;
}

/** What stands under a path of names; undefined where one of them is missing. */
export function at(tree: Tree, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((value, name) => (isTree(value) ? own(value, name) : undefined), tree);
}

function unreadable(reason: string, detail: string): DocumentReading {
  return { ok: false, reason, detail };
}
