import { describe, expect, it } from 'vitest';
import { ERROR_CODES, meaningOf } from './error-codes.ts';
import { outline, outlines } from './statement.testing.ts';

describe('returnData (wire 2.2)', () => {
  const card = {
    type: 'visa',
    binDigits: '41111111',
    firstSixDigits: '411111',
    lastFourDigits: '1111',
    fingerprint: 'f',
    binBank: 'Bank',
    binType: 'DEBIT',
    binCountry: 'AT',
    country: 'DE',
    threeDSecure: 'OFF',
    eci: '05',
    schemeTransactionIdentifier: 'MCC01',
  };
  const expected = {
    brand: 'visa',
    bin: '41111111',
    lastFour: '1111',
    fingerprint: 'f',
    bank: 'Bank',
    cardType: 'DEBIT',
    country: 'AT',
    threeDSecure: 'OFF',
    eci: '05',
    instrumentKind: 'card',
    schemeTransactionId: 'MCC01',
    anomalies: [],
  };
  it.each([
    ['flat', { _TYPE: 'cardData', ...card }],
    ['nested', { cardData: card }],
    ['nested with _TYPE', { _TYPE: 'cardData', cardData: card }],
    ['under the XML name', { creditcardData: card }],
  ])('card, %s', (_name, returnData) => expect(outline({ returnData })).toMatchObject(expected));
  it.each([
    ['5', '2030', '5/2030'],
    [5, 2030, '5/2030'],
    ['05', '2030', '5/2030'],
    ['13', '2030', undefined],
  ])('expiry %o/%o', (expiryMonth, expiryYear, expiry) => {
    expect(outline({ returnData: { _TYPE: 'cardData', expiryMonth, expiryYear } })['expiry']).toBe(expiry);
  });
  it('an empty list is an empty object, as PHP encodes one', () => {
    const empty = { returnData: [], extraData: [], customer: [], chargebackData: [], payByLinkData: [] };
    expect(outline(empty)).toMatchObject({ kind: 'debit', status: 'FINISHED', anomalies: [] });
    expect(outline({ returnData: [card] })).toMatchObject({ anomalies: ['wrong_type returnData'] });
  });
  it('digits that are no bin and no last four are flagged, not copied', () => {
    const said = outline({ returnData: { _TYPE: 'cardData', binDigits: '411111111', lastFourDigits: '41111111' } });
    expect(said).toMatchObject({
      bin: undefined,
      lastFour: undefined,
      anomalies: ['unreadable returnData.lastFourDigits', 'unreadable returnData.binDigits'],
    });
  });
  it('a scheme id that could be a card number is left out and flagged', () => {
    const visa = outline({ returnData: { _TYPE: 'cardData', schemeTransactionIdentifier: '106002026011559' } });
    expect(visa).toMatchObject({ schemeTransactionId: '106002026011559' });
    const said = outline({ returnData: { _TYPE: 'cardData', schemeTransactionIdentifier: '378282246310005' } });
    expect(said).toMatchObject({
      schemeTransactionId: undefined,
      anomalies: ['could_be_card_number returnData.schemeTransactionIdentifier'],
    });
  });
  it.each([
    [
      { _TYPE: 'ibanData', iban: 'DE89370400440532013000', bankName: 'Bank' },
      { lastFour: '3000', country: 'DE', bank: 'Bank' },
    ],
    [
      { _TYPE: 'ibanData', iban: 'AT61************3201', country: 'CH' },
      { lastFour: '3201', country: 'CH' },
    ],
    [
      { _TYPE: 'ibanData', iban: 'DE89**************' },
      { lastFour: undefined, country: 'DE' },
    ],
    [
      { _TYPE: 'phoneData', phoneNumber: '+43 660 1234567', operator: 'Op', country: 'AT' },
      { lastFour: '4567', brand: 'Op', country: 'AT' },
    ],
    [
      { _TYPE: 'walletData', walletReferenceId: 'me@example.test', walletType: 'paypal', walletOwnerCountryCode: 'SI' },
      { walletType: 'paypal', country: 'SI' },
    ],
    [{ _TYPE: 'achData', accountNumber: '0012345678', routingNumber: '021000021' }, { lastFour: '5678' }],
    [{ _TYPE: 'achData', accountNumber: '1234567' }, { lastFour: undefined }],
  ])('%o', (returnData, summary) => {
    expect(outline({ returnData })).toMatchObject({ ...summary, instrumentKind: 'account', anomalies: [] });
  });
});

