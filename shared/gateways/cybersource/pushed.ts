import type { Notification } from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { unrecognized } from '../notice.ts';
import { type EventRule, eventRule } from './event-rules.ts';
import { readTokenNews } from './instrument.ts';
import { shownWord } from './notice.ts';
import { readOperation, readPayment } from './operation.ts';
import { readNotice, readOrder, readSchedule } from './order.ts';
import { PayloadReader } from './payload-reader.ts';
import { payloadsOf, type SignedStatement } from './statement.ts';
import { meaningOf } from './status-words.ts';
import { readTime } from './times.ts';
import { hintAbout } from './transaction.ts';
import { own, textOf } from './tree.ts';

/** When the event happened, where that was signed: the gateway's time of change. */
export function eventTimeOf({ envelope, ...rest }: SignedStatement): string | undefined {
  const [first] = payloadsOf(rest);
  return readTime(own(envelope, 'eventDate')) ?? (first && new PayloadReader(first).time());
}

/** Everything that a notification says, one payload after the other. */
export function readNotification(statement: SignedStatement): readonly Notification[] {
  const payloads = payloadsOf(statement);
  if (payloads.length === 0) {
    return [unrecognized('no_payload', 'The notification has no payload that is a JSON object; it is kept.')];
  }
  const event = textOf(own(statement.envelope, 'eventType'));
  const at = readTime(own(statement.envelope, 'eventDate'));
  return payloads.flatMap((payload) => {
    const reader = new PayloadReader(payload);
    const time = at ?? reader.time();
    return event === undefined ? readByContent(reader, time) : readEvent(reader, event, time);
  });
}

function readEvent(reader: PayloadReader, event: string, time: string | undefined): readonly Notification[] {
  const rule = eventRule(event);
  if (rule === undefined) {
    const detail = `The event is ${shownWord(event)}, which no manual has; the callback is kept.`;
    return [unrecognized('unknown_event', detail, reader.requestId())];
  }
  return applyRule(reader, rule, time);
}

function applyRule(reader: PayloadReader, rule: EventRule, time: string | undefined): readonly Notification[] {
  switch (rule.read) {
    case 'operation':
      return readOperation(reader, rule, time);
    case 'payment':
      return readPayment(reader, rule.of, time);
    case 'schedule':
      return readSchedule(reader, rule, time);
    case 'token':
      return readTokenNews(reader, rule.news, time);
    case 'order':
      return readOrder(reader, rule.outcome, time);
    case 'notice':
      return readNotice(reader, rule, time);
  }
}

/** What a resource of the payment API is. */
const RESOURCES: ReadonlyMap<string, TransactionKind> = new Map([
  ['captures', 'capture'],
  ['refunds', 'refund'],
  ['credits', 'refund'],
  ['voids', 'void'],
  ['reversals', 'void'],
]);

/**
 * A payload by what it says of itself, where the event's name is nobody's word: only the payload was signed, or a merchant
 * passes on an answer. What remains open is asked.
 */
export function readByContent(reader: PayloadReader, time: string | undefined): readonly Notification[] {
  const type = reader.text('type') ?? '';
  if (/token/i.test(type) || reader.find('_links.tokenized-cards') !== undefined) {
    return readTokenNews(reader, 'by-reason', time);
  }
  const id = reader.requestId();
  if (id === undefined) {
    const detail = 'Only the payload was signed, and it does not say what it is about; the callback is kept.';
    return [unrecognized('event_not_signed', detail)];
  }
  const word = reader.text('status');
  const meaning = word === undefined ? undefined : meaningOf(word);
  const kind = kindByContent(reader, word);
  if (kind === undefined || meaning === undefined) return [hintAbout(id)];
  const outcome = meaning.pendingReason === 'review' ? 'REVIEW' : meaning.status;
  const isCredit = reader.find('creditAmountDetails') !== undefined;
  return readOperation(reader, { read: 'operation', kind, outcome, ...(isCredit && { standalone: true }) }, time);
}

function kindByContent(reader: PayloadReader, word: string | undefined): TransactionKind | undefined {
  const resource = /\/pts\/v2\/(\w+)\//.exec(reader.text('_links.self.href') ?? '')?.[1];
  const linked = RESOURCES.get(resource ?? '');
  if (linked !== undefined) return linked;
  if (reader.find('refundAmountDetails', 'creditAmountDetails') !== undefined) return 'refund';
  if (reader.find('voidAmountDetails', 'reversalAmountDetails') !== undefined) return 'void';
  const isAuthorization = /^(?:PARTIAL_)?AUTHORIZED(?:_PENDING_REVIEW|_RISK_DECLINED)?$/i.test(word ?? '');
  if (isAuthorization || (resource === 'payments' && meaningOf(word ?? '')?.undone === undefined))
    return 'preauthorize';
  return /^(?:VOIDED|REVERSED)$/i.test(word ?? '') ? 'void' : undefined;
}
