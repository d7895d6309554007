import type { Anomaly, DisputeDetail, TransactionFields, TransactionNotification } from '#shared/model/notification.ts';
import {
  type Correction,
  type PendingReason,
  TOKEN_TYPES,
  type TokenType,
  type TransactionKind,
  type TransactionStatus,
} from '#shared/model/vocabulary.ts';
import { withoutCardNumbers } from '../card-number.ts';
import { present } from '../present.ts';
import { disputeData, readAmountGroup } from './amounts.ts';
import { readDateTime } from './dates.ts';
import { readCustomerProfile, readDcc, readPayByLink, readRisk, readSplits } from './details.ts';
import type { FieldReader } from './field-reader.ts';
import { type Links, readLinks } from './links.ts';
import { readPaymentError } from './payment-error.ts';
import type { ReturnData } from './return-data.ts';

/** The gateway's default of `tx:expiration-minutes` (model.md 3). */
const EXPIRES_AFTER_MINUTES = 60;

/** What was concluded about a transaction's status before its other fields are read. */
export interface Outcome {
  readonly status: TransactionStatus;
  readonly pendingReason?: PendingReason;
  /** A fetched CANCELLED. */
  readonly cancelled?: true;
}

export interface TransactionContext {
  readonly id: string;
  readonly kind: TransactionKind | undefined;
  readonly outcome: Outcome;
  readonly returnData: ReturnData;
  /** A FINISHED that is news about a network token, too. */
  readonly tokenNews: boolean;
  readonly scheduleId: string | undefined;
  readonly knownParent: string | undefined;
}

/** The transaction that a callback, an answer or a report is about. */
export function readTransaction(callback: FieldReader, context: TransactionContext): TransactionNotification {
  const { id, kind, outcome } = context;
  const links = readLinks(callback, id, kind, context.knownParent);
  const subType = readSubType(callback);
  const anomalies: readonly Anomaly[] = callback.anomalies;
  return present({
    about: 'transaction' as const,
    id,
    kind,
    status: outcome.status,
    // ERROR → FINISHED is documented (wire 3), FINISHED → anything else is not.
    final: outcome.status === 'FINISHED',
    correction: readCorrection(callback),
    tokenNews: context.tokenNews && outcome.status === 'FINISHED' ? (true as const) : undefined,
    cancelled: outcome.cancelled,
    detailOnly: subType === undefined ? undefined : (true as const),
    pendingReason: outcome.pendingReason,
    expiresAfterMinutes: EXPIRES_AFTER_MINUTES,
    original: links.original,
    deregisters: links.deregisters,
    amount: readAmountGroup(callback, kind),
    fields: readFields(callback, context, links, subType),
    anomalies,
  });
}

/**
 * A network-token notice repeats type, result and amount of its transaction: for the transaction it only says that
 * something happened (wire 3). References are passed on, results and amounts are not.
 */
export function readTokenHint(
  callback: FieldReader,
  id: string,
  kind: TransactionKind | undefined,
): TransactionNotification {
  const anomalies: readonly Anomaly[] = callback.anomalies;
  return present({
    about: 'transaction' as const,
    id,
    kind,
    status: 'PENDING' as const,
    final: false,
    correction: 'none' as const,
    hint: true as const,
    expiresAfterMinutes: EXPIRES_AFTER_MINUTES,
    fields: readReferences(callback),
    anomalies,
  });
}

function readCorrection(callback: FieldReader): Correction {
  const source = callback.text('notificationSource');
  const word = source?.toLowerCase();
  if (word === 'reconciliation' || word === 'settlement') return word;
  if (source !== undefined) callback.flag('unknown_notification_source', 'notificationSource', source);
  return 'none';
}

function readReferences(callback: FieldReader): TransactionFields {
  return present({
    merchantReference: callback.reference('merchantTransactionId'),
    purchaseReference: callback.reference('purchaseId'),
    paymentMethod: callback.reference('paymentMethod'),
    metadata: callback.text('merchantMetaData'),
  });
}

function readFields(
  callback: FieldReader,
  context: TransactionContext,
  links: Links,
  subType: string | undefined,
): TransactionFields {
  const { kind, outcome, returnData } = context;
  return present({
    ...readReferences(callback),
    error: outcome.status === 'ERROR' ? readPaymentError(callback, returnData, outcome.cancelled === true) : undefined,
    instrument: returnData.summary,
    instrumentId: links.instrumentId,
    customerProfile: readCustomerProfile(callback),
    risk: readRisk(callback),
    dcc: readDcc(callback),
    splits: readSplits(callback),
    payByLink: readPayByLink(callback),
    scheduleId: context.scheduleId,
    schemeTransactionId: returnData.schemeTransactionId ?? callback.reference('schemeTransactionIdentifier'),
    dispute: readDispute(callback, kind, subType),
    tokenType: kind === 'deregister' ? readTokenType(callback) : undefined,
  });
}

/** `cb-resolved` and `cb-reversal-resolved` tell how a dispute went on and move no money (wire 2.1). */
function readSubType(callback: FieldReader): string | undefined {
  const text = callback.text('transactionSubType');
  const word = text?.toLowerCase().replaceAll('_', '-');
  if (word === 'cb-resolved' || word === 'cb-reversal-resolved') return word;
  return text === undefined ? undefined : callback.flag('unknown_sub_type', 'transactionSubType', text);
}

function readDispute(
  callback: FieldReader,
  kind: TransactionKind | undefined,
  subType: string | undefined,
): DisputeDetail | undefined {
  const data = disputeData(callback, kind);
  if (!data) return subType === undefined ? undefined : { subType };
  const reason = data.text('reason');
  const dateName = kind === 'chargeback' ? 'chargebackDateTime' : 'reversalDateTime';
  const dateText = data.text(dateName);
  const at = dateText === undefined ? undefined : readDateTime(dateText);
  if (dateText !== undefined && at === undefined) data.flag('unreadable', dateName, dateText);
  return present({
    reason: reason === undefined ? undefined : withoutCardNumbers(reason),
    at,
    subType,
    chargebackId: data.subjectId('chargebackUuid'),
  });
}

function readTokenType(callback: FieldReader): TokenType | undefined {
  const text = callback.text('tokenType');
  const type = TOKEN_TYPES.find((known) => known === text?.toUpperCase());
  return text === undefined || type !== undefined ? type : callback.flag('unknown_token_type', 'tokenType', text);
}
