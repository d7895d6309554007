import type { AskFailure } from './asking.ts';
import type { OutboundAnswer, OutboundTrouble, OutboundTroubleCode } from './outbound.ts';

/** Of what went wrong on the way: every other one passes by itself. */
const OUTCOMES: Readonly<Partial<Record<OutboundTroubleCode, 'cannot' | 'malformed'>>> = {
  // A setting, or a name that leads into a private network: asking again changes nothing.
  host_invalid: 'cannot',
  request_invalid: 'cannot',
  address_refused: 'cannot',
  redirected: 'malformed',
  answer_too_large: 'malformed',
  answer_malformed: 'malformed',
};

/** A pause that a gateway asks for is believed up to a day. */
const LONGEST_PAUSE_MS = 86_400_000;

/** What becomes of a question whose answer did not come. */
export function failureOnTheWay({ code, detail }: OutboundTrouble): AskFailure {
  return { outcome: OUTCOMES[code] ?? 'down', detail };
}

/** Asked too often, with the pause of Retry-After. `now`: for one that is a date; left out, only seconds are read. */
export function rateLimited({ headers }: Pick<OutboundAnswer, 'headers'>, detail: string, now?: Date): AskFailure {
  const retryAfterMs = pauseOf(headers['retry-after']?.trim(), now);
  return { outcome: 'rate_limited', detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Seconds, or a date (RFC 9110 10.2.3); undefined: neither, or none to wait. */
function pauseOf(text: string | undefined, now: Date | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - (now?.getTime() ?? Number.NaN);
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, LONGEST_PAUSE_MS) : undefined;
}
