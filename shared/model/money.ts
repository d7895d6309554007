import currencyCodes from 'currency-codes';
import type { Anomaly, Money } from './notification.ts';
import type { AnomalyCode } from './vocabulary.ts';

export interface MoneyReading {
  /** Absent when there was no amount, or nothing that reads as one. */
  readonly money?: Money;
  readonly anomalies: readonly Anomaly[];
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;
const CURRENCY = /^[A-Z]{3}$/;
/** Longer figures are no payments; the bound keeps hostile text out of state. */
const MAX_FIGURE_LENGTH = 32;

/** Number of decimal digits of a currency by ISO 4217 (table: currency-codes); undefined for an unknown code. */
export function currencyExponent(currency: string): number | undefined {
  return currencyCodes.code(currency)?.digits;
}

/**
 * Reads a gateway's figure into {@link Money} (model.md 6): `value` is decimal text in the exponent of the currency,
 * `minor` its integer. Zero excess digits are dropped; non-zero ones, unknown currencies and figures beyond the safe
 * integers give `minor: null` and an anomaly; nothing is ever rounded, and nothing is negative (the kind has the direction).
 * A missing amount is absent, not 0. Total: never throws.
 */
export function readMoney(value: unknown, currency: unknown, field: string): MoneyReading {
  if (value === undefined || value === null || value === '') return { anomalies: [] };
  const figure = typeof value === 'number' ? String(value) : value;
  const match = typeof figure === 'string' && figure.length <= MAX_FIGURE_LENGTH ? DECIMAL.exec(figure.trim()) : null;
  if (!match) return { anomalies: [anomaly('amount_unreadable', field, value)] };
  if (typeof currency !== 'string' || !CURRENCY.test(currency)) {
    return { anomalies: [anomaly('currency_unreadable', field, currency)] };
  }
  const [, sign = '', whole = '0', fraction = ''] = match;
  const anomalies = sign === '-' && /[1-9]/.test(whole + fraction) ? [anomaly('amount_negative', field, figure)] : [];
  const converted = inExponent(stripLeadingZeros(whole), fraction, currency, field);
  return { money: converted.money, anomalies: [...anomalies, ...converted.anomalies] };
}

function inExponent(whole: string, fraction: string, currency: string, field: string): Required<MoneyReading> {
  const asGiven = fraction === '' ? whole : `${whole}.${fraction}`;
  const exponent = currencyExponent(currency);
  if (exponent === undefined) return unconvertible(asGiven, currency, anomaly('currency_unknown', field, currency));
  if (/[1-9]/.test(fraction.slice(exponent))) {
    return unconvertible(asGiven, currency, anomaly('amount_precision', field, `${asGiven} ${currency}`));
  }
  const digits = fraction.slice(0, exponent).padEnd(exponent, '0');
  const minor = Number(whole + digits);
  const text = exponent === 0 ? whole : `${whole}.${digits}`;
  if (!Number.isSafeInteger(minor)) return unconvertible(text, currency, anomaly('amount_too_large', field, text));
  return { money: { value: text, minor, currency }, anomalies: [] };
}

function unconvertible(value: string, currency: string, problem: Anomaly): Required<MoneyReading> {
  return { money: { value, minor: null, currency }, anomalies: [problem] };
}

function stripLeadingZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

function anomaly(code: AnomalyCode, field: string, value: unknown): Anomaly {
  const shown = typeof value === 'object' || typeof value === 'function' ? typeof value : String(value);
  return { code, field, value: shown.slice(0, 64) };
}
