import { isDeepStrictEqual } from 'node:util';

/** Names of the members in which the two differ, sorted: what the audit says of a change. Never values. */
export function changedMembers(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  prefix = '',
): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .sort()
    .map((name) => `${prefix}${name}`);
}
