/**
 * SQS's own error codes, each with the code older clients know (`x-amzn-query-error`) and its HTTP status.
 * Source: the error shapes of the SQS API reference, API version 2012-11-05.
 */
const ERRORS = {
  AccessDeniedException: { queryCode: 'AccessDenied', status: 403 },
  BatchEntryIdsNotDistinct: { queryCode: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct', status: 400 },
  BatchRequestTooLong: { queryCode: 'AWS.SimpleQueueService.BatchRequestTooLong', status: 400 },
  EmptyBatchRequest: { queryCode: 'AWS.SimpleQueueService.EmptyBatchRequest', status: 400 },
  InternalFailure: { queryCode: 'InternalFailure', status: 500 },
  InvalidAttributeName: { queryCode: 'InvalidAttributeName', status: 400 },
  InvalidAttributeValue: { queryCode: 'InvalidAttributeValue', status: 400 },
  InvalidBatchEntryId: { queryCode: 'AWS.SimpleQueueService.InvalidBatchEntryId', status: 400 },
  InvalidClientTokenId: { queryCode: 'InvalidClientTokenId', status: 403 },
  InvalidMessageContents: { queryCode: 'InvalidMessageContents', status: 400 },
  InvalidParameterValue: { queryCode: 'InvalidParameterValue', status: 400 },
  MessageNotInflight: { queryCode: 'AWS.SimpleQueueService.MessageNotInflight', status: 400 },
  MissingAuthenticationToken: { queryCode: 'MissingAuthenticationToken', status: 403 },
  MissingParameter: { queryCode: 'MissingParameter', status: 400 },
  QueueDoesNotExist: { queryCode: 'AWS.SimpleQueueService.NonExistentQueue', status: 400 },
  QueueNameExists: { queryCode: 'QueueAlreadyExists', status: 400 },
  ReceiptHandleIsInvalid: { queryCode: 'ReceiptHandleIsInvalid', status: 404 },
  ResourceNotFoundException: { queryCode: 'ResourceNotFoundException', status: 404 },
  SerializationException: { queryCode: 'SerializationException', status: 400 },
  TooManyEntriesInBatchRequest: { queryCode: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest', status: 400 },
  UnknownOperationException: { queryCode: 'InvalidAction', status: 400 },
  UnsupportedOperation: { queryCode: 'AWS.SimpleQueueService.UnsupportedOperation', status: 400 },
} as const;

export type QueueErrorCode = keyof typeof ERRORS;

/** Why the queue refused; `code` is stable, `message` is for people. */
export interface QueueError {
  readonly code: QueueErrorCode;
  readonly message: string;
}

export interface Done<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Refused {
  readonly ok: false;
  readonly error: QueueError;
}

/** What every action of the engine answers: expected refusals are values; only broken storage throws. */
export type Outcome<T> = Done<T> | Refused;

export function done<T>(value: T): Done<T> {
  return { ok: true, value };
}

export function refused(code: QueueErrorCode, message: string): Refused {
  return { ok: false, error: { code, message } };
}

/** SQS's usual sentence for a parameter out of range. */
export function invalidParameter(parameter: string, value: unknown, reason: string): Refused {
  const shown = String(value).slice(0, 200);
  return refused('InvalidParameterValue', `Value ${shown} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

export function httpStatusOf(code: QueueErrorCode): number {
  return ERRORS[code].status;
}

/** The code by which clients of the older query protocol know the same error. */
export function queryCodeOf(code: QueueErrorCode): string {
  return ERRORS[code].queryCode;
}
