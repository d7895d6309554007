import { compareDecimals, sumOfDecimals } from '#shared/model/decimal.ts';
import type { AmountGroup, Anomaly, Money } from '#shared/model/notification.ts';
import type { ConvenienceFee } from '#shared/registry/records.ts';

/**
 * Whether the fee that a callback tells is that of the range which holds the amount. The manual names no bounds; here a
 * range begins with `minRange` and ends before `maxRange`, so that ranges that touch hold each amount once. A bound that is
 * left out bounds nothing, nor does a `maxRange` of 0, which the manual prints for "not filled in". Where no range holds the
 * amount there is no fee. Nothing is concluded where the callback tells neither fee nor total, or the range no `feeAmount`.
 */
export function convenienceFeeAnomaly(
  group: AmountGroup,
  paymentMethod: string | undefined,
  fees: readonly ConvenienceFee[],
): Anomaly | undefined {
  const told = toldFee(group);
  if (fees.length === 0 || told === undefined) return undefined;
  const held = feesFor(group.amount.value, paymentMethod, fees);
  const expected = held.length === 0 ? ['0'] : held.map(({ feeAmount }) => feeAmount);
  if (expected.some((fee) => fee === undefined || told.isFee(fee) !== false)) return undefined;
  return { code: 'convenience_fee_mismatch', field: told.field, value: `${told.money.value} ${told.money.currency}` };
}

interface ToldFee {
  readonly field: 'surcharge' | 'total';
  readonly money: Money;
  /** Undefined: that cannot be said, because a figure is no decimal. */
  isFee(fee: string): boolean | undefined;
}

function toldFee({ amount, surcharge, total }: AmountGroup): ToldFee | undefined {
  if (surcharge?.currency === amount.currency) {
    return { field: 'surcharge', money: surcharge, isFee: (fee) => isEqual(surcharge.value, fee) };
  }
  if (total?.currency === amount.currency) {
    return { field: 'total', money: total, isFee: (fee) => isEqual(total.value, sumOfDecimals(amount.value, fee)) };
  }
  return undefined;
}

function isEqual(one: string, other: string | undefined): boolean | undefined {
  const order = other === undefined ? undefined : compareDecimals(one, other);
  return order === undefined ? undefined : order === 0;
}

/** Those of the callback's payment type, else those of no type; all of the range where the callback tells no type. */
function feesFor(amount: string, paymentMethod: string | undefined, fees: readonly ConvenienceFee[]) {
  const inRange = fees.filter((fee) => isHeld(amount, fee));
  if (paymentMethod === undefined) return inRange;
  const ofType = inRange.filter(({ paymentType }) => paymentType !== undefined && isSame(paymentType, paymentMethod));
  return ofType.length > 0 ? ofType : inRange.filter(({ paymentType }) => paymentType === undefined);
}

function isHeld(amount: string, { minRange = '0', maxRange = '0' }: ConvenienceFee): boolean {
  const isFrom = (compareDecimals(amount, minRange) ?? -1) >= 0;
  const isUnbounded = compareDecimals(maxRange, '0') === 0;
  return isFrom && (isUnbounded || (compareDecimals(amount, maxRange) ?? 0) < 0);
}

/** `CreditCard` here is `Creditcard` there. */
function isSame(one: string, other: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return plain(one) === plain(other);
}