describe('schedules (wire 2.1, model.md 2)', () => {
  it.each([
    ['ACTIVE', 'ACTIVE'],
    ['active', 'ACTIVE'],
    ['paused', 'PAUSED'],
    ['CANCELLED', 'CANCELLED'],
    ['error', 'ERROR'],
    ['create-pending', 'CREATE_PENDING'],
    ['CREATE-PENDING', 'CREATE_PENDING'],
    ['create_pending', 'CREATE_PENDING'],
    ['non-existing', 'NON_EXISTING'],
    ['NON-EXISTING', 'NON_EXISTING'],
    ['completed', 'COMPLETED'],
  ])('%s', (scheduleStatus, status) => {
    for (const scheduleData of [{ scheduleId: 'S', scheduleStatus }, [{ scheduleId: 'S', scheduleStatus }]]) {
      expect(outlines({ scheduleData })).toMatchObject([
        { scheduleId: 'S' },
        { type: 'schedule', id: 'S', status, anomalies: [] },
      ]);
    }
  });
  it('an unknown or missing status is UNKNOWN and flagged at the schedule', () => {
    const scheduleData = [{ scheduleId: 'A', scheduleStatus: 'sleeping' }, { scheduleId: 'B' }];
    expect(outlines({ scheduleData })).toMatchObject([
      { type: 'transaction', scheduleId: 'A', anomalies: [] },
      { id: 'A', status: 'UNKNOWN', anomalies: [{ code: 'unknown_schedule_status', value: 'sleeping' }] },
      { id: 'B', status: 'UNKNOWN', anomalies: [{ code: 'missing' }] },
    ]);
  });
  it('scheduledAt is read and is no time of change', () => {
    const scheduleData = { scheduleId: 'S', scheduleStatus: 'ACTIVE', scheduledAt: '2001-02-03T04:05:06+02:00' };
    const [, schedule] = outlines({ scheduleData });
    expect(schedule).toMatchObject({ scheduledAt: '2001-02-03T02:05:06.000Z' });
    expect(schedule).not.toHaveProperty('gatewayTime');
  });
});

describe('account updater and network tokens (wire 3)', () => {
  it.each([
    ['updated', 'updated'],
    ['closed', 'closed'],
    ['contact', 'contact'],
    ['new_expiry', 'new_expiry'],
    ['new-expiry', 'new_expiry'],
    ['NEW-EXPIRY', 'new_expiry'],
  ])('account updater %s: the instrument only', (lastCardUpdateResult, update) => {
    for (const transactionType of ['REGISTER', 'DEBIT', 'PREAUTHORIZE']) {
      for (const result of ['OK', 'ERROR', 'PENDING']) {
        const said = outlines({
          transactionType,
          result,
          amount: '1.00',
          currency: 'EUR',
          extraData: { lastCardUpdateResult, lastCardUpdateDate: '2026-02-03' },
          scheduleData: { scheduleId: 'S' },
        });
        expect(said).toMatchObject([
          { type: 'instrument', id: 'u1', kind: 'card', update, updateDate: '2026-02-03', register: undefined },
        ]);
        expect(said).toHaveLength(1);
      }
    }
  });
  it('an unknown update is still no payment', () => {
    expect(outlines({ extraData: { lastCardUpdateResult: 'repainted' } })).toMatchObject([
      { type: 'instrument', update: undefined, anomalies: [{ code: 'unknown_card_update_result' }] },
    ]);
  });
  it.each([
    ['active', undefined, 'active'],
    ['inactive', 'inactive', 'inactive'],
    [undefined, 'suspended', 'suspended'],
    [undefined, 'deactivated', 'deactivated'],
    [undefined, 'error', 'error'],
    ['suspended', 'pan_changed', 'suspended'],
    [undefined, 'pan_changed', undefined],
    [undefined, 'pan_expiry_changed', undefined],
    [undefined, 'token_expiry_changed', undefined],
    [undefined, undefined, undefined],
  ])(
    'notice: networkTokenStatus %s, lastNetworkTokenUpdateResult %s → %s',
    (networkTokenStatus, lastNetworkTokenUpdateResult, token) => {
      const extraData = { networkTokenStatus, lastNetworkTokenUpdateResult, lastNetworkTokenUpdateDate: '2026-02-03' };
      const said = outlines({
        result: 'OK',
        amount: '1.00',
        currency: 'EUR',
        merchantTransactionId: 'ORD-1',
        extraData,
        returnData: { _TYPE: 'cardData', lastFourDigits: '4444' },
      });
      expect(said).toMatchObject([
        {
          type: 'transaction',
          kind: 'debit',
          status: 'PENDING',
          final: false,
          hint: true,
          tokenNews: undefined,
          pendingReason: undefined,
          amount: undefined,
          merchantReference: 'ORD-1',
          lastFour: undefined,
        },
        { type: 'instrument', id: 'u1', kind: 'card', token, lastFour: '4444', register: undefined },
      ]);
      expect(said).toHaveLength(2);
      expect(said[1]?.['tokenDate']).toBe(token === undefined ? undefined : '2026-02-03');
    },
  );
  it.each(['pending', 'active', 'inactive', 'suspended', 'deactivated', 'error', 'ACTIVE'])(
    'networkTokenStatus %s alone: own result and token news',
    (networkTokenStatus) => {
      expect(outlines({ amount: '1.00', currency: 'EUR', extraData: { networkTokenStatus } })).toMatchObject([
        { type: 'transaction', status: 'FINISHED', tokenNews: true, hint: undefined, amount: '1.00 EUR' },
        { type: 'instrument', token: networkTokenStatus.toLowerCase(), register: undefined },
      ]);
    },
  );
  it('an unknown token status is flagged, and its OK is token news all the same', () => {
    expect(outlines({ extraData: { networkTokenStatus: 'asleep' } })).toMatchObject([
      { tokenNews: true, anomalies: ['unknown_token_status extraData.networkTokenStatus'] },
    ]);
  });
  it('tokenNews is of a FINISHED only', () => {
    expect(outline({ result: 'ERROR', extraData: { networkTokenStatus: 'error' } })).toMatchObject({
      status: 'ERROR',
      tokenNews: undefined,
    });
  });
  it('the payment token of a customer profile is another name of a registered instrument', () => {
    expect(outlines({ transactionType: 'REGISTER', customerProfileData: { paymentToken: 'PT' } })[1]).toMatchObject({
      aliases: ['PT'],
    });
  });
});

