import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { describeTrouble } from './describe-trouble.ts';
import type { MetricName } from './metrics.ts';

/** What a log line may hold beside its message: names, numbers and what describeTrouble made of an error. */
export type LogFields = Readonly<Record<string, string | number | boolean | object>>;

/** Where a function says what it did. */
export interface Observer {
  begin(context: Context): void;
  /** What an invocation did, once: written by `end`, in one line with its metrics. */
  summary(message: string, fields: LogFields): void;
  error(message: string, fields: LogFields): void;
  /** Adds a value to a metric; written by `end`. */
  measure(name: MetricName, value: number): void;
  end(): void;
}

/** Metrics are written and errors told, whatever becomes of an invocation. Use it first: it then sees every error. */
export function observed(observer: Observer): MiddlewareObj<unknown, unknown> {
  return {
    before: ({ context }) => observer.begin(context),
    after: () => observer.end(),
    onError({ error }) {
      observer.error('the invocation failed', describeTrouble(error));
      observer.end();
    },
  };
}
