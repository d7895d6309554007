/**
 * A JSON-like value with every text made well-formed Unicode: lone surrogates (legal in JSON escapes) become U+FFFD.
 * RFC 8785 has no form for them, and a database would silently change them on the way back.
 */
export function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T;
  if (Array.isArray(value)) return value.map(wellFormed) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.toWellFormed(), wellFormed(member)]),
  ) as T;
}
