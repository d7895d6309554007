/** Event type patterns of subscriptions (model.md 5): `*` is one segment, a trailing `*` the rest. */

const PATTERN = /^(?:\*|[a-z0-9_]+)(?:\.(?:\*|[a-z0-9_]+))*$/;

export function isTypePattern(text: string): boolean {
  return PATTERN.test(text);
}

export function matchesType(pattern: string, type: string): boolean {
  const parts = pattern.split('.');
  const segments = type.split('.');
  for (const [i, part] of parts.entries()) {
    if (part === '*' && i === parts.length - 1) return segments.length > i;
    if (segments[i] === undefined || (part !== '*' && part !== segments[i])) return false;
  }
  return parts.length === segments.length;
}

/** The part of a subscription's filter that events are judged by. */
export interface EventFilter {
  readonly types: readonly string[];
  readonly kinds: readonly string[];
  readonly connectors: readonly string[];
  readonly mode: 'live' | 'test' | 'both';
}

export interface EventTraits {
  readonly type: string;
  readonly connectorId: string;
  readonly mode: 'live' | 'test';
}

/** Empty `kinds` and `connectors` mean all; the kind is the second segment of the type. */
export function matchesFilter(filter: EventFilter, event: EventTraits): boolean {
  const kind = event.type.split('.')[1] ?? '';
  return (
    (filter.mode === 'both' || filter.mode === event.mode) &&
    (filter.kinds.length === 0 || filter.kinds.includes(kind)) &&
    (filter.connectors.length === 0 || filter.connectors.includes(event.connectorId)) &&
    filter.types.some((pattern) => matchesType(pattern, event.type))
  );
}

/** The entry of a filter history that is in force at a time; entries are sorted by `from`, the last that has begun counts. */
export function entryInForce<T extends { readonly from: string }>(entries: readonly T[], time: string): T | undefined {
  return entries.findLast((entry) => entry.from <= time);
}
