import type { JsonValue } from '#shared/model/fact.ts';
import type { AuditChange, AuditEntry } from './records.ts';

/** Members whose values are never written down, whatever they hold; `tokens` counts or switches them. */
const SECRET_MEMBER = /secret|password|passphrase|private|token(?!s$)|credential|signature|(^|[^a-z])key$/i;
/** The longest value that is kept, as JSON: a record of changes is no second copy of the registry. */
const LONGEST_VALUE = 1_024;
const USER_IN_URL = /(:\/\/)[^/@\s"]+@/g;

/** A change of one member; secrets by name only, also deep inside. `undefined`: there is no such value. */
export function auditChange(field: string, before: unknown, after: unknown): AuditChange {
  if (SECRET_MEMBER.test(field)) return { field };
  return { field, ...valueAs('before', before), ...valueAs('after', after) };
}

/** What was asked for, as the record of an act that changes no row. */
export function auditFacts(facts: Readonly<Record<string, unknown>>): readonly AuditChange[] {
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => auditChange(field, undefined, value));
}

/** An entry as it is read from a store: those of before this release hold names only. */
export function readAuditEntry(json: string): AuditEntry {
  const entry = JSON.parse(json) as Omit<AuditEntry, 'changes'> & { changes: readonly (string | AuditChange)[] };
  return {
    ...entry,
    changes: entry.changes.map((change) => (typeof change === 'string' ? { field: change } : change)),
  };
}

function valueAs<Name extends 'before' | 'after'>(name: Name, value: unknown): { readonly [K in Name]?: JsonValue } {
  if (value === undefined) return {};
  const text = JSON.stringify(value, withoutSecrets) ?? 'null';
  const kept: JsonValue =
    text.length > LONGEST_VALUE
      ? `(${text.length} characters of JSON, not kept)`
      : (JSON.parse(text.replace(USER_IN_URL, '$1***@')) as JsonValue);
  return { [name]: kept } as { readonly [K in Name]?: JsonValue };
}

function withoutSecrets(name: string, value: unknown): unknown {
  return SECRET_MEMBER.test(name) && value !== null && value !== undefined ? '***' : value;
}
