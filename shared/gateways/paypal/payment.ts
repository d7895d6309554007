import type { ScheduleNotification, TransactionFields, TransactionNotification } from '#shared/model/notification.ts';
import type { PendingReason, TransactionKind, TransactionStatus } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import type { Tree } from './document.ts';
import { paymentErrorOf } from './error-reasons.ts';
import { amountOf, idAt, linksOf, textAt, timeAt, wordAt } from './fields.ts';
import { transaction, unrecognized } from './notice.ts';
import { resourceOf } from './resource-names.ts';
import type { ReadResource, StatementContext } from './statement-context.ts';

type Word = TransactionStatus | 'CANCELLED';

/** Words of v2 and, in capitals, of v1 (Payments v2 and v1 references). */
const CAPTURE_WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['COMPLETED', 'FINISHED'],
  ['PARTIALLY_REFUNDED', 'FINISHED'],
  ['REFUNDED', 'FINISHED'],
  ['REVERSED', 'FINISHED'],
  ['PENDING', 'PENDING'],
  ['DECLINED', 'ERROR'],
  ['DENIED', 'ERROR'],
  ['FAILED', 'ERROR'],
]);
const AUTHORIZATION_WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['CREATED', 'FINISHED'],
  ['AUTHORIZED', 'FINISHED'],
  ['CAPTURED', 'FINISHED'],
  ['PARTIALLY_CAPTURED', 'FINISHED'],
  ['PENDING', 'PENDING'],
  ['DENIED', 'ERROR'],
  ['VOIDED', 'CANCELLED'],
  ['EXPIRED', 'CANCELLED'],
]);
const REFUND_WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['COMPLETED', 'FINISHED'],
  ['PENDING', 'PENDING'],
  ['FAILED', 'ERROR'],
  ['CANCELLED', 'ERROR'],
]);

/** Money of a payment that had been completed is held back: the payment itself stays what it was. */
const HELD_AFTERWARDS = new Set(['BUYER_COMPLAINT', 'CHARGEBACK', 'REFUNDED']);
/** Somebody has to look at it, at PayPal or in the merchant's account. */
const REVIEWED = new Set([
  'PENDING_REVIEW',
  'PAYMENT_REVIEW',
  'REGULATORY_REVIEW',
  'RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION',
  'VERIFICATION_REQUIRED',
  'UNILATERAL',
]);

/** A capture: a debit of its own, or the capture of an authorization. */
export const readCapture: ReadResource = (tree, context) => {
  const authorization = linkedId(tree, ['up', 'authorization'], ['authorization', 'authorization-v1']);
  const original = idAt(tree, 'supplementary_data', 'related_ids', 'authorization_id') ?? authorization;
  const kind = original === undefined ? 'debit' : 'capture';
  return readPayment(tree, context, { kind, words: CAPTURE_WORDS, original });
};

/** A sale of the first Payments API and of subscriptions. */
export const readSale: ReadResource = (tree, context) => {
  const scheduleId = idAt(tree, 'billing_agreement_id');
  const sale = readPayment(tree, context, { kind: 'debit', words: CAPTURE_WORDS, scheduleId });
  return scheduleId === undefined || context.reported ? sale : [...sale, subscriptionHint(scheduleId)];
};

/** Voided: what it was before is not said, so its own claim yields to every proven one; the void is a subject beside it. */
export const readAuthorization: ReadResource = (tree, context) => {
  const [own] = readPayment(tree, context, { kind: 'preauthorize', words: AUTHORIZATION_WORDS });
  if (own?.about !== 'transaction' || own.cancelled !== true) return own === undefined ? [] : [own];
  const voided = transaction({
    id: `${own.id}~void`,
    kind: 'void',
    status: 'FINISHED',
    gatewayTime: own.gatewayTime,
    original: { id: own.id, link: 'reference' },
  });
  return [own, voided];
};

export const readRefund: ReadResource = (tree, context) =>
  readPayment(tree, context, { kind: 'refund', words: REFUND_WORDS, original: refundedId(tree), signed: true });

/** The capture or sale that money went back from. */
export function refundedId(tree: Tree): string | undefined {
  return (
    linkedId(tree, ['up', 'capture', 'sale'], ['capture', 'capture-v1', 'sale']) ??
    idAt(tree, 'supplementary_data', 'related_ids', 'capture_id') ??
    idAt(tree, 'capture_id') ??
    idAt(tree, 'sale_id')
  );
}

