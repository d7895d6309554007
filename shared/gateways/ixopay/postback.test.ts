import { describe, expect, it } from 'vitest';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { outline, outlines, xmlCallback } from './statement.testing.ts';

describe('result (wire 5)', () => {
  it.each([
    ['OK', { status: 'FINISHED', final: true, pendingReason: undefined }],
    ['ERROR', { status: 'ERROR', final: false }],
    ['PENDING', { status: 'PENDING', final: false, pendingReason: 'async' }],
    ['ok', { status: 'FINISHED' }],
  ])('%s', (result, expected) => {
    expect(outline({ result })).toMatchObject({ ...expected, expiresAfterMinutes: 60, correction: 'none' });
  });
});

describe('transactionType and what referenceUuid names (wire 2.1, model.md 4)', () => {
  const rows: [string, TransactionKind, Record<string, unknown>][] = [
    ['DEBIT', 'debit', { instrumentId: 'r1', original: undefined, deregisters: undefined }],
    ['PREAUTHORIZE', 'preauthorize', { instrumentId: 'r1', original: undefined }],
    ['PAYOUT', 'payout', { instrumentId: 'r1', original: undefined }],
    [
      'INCREMENTAL-AUTHORIZATION',
      'incremental_authorization',
      { original: 'r1', link: 'reference', instrumentId: undefined },
    ],
    ['CAPTURE', 'capture', { original: 'r1', link: 'reference' }],
    ['VOID', 'void', { original: 'r1', link: 'reference' }],
    ['REFUND', 'refund', { original: 'r1', link: 'reference' }],
    ['CHARGEBACK', 'chargeback', { original: 'r1', link: 'reference' }],
    ['CHARGEBACK-REVERSAL', 'chargeback_reversal', { original: 'r1', link: 'reference' }],
    ['REGISTER', 'register', { original: undefined, instrumentId: undefined, deregisters: undefined }],
    ['DEREGISTER', 'deregister', { deregisters: 'r1', original: undefined, instrumentId: undefined }],
  ];
  it.each(rows)('%s', (transactionType, kind, links) => {
    for (const spelling of [transactionType, transactionType.toLowerCase(), transactionType.replace('-', '_')]) {
      expect(outline({ transactionType: spelling, referenceUuid: 'r1' })).toMatchObject({ kind, ...links });
    }
    expect(outline({ transactionType })).toMatchObject({
      kind,
      original: undefined,
      instrumentId: undefined,
      deregisters: undefined,
    });
  });
});

describe('what each kind says of others', () => {
  it('REGISTER makes a transaction and an instrument, whatever its result', () => {
    for (const [result, status] of [
      ['OK', 'FINISHED'],
      ['PENDING', 'PENDING'],
      ['ERROR', 'ERROR'],
    ]) {
      expect(outlines({ transactionType: 'REGISTER', result })).toMatchObject([
        { type: 'transaction', kind: 'register', status },
        { type: 'instrument', id: 'u1', register: status, aliases: [] },
      ]);
    }
  });
  it('a correction of a register is passed on', () => {
    const [, instrument] = outlines({ transactionType: 'REGISTER', notificationSource: 'SETTLEMENT', result: 'ERROR' });
    expect(instrument).toMatchObject({ type: 'instrument', register: 'ERROR' });
  });
  it('a plain debit makes no instrument', () => {
    const returnData = {
      _TYPE: 'cardData',
      lastFourDigits: '4444',
      cardUpdateStatus: 'updated',
      cardUpdatedAt: '2026-01-01 10:00',
    };
    expect(outlines({ returnData, customerProfileData: { paymentToken: 'pt' } })).toHaveLength(1);
  });
  it('a deregister without referenceUuid leaves a notice', () => {
    expect(outlines({ transactionType: 'DEREGISTER' })).toMatchObject([
      { type: 'transaction', deregisters: undefined },
      { type: 'notice', status: 'RECEIVED', reason: 'unlinked', related: 'u1' },
    ]);
    expect(outlines({ transactionType: 'DEREGISTER', referenceUuid: 'r1' })).toHaveLength(1);
  });
});

