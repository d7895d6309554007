import type { SQLOutputValue } from 'node:sqlite';

/** One row as node:sqlite returns it. */
export type Row = Record<string, SQLOutputValue>;

/** Reads an integer column; throws when the statement does not select it: that is a bug. */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') {
    throw new Error(`Column ${column} is ${typeof value}, expected an integer`);
  }
  return value;
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integerOf(row, column);
}

/** Reads a text column; throws when the statement does not select it: that is a bug. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') {
    throw new Error(`Column ${column} is ${typeof value}, expected text`);
  }
  return value;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}
