import type { LogFields, Observer } from '#shared/platform/observer.ts';

export interface RecordedObserver extends Observer {
  /** `level message`, with its fields as JSON. */
  readonly lines: readonly string[];
  /** Values of a metric in order; written ones only. */
  values(name: string): readonly number[];
}

/** Keeps what a function says, as it would be written. */
export function recordedObserver(): RecordedObserver {
  const lines: string[] = [];
  const written: { name: string; value: number }[] = [];
  let waiting: { name: string; value: number }[] = [];
  const line = (level: string) => (message: string, fields: LogFields) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  return {
    lines,
    values: (name) => written.filter((one) => one.name === name).map(({ value }) => value),
    begin: () => undefined,
    summary: line('info'),
    error: line('error'),
    measure: (name, value) => {
      waiting.push({ name, value });
    },
    end() {
      written.push(...waiting);
      waiting = [];
    },
  };
}
