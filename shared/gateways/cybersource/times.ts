const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * A time as ISO 8601 UTC with milliseconds; undefined when it is none. `eventDate` of version 3 has no zone: UTC, as all
 * times of the API are; the older envelope has milliseconds and an offset (`+0000`).
 */
export function readTime(value: unknown): string | undefined {
  const match = typeof value === 'string' ? DATE_TIME.exec(value) : null;
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const whole = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const at = Date.parse(`${whole}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  // Date.parse takes 30 February for a day of March: such a text is unreadable, not another day.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 19) !== whole) return undefined;
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (!offset) return new Date(at).toISOString();
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  if (minutes > 24 * 60) return undefined;
  return new Date(at - (offset[1] === '-' ? -minutes : minutes) * 60_000).toISOString();
}
