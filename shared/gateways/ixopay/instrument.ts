import type { Anomaly, InstrumentNotification } from '#shared/model/notification.ts';
import { present } from '../present.ts';
import { type FieldReader, isSubjectId } from './field-reader.ts';
import type { InstrumentNews } from './instrument-news.ts';
import type { ReturnData } from './return-data.ts';

/**
 * News about the instrument that a register (or a debit or preauthorize with register) stored: its subject id is the
 * uuid of that transaction; the payment token of a customer profile is only another name for it (model.md 2).
 */
export function readInstrument(
  callback: FieldReader,
  id: string,
  statement: {
    readonly news: InstrumentNews;
    readonly returnData: ReturnData;
    readonly register?: InstrumentNotification['register'];
    readonly anomalies: readonly Anomaly[];
  },
): InstrumentNotification {
  const { news, returnData } = statement;
  const { update, token } = news;
  const paymentToken = callback.withAnomalies([]).object('customerProfileData')?.raw('paymentToken');
  return present({
    about: 'instrument' as const,
    id,
    // The account updater and network tokens know cards only.
    kind: returnData.summary?.kind ?? (news.cardUpdated || news.tokenNotice || token ? ('card' as const) : undefined),
    register: statement.register,
    update,
    token,
    summary: returnData.summary,
    aliases: isSubjectId(paymentToken) ? [paymentToken] : [],
    anomalies: statement.anomalies,
  });
}
