import type { Anomaly, Notification } from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { received, unrecognized } from '../notice.ts';
import { FieldReader, type Tree } from './field-reader.ts';
import { readInstrument } from './instrument.ts';
import { type InstrumentNews, readInstrumentNews } from './instrument-news.ts';
import { kindOf } from './kinds.ts';
import { shownWord } from './notice.ts';
import { readReturnData } from './return-data.ts';
import { readSchedules } from './schedule.ts';
import { type Outcome, readTokenHint, readTransaction } from './transaction.ts';

export interface Statement {
  /** A callback, a status answer or a synchronous result with its request, in the field names of JSON v3. */
  readonly tree: Tree;
  readonly id: string;
  readonly outcome: Outcome;
  /**
   * Only a pushed callback can be a notice of account updater or network token: an answer to a question, or to the
   * request itself, is the transaction's own result whatever extraData remembers.
   */
  readonly pushed: boolean;
  /** What to do with a transactionType that nobody knows: a gateway's word is kept for later, a merchant's is flagged. */
  readonly unknownType: 'notice' | 'anomaly';
  readonly knownParent?: string;
}

/** Everything that one statement says, in the order transaction, instrument, schedules, notice. */
export function readSubjects(statement: Statement): Notification[] {
  const { tree, id, pushed } = statement;
  const callback = new FieldReader(tree, '', []);
  const transactionType = callback.text('transactionType');
  const kind = transactionType === undefined ? undefined : kindOf(transactionType);
  if (transactionType !== undefined && kind === undefined) {
    const detail = `transactionType is ${shownWord(transactionType)}, which is none of the manual's; the callback is kept.`;
    if (statement.unknownType === 'notice') return [unrecognized('unknown_transaction_type', detail, id)];
    callback.flag('unknown_transaction_type', 'transactionType', transactionType);
  }
  const news = readInstrumentNews(callback);
  if (pushed && news.cardUpdated) return [cardUpdate(callback, id, news)].map(withDistinctAnomalies);
  if (pushed && news.tokenNotice) return tokenNotice(callback, id, kind, news).map(withDistinctAnomalies);
  if (pushed && transactionType === undefined && callback.raw('transactionType') === undefined) {
    callback.flag('missing', 'transactionType');
  }
  return ownResult(callback, statement, kind, news).map(withDistinctAnomalies);
}

/** Account updater: the instrument only, whatever `result` says (model.md 3). */
function cardUpdate(callback: FieldReader, id: string, news: InstrumentNews): Notification {
  const returnData = readReturnData(callback);
  return readInstrument(callback, id, { news, returnData, anomalies: callback.anomalies });
}

function tokenNotice(
  callback: FieldReader,
  id: string,
  kind: TransactionKind | undefined,
  news: InstrumentNews,
): Notification[] {
  const returnData = readReturnData(callback);
  return [readTokenHint(callback, id, kind), readInstrument(callback, id, { news, returnData, anomalies: [] })];
}

function ownResult(
  callback: FieldReader,
  statement: Statement,
  kind: TransactionKind | undefined,
  news: InstrumentNews,
): Notification[] {
  const { id, outcome } = statement;
  const returnData = readReturnData(callback);
  const schedules = readSchedules(callback);
  const transaction = readTransaction(callback, {
    id,
    kind,
    outcome,
    returnData,
    tokenNews: statement.pushed && news.tokenStatus,
    scheduleId: schedules[0]?.id,
    knownParent: statement.knownParent,
  });
  const notifications: Notification[] = [transaction];
  const { status, final, correction } = transaction;
  if (kind === 'register') {
    const register = { status, final, correction };
    notifications.push(readInstrument(callback, id, { news, returnData, register, anomalies: [] }));
  } else if (news.update !== undefined || news.token !== undefined) {
    notifications.push(readInstrument(callback, id, { news, returnData, anomalies: [] }));
  }
  notifications.push(...schedules);
  if (kind === 'deregister' && transaction.deregisters === undefined) {
    const detail =
      'The deregister names no instrument: switch on "include reference uuid for all subsequent transactions" at the connector.';
    notifications.push(received('unlinked', detail, id));
  }
  return notifications;
}

/** One field is read by several readers; it is flagged once. */
function withDistinctAnomalies(notification: Notification): Notification {
  if (notification.about === 'notice') return notification;
  const seen = new Set<string>();
  const anomalies = notification.anomalies.filter(({ code, field }: Anomaly) => {
    const key = `${code} ${field ?? ''}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return { ...notification, anomalies };
}
