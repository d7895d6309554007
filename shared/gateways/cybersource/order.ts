import type { Notification, ScheduleNotification } from '#shared/model/notification.ts';
import { received, unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import type { EventRule } from './event-rules.ts';
import { captureOf, errorOf, missingId } from './operation.ts';
import type { PayloadReader } from './payload-reader.ts';
import { meaningOf } from './status-words.ts';
import { readTime } from './times.ts';
import { hintAbout, transaction, undone } from './transaction.ts';

const ORDER_IDS = ['invoiceInformation.invoiceNumber', 'invoiceNumber', 'purchaseNumber', 'paymentLinkId', 'id'];

/**
 * An invoice or a payment link: an order, which moves no money. Where the payload names the payment too, that is the subject
 * that events of product payments have; a part of an invoice is asked for.
 */
export function readOrder(
  reader: PayloadReader,
  outcome: Extract<EventRule, { read: 'order' }>['outcome'],
  gatewayTime: string | undefined,
): readonly Notification[] {
  const paymentId = reader.requestId('transactionId', 'requestId', 'paymentId', 'transactionDetails.id', 'id');
  const named = reader.subjectId(...ORDER_IDS);
  const orderId = named === paymentId ? undefined : named;
  if (paymentId === undefined && orderId === undefined) return [missingId()];
  const notifications: Notification[] = [];
  if (orderId !== undefined) {
    const said = { id: orderId, kind: 'order' as const, gatewayTime };
    if (outcome === 'CANCELLED') return undone(reader, said, 'void', 'CANCELLED');
    notifications.push(transaction(reader, { ...said, status: outcome }));
  }
  if (paymentId !== undefined) notifications.push(...paymentOf(reader, paymentId, outcome, gatewayTime));
  return notifications;
}

function paymentOf(
  reader: PayloadReader,
  id: string,
  outcome: Extract<EventRule, { read: 'order' }>['outcome'],
  gatewayTime: string | undefined,
): readonly Notification[] {
  const meaning = meaningOf(reader.text('status') ?? '');
  const contradicts = meaning !== undefined && meaning.status !== 'FINISHED';
  if (outcome !== 'FINISHED' || contradicts) return [hintAbout(id)];
  const kind = meaning === undefined ? 'debit' : 'preauthorize';
  const payment = transaction(reader, { id, kind, status: 'FINISHED', gatewayTime });
  return [payment, ...(meaning === undefined ? [] : captureOf(payment, meaning))];
}

const SUBSCRIPTION_IDS = ['subscriptionInformation.id', 'subscriptionInformation.subscriptionId', 'subscriptionId'];

/** A subscription and, where the payload names it, the charge that it made. */
export function readSchedule(
  reader: PayloadReader,
  rule: Extract<EventRule, { read: 'schedule' }>,
  gatewayTime: string | undefined,
): readonly Notification[] {
  const id = reader.subjectId(...SUBSCRIPTION_IDS, 'id');
  if (id === undefined) return [unrecognized('missing_id', 'The payload names no subscription.')];
  const nextAt = ['nextChargeDate', 'subscriptionInformation.nextPaymentDate', 'chargeDate'];
  const schedule: ScheduleNotification = present({
    about: 'schedule' as const,
    id,
    status: rule.status,
    gatewayTime,
    scheduledAt: nextAt.map((name) => readTime(reader.text(name))).find((time) => time !== undefined),
    anomalies: [],
  });
  const charged = reader.requestId('transactionId', 'requestId', 'paymentId', 'paymentInformation.id', 'id');
  if (rule.charge === 'none' || charged === undefined || charged === id || reader.amount('debit') === undefined) {
    return [schedule];
  }
  const error = rule.charge === 'ERROR' ? { error: errorOf(reader, reader.text('status'), false) } : {};
  const fields = { scheduleId: id };
  const said = { id: charged, kind: 'debit' as const, status: rule.charge, gatewayTime, fields, ...error };
  return [schedule, transaction(reader, said)];
}

/** What is understood and moves no money: risk decisions, reminders, batches. */
export function readNotice(
  reader: PayloadReader,
  { reason, effect }: Extract<EventRule, { read: 'notice' }>,
  gatewayTime: string | undefined,
): readonly Notification[] {
  const id = reader.requestId();
  const notice = received(reason, `CyberSource says ${reason.replaceAll('_', ' ')}.`, id);
  if (id === undefined || effect === undefined) return [notice];
  if (effect === 'ask') return [notice, hintAbout(id)];
  // A review that ends in a refusal: the payment is not to be fulfilled.
  const error = { class: 'fraud', advice: 'do_not_retry', code: 'REVIEW_REJECTED' } as const;
  const said = { id, kind: undefined, status: 'ERROR' as const, gatewayTime, error, withAmount: false };
  return [notice, transaction(reader, said)];
}
