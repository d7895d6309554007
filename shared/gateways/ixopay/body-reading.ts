import type { Tree } from './field-reader.ts';

/** Bodies nested deeper than this are refused: the manual's deepest has 4 levels. */
export const MAX_DEPTH = 64;

/** A body as a tree in the field names of JSON v3, or why it is none: `reason` is a stable code, `detail` for people. */
export type BodyReading =
  | { readonly ok: true; readonly tree: Tree }
  | { readonly ok: false; readonly reason: string; readonly detail: string };
