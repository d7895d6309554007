import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMoney } from '#shared/model/money.ts';
import type {
  Anomaly,
  InstrumentNotification,
  Notification,
  ScheduleNotification,
  TransactionNotification,
} from '#shared/model/notification.ts';
import { type Source, TRANSACTION_KINDS, type TransactionKind } from '#shared/model/vocabulary.ts';
import type { ConnectorChecks } from '#shared/registry/records.ts';
import { anomaliesOf, withPlausibility } from './plausibility.ts';

type Flaggable = Parameters<typeof anomaliesOf>[0];

function said(kind: TransactionKind | undefined, more: Partial<TransactionNotification> = {}): TransactionNotification {
  return {
    ...{ about: 'transaction', id: 'tx-1', status: 'FINISHED', final: true, correction: 'none' },
    ...(kind !== undefined && { kind }),
    ...{ expiresAfterMinutes: 60, fields: {}, anomalies: [], ...more },
  } as TransactionNotification;
}

function priced(kind: TransactionKind, value: string, currency = 'EUR'): TransactionNotification {
  const { money: amount } = readMoney(value, currency, 'amount');
  if (amount === undefined) throw new Error(`no money: ${value}`);
  return said(kind, { amount: { amount } });
}

const SCHEDULE: ScheduleNotification = { about: 'schedule', id: 's-1', status: 'ACTIVE', anomalies: [] };
const INSTRUMENT: InstrumentNotification = { about: 'instrument', id: 'i-1', aliases: [], anomalies: [] };

const bytes = (text: string) => new TextEncoder().encode(text);
const JSON_BODY = bytes('{}');

interface Circumstances {
  readonly source?: Source;
  readonly body?: Uint8Array;
  readonly testMode?: boolean;
}

function flagged(
  notification: Flaggable,
  checks: ConnectorChecks,
  { source = 'pushed', body = JSON_BODY, testMode = false }: Circumstances = {},
): string[] {
  return anomaliesOf(notification, { source, body }, { version: 1, testMode, checks }).map(shown);
}

const shown = ({ code, value }: Anomaly) => (value === undefined ? code : `${code} ${value}`);

describe('format', () => {
  it.each([
    ['json', '{"a":1}', []],
    ['json', '\ufeff \r\n\t{"a":1}', []],
    ['json', '[1]', []],
    ['xml', '<callback/>', []],
    ['xml', '\ufeff\n<callback/>', []],
    ['json', ' <callback/>', ['unexpected_format xml']],
    ['json', '\ufeff \r\n\t<callback/>', ['unexpected_format xml']],
    ['xml', '\ufeff \r\n\t{"a":1}', ['unexpected_format json']],
    ['xml', '{"a":1}', ['unexpected_format json']],
    ['xml', '[1]', ['unexpected_format json']],
    ['json', 'a=1', []],
    ['json', '', []],
    [undefined, '<callback/>', []],
  ] as const)('%s expected, %j came: %j', (expectedFormat, body, codes) => {
    const checks = expectedFormat === undefined ? {} : { expectedFormat };
    for (const subject of [said('debit'), SCHEDULE, INSTRUMENT]) {
      expect(flagged(subject, checks, { body: bytes(body) })).toEqual(codes);
    }
  });

  it('is for callbacks: answers of the API and reports are written otherwise', () => {
    for (const source of ['fetched', 'reported', 'own'] as const) {
      expect(flagged(said('debit'), { expectedFormat: 'xml' }, { source })).toEqual([]);
    }
  });
});

const TYPES = [
  ...['initial_debit', 'initial_preauthorize', 'capture', 'partial_capture', 'refund', 'partial_refund'],
  ...['register', 'deregister', 'payout', 'recurring_debit', 'recurring_preauthorize'],
];
const stored = { fields: { instrumentId: 'i-1' } };
const scheduled = { fields: { scheduleId: 's-1' } };