function linkedId(
  tree: Tree,
  rels: readonly string[],
  names: readonly ReturnType<typeof resourceOf>[],
): string | undefined {
  return linksOf(tree, rels).find(({ collection }) => names.includes(resourceOf(collection)))?.id;
}

/** A payment of a subscription was made or refused: the API knows how the subscription stands. */
function subscriptionHint(id: string): ScheduleNotification {
  return { about: 'schedule', id, status: 'UNKNOWN', hint: true, ask: { as: 'subscription' }, anomalies: [] };
}

interface PaymentRules {
  readonly kind: TransactionKind;
  readonly words: ReadonlyMap<string, Word>;
  readonly original?: string | undefined;
  readonly scheduleId?: string | undefined;
  /** Amounts may have a minus. */
  readonly signed?: true;
}

function readPayment(tree: Tree, context: StatementContext, rules: PaymentRules) {
  const id = idAt(tree, 'id');
  if (id === undefined) return [withoutId(context)];
  const said = wordAt(tree, 'status') ?? wordAt(tree, 'state');
  const name = said !== undefined && rules.words.has(said) ? said : (context.impliedStatus ?? said ?? '');
  const word = rules.words.get(name);
  if (word === undefined) return [unknownStatus(context, id)];
  const reason = wordAt(tree, 'status_details', 'reason') ?? wordAt(tree, 'reason_code');
  const held = word === 'PENDING' && reason !== undefined && HELD_AFTERWARDS.has(reason);
  const status = held ? 'FINISHED' : word === 'CANCELLED' ? 'ERROR' : word;
  const { amount, anomalies } = amountOf(tree, ['amount'], rules.signed === true);
  return [
    transaction({
      id,
      kind: rules.kind,
      status,
      cancelled: word === 'CANCELLED' ? true : undefined,
      gatewayTime: gatewayTimeOf(tree, context),
      pendingReason: status === 'PENDING' ? pendingReasonOf(reason) : undefined,
      original: rules.original === undefined || rules.original === id ? undefined : reference(rules.original),
      amount,
      fields: {
        ...referencesOf(tree),
        ...(rules.scheduleId !== undefined && { scheduleId: rules.scheduleId }),
        ...(status === 'ERROR' && word !== 'CANCELLED' && { error: paymentErrorOf(tree, name) }),
      },
      anomalies,
    }),
  ];
}

export function reference(id: string): NonNullable<TransactionNotification['original']> {
  return { id, link: 'reference' };
}

function pendingReasonOf(reason: string | undefined): PendingReason {
  return reason !== undefined && REVIEWED.has(reason) ? 'review' : 'async';
}

/** PayPal's own time of change: of the object, else when it made the event. */
export function gatewayTimeOf(tree: Tree, { eventTime }: StatementContext): string | undefined {
  return timeAt(tree, 'update_time') ?? timeAt(tree, 'create_time') ?? eventTime;
}

/** The merchant's words: v2 calls them invoice_id and custom_id, v1 invoice_number and custom. */
function referencesOf(tree: Tree): TransactionFields {
  const invoice = textAt(tree, 'invoice_id') ?? textAt(tree, 'invoice_number');
  const custom = textAt(tree, 'custom_id') ?? textAt(tree, 'custom');
  return present({
    merchantReference: invoice ?? custom,
    purchaseReference:
      textAt(tree, 'supplementary_data', 'related_ids', 'order_id') ??
      linkedId(tree, ['up'], ['order']) ??
      textAt(tree, 'parent_payment'),
    metadata: invoice === undefined ? undefined : custom,
    schemeTransactionId: textAt(tree, 'network_transaction_reference', 'id'),
  });
}

export function withoutId({ eventId }: StatementContext) {
  return unrecognized({ id: eventId, reason: 'missing_field', detail: 'The object has no id of PayPal’s form.' });
}

export function unknownStatus({ eventId }: StatementContext, relatedTo?: string) {
  return unrecognized({
    id: eventId,
    relatedTo,
    reason: 'unknown_status',
    detail: 'The object’s status is none of the API reference’s; it is kept.',
  });
}
