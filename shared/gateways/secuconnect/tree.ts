/** A JSON object of unknown content. */
export type Tree = Readonly<Record<string, unknown>>;

/** Ids go into URLs and keys: these characters and no others (wire 1.1, item 4). */
const ID = /^[A-Za-z0-9_]{1,64}$/;
/** References longer than this are left out: a cut one would name something else. */
const MAX_REFERENCE = 255;
/** A word of a closed list. */
const MAX_WORD = 64;

/** The body as a JSON object; undefined for everything else, bytes that are no UTF-8 included. */
export function parseTree(body: Uint8Array): Tree | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isTree(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own property only: a name such as `constructor` in a body means nothing. Null and empty text are absent. */
export function member(tree: Tree | undefined, name: string): unknown {
  if (tree === undefined || !Object.hasOwn(tree, name)) return undefined;
  const value = tree[name];
  return value === null || value === '' ? undefined : value;
}

export function treeAt(tree: Tree | undefined, name: string): Tree | undefined {
  const value = member(tree, name);
  return isTree(value) ? value : undefined;
}

/** The objects of a list, at most `most`. */
export function treesAt(tree: Tree | undefined, name: string, most = 100): readonly Tree[] {
  const value = member(tree, name);
  return Array.isArray(value) ? value.slice(0, most).filter(isTree) : [];
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** An id that stands alone or in an object (`contract: "GCR_…"`, `contract: {"id": "GCR_…"}`). */
export function idAt(tree: Tree | undefined, name: string): string | undefined {
  const value = member(tree, name);
  const id = isTree(value) ? member(value, 'id') : value;
  return isId(id) ? id : undefined;
}

/** A reference or code; a number counts as its decimal text. */
export function referenceAt(tree: Tree | undefined, name: string): string | undefined {
  const value = member(tree, name);
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  return typeof text === 'string' && text.length <= MAX_REFERENCE ? text.toWellFormed() : undefined;
}

/** A word as the gateway writes it; longer text is none. */
export function wordAt(tree: Tree | undefined, name: string): string | undefined {
  const value = member(tree, name);
  return typeof value === 'string' && value.length <= MAX_WORD ? value.toWellFormed() : undefined;
}

/** A whole number, or the same as decimal text: the manual has both (`transaction_status`). */
export function integerAt(tree: Tree | undefined, name: string): number | undefined {
  const value = member(tree, name);
  if (typeof value === 'string') return /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** `true`, `"true"`, `"1"` and 1 are one, their opposites another: the manual has all of them (`demo`). */
export function flagAt(tree: Tree | undefined, name: string): boolean | undefined {
  const text = String(member(tree, name));
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}