describe('chargeback and reversal (wire 2.1)', () => {
  const chargebackData = {
    originalUuid: 'o1',
    originalMerchantTransactionId: 'ORD-1',
    amount: 12.5,
    currency: 'EUR',
    reason: 'Fraud',
    chargebackDateTime: '2026-01-02T03:04:05+02:00',
  };
  it('originalUuid stands before referenceUuid; amount from chargebackData when the top level has none', () => {
    expect(outline({ transactionType: 'CHARGEBACK', chargebackData, referenceUuid: 'r1' })).toMatchObject({
      original: 'o1',
      link: 'chargeback',
      amount: '12.50 EUR',
      disputeReason: 'Fraud',
      disputeAt: '2026-01-02T01:04:05.000Z',
      anomalies: [],
    });
    expect(outline({ transactionType: 'CHARGEBACK', chargebackData, amount: '3.00', currency: 'USD' })).toMatchObject({
      amount: '3.00 USD',
    });
  });
  it('a reversal names the original and the chargeback', () => {
    const { chargebackDateTime: at, ...data } = chargebackData;
    const chargebackReversalData = { ...data, chargebackUuid: 'c1', reversalDateTime: at };
    expect(outline({ transactionType: 'CHARGEBACK-REVERSAL', chargebackReversalData })).toMatchObject({
      original: 'o1',
      link: 'reversal',
      chargebackId: 'c1',
      amount: '12.50 EUR',
      disputeAt: '2026-01-02T01:04:05.000Z',
    });
  });
  it.each(['cb-resolved', 'cb-reversal-resolved', 'CB-RESOLVED'])('%s is a detail', (transactionSubType) => {
    expect(outline({ transactionType: 'CHARGEBACK', transactionSubType, chargebackData })).toMatchObject({
      detailOnly: true,
      subType: transactionSubType.toLowerCase(),
      original: 'o1',
    });
  });
  it('without a sub-type it moves money', () => {
    expect(outline({ transactionType: 'CHARGEBACK', chargebackData })['detailOnly']).toBeUndefined();
  });
});

describe('amounts and corrections', () => {
  const corrected = { amount: '9.00', currency: 'EUR', notificationSource: 'reconciliation' };
  it.each([
    [{ originalAmount: '10.00', originalCurrency: 'USD' }, '10.00 USD'],
    [{ originalAmount: '10.00' }, '10.00 EUR'],
    [{ originalCurrency: 'USD' }, '9.00 USD'],
    [{}, undefined],
  ])('what it was before: %o', (before, originalAmount) => {
    expect(outline({ ...corrected, ...before })).toMatchObject({
      correction: 'reconciliation',
      amount: '9.00 EUR',
      originalAmount,
    });
  });
  it('surcharge and total; a JSON number; three decimals; a missing amount is absent', () => {
    expect(outline({ amount: 10, surchargeAmount: '0.5', totalAmount: 10.5, currency: 'EUR' })).toMatchObject({
      amount: '10.00 EUR',
      surcharge: '0.50 EUR',
      total: '10.50 EUR',
    });
    expect(outline({ amount: '1.234', currency: 'KWD' })).toMatchObject({ amount: '1.234 KWD' });
    expect(outline({ currency: 'EUR' })).toMatchObject({ amount: undefined, anomalies: [] });
  });
});

describe('other fields', () => {
  it('customer profile, risk, metadata, references', () => {
    expect(
      outline({
        merchantTransactionId: 'ORD-1',
        purchaseId: '20260115-u1',
        paymentMethod: 'Creditcard',
        merchantMetaData: 'a=1',
        customerProfileData: {
          profileGuid: 'p',
          customerIdentification: 'c',
          paymentToken: 't',
          markAsPreferred: 'false',
        },
        riskCheckData: { riskCheckResult: 'REVIEW', riskScore: 12, threeDSecureRequired: true },
      }),
    ).toMatchObject({
      merchantReference: 'ORD-1',
      purchaseReference: '20260115-u1',
      paymentMethod: 'Creditcard',
      metadata: 'a=1',
      profileId: 'p',
      customerIdentification: 'c',
      paymentToken: 't',
      preferred: false,
      risk: { result: 'REVIEW', score: '12', threeDSecureRequired: true },
    });
  });
  it('redirect URL, HTML, QR code, customer data and cancel URL are never copied', () => {
    const secret = 'do-not-copy';
    const said = outlines({
      redirectUrl: secret,
      redirectQRCode: secret,
      htmlContent: secret,
      customer: { email: secret },
      payByLinkData: { cancelUrl: secret, expiresAt: '2026-02-01T00:00:00Z' },
      returnData: { _TYPE: 'cardData', cardHolder: secret, firstName: secret },
      tracingData: { transactions: [secret] },
    });
    expect(JSON.stringify(said)).not.toContain(secret);
  });
});

