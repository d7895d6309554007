export type CursorPart = string | number;

/** The cursor of a list request is not one that this list gave out: the caller's mistake, a 400. */
export class InvalidCursorError extends Error {
  readonly code = 'invalid_cursor';
  readonly cursor: string;

  constructor(list: string, cursor: string) {
    const shown = cursor.length > 80 ? `${cursor.slice(0, 80)}…` : cursor;
    super(
      `The cursor ${JSON.stringify(shown)} was not given out by the list of ${list}. ` +
        'Send the cursor of the previous page unchanged, or none to begin with the first page.',
    );
    this.name = 'InvalidCursorError';
    this.cursor = cursor;
  }
}

/** Base64url of the list's name and the sort key of the last row given out. Opaque to callers. */
export function encodeCursor(list: string, parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify([list, ...parts])).toString('base64url');
}

/**
 * The sort key inside a cursor of this list; `shape` gives the type of each part.
 * @throws InvalidCursorError for anything that `encodeCursor` did not make for this list.
 */
export function decodeCursor(
  list: string,
  cursor: string,
  shape: readonly ('string' | 'number')[],
): readonly CursorPart[] {
  const [name, ...parts] = jsonArray(cursor) ?? [];
  const fits =
    name === list &&
    parts.length === shape.length &&
    parts.every((part, i) => typeof part === shape[i] && (typeof part === 'string' || Number.isSafeInteger(part)));
  if (!fits) throw new InvalidCursorError(list, cursor);
  return parts as CursorPart[];
}

function jsonArray(cursor: string): unknown[] | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
