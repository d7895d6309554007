import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** RFC 8785 JSON text of a JSON value. Throws on what JSON cannot say (a bug of the caller). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('canonicalJson: the value has no JSON form');
  return text;
}

/** base64url SHA-256 of the value's RFC 8785 JSON: the tie-break of merge (model.md 1). */
export function digestOfValue(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url');
}
