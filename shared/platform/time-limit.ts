/** Storage or keys did not answer in time. */
export class TimeLimitError extends Error {
  constructor(limitMs: number) {
    super(`No answer within ${limitMs} ms`);
    this.name = 'TimeLimitError';
  }
}

export interface TimeLimit {
  /** The answer of `work`, or a TimeLimitError once the time of all of them together is over. */
  hold<T>(work: Promise<T>): Promise<T>;
  /** Lets the process rest: nothing is limited any more. */
  end(): void;
}

/** One limit for several calls, counted from now on. */
export function startTimeLimit(limitMs: number): TimeLimit {
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);
  const timer = setTimeout(() => over.reject(new TimeLimitError(limitMs)), limitMs);
  return {
    hold: (work) => {
      // Lost against the limit, it may still fail later: nobody waits for it then.
      work.catch(() => undefined);
      return Promise.race([work, over.promise]);
    },
    end: () => clearTimeout(timer),
  };
}

/** Resolves when `work` does, whatever became of it, or after `limitMs`. */
export async function waitAtMost(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => undefined), over]);
  clearTimeout(timer);
}
