import type {
  Anomaly,
  InstrumentNotification,
  NoticeNotification,
  Notification,
  PaymentError,
  ScheduleNotification,
  TransactionFields,
  TransactionNotification,
} from '#shared/model/notification.ts';
import { holdsSchemeNumber, withoutCardNumbers, withoutSchemeNumbers } from './card-number.ts';

/** What the merchant, or an acquirer, gives as a name of the payment: left out, for a changed one would name another. */
const REFERENCES = ['merchantReference', 'purchaseReference', 'schemeTransactionId'] as const;
/** What a provider says of a failure. */
const ERROR_TEXTS = ['code', 'message', 'adapterCode', 'adapterMessage', 'merchantAdviceCode'] as const;

/**
 * Notifications without what could be a card number in their references, metadata and free texts: merchants and providers
 * put whatever they like there. References are left out, texts keep the rest; `could_be_card_number` names the field in our
 * words. Ids of subjects stay as they are: they are the gateway's. Pure, deterministic.
 */
export function leaveOutCardNumbers(notifications: readonly Notification[]): readonly Notification[] {
  return notifications.map(cleaned);
}

function cleaned(notification: Notification): Notification {
  switch (notification.about) {
    case 'transaction':
      return cleanedTransaction(notification);
    case 'schedule':
      return cleanedSchedule(notification);
    case 'instrument':
      return withAnomalies(notification, []);
    case 'notice':
      return cleanedNotice(notification);
  }
}

function cleanedTransaction(notification: TransactionNotification): TransactionNotification {
  const found: string[] = [];
  const { fields } = notification;
  const names = REFERENCES.filter((name) => holdsSchemeNumber(fields[name] ?? ''));
  found.push(...names);
  const kept = Object.fromEntries(Object.entries(fields).filter(([name]) => !names.some((left) => left === name)));
  const texts = {
    ...changed(fields.metadata, withoutSchemeNumbers, 'metadata', found, (metadata) => ({ metadata })),
    ...cleanedError(fields.error, found),
    ...cleanedDispute(fields.dispute, found),
  };
  if (found.length === 0) return withAnomalies(notification, []);
  return withAnomalies({ ...notification, fields: { ...kept, ...texts } }, found);
}

function cleanedError(error: PaymentError | undefined, found: string[]): Pick<TransactionFields, 'error'> {
  if (error === undefined) return {};
  const texts = ERROR_TEXTS.map((name) =>
    changed(error[name], withoutCardNumbers, `error.${name}`, found, (text) => ({ [name]: text })),
  );
  return { error: Object.assign({}, error, ...texts) };
}

function cleanedDispute(dispute: TransactionFields['dispute'], found: string[]): Pick<TransactionFields, 'dispute'> {
  if (dispute === undefined) return {};
  const reason = changed(dispute.reason, withoutCardNumbers, 'dispute.reason', found, (text) => ({ reason: text }));
  return { dispute: { ...dispute, ...reason } };
}

function cleanedSchedule(notification: ScheduleNotification): ScheduleNotification {
  const found: string[] = [];
  const { metadata: given } = notification;
  const text = changed(given, withoutSchemeNumbers, 'metadata', found, (metadata) => ({ metadata }));
  return withAnomalies({ ...notification, ...text }, found);
}

function cleanedNotice(notice: NoticeNotification): NoticeNotification {
  return notice.detail === undefined ? notice : { ...notice, detail: withoutSchemeNumbers(notice.detail) };
}

/** `as` of the text without numbers, where that is another one: the field is then noted. */
function changed<Part extends object>(
  text: string | undefined,
  without: (text: string) => string,
  field: string,
  found: string[],
  as: (text: string) => Part,
): Part | Record<never, never> {
  if (text === undefined) return {};
  const rest = without(text);
  if (rest === text) return {};
  found.push(field);
  return as(rest);
}

function withAnomalies<N extends TransactionNotification | ScheduleNotification | InstrumentNotification>(
  notification: N,
  fields: readonly string[],
): N {
  const before = notification.anomalies.map((one) =>
    one.value === undefined ? one : { ...one, value: withoutCardNumbers(one.value) },
  );
  const more = fields.map((field): Anomaly => ({ code: 'could_be_card_number', field }));
  return { ...notification, anomalies: [...before, ...more] };
}