describe('errors in all their spellings (wire 2.1)', () => {
  const meaning = {
    errorCode: '2006',
    errorClass: 'declined',
    advice: 'retry_later',
    message: 'M',
    adapterCode: '51',
    adapterMessage: 'A',
  };
  const adapter = { adapterCode: '51', adapterMessage: 'A' };
  it.each([
    ['code', { message: 'M', code: '2006', ...adapter }],
    ['code as a number', { message: 'M', code: 2006, ...adapter }],
    ['errorCode', { errorMessage: 'M', errorCode: 2006, ...adapter }],
    ['errors[0].code', { errors: [{ message: 'M', code: '2006', ...adapter }, { code: '2010' }] }],
    ['errors[0].errorCode', { errors: [{ errorMessage: 'M', errorCode: 2006, ...adapter }] }],
    [
      'top level first',
      {
        message: 'M',
        code: '2006',
        ...adapter,
        errors: [{ message: 'N', code: '2010', adapterCode: '1', adapterMessage: 'B' }],
      },
    ],
  ])('%s', (_name, fields) =>
    expect(outline({ result: 'ERROR', ...fields })).toMatchObject({ ...meaning, anomalies: [] }),
  );

  it('no error is said beside OK and PENDING', () => {
    for (const result of ['OK', 'PENDING']) expect(outline({ result, code: '2006' })['error']).toBeUndefined();
  });
  it('an ERROR without a code: ask', () => {
    expect(outline({ result: 'ERROR' })).toMatchObject({
      errorClass: 'unknown',
      advice: 'ask_status',
      errorCode: undefined,
    });
  });
  it.each([
    [{ parsedMerchantAdviceCode: '01' }, 'fix_customer', '01'],
    [{ parsedMerchantAdviceCode: '02' }, 'retry_later', '02'],
    [{ parsedMerchantAdviceCode: '03' }, 'do_not_retry', '03'],
    [{ merchantAdviceCode: '03' }, 'do_not_retry', '03'],
    [{ merchantAdviceCode: '24', parsedMerchantAdviceCode: '02' }, 'retry_later', '24'],
    [{ merchantAdviceCode: '24' }, 'retry', '24'],
  ])('merchant advice %o', (advice, expected, code) => {
    const said = outline({ result: 'ERROR', code: '2003', returnData: { _TYPE: 'cardData', ...advice } });
    expect(said).toMatchObject({ advice: expected, merchantAdviceCode: code, errorClass: 'declined' });
  });
  it.each([
    [true, 'do_not_retry'],
    ['true', 'do_not_retry'],
    [false, 'retry_later'],
    ['false', 'retry_later'],
  ])('doNotResubmit %o', (doNotResubmit, advice) => {
    const returnData = { _TYPE: 'cardData', parsedMerchantAdviceCode: '02' };
    expect(outline({ result: 'ERROR', code: '2003', extraData: { doNotResubmit }, returnData })['advice']).toBe(advice);
  });
});

describe('error-code table (wire 7)', () => {
  it.each([
    [
      'configuration',
      'do_not_retry',
      '1000 1002 1004 1005 1006 1007 3002 3004 7001 7002 7003 7005 7010 7020 7030 7035 7036 7037 7040 7050 7060 7070 7080 7090',
    ],
    ['unknown', 'ask_status', '1001 9999 3001 3005 8001'],
    ['temporary', 'retry', '1003 3003'],
    ['temporary', 'ask_status', '1008'],
    ['temporary', 'retry_later', '1009 1010'],
    ['declined', 'do_not_retry', '2001 2012'],
    ['declined', 'retry', '2003'],
    ['declined', 'retry_later', '2004 2006'],
    ['customer', 'fix_customer', '2002 2005 2007 2008 2009 2011 2017 2018 2019 2020 2021'],
    ['customer', 'retry', '2022'],
    ['fraud', 'do_not_retry', '2010 2013 2014 2015 2016'],
    ['information', 'do_not_retry', '4001 4002'],
  ])('%s, %s', (errorClass, advice, codes) => {
    for (const code of codes.split(' ')) expect([code, meaningOf(code)]).toEqual([code, { class: errorClass, advice }]);
  });
  it('has every code of the manual and 7003', () => expect(ERROR_CODES.size).toBe(58));
  it('an unknown code is no decline', () =>
    expect(meaningOf('2999')).toEqual({ class: 'unknown', advice: 'ask_status' }));
});
