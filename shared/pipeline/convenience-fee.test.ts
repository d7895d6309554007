import { describe, expect, it } from 'vitest';
import { readMoney } from '#shared/model/money.ts';
import type { AmountGroup, Money } from '#shared/model/notification.ts';
import { convenienceFeeAnomaly } from './convenience-fee.ts';

function money(value: string, currency = 'EUR'): Money {
  const { money: read } = readMoney(value, currency, 'amount');
  if (read === undefined) throw new Error(`no money: ${value}`);
  return read;
}

function group(amount: string, surcharge?: string, total?: string, currency = 'EUR'): AmountGroup {
  return {
    amount: money(amount, currency),
    ...(surcharge !== undefined && { surcharge: money(surcharge, currency) }),
    ...(total !== undefined && { total: money(total, currency) }),
  };
}

const FEES = [
  { minRange: '0', maxRange: '50', feeAmount: '1' },
  { minRange: '50', maxRange: '100.00', feeAmount: '2.50' },
];

const flaggedAs = (field: string, value: string) => ({ code: 'convenience_fee_mismatch', field, value });

describe('the fee of the range that holds the amount', () => {
  it.each<[string, AmountGroup]>([
    ['lower bound of all', group('0.00', '1.00')],
    ['just below the upper bound', group('49.99', '1.00')],
    ['a bound belongs to the range that begins there', group('50.00', '2.50')],
    ['just below the last bound', group('99.99', '2.50')],
    ['no range holds it: no fee', group('100.00', '0.00')],
    ['a total that holds the fee', group('20.00', undefined, '21.00')],
    ['fee and total: the fee counts', group('20.00', '1.00', '99.00')],
    ['neither is told', group('20.00')],
    ['a currency without decimals', group('60', '2.50', undefined, 'EUR')],
  ])('is right: %s', (_, said) => {
    expect(convenienceFeeAnomaly(said, undefined, FEES)).toBeUndefined();
  });

  it.each<[string, AmountGroup, string, string]>([
    ['one cent too much', group('20.00', '1.01'), 'surcharge', '1.01 EUR'],
    ['one cent too little', group('20.00', '0.99'), 'surcharge', '0.99 EUR'],
    ['the fee of the range that ends at the amount', group('50.00', '1.00'), 'surcharge', '1.00 EUR'],
    ['the fee of the range that begins above', group('49.99', '2.50'), 'surcharge', '2.50 EUR'],
    ['a fee where no range holds the amount', group('100.00', '2.50'), 'surcharge', '2.50 EUR'],
    ['no fee where one is due', group('20.00', '0.00'), 'surcharge', '0.00 EUR'],
    ['a total without the fee', group('20.00', undefined, '20.00'), 'total', '20.00 EUR'],
  ])('is another: %s', (_, said, field, value) => {
    expect(convenienceFeeAnomaly(said, undefined, FEES)).toEqual(flaggedAs(field, value));
  });

  it('is told only in the currency of the amount', () => {
    const said = { amount: money('20.00'), surcharge: money('9.00', 'USD'), total: money('99.00', 'USD') };
    expect(convenienceFeeAnomaly(said, undefined, FEES)).toBeUndefined();
  });
});

describe('which fees count', () => {
  const typed = [
    { paymentType: 'CreditCard', minRange: '0', maxRange: '100', feeAmount: '3' },
    { minRange: '0', maxRange: '100', feeAmount: '1' },
  ];
  it.each<[string, string | undefined, string, boolean]>([
    ['its payment type, however it is written', 'Credit-card', '3.00', true],
    ['its payment type and no other', 'Creditcard', '1.00', false],
    ['of no type, where its own has none', 'DirectDebit', '1.00', true],
    ['not that of another type', 'DirectDebit', '3.00', false],
    ['any, where no type is told', undefined, '3.00', true],
    ['any of them, but only those', undefined, '2.00', false],
  ])('%s', (_, method, surcharge, isRight) => {
    const found = convenienceFeeAnomaly(group('20.00', surcharge), method, typed);
    expect(found === undefined).toBe(isRight);
  });

  it.each<[string, object, string, boolean]>([
    ['without bounds: every amount', { feeAmount: '1' }, '1.00', true],
    ['without bounds: every amount', { feeAmount: '1' }, '1.01', false],
    ['an upper bound of 0 is not filled in', { minRange: '0', maxRange: '0', feeAmount: '1' }, '1.01', false],
    ['a range that ends where it begins holds nothing', { minRange: '20', maxRange: '20', feeAmount: '1' }, '0', true],
    ['without a fee: nothing is concluded', { minRange: '0', maxRange: '50' }, '7.00', true],
    ['a fee that is no figure: nothing is concluded', { feeAmount: 'some' }, '7.00', true],
    ['a bound that is no figure holds nothing', { minRange: 'low', feeAmount: '1' }, '0.00', true],
  ])('%s: %j', (_, fee, surcharge, isRight) => {
    expect(convenienceFeeAnomaly(group('20.00', surcharge), undefined, [fee]) === undefined).toBe(isRight);
  });

  it('none: nothing is expected', () => {
    expect(convenienceFeeAnomaly(group('20.00', '7.00'), undefined, [])).toBeUndefined();
  });
});
