/** Namespace of every metric; their one dimension is `environment`, here and there with one more. */
export const METRIC_NAMESPACE = 'Postrider';

export type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds';

/** Every metric and its unit: alarms and the dashboard are built on these names. */
export const METRIC_UNITS = {
  CallbacksReceived: 'Count',
  CallbacksDuplicate: 'Count',
  CallbacksRefused: 'Count',
  /** Answered with 503: the gateway comes again. */
  CallbacksUnavailable: 'Count',
  OldSecretUsed: 'Count',
  CallbacksUnrecognized: 'Count',
  CallbacksContradictory: 'Count',
  CallbacksAnomalous: 'Count',
  CallbacksFailed: 'Count',
  ApplyLagMs: 'Milliseconds',
  RelayLagMs: 'Milliseconds',
  EventsSent: 'Count',
  EventsParked: 'Count',
  ParkedCursors: 'Count',
  DeadCursors: 'Count',
  FailedCallbacks: 'Count',
  OldestFailedSeconds: 'Seconds',
} as const satisfies Readonly<Record<string, MetricUnit>>;

export type MetricName = keyof typeof METRIC_UNITS;
