import { failureOnTheWay, rateLimited } from '../ask-trouble.ts';
import type { AskConnector, AskDeps, AskFailure, Asking, AskOutcome, Question } from '../asking.ts';
import type { OutboundAnswer } from '../outbound.ts';
import { apiAuthorization, apiHostOf } from './api-access.ts';
import { checkAnswer } from './look-up-answer.ts';
import { settingText } from './setting-text.ts';

/** What goes into a URL: Guids and plain ids, nothing that could be a path. */
const ASKABLE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const DEFAULT_PER_MINUTE = 30;
/** No manual names one; long enough for a weekend. */
const HORIZON_MINUTES = 4_320;

/** The gateway's look-up of one payment, as it is configured; there is no list of changes. */
export const paylockAsking: Asking = {
  limitsOf({ lookupsPerMinute }) {
    return { perMinute: typeof lookupsPerMinute === 'number' ? lookupsPerMinute : DEFAULT_PER_MINUTE };
  },
  horizonMinutes: HORIZON_MINUTES,
  missing({ settings, secretNames }) {
    return [
      ...(settingText(settings['lookupPath']) === undefined ? ['/settings/lookupPath'] : []),
      ...(secretNames.includes('apiPassword') ? [] : ['/secrets/apiPassword']),
    ];
  },
  ask,
};

async function ask({ http, now }: AskDeps, connector: AskConnector, question: Question): Promise<AskOutcome> {
  const { settings, secrets } = connector;
  if (question.about !== 'subject' || question.type !== 'transaction') {
    return failed('cannot', 'Only transactions can be looked up, by their id.');
  }
  const lookupPath = settingText(settings['lookupPath']);
  const password = Object.hasOwn(secrets, 'apiPassword') ? settingText(secrets['apiPassword']) : undefined;
  if (lookupPath === undefined || password === undefined) {
    return failed(
      'cannot',
      'Set /settings/lookupPath and /secrets/apiPassword: without them nothing can be looked up.',
    );
  }
  // What is derived of a payment (`<id>~refund`) is told by the payment itself.
  const [id = ''] = question.id.split('~');
  if (!ASKABLE.test(id)) return failed('cannot', 'The id does not look like one: it is put into no URL.');
  const path = lookupPath.replace('{id}', id);
  const answer = await http.send({
    ...{ method: 'GET', host: apiHostOf(settings), path },
    headers: { authorization: apiAuthorization(settings, password), accept: 'application/json' },
    idempotent: true,
  });
  if (!answer.ok) return failureOnTheWay(answer);
  return failureOf(answer, now()) ?? checkAnswer(answer, settings, { id, path });
}

function failureOf({ status, headers }: OutboundAnswer, now: Date): AskFailure | undefined {
  if (status === 200) return undefined;
  if (status === 404 || status === 410)
    return failed('not_found', `The gateway knows no such payment (HTTP ${status}).`);
  if (status === 401 || status === 403) {
    const detail = `The gateway does not accept settings.apiUser and secrets.apiPassword (HTTP ${status}).`;
    return failed('not_allowed', detail);
  }
  if (status === 429) return rateLimited({ headers }, 'The gateway has too many requests (HTTP 429).', now);
  if (status >= 500) return failed('down', `The gateway answered ${status}.`);
  return failed('malformed', `The gateway answered ${status}: see /settings/lookupPath and /settings/apiHost.`);
}

function failed(outcome: Exclude<AskFailure['outcome'], 'rate_limited'>, detail: string): AskFailure {
  return { outcome, detail };
}
