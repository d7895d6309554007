/** How a gateway writes a time: seconds or milliseconds since 1970, ISO 8601 with its zone, or as HTTP's `Date`. */
export type TimeUnit = 's' | 'ms' | 'iso8601' | 'http-date';

/**
 * Ten and thirteen digits are 2001 to 2286. No other number of them is taken, so that no digit of a signed time can be moved
 * into what stands beside it in the template.
 */
const SECONDS = /^\d{10}$/;
const MILLISECONDS = /^\d{13}$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))$/;
/** IMF-fixdate of RFC 9110 5.6.7, which every sender must write. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** ServiceStack's JSON: `/Date(1700000000000-0000)/`; the zone says only how the time was shown. */
const WCF_DATE = /^\/Date\((\d{13})(?:[+-]\d{4})?\)\/$/;

/** The time as ISO 8601 UTC with milliseconds; undefined where it is not written in that unit, or is no time. */
export function readTime(text: string, unit: TimeUnit): string | undefined {
  switch (unit) {
    case 's':
      return SECONDS.test(text) ? new Date(Number(text) * 1_000).toISOString() : undefined;
    case 'ms':
      return MILLISECONDS.test(text) ? new Date(Number(text)).toISOString() : undefined;
    case 'iso8601':
      return readIso(text);
    case 'http-date':
      return readHttpDate(text);
  }
}

/** A time inside a body: the forms exclude each other, so that no unit has to be named. Without a zone it is none. */
export function readBodyTime(text: string): string | undefined {
  const [, wcf = text] = WCF_DATE.exec(text) ?? [];
  const units: readonly TimeUnit[] = ['iso8601', 'ms', 's', 'http-date'];
  return units.map((unit) => readTime(wcf, unit)).find((time) => time !== undefined);
}

function readIso(text: string): string | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, hours = '0', minutes = '0'] = match;
  const local = utc([Number(year), Number(month) - 1, Number(day)], [hour, minute, second].map(Number));
  if (local === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  return new Date(local + ms - (sign === '-' ? -offsetMs : offsetMs)).toISOString();
}

function readHttpDate(text: string): string | undefined {
  const [, day, month = '', year, hour, minute, second] = HTTP_DATE.exec(text) ?? [];
  const local = utc([Number(year), MONTHS.indexOf(month), Number(day)], [hour, minute, second].map(Number));
  return local === undefined ? undefined : new Date(local).toISOString();
}

/** Date rolls over (30 February, 25:00): such a text is no time, not another one. */
function utc(
  [year, month, day]: readonly [number, number, number],
  [hour = 0, minute = 0, second = 0]: readonly number[],
): number | undefined {
  const date = new Date(Date.UTC(year, month, day, hour, minute, second));
  const isSame =
    year >= 1_000 &&
    date.getUTCMonth() === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return isSame ? date.getTime() : undefined;
}
