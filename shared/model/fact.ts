import { digestOfValue } from './canonical.ts';
import type { SubjectRef } from './vocabulary.ts';

/** Compared element by element: numbers by size before strings by code unit; a prefix is the smaller. */
export type Rank = readonly (number | string)[];

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** One statement about one subject: it competes for its slot by rank (model.md 1). */
export interface Fact {
  readonly subject: SubjectRef;
  readonly slot: string;
  readonly rank: Rank;
  readonly value: JsonValue;
}

export interface SlotContent {
  readonly rank: Rank;
  readonly value: JsonValue;
}

/** All facts of a subject merged: slot → content, keys sorted by code unit. */
export type Evidence = Readonly<Record<string, SlotContent>>;

export function compareRank(a: Rank, b: Rank): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareElement(a[i] as number | string, b[i] as number | string);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareElement(a: number | string, b: number | string): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The content that stays in a slot: the greater rank, on a tie the greater digest of the value. */
export function greater(a: SlotContent, b: SlotContent): SlotContent {
  const order = compareRank(a.rank, b.rank);
  if (order !== 0) return order > 0 ? a : b;
  return digestOfValue(a.value) >= digestOfValue(b.value) ? a : b;
}
