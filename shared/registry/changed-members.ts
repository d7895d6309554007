import { isDeepStrictEqual } from 'node:util';
import { auditChange } from './audit-change.ts';
import type { AuditChange } from './records.ts';

/** The members in which the two differ, by name: what the audit says of a change. Never the value of a secret. */
export function changedMembers(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  prefix = '',
): readonly AuditChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .sort()
    .map((name) => auditChange(`${prefix}${name}`, before[name], after[name]));
}
