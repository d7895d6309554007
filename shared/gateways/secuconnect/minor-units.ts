import { currencyExponent, type MoneyReading, readMoney } from '#shared/model/money.ts';

const INTEGER = /^[+-]?\d{1,31}$/;

/**
 * Whole numbers in the currency's smallest unit (manual: MoneyAmount) as {@link readMoney} has them. The sign goes: the
 * kind has the direction. A currency that nobody knows keeps the figure with `minor: null` and an anomaly.
 */
export function readMinorUnits(value: unknown, currency: unknown, field: string): MoneyReading {
  if (value === undefined || value === null || value === '') return { anomalies: [] };
  const figure = typeof value === 'number' ? String(value) : value;
  if (typeof figure !== 'string' || !INTEGER.test(figure)) {
    const shown = typeof figure === 'string' ? figure.slice(0, 64) : typeof figure;
    return { anomalies: [{ code: 'amount_unreadable', field, value: shown }] };
  }
  const digits = figure.replace(/^[+-]/, '');
  const exponent = typeof currency === 'string' ? currencyExponent(currency) : undefined;
  if (exponent === undefined || exponent === 0) return readMoney(digits, currency, field);
  const padded = digits.padStart(exponent + 1, '0');
  return readMoney(`${padded.slice(0, -exponent)}.${padded.slice(-exponent)}`, currency, field);
}

/** Whether the figure is less than nothing: a refund (SCdoc "Read a Payment Transaction"). */
export function isNegative(value: unknown): boolean {
  return Number(typeof value === 'string' && INTEGER.test(value) ? value : typeof value === 'number' ? value : 0) < 0;
}
