const OFFSET_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * ISO 8601 with an offset ("2021-06-21T08:30:28+02:00") as UTC with milliseconds. Undefined for anything else: a time
 * without offset could be hours away.
 */
export function readOffsetTime(value: unknown): string | undefined {
  const [, seconds, fraction = '', offset] = typeof value === 'string' ? (OFFSET_TIME.exec(value) ?? []) : [];
  if (seconds === undefined || offset === undefined) return undefined;
  const zone = offset === 'Z' ? offset : `${offset.slice(0, 3)}:${offset.slice(-2)}`;
  const at = new Date(`${seconds}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
