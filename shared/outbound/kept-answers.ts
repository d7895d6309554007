export interface KeptLimits {
  readonly keptMs: number;
  /** A failure is told again for so long. */
  readonly failureKeptMs: number;
  readonly urls: number;
}

export interface KeptAnswersDeps<T> {
  readonly now: () => Date;
  readonly limits: KeptLimits;
  /** False: a failure. */
  readonly isGood: (answer: T) => boolean;
}

export interface KeptAnswers<T> {
  /** What is kept or under way for `key`, else what `ask` gives, which must not reject. Undefined: too many are under way. */
  get(key: string, ask: () => Promise<T>): Promise<T> | undefined;
  /** What is kept or under way, whatever its age. */
  peek(key: string): Promise<T> | undefined;
}

interface Entry<T> {
  readonly answer: Promise<T>;
  /** Undefined: under way. */
  done?: { readonly good: boolean; readonly at: number };
}

/** Asks once at a time for each key and keeps what came: a bounded number, good ones longer than failures. */
export function createKeptAnswers<T>({ now, limits, isGood }: KeptAnswersDeps<T>): KeptAnswers<T> {
  const entries = new Map<string, Entry<T>>();

  function isFresh({ done }: Entry<T>): boolean {
    if (done === undefined) return true;
    const age = now().getTime() - done.at;
    return age >= 0 && age < (done.good ? limits.keptMs : limits.failureKeptMs);
  }

  /** Failures go first: URLs that are made up must not drive out the ones that count. */
  function hasRoom(): boolean {
    if (entries.size < limits.urls) return true;
    const settled = [...entries].filter(([, { done }]) => done !== undefined);
    const [oldest] = settled.find(([, { done }]) => done?.good === false) ?? settled[0] ?? [];
    return oldest !== undefined && entries.delete(oldest);
  }

  function start(key: string, ask: () => Promise<T>): Promise<T> {
    const entry: Entry<T> = { answer: ask() };
    entries.set(key, entry);
    void entry.answer.then((answer) => {
      entry.done = { good: isGood(answer), at: now().getTime() };
    });
    return entry.answer;
  }

  return {
    get(key, ask) {
      const kept = entries.get(key);
      if (kept !== undefined && isFresh(kept)) return kept.answer;
      entries.delete(key);
      return hasRoom() ? start(key, ask) : undefined;
    },
    peek: (key) => entries.get(key)?.answer,
  };
}
