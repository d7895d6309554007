import type {
  InstrumentNotification,
  InstrumentSummary,
  Money,
  Notification,
  Split,
  TransactionNotification,
} from '#shared/model/notification.ts';

/** Words that an outline has even where they say nothing, so that a test can expect their absence. */
const WORDS =
  'kind hint tokenNews detailOnly cancelled pendingReason original link deregisters instrumentId amount originalAmount brand bin lastFour bank country errorCode schemeTransactionId subType register update token tokenDate';
const ABSENT: Readonly<Record<string, unknown>> = Object.fromEntries(WORDS.split(' ').map((word) => [word, undefined]));

/** A notification as the flat words that `expect` of a sample uses. */
export function outlineOf(notification: Notification): Readonly<Record<string, unknown>> {
  return { ...ABSENT, ...wordsOf(notification) };
}

function wordsOf(notification: Notification): Readonly<Record<string, unknown>> {
  switch (notification.about) {
    case 'transaction':
      return { type: 'transaction', ...transactionOutline(notification) };
    case 'instrument':
      return { type: 'instrument', ...instrumentOutline(notification) };
    case 'schedule':
      return { type: 'schedule', ...notification };
    case 'notice':
      return { type: 'notice', ...notification, related: notification.related?.id };
  }
}

function transactionOutline(notification: TransactionNotification): Record<string, unknown> {
  const { amount, fields, original } = notification;
  return {
    ...notification,
    ...fields,
    ...summaryOutline(fields.instrument),
    original: original?.id,
    link: original?.link,
    amount: money(amount?.amount),
    surcharge: money(amount?.surcharge),
    total: money(amount?.total),
    originalAmount: money(amount?.original),
    errorClass: fields.error?.class,
    errorCode: fields.error?.code,
    advice: fields.error?.advice,
    message: fields.error?.message,
    adapterCode: fields.error?.adapterCode,
    adapterMessage: fields.error?.adapterMessage,
    merchantAdviceCode: fields.error?.merchantAdviceCode,
    ...fields.customerProfile,
    dccOriginal: money(fields.dcc?.original),
    dccConverted: money(fields.dcc?.converted),
    dccRate: fields.dcc?.rate,
    dccSelected: fields.dcc?.selectedCurrency,
    splits: fields.splits?.map(splitOutline),
    payByLinkExpiresAt: fields.payByLink?.expiresAt,
    viaEmail: fields.payByLink?.viaEmail,
    disputeReason: fields.dispute?.reason,
    disputeAt: fields.dispute?.at,
    subType: fields.dispute?.subType,
    chargebackId: fields.dispute?.chargebackId,
    anomalies: notification.anomalies.map(({ code, field }) => `${code} ${field ?? ''}`),
  };
}

function instrumentOutline(notification: InstrumentNotification): Record<string, unknown> {
  return {
    ...notification,
    ...summaryOutline(notification.summary),
    kind: notification.kind,
    register: notification.register?.status,
    update: notification.update?.result,
    updateDate: notification.update?.date,
    token: notification.token?.word,
    tokenDate: notification.token?.date,
  };
}

function summaryOutline(summary: InstrumentSummary | undefined): Record<string, unknown> {
  if (!summary) return {};
  const { kind, expiryMonth, expiryYear, ...rest } = summary;
  return {
    ...rest,
    instrumentKind: kind,
    expiry: expiryMonth === undefined ? undefined : `${expiryMonth}/${expiryYear}`,
  };
}

function splitOutline(split: Split): string {
  const fee = split.commission === undefined ? '' : ` fee ${money(split.commission)}`;
  return `${split.id} ${money(split.amount)} ${split.seller ?? split.sellerExternalId}${fee}`;
}

function money(value: Money | undefined): string | undefined {
  return value && `${value.value} ${value.currency}`;
}