describe('XML v2 says the same as JSON v3 (wire 2.3, 2.4)', () => {
  const rows: [string, string, object][] = [
    [
      'references',
      '<transactionId>ORD-1</transactionId><purchaseId>P</purchaseId><paymentMethod>Creditcard</paymentMethod><merchantMetaData>a &amp; b</merchantMetaData>',
      { merchantTransactionId: 'ORD-1', purchaseId: 'P', paymentMethod: 'Creditcard', merchantMetaData: 'a & b' },
    ],
    ['amount', '<amount>1.50</amount><currency>EUR</currency>', { amount: '1.50', currency: 'EUR' }],
    [
      'flat schedule',
      '<scheduleId>S</scheduleId><scheduleStatus>PAUSED</scheduleStatus><scheduleMerchantMetaData>m</scheduleMerchantMetaData>',
      { scheduleData: { scheduleId: 'S', scheduleStatus: 'PAUSED', merchantMetaData: 'm' } },
    ],
    [
      'customer profile',
      '<customerProfile><profileGuid>p</profileGuid><customerIdentification>c</customerIdentification></customerProfile>',
      { customerProfileData: { profileGuid: 'p', customerIdentification: 'c' } },
    ],
    [
      'extraData',
      '<extraData key="networkTokenStatus">active</extraData><extraData key="x">1</extraData>',
      { extraData: { networkTokenStatus: 'active', x: '1' } },
    ],
    [
      'card',
      '<returnData type="creditcardData"><creditcardData><type>visa</type><lastFourDigits>1111</lastFourDigits><expiryMonth>1</expiryMonth><expiryYear>2031</expiryYear></creditcardData></returnData>',
      { returnData: { _TYPE: 'cardData', type: 'visa', lastFourDigits: '1111', expiryMonth: '01', expiryYear: 2031 } },
    ],
    [
      'account',
      '<returnData type="ibanData"><ibanData><iban>DE89370400440532013000</iban><bankName>B</bankName></ibanData></returnData>',
      { returnData: { ibanData: { iban: 'DE89 3704 0044 0532 0130 00', bankName: 'B' } } },
    ],
    [
      'customer data and empty elements',
      '<customerData><email>x@example.test</email></customerData><amount/><currency></currency>',
      {},
    ],
    ['unknown elements', '<uuid>other</uuid><future><a>1</a></future><scheduleData>7</scheduleData>', {}],
  ];
  it.each(rows)('%s', (_name, xml, json) => {
    const said = outlines(
      xmlCallback(`<result>OK</result><referenceId>u1</referenceId><transactionType>DEBIT</transactionType>${xml}`),
    );
    expect(said).toEqual(outlines(json));
  });
  it('errors are a list, the first counts', () => {
    const errors =
      '<errors><error><message>M</message><code>2003</code><adapterMessage>A</adapterMessage><adapterCode>05</adapterCode></error><error><code>2010</code></error></errors>';
    expect(
      outlines(
        xmlCallback(
          `<result>ERROR</result><referenceId>u1</referenceId><transactionType>DEBIT</transactionType>${errors}`,
        ),
      ),
    ).toEqual(outlines({ result: 'ERROR', message: 'M', code: '2003', adapterMessage: 'A', adapterCode: '05' }));
  });
  it('chargeback and reversal', () => {
    const head = (type: string) =>
      `<result>OK</result><referenceId>u1</referenceId><transactionType>${type}</transactionType>`;
    const inner = '<originalReferenceId>o1</originalReferenceId><originalTransactionId>ORD-1</originalTransactionId>';
    expect(
      outline(
        xmlCallback(
          `${head('CHARGEBACK')}<chargebackData>${inner}<amount>1.00</amount><currency>EUR</currency></chargebackData>`,
        ),
      ),
    ).toMatchObject({ original: 'o1', link: 'chargeback', amount: '1.00 EUR' });
    expect(
      outline(
        xmlCallback(
          `${head('CHARGEBACK-REVERSAL')}<chargebackReversalData>${inner}<chargebackReferenceId>c1</chargebackReferenceId></chargebackReversalData>`,
        ),
      ),
    ).toMatchObject({ original: 'o1', link: 'reversal', chargebackId: 'c1' });
  });
});
