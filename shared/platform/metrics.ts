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
  /** Questions that gateways were asked, and those that an answer ended. */
  ConfirmationsAsked: 'Count',
  ConfirmationsAnswered: 'Count',
  /** Credentials or permissions: an operator has to act. */
  ConfirmationsNotAllowed: 'Count',
  /** Answers that nobody understands, or of another merchant: nothing of them is believed. */
  ConfirmationsFailed: 'Count',
  /** Asked too often, or down: asked again after a pause. */
  ConfirmationsDelayed: 'Count',
  ConfirmationsWaiting: 'Count',
  OldestConfirmationSeconds: 'Seconds',
  /** Payments and expectations whose horizon has passed without an answer. */
  PaymentsUnresolved: 'Count',
  /** Finished payments of which the gateway says something else today. */
  ReconcileDrift: 'Count',
  /** Spans of gateways' lists that were not read to their end. */
  ReconcileNotDone: 'Count',
} as const satisfies Readonly<Record<string, MetricUnit>>;

export type MetricName = keyof typeof METRIC_UNITS;
