import type { NormalizedCallback } from '#shared/gateways/gateway.ts';
import { compareDecimals } from '#shared/model/decimal.ts';
import type {
  Anomaly,
  InstrumentNotification,
  Notification,
  ScheduleNotification,
  TransactionNotification,
} from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import type { Connector, ConnectorChecks } from '#shared/registry/records.ts';
import { bodyFormatOf } from './body-format.ts';
import { convenienceFeeAnomaly } from './convenience-fee.ts';
import type { InboxRow } from './ports.ts';

/** What of a version of a connector says what its callbacks should be like. */
export type ConnectorTerms = Pick<Connector, 'version' | 'testMode' | 'checks'>;

type Said = Pick<InboxRow, 'source' | 'body'>;

/**
 * The callback with what is implausible under `terms` flagged, and with the connector's own time limit. Pure and total; it
 * looks at one callback and one version of the connector and at nothing else, so that order, repeats and replays flag the
 * same. Nothing is left out, and no status, amount or link is touched.
 */
export function withPlausibility(
  normalized: NormalizedCallback,
  said: Said,
  terms: ConnectorTerms,
): NormalizedCallback {
  const notifications = normalized.notifications.map((notification) => {
    if (notification.about === 'notice') return notification;
    const anomalies = [...notification.anomalies, ...anomaliesOf(notification, said, terms)];
    if (notification.about !== 'transaction') return { ...notification, anomalies };
    return { ...notification, ...timeLimitOf(notification, terms), anomalies };
  });
  return { ...normalized, notifications };
}

type Flaggable = Exclude<Notification, { readonly about: 'notice' }>;

/** What a callback, or an answer of the gateway, says of one subject against what the connector expects. */
export function anomaliesOf(
  notification: Flaggable,
  said: Said,
  { checks = {}, testMode }: ConnectorTerms,
): readonly Anomaly[] {
  // A report is the merchant's own statement: its callback will say what there is to be flagged.
  if (said.source !== 'pushed' && said.source !== 'fetched') return [];
  return [
    ...formatAnomalies(said, checks),
    ...modeAnomalies(notification, testMode),
    ...subjectAnomalies(notification, checks),
  ];
}

/** Answers of the gateway are written as its API writes them; the setting is for callbacks. */
function formatAnomalies({ source, body }: Said, { expectedFormat }: ConnectorChecks): readonly Anomaly[] {
  if (source !== 'pushed' || expectedFormat === undefined) return [];
  const format = bodyFormatOf(body);
  if (format === undefined || format === expectedFormat) return [];
  return [{ code: 'unexpected_format', field: 'body', value: format }];
}

function modeAnomalies(notification: Flaggable, testMode: boolean): readonly Anomaly[] {
  if (notification.testMode === undefined || notification.testMode === testMode) return [];
  return [{ code: 'test_mode_mismatch', field: 'testMode', value: notification.testMode ? 'test' : 'live' }];
}

function subjectAnomalies(notification: Flaggable, checks: ConnectorChecks): readonly Anomaly[] {
  switch (notification.about) {
    case 'transaction':
      return transactionAnomalies(notification, checks);
    case 'schedule':
      return scheduleAnomalies(notification, checks);
    case 'instrument':
      return instrumentAnomalies(notification, checks);
  }
}

function scheduleAnomalies(_: ScheduleNotification, { schedules }: ConnectorChecks): readonly Anomaly[] {
  return schedules === false ? [{ code: 'unexpected_schedule' }] : [];
}

/** Registers, the account updater and network tokens are all that makes news of an instrument. */
function instrumentAnomalies(_: InstrumentNotification, { tokens }: ConnectorChecks): readonly Anomaly[] {
  return tokens === false ? [{ code: 'unexpected_token_operation' }] : [];
}

function transactionAnomalies(said: TransactionNotification, checks: ConnectorChecks): readonly Anomaly[] {
  // A hint repeats the words of a transaction that was judged when it came.
  if (said.hint) return [];
  return [
    ...typeAnomalies(said, checks),
    ...tokenAnomalies(said, checks),
    ...(said.virtualTerminal && checks.virtualTerminal === false
      ? [{ code: 'unexpected_virtual_terminal' as const }]
      : []),
    ...paymentAnomalies(said, checks),
  ];
}

function typeAnomalies(said: TransactionNotification, { disabledTransactionTypes = [] }: ConnectorChecks): Anomaly[] {
  const types = transactionTypesOf(said);
  if (types.length === 0 || !types.every((type) => disabledTransactionTypes.includes(type))) return [];
  return [{ code: 'disabled_transaction_type', field: 'kind', value: types.join(' or ') }];
}

const SAME_NAME: ReadonlySet<TransactionKind> = new Set(['register', 'deregister', 'payout']);

/**
 * The words of `disabledTransactionTypes` that a transaction may come under; several where the callback leaves it open, and
 * then it is flagged only if all of them are disabled. A debit or preauthorize of a stored instrument is recurring; one
 * that names a schedule and no instrument may be its first charge or a later one. A capture or refund is of a part where
 * the callback itself says so. Voids, chargebacks and what else has no such word are never flagged.
 */
function transactionTypesOf({ kind, partial, fields }: TransactionNotification): readonly string[] {
  switch (kind) {
    case 'debit':
    case 'preauthorize':
      if (fields.instrumentId !== undefined) return [`recurring_${kind}`];
      return fields.scheduleId === undefined ? [`initial_${kind}`] : [`initial_${kind}`, `recurring_${kind}`];
    case 'capture':
    case 'refund':
      return [partial === true ? `partial_${kind}` : kind];
    default:
      return kind !== undefined && SAME_NAME.has(kind) ? [kind] : [];
  }
}

function tokenAnomalies({ kind }: TransactionNotification, { tokens }: ConnectorChecks): readonly Anomaly[] {
  if (tokens !== false || (kind !== 'register' && kind !== 'deregister')) return [];
  return [{ code: 'unexpected_token_operation', field: 'kind', value: kind }];
}

/** Limits and fees are for payments: a refund or capture of a part may be as small as it likes. */
function paymentAnomalies(
  { kind, amount: group, fields }: TransactionNotification,
  checks: ConnectorChecks,
): Anomaly[] {
  if (group === undefined || (kind !== 'debit' && kind !== 'preauthorize')) return [];
  const { value, currency } = group.amount;
  // Both limits are amounts that are still allowed, in whatever currency the payment is.
  const than = (limit: string | undefined) => (limit === undefined ? undefined : compareDecimals(value, limit));
  const flag = { field: 'amount', value: `${value} ${currency}` };
  const fee = convenienceFeeAnomaly(group, fields.paymentMethod, checks.convenienceFees ?? []);
  return [
    ...((than(checks.minAmount) ?? 0) < 0 ? [{ code: 'amount_below_minimum' as const, ...flag }] : []),
    ...((than(checks.maxAmount) ?? 0) > 0 ? [{ code: 'amount_above_maximum' as const, ...flag }] : []),
    ...(fee === undefined ? [] : [fee]),
  ];
}

function timeLimitOf(
  { status }: TransactionNotification,
  { checks, version }: ConnectorTerms,
): Pick<TransactionNotification, 'timeLimit'> {
  const minutes = checks?.expirationMinutes;
  // Beyond it the time would be none.
  if (status !== 'PENDING' || minutes === undefined || !(minutes >= 1 && minutes <= MAX_MINUTES)) return {};
  return { timeLimit: { minutes, connectorVersion: version } };
}

/** As many digits as a shape takes: 190 years. */
const MAX_MINUTES = 99_999_999;
