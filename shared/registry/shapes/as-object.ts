import type { JsonValue } from '#shared/model/fact.ts';
import type { JsonObject } from '../records.ts';

/** The object; {} for whatever is none. */
export function asObject(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
