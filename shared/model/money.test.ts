import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyExponent, readMoney } from './money.ts';

describe('readMoney', () => {
  it.each([
    ['24.50', 'EUR', '24.50', 2450],
    ['24.5', 'EUR', '24.50', 2450],
    [24.5, 'EUR', '24.50', 2450],
    ['10', 'EUR', '10.00', 1000],
    ['9.990', 'EUR', '9.99', 999],
    ['0', 'EUR', '0.00', 0],
    ['007.50', 'EUR', '7.50', 750],
    ['1000.00', 'JPY', '1000', 1000],
    ['1000', 'JPY', '1000', 1000],
    ['1.5', 'KWD', '1.500', 1500],
    ['1.234', 'KWD', '1.234', 1234],
    ['1000', 'HUF', '1000.00', 100000],
    ['12.3456', 'CLF', '12.3456', 123456],
    ['12', 'CLF', '12.0000', 120000],
    ['1000', 'TWD', '1000.00', 100000],
  ])('%s %s is %s, %i in minor units', (figure, currency, value, minor) => {
    expect(readMoney(figure, currency, 'amount')).toEqual({ money: { value, minor, currency }, anomalies: [] });
  });

  it.each([
    ['10.005', 'EUR', '10.005', 'amount_precision'],
    ['1000.01', 'JPY', '1000.01', 'amount_precision'],
    ['5.00', 'ZZZ', '5.00', 'currency_unknown'],
    ['99999999999999999999', 'EUR', '99999999999999999999.00', 'amount_too_large'],
  ])('%s %s keeps the figure without minor units and flags %s', (figure, currency, value, code) => {
    const reading = readMoney(figure, currency, 'amount');
    expect(reading.money).toEqual({ value, minor: null, currency });
    expect(reading.anomalies.map((a) => a.code)).toEqual([code]);
  });

  it('has no negative amounts: the kind carries the direction, the sign is flagged', () => {
    const reading = readMoney('-5.00', 'EUR', 'amount');
    expect(reading.money?.minor).toBe(500);
    expect(reading.anomalies.map((a) => a.code)).toEqual(['amount_negative']);
  });

  it.each([undefined, null, ''])('a missing amount (%s) is absent, not 0', (missing) => {
    expect(readMoney(missing, 'EUR', 'amount')).toEqual({ anomalies: [] });
  });

  it.each(['12,50', '1e3', 'abc', {}, [], true, Number.NaN, Number.POSITIVE_INFINITY, 1e21, ' '])(
    'what is no figure (%s) is absent and flagged',
    (figure) => {
      const reading = readMoney(figure, 'EUR', 'amount');
      expect(reading.money).toBeUndefined();
      expect(reading.anomalies.map((a) => a.code)).toEqual(['amount_unreadable']);
    },
  );

  it.each([undefined, 'eur', 'EURO', 7])('a figure without a currency (%s) is absent and flagged', (currency) => {
    expect(readMoney('1.00', currency, 'amount').anomalies.map((a) => a.code)).toEqual(['currency_unreadable']);
  });

  it('never throws and never rounds', () => {
    expect(readMoney({ toString: 1, valueOf: 1 }, { toString: 1 }, 'amount').money).toBeUndefined();
    expect(readMoney('1.00', { toString: 1, valueOf: 1 }, 'amount').money).toBeUndefined();
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF', 'ZZZ'), (figure, currency) => {
        readMoney(figure, currency, 'amount');
      }),
    );
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'), (minor, currency) => {
        const exponent = currencyExponent(currency) ?? 0;
        const digits = String(minor).padStart(exponent + 1, '0');
        const figure = exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
        expect(readMoney(figure, currency, 'amount').money?.minor).toBe(minor);
      }),
    );
  });
});
