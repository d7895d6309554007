import { currencyExponent, type MoneyReading, readMoney } from '#shared/model/money.ts';

/** A figure of a body. `unit`: `minor` is in the currency's smallest unit; everything else is decimal. */
export function readFigure(
  figure: string,
  currency: string | undefined,
  unit: string | undefined,
  field: string,
): MoneyReading {
  if (unit !== 'minor') return readMoney(figure, currency, field);
  const exponent = currency === undefined ? undefined : currencyExponent(currency);
  const [, sign = '', digits] = /^([+-]?)(\d{1,31})$/.exec(figure) ?? [];
  // What has no exponent or is no whole number is left to the reading of decimals only to be refused in its words.
  if (digits === undefined) return { anomalies: [{ code: 'amount_unreadable', field }] };
  if (exponent === undefined) return { anomalies: readMoney(figure, currency, field).anomalies };
  const padded = digits.padStart(exponent + 1, '0');
  const whole = padded.slice(0, padded.length - exponent);
  const decimal = exponent === 0 ? whole : `${whole}.${padded.slice(-exponent)}`;
  return readMoney(`${sign}${decimal}`, currency, field);
}
