import type { Notification, TransactionNotification } from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { unrecognized } from '../notice.ts';
import type { EventRule } from './event-rules.ts';
import { shownWord } from './notice.ts';
import type { PayloadReader } from './payload-reader.ts';
import { readPaymentError } from './payment-error.ts';
import { type Meaning, meaningOf } from './status-words.ts';
import { hintAbout, transaction, undone } from './transaction.ts';

type OperationRule = Extract<EventRule, { read: 'operation' }>;

const CHILDREN: readonly TransactionKind[] = ['capture', 'refund', 'void'];

export function missingId(): Notification {
  return unrecognized(
    'missing_id',
    'The payload names no transaction: none of id, transactionId and requestId is a request id.',
  );
}

function unknownStatus(word: string, id: string): Notification {
  return unrecognized(
    'unknown_status',
    `The status is ${shownWord(word)}, which no manual has; the callback is kept.`,
    id,
  );
}

/**
 * A transaction whose kind and result the event names. Where the payload's own status says something else, neither is
 * believed and the gateway is asked; where money or the original is missing, it is asked for the rest.
 */
export function readOperation(
  reader: PayloadReader,
  rule: OperationRule,
  gatewayTime: string | undefined,
): readonly Notification[] {
  const found = reader.requestId();
  if (found === undefined) return [missingId()];
  const { kind, standalone } = rule;
  const word = reader.text('status');
  const meaning = word === undefined ? undefined : meaningOf(word);
  if (word !== undefined && meaning === undefined) return [unknownStatus(word, found)];
  const outcome = agreed(rule, meaning);
  if (outcome === undefined) return [hintAbout(found, kind)];
  const isChild = CHILDREN.includes(kind);
  // An authorization that captures at once has one request id for both.
  const isOwn = isChild && reader.isOwnOriginal(found);
  const id = isOwn ? `${found}~${kind}` : found;
  const originalId = isChild ? (isOwn ? found : reader.originalId(found)) : undefined;
  const { status, pendingReason, timeout } = outcome;
  const said = transaction(reader, {
    ...{ id, kind, status, pendingReason, gatewayTime, originalId },
    final: rule.final !== false,
    ...(status === 'ERROR' && { error: errorOf(reader, word, timeout === true) }),
  });
  const lacksOriginal = isChild && standalone !== true && originalId === undefined;
  const lacksAmount = kind !== 'void' && said.amount === undefined;
  const isLate = meaning !== undefined && rule.outcome === 'FINISHED' && status === 'PENDING';
  const asks = status !== 'ERROR' && (lacksOriginal || lacksAmount || isLate);
  return asks ? [said, hintAbout(id, kind)] : [said];
}

/** What event and payload say together; undefined: they contradict each other. */
function agreed(rule: OperationRule, meaning: Meaning | undefined): Meaning | undefined {
  const named: Meaning =
    rule.outcome === 'REVIEW' ? { status: 'PENDING', pendingReason: 'review' } : { status: rule.outcome };
  if (meaning === undefined) return named;
  if (meaning.undone !== undefined && meaning.undone !== rule.kind) return undefined;
  if (meaning.status === named.status) return { ...meaning, ...named };
  // The status of a capture or refund is PENDING until its batch is sent, whatever the event is called.
  if (named.status === 'FINISHED' && meaning.status === 'PENDING') return meaning;
  return named.status === 'PENDING' && meaning.settles === true ? meaning : undefined;
}

export function errorOf(reader: PayloadReader, word: string | undefined, isTimeout: boolean) {
  const reason = reader.text('errorInformation.reason');
  const message = reader.text('errorInformation.message', 'message');
  const error = readPaymentError([reason, word], message);
  return isTimeout ? { ...error, class: 'temporary' as const, advice: 'ask_status' as const } : error;
}

/**
 * A payment whose status alone says what became of it: alternative methods, where `reconciliationId` is the request id of
 * the payment, and Unified Checkout, which reports authorizations as well as sales.
 */
export function readPayment(
  reader: PayloadReader,
  of: 'card' | 'alternative',
  gatewayTime: string | undefined,
): readonly Notification[] {
  const names = of === 'alternative' ? ['reconciliationId', 'originalRequestId', 'id', 'transactionId'] : [];
  const id = reader.requestId(...names);
  const word = reader.text('status');
  if (id === undefined) return [of === 'card' ? orderOf(reader, word, gatewayTime) : missingId()];
  if (word === undefined) return [hintAbout(id)];
  const meaning = meaningOf(word);
  if (meaning === undefined) return [unknownStatus(word, id)];
  const kind = of === 'alternative' ? 'debit' : 'preauthorize';
  const said = { id, kind, gatewayTime } as const;
  if (meaning.undone !== undefined) return undone(reader, said, meaning.undone, word);
  const { status, pendingReason, timeout } = meaning;
  const error = status === 'ERROR' ? { error: errorOf(reader, word, timeout === true) } : {};
  const payment = transaction(reader, { ...said, status, pendingReason, ...error });
  const asks = status === 'FINISHED' && payment.amount === undefined;
  const captured = of === 'card' ? captureOf(payment, meaning) : [];
  return [payment, ...captured, ...(asks ? [hintAbout(id, kind)] : [])];
}

/**
 * A card payment is an authorization, as payments.authorization.* of the same request id calls it. Once its money is on its way
 * it was captured at once: `<id>~capture`, as the transaction details have it, so that it counts once whoever tells it first.
 */
export function captureOf(payment: TransactionNotification, meaning: Meaning): readonly Notification[] {
  if (meaning.settles !== true) return [];
  const { id } = payment;
  return [{ ...payment, id: `${id}~capture`, kind: 'capture', original: { id, link: 'reference' } }];
}

/** An order without a payment id of its own: no money. */
function orderOf(reader: PayloadReader, word: string | undefined, gatewayTime: string | undefined): Notification {
  const id = reader.subjectId('orderInformation.orderId', 'orderId', 'id');
  if (id === undefined) return missingId();
  const meaning = word === undefined ? undefined : meaningOf(word);
  if (meaning === undefined) return unknownStatus(word ?? '', id);
  const { status, pendingReason, timeout } = meaning;
  const error = status === 'ERROR' ? { error: errorOf(reader, word, timeout === true) } : {};
  return transaction(reader, { id, kind: 'order', status, pendingReason, gatewayTime, ...error });
}