describe('disabled transaction types', () => {
  it.each<[string, TransactionNotification, string | undefined]>([
    ['a debit', said('debit'), 'initial_debit'],
    ['a preauthorize', said('preauthorize'), 'initial_preauthorize'],
    ['a debit of a stored card', said('debit', stored), 'recurring_debit'],
    ['a preauthorize of a stored card', said('preauthorize', stored), 'recurring_preauthorize'],
    [
      'a scheduled debit of a stored card',
      said('debit', { fields: { ...stored.fields, ...scheduled.fields } }),
      'recurring_debit',
    ],
    ['a capture', said('capture'), 'capture'],
    ['a capture that says it is whole', said('capture', { partial: false }), 'capture'],
    ['a capture that says it is partial', said('capture', { partial: true }), 'partial_capture'],
    ['a refund', said('refund'), 'refund'],
    ['a refund that says it is partial', said('refund', { partial: true }), 'partial_refund'],
    ['a register', said('register'), 'register'],
    ['a deregister', said('deregister'), 'deregister'],
    ['a payout', said('payout'), 'payout'],
    ['a void', said('void'), undefined],
    ['a chargeback', said('chargeback'), undefined],
    ['a reversal', said('chargeback_reversal'), undefined],
    ['an incremental authorization', said('incremental_authorization'), undefined],
    ['a transaction of unknown kind', said(undefined), undefined],
  ])('%s comes under its own word and no other', (_, notification, type) => {
    for (const disabled of [...TYPES, 'void', 'chargeback', 'debit', 'preauthorize']) {
      const expected = disabled === type ? [`disabled_transaction_type ${disabled}`] : [];
      expect(flagged(notification, { disabledTransactionTypes: [disabled] })).toEqual(expected);
    }
    expect(flagged(notification, { disabledTransactionTypes: TYPES })).toHaveLength(type === undefined ? 0 : 1);
    expect(flagged(notification, {})).toEqual([]);
    expect(flagged(notification, { disabledTransactionTypes: [] })).toEqual([]);
  });

  it('a charge of a schedule without its card may be the first or a later one: flagged if neither is allowed', () => {
    const charge = said('debit', scheduled);
    expect(flagged(charge, { disabledTransactionTypes: ['initial_debit'] })).toEqual([]);
    expect(flagged(charge, { disabledTransactionTypes: ['recurring_debit'] })).toEqual([]);
    expect(flagged(charge, { disabledTransactionTypes: ['initial_debit', 'recurring_debit'] })).toEqual([
      'disabled_transaction_type initial_debit or recurring_debit',
    ]);
  });

  it('a hint repeats the type of a transaction that has been judged', () => {
    const hint = said('register', { hint: true, status: 'PENDING' });
    expect(flagged(hint, { disabledTransactionTypes: ['register'], tokens: false })).toEqual([]);
  });
});

