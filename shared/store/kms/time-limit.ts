/**
 * Runs `work` for at most `limitMs`; then its signal is aborted and the promise rejects with `tooLate()`, whether the work
 * heeds the signal or not.
 */
export async function withinTime<Result>(
  limitMs: number,
  tooLate: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(tooLate());
    stop.abort();
  }, limitMs);
  try {
    return await Promise.race([work(stop.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
