const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * PHP prints the day with two digits, Java's RFC 1123 formatter with one; the zone is `UTC` by default and `GMT` with the
 * connector setting "Use RFC compliant Time zone". IXOPAY's own Java verifier refuses `UTC` (wire 1.5): not copied.
 */
const SIGNED_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:UTC|GMT|\+0000)$/;

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2}| UTC| GMT)?$/i;

const DATE = /^(\d{4})-(\d{2})-(\d{2})/;

/** The signed `Date` header as ISO 8601 UTC with milliseconds; undefined when it does not read as a date. */
export function readSignedDate(text: string): string | undefined {
  const [, day, month = '', year, hour, minute, second] = SIGNED_DATE.exec(text) ?? [];
  const monthIndex = MONTHS.indexOf(month);
  return monthIndex < 0 ? undefined : utc([year, monthIndex + 1, day], [hour, minute, second]);
}

/**
 * A date and time of the body as ISO 8601 UTC with milliseconds; undefined when unreadable. Reads `Z`, an offset, and the
 * form without a zone, which the platform means as UTC (its other dates say so).
 */
export function readDateTime(text: string): string | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone = 'Z'] = match;
  const local = utc([year, month, day], [hour, minute, second], Number(fraction.padEnd(3, '0').slice(0, 3)));
  const offsetMs = offsetOf(zone);
  if (local === undefined || offsetMs === undefined) return undefined;
  return new Date(Date.parse(local) - offsetMs).toISOString();
}

/** The day of a date or date and time, `YYYY-MM-DD`; undefined when there is no such day. */
export function readDay(text: string): string | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  return utc([year, month, day], [0, 0, 0])?.slice(0, 10);
}

type Part = string | number | undefined;

function utc(days: readonly [Part, Part, Part], times: readonly [Part, Part, Part], ms = 0): string | undefined {
  const [year, month, day] = days.map(Number) as [number, number, number];
  const [hour, minute, second] = times.map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms));
  if (Number.isNaN(date.getTime()) || year < 1000) return undefined;
  // Date rolls over (30 February, 24:00, 09:61): such a text is unreadable, not another day.
  const same =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return same ? date.toISOString() : undefined;
}

function offsetOf(zone: string): number | undefined {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (!match) return 0;
  const [, sign, hours, minutes] = match;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -offsetMs : offsetMs;
}
