import type { JsonValue } from '#shared/model/fact.ts';
import type { JsonObject } from './provision.ts';

/** Members of a foreign document by their lower-case names: the gateways' own manuals do not agree on the spelling. */
export function membersOf(document: JsonValue | undefined): ReadonlyMap<string, JsonValue> {
  if (!isObject(document)) return new Map();
  return new Map(Object.entries(document).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The named members under the manual's spelling, in its order; those that are absent or null are left out. */
export function pick(document: JsonValue | undefined, names: readonly string[]): JsonObject {
  const members = membersOf(document);
  return withValues(names.map((name) => [name, members.get(name.toLowerCase())] as const));
}

/** An object of those that have a value. */
export function withValues(entries: readonly (readonly [string, JsonValue | undefined])[]): JsonObject {
  return Object.fromEntries(
    entries.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined && entry[1] !== null),
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
