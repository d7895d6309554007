import type { AskFailure } from '../asking.ts';
import type { OutboundAnswer, OutboundTrouble, OutboundTroubleCode } from '../outbound.ts';

type Kind = Exclude<AskFailure['outcome'], 'foreign'>;

const TROUBLES: Readonly<Partial<Record<OutboundTroubleCode, Kind>>> = {
  host_invalid: 'cannot',
  request_invalid: 'cannot',
  address_refused: 'cannot',
  redirected: 'malformed',
  answer_too_large: 'malformed',
  answer_malformed: 'malformed',
};

/** A pause that is asked for is believed up to a day. */
const LONGEST_PAUSE_SECONDS = 86_400;

/** No answer came. */
export function failureOnTheWay({ code, detail }: OutboundTrouble): AskFailure {
  return { outcome: TROUBLES[code] ?? 'down', detail };
}

/** What an answer says by its status (PayPal "API responses"); undefined: it worked. Its text is not shown. */
export function failureOfAnswer({ status, headers }: OutboundAnswer, now?: Date): AskFailure | undefined {
  if (status >= 200 && status < 300) return undefined;
  const detail = `PayPal answered ${status}.`;
  if (status === 404) return { outcome: 'not_found', detail: 'PayPal knows no such object, or not for this app.' };
  if (status === 400 || status === 422) {
    return { outcome: 'malformed', detail: `${detail} The request was none that it takes.` };
  }
  if (status === 401 || status === 403) {
    return {
      outcome: 'not_allowed',
      detail: `${detail} See the app's features in PayPal's developer dashboard, and /settings/clientId.`,
    };
  }
  if (status === 429) {
    const retryAfterMs = pauseOf(headers['retry-after'], now);
    return { outcome: 'rate_limited', detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  if (status >= 500 || status === 408) return { outcome: 'down', detail };
  return { outcome: 'malformed', detail: `${detail} That is no answer of its manual.` };
}

/** Seconds, or a date (RFC 9110 10.2.3). */
function pauseOf(text: string | undefined, now: Date | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - (now?.getTime() ?? Number.NaN)) / 1_000;
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, LONGEST_PAUSE_SECONDS) * 1_000 : undefined;
}