describe('limits', () => {
  it.each<[string, string, string, string, string[]]>([
    ['EUR', '10', '100', '10.00', []],
    ['EUR', '10', '100', '9.99', ['amount_below_minimum 9.99 EUR']],
    ['EUR', '10', '100', '100.00', []],
    ['EUR', '10', '100', '100.01', ['amount_above_maximum 100.01 EUR']],
    ['JPY', '1000', '5000', '1000', []],
    ['JPY', '1000', '5000', '999', ['amount_below_minimum 999 JPY']],
    ['JPY', '1000', '5000.00', '5000', []],
    ['JPY', '1000', '5000.00', '5001', ['amount_above_maximum 5001 JPY']],
    ['KWD', '0.500', '1.5', '0.499', ['amount_below_minimum 0.499 KWD']],
    ['KWD', '0.500', '1.5', '1.500', []],
    ['KWD', '0.500', '1.5', '1.501', ['amount_above_maximum 1.501 KWD']],
    // 0.1 + 0.2 is more than 0.3 as floats.
    ['EUR', '0.3', '0.30', '0.30', []],
    ['EUR', '1', '9007199254740992', '9007199254740993', ['amount_above_maximum 9007199254740993.00 EUR']],
    ['EUR', 'low', 'high', '5.00', []],
  ])('%s from %s to %s: %s', (currency, minAmount, maxAmount, value, codes) => {
    for (const kind of ['debit', 'preauthorize'] as const) {
      expect(flagged(priced(kind, value, currency), { minAmount, maxAmount })).toEqual(codes);
    }
  });

  it('each stands alone', () => {
    expect(flagged(priced('debit', '5.00'), { minAmount: '10' })).toEqual(['amount_below_minimum 5.00 EUR']);
    expect(flagged(priced('debit', '5.00'), { maxAmount: '1' })).toEqual(['amount_above_maximum 5.00 EUR']);
    expect(flagged(priced('debit', '5.00'), {})).toEqual([]);
    expect(flagged(said('debit'), { minAmount: '10' })).toEqual([]);
  });

  it('are of payments: of captures, refunds, payouts and chargebacks they say nothing', () => {
    const others = TRANSACTION_KINDS.filter((kind) => kind !== 'debit' && kind !== 'preauthorize');
    for (const kind of others) {
      expect(
        flagged(priced(kind, '5.00'), { minAmount: '10', maxAmount: '1', convenienceFees: [{ feeAmount: '1' }] }),
      ).toEqual([]);
    }
  });

  it('the convenience fee of a payment is looked at with its payment method', () => {
    const { amount } = priced('debit', '20.00');
    const { money: surcharge } = readMoney('3.00', 'EUR', 'surcharge');
    if (amount === undefined || surcharge === undefined) throw new Error('no money');
    const payment = said('debit', { amount: { ...amount, surcharge }, fields: { paymentMethod: 'Creditcard' } });
    const fee = (paymentType: string) => [{ paymentType, feeAmount: '3' }];
    expect(flagged(payment, { convenienceFees: fee('CreditCard') })).toEqual([]);
    expect(flagged(payment, { convenienceFees: fee('DirectDebit') })).toEqual(['convenience_fee_mismatch 3.00 EUR']);
  });
});

describe('mode', () => {
  it.each([
    [true, true, []],
    [false, false, []],
    [true, false, ['test_mode_mismatch test']],
    [false, true, ['test_mode_mismatch live']],
    [undefined, true, []],
    [undefined, false, []],
  ] as const)('the object says test mode %s, the connector %s: %j', (own, testMode, codes) => {
    const flag = own === undefined ? {} : { testMode: own };
    for (const subject of [said('debit', flag), { ...SCHEDULE, ...flag }, { ...INSTRUMENT, ...flag }]) {
      expect(flagged(subject, {}, { testMode })).toEqual(codes);
      expect(anomaliesOf(subject, { source: 'fetched', body: JSON_BODY }, { version: 1, testMode }).map(shown)).toEqual(
        codes,
      );
    }
  });
});

describe('subjects that are not to be expected', () => {
  const terminal = said('debit', { virtualTerminal: true });
  it.each<[string, Flaggable, keyof ConnectorChecks, string[]]>([
    ['a schedule', SCHEDULE, 'schedules', ['unexpected_schedule']],
    ['a payment', said('debit'), 'schedules', []],
    ['a payment entered at the virtual terminal', terminal, 'virtualTerminal', ['unexpected_virtual_terminal']],
    ['a payment that does not say so', said('debit'), 'virtualTerminal', []],
    ['a register', said('register'), 'tokens', ['unexpected_token_operation register']],
    ['a deregister', said('deregister'), 'tokens', ['unexpected_token_operation deregister']],
    ['news of an instrument', INSTRUMENT, 'tokens', ['unexpected_token_operation']],
    ['a payment of a stored card', said('debit', stored), 'tokens', []],
    ['a schedule', SCHEDULE, 'tokens', []],
    ['an instrument', INSTRUMENT, 'schedules', []],
  ])('%s, %s %s', (_, subject, name, codes) => {
    expect(flagged(subject, { [name]: false })).toEqual(codes);
    expect(flagged(subject, { [name]: true })).toEqual([]);
    expect(flagged(subject, {})).toEqual([]);
  });
});

