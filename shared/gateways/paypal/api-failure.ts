import { rateLimited } from '../ask-trouble.ts';
import type { AskFailure } from '../asking.ts';
import type { OutboundAnswer } from '../outbound.ts';

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
  if (status === 429) return rateLimited({ headers }, detail, now);
  if (status >= 500 || status === 408) return { outcome: 'down', detail };
  return { outcome: 'malformed', detail: `${detail} That is no answer of its manual.` };
}
