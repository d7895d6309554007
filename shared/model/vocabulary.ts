/** The closed lists of DESIGN.md's vocabulary and model.md sections 2 to 5. Free of libraries, so that `receive` stays light. */

export const SUBJECT_TYPES = ['transaction', 'schedule', 'instrument', 'notice'] as const;
export type SubjectType = (typeof SUBJECT_TYPES)[number];

export const TRANSACTION_KINDS = [
  'debit',
  'preauthorize',
  'incremental_authorization',
  'capture',
  'void',
  'refund',
  'payout',
  'split',
  'register',
  'deregister',
  'chargeback',
  'chargeback_reversal',
  'dispute',
  'order',
] as const;
export type TransactionKind = (typeof TRANSACTION_KINDS)[number];

export const INSTRUMENT_KINDS = ['card', 'account', 'token'] as const;
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number];

export const TRANSACTION_STATUSES = ['PENDING', 'FINISHED', 'ERROR'] as const;
export type TransactionStatus = (typeof TRANSACTION_STATUSES)[number];

export const SCHEDULE_STATUSES = [
  'CREATE_PENDING',
  'ACTIVE',
  'PAUSED',
  'ERROR',
  'COMPLETED',
  'CANCELLED',
  'NON_EXISTING',
  'UNKNOWN',
] as const;
export type ScheduleStatus = (typeof SCHEDULE_STATUSES)[number];

export const INSTRUMENT_STATUSES = ['PENDING', 'ACTIVE', 'SUSPENDED', 'DEREGISTERED', 'CLOSED', 'ERROR'] as const;
export type InstrumentStatus = (typeof INSTRUMENT_STATUSES)[number];

export const NOTICE_STATUSES = ['RECEIVED', 'UNRECOGNIZED', 'RESOLVED'] as const;
export type NoticeStatus = (typeof NOTICE_STATUSES)[number];

/** Where a statement comes from, weakest first. */
export const SOURCES = ['own', 'reported', 'pushed', 'fetched'] as const;
export type Source = (typeof SOURCES)[number];

/** What a later statement of the gateway corrects, weakest first. */
export const CORRECTIONS = ['none', 'reconciliation', 'settlement'] as const;
export type Correction = (typeof CORRECTIONS)[number];

export const PENDING_REASONS = ['redirect', 'html', 'async', 'dcc', 'review', 'unproven'] as const;
export type PendingReason = (typeof PENDING_REASONS)[number];

/** Account updater results (`new-expiry` and `new_expiry` are one). */
export const UPDATE_RESULTS = ['closed', 'updated', 'new_expiry', 'contact'] as const;
export type UpdateResult = (typeof UPDATE_RESULTS)[number];

/** The words a gateway uses for the state of a network token; they name the events `token_*`. */
export const TOKEN_WORDS = ['pending', 'active', 'inactive', 'suspended', 'deactivated', 'error'] as const;
export type TokenWord = (typeof TOKEN_WORDS)[number];

export const TOKEN_TYPES = ['ALL', 'PAN', 'NT'] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

export const ERROR_CLASSES = [
  'declined',
  'customer',
  'fraud',
  'configuration',
  'temporary',
  'unknown',
  'information',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

export const RETRY_ADVICE = ['retry', 'retry_later', 'fix_customer', 'do_not_retry', 'ask_status'] as const;
export type RetryAdvice = (typeof RETRY_ADVICE)[number];

export const REASONS = [
  'status',
  'amount',
  'totals',
  'correction',
  'contradictory',
  'settled',
  'uncertain',
  'unresolved',
  'anomaly',
  'details',
] as const;
export type Reason = (typeof REASONS)[number];

/** Everything that an event can be flagged with. */
export const ANOMALY_CODES = [
  // Of what a connector's configuration expects otherwise (pipeline/plausibility.ts).
  'unexpected_format',
  'disabled_transaction_type',
  'amount_below_minimum',
  'amount_above_maximum',
  'convenience_fee_mismatch',
  'test_mode_mismatch',
  'unexpected_schedule',
  'unexpected_virtual_terminal',
  'unexpected_token_operation',
  // Of a subject as a whole.
  'kind_conflict',
  'refunded_and_charged_back',
  'too_many_children',
  // Of an amount.
  'amount_negative',
  'amount_precision',
  'amount_too_large',
  'amount_unreadable',
  'currency_unknown',
  'currency_unreadable',
  // Of a field; `field` names it.
  'could_be_card_number',
  'missing',
  'refers_to_itself',
  'too_long',
  'too_many',
  'unreadable',
  'unreadable_id',
  'wrong_type',
  // Of a word that is not on a gateway's list.
  'unknown_card_update_result',
  'unknown_notification_source',
  'unknown_return_data',
  'unknown_return_type',
  'unknown_risk_result',
  'unknown_schedule_status',
  'unknown_sub_type',
  'unknown_token_status',
  'unknown_token_type',
  'unknown_transaction_type',
] as const;
export type AnomalyCode = (typeof ANOMALY_CODES)[number];

/** The name of its folder; which there are is not the model's business (gateways/gateway-names.ts). */
export type GatewayName = string;

/** A subject inside one connector. */
export interface SubjectRef {
  readonly type: SubjectType;
  readonly id: string;
}

/** A subject anywhere: gateway ids are unique inside a connector only. */
export interface SubjectKey extends SubjectRef {
  readonly connectorId: string;
}

/** `<connectorId>:<type>:<id>`: the beginning of an event id. */
export function subjectName(key: SubjectKey): string {
  return `${key.connectorId}:${key.type}:${key.id}`;
}