describe('withPlausibility', () => {
  const normalized = (...notifications: readonly Notification[]) => ({
    origin: { source: 'pushed' as const, contentDigest: 'd' },
    notifications,
  });
  const pushed = { source: 'pushed' as const, body: JSON_BODY };

  it("keeps the adapter's anomalies and leaves notices alone", () => {
    const notice: Notification = { about: 'notice', status: 'RECEIVED', reason: 'unlinked' };
    const before = { code: 'missing' as const, field: 'x' };
    const terms = { version: 1, testMode: false, checks: { schedules: false, expectedFormat: 'xml' as const } };
    const { notifications } = withPlausibility(normalized({ ...SCHEDULE, anomalies: [before] }, notice), pushed, terms);
    expect(notifications[0]).toMatchObject({
      anomalies: [before, { code: 'unexpected_format' }, { code: 'unexpected_schedule' }],
    });
    expect(notifications[1]).toBe(notice);
  });

  it.each([
    ['PENDING', 900, { minutes: 900, connectorVersion: 7 }],
    ['PENDING', 1, { minutes: 1, connectorVersion: 7 }],
    ['PENDING', undefined, undefined],
    ['PENDING', 0, undefined],
    ['PENDING', Number.NaN, undefined],
    ['PENDING', 99_999_999, { minutes: 99_999_999, connectorVersion: 7 }],
    ['PENDING', 100_000_000, undefined],
    ['FINISHED', 900, undefined],
    ['ERROR', 900, undefined],
  ] as const)('time limit: %s under %s minutes', (status, expirationMinutes, timeLimit) => {
    const checks = expirationMinutes === undefined ? {} : { expirationMinutes };
    for (const source of ['pushed', 'reported', 'fetched'] as const) {
      const { notifications } = withPlausibility(
        normalized(said('debit', { status })),
        { ...pushed, source },
        {
          ...{ version: 7, testMode: false, checks },
        },
      );
      expect(notifications[0]).toEqual(expect.objectContaining({ status, ...(timeLimit && { timeLimit }) }));
      expect('timeLimit' in (notifications[0] ?? {})).toBe(timeLimit !== undefined);
    }
  });

  it('a report is judged by its callback', () => {
    const all = { disabledTransactionTypes: TYPES, minAmount: '100', tokens: false };
    expect(flagged(priced('debit', '5.00'), all, { source: 'reported' })).toEqual([]);
    expect(flagged(priced('debit', '5.00'), all, { source: 'fetched' })).toHaveLength(2);
  });

  it('adds anomalies and a time limit, and changes nothing else, whatever the checks hold', () => {
    const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('0', '5', '5.00', '5.01', '1e3', ...TYPES));
    const checks = fc.record(
      {
        expectedFormat: fc.constantFrom('json' as const, 'xml' as const),
        disabledTransactionTypes: fc.array(text),
        ...{ minAmount: text, maxAmount: text, expirationMinutes: fc.double() },
        convenienceFees: fc.array(
          fc.record({ paymentType: text, minRange: text, maxRange: text, feeAmount: text }, { requiredKeys: [] }),
        ),
        ...{ schedules: fc.boolean(), virtualTerminal: fc.boolean(), tokens: fc.boolean() },
      },
      { requiredKeys: [] },
    );
    const subject = fc.oneof(
      fc.constantFrom<Notification>(SCHEDULE, INSTRUMENT, said(undefined)),
      fc.constantFrom(...TRANSACTION_KINDS).map((kind) => priced(kind, '5.00')),
      fc.constantFrom(...TRANSACTION_KINDS).map((kind) => said(kind, { status: 'PENDING', partial: true })),
    );
    fc.assert(
      fc.property(checks, subject, fc.uint8Array({ maxLength: 5 }), fc.boolean(), (expected, one, body, testMode) => {
        const terms = { version: 3, testMode, checks: expected as ConnectorChecks };
        const { origin, notifications } = withPlausibility(normalized(one), { source: 'pushed', body }, terms);
        expect(origin).toEqual(normalized().origin);
        expect(notifications).toHaveLength(1);
        const { anomalies: _, timeLimit: __, ...rest } = notifications[0] as TransactionNotification;
        const { anomalies: ___, ...before } = one as TransactionNotification;
        expect(rest).toEqual(before);
      }),
    );
  });
});
