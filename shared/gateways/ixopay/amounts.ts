import { readMoney } from '#shared/model/money.ts';
import type { AmountGroup, Money } from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import type { FieldReader } from './field-reader.ts';

/** One figure in the currency given; an anomaly where it is not one. Decimal text and JSON numbers both occur (wire 2.1). */
export function readAmount(fields: FieldReader, name: string, currency: string | undefined): Money | undefined {
  const value = fields.raw(name);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return fields.flag('wrong_type', name);
  const { money, anomalies } = readMoney(value, currency, fields.fieldName(name));
  fields.anomalies.push(...anomalies);
  return money;
}

/** Amount, surcharge, total and the figure before a correction; a chargeback's may stand in its own object only. */
export function readAmountGroup(callback: FieldReader, kind: TransactionKind | undefined): AmountGroup | undefined {
  const currency = callback.reference('currency');
  const amount = readAmount(callback, 'amount', currency) ?? disputedAmount(callback, kind);
  if (!amount) return undefined;
  return present({
    amount,
    surcharge: readAmount(callback, 'surchargeAmount', currency),
    total: readAmount(callback, 'totalAmount', currency),
    original: originalAmount(callback, amount),
  });
}

function disputedAmount(callback: FieldReader, kind: TransactionKind | undefined): Money | undefined {
  const dispute = disputeData(callback, kind);
  return dispute && readAmount(dispute, 'amount', dispute.reference('currency') ?? callback.reference('currency'));
}

/** The object that a chargeback or a reversal brings along. */
export function disputeData(callback: FieldReader, kind: TransactionKind | undefined): FieldReader | undefined {
  if (kind === 'chargeback') return callback.object('chargebackData');
  if (kind === 'chargeback_reversal') return callback.object('chargebackReversalData');
  return undefined;
}

/** A correction may change the amount, the currency or both; what is not named stayed as it is. */
function originalAmount(callback: FieldReader, amount: Money): Money | undefined {
  const currency = callback.reference('originalCurrency');
  if (callback.raw('originalAmount') !== undefined) {
    return readAmount(callback, 'originalAmount', currency ?? amount.currency);
  }
  return currency === undefined ? undefined : readAmount(callback, 'amount', currency);
}
