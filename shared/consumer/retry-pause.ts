/** SQS: a message cannot be invisible for longer than 12 hours after it was received. */
const LONGEST_SECONDS = 43_200;

export interface RetryPause {
  /** After the first failure; doubles with each further one. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Milliseconds after the nth failure in a row (1, 2, …). */
export function retryPauseMs(pause: RetryPause, failures: number): number {
  return Math.min(pause.longestMs, pause.firstMs * 2 ** Math.min(Math.max(failures, 1) - 1, 40));
}

/** The same as SQS wants it: whole seconds, rounded up, at most 12 hours. */
export function retryPauseSeconds(pause: RetryPause, failures: number): number {
  return Math.min(LONGEST_SECONDS, Math.ceil(retryPauseMs(pause, failures) / 1000));
}
