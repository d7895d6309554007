import type { HttpAnswer } from './gateway.ts';

/** What a sender is asked to wait after a 503, in seconds. */
const RETRY_AFTER_SECONDS = 5;

/** The sender learns nothing but the kind of trouble: bodies are constant. */
export function plainAnswer(status: number, body: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** Not genuine: 401. */
export const REFUSED_ANSWER: HttpAnswer = plainAnswer(401, 'The signature was refused.\n');

/** Our own trouble: 503, so that the gateway comes again. */
export const FAILED_ANSWER: HttpAnswer = {
  status: 503,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': String(RETRY_AFTER_SECONDS) },
  body: 'Not stored; please send it again.\n',
};
