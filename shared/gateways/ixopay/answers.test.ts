import { describe, expect, it } from 'vitest';
import { outlineOf } from '../outline.testing.ts';
import { normalizeIxopay } from './normalize.ts';
import { readIxopayReport } from './report.ts';
import { fetched } from './statement.testing.ts';

describe('status API (wire 5, 6)', () => {
  const answer = {
    success: true,
    uuid: 'u1',
    transactionStatus: 'SUCCESS',
    transactionType: 'debit',
    amount: '1.00',
    currency: 'EUR',
  };
  const said = (over: object, declared: Readonly<Record<string, string>> = {}) =>
    fetched({ ...answer, ...over }, declared).notifications.map(outlineOf);
  it.each([
    ['SUCCESS', { status: 'FINISHED', final: true }],
    ['ERROR', { status: 'ERROR', final: false, cancelled: undefined }],
    ['PENDING', { status: 'PENDING', pendingReason: 'async' }],
    ['REDIRECT', { status: 'PENDING', pendingReason: 'redirect' }],
    [
      'CANCELLED',
      { status: 'ERROR', cancelled: true, errorClass: 'declined', advice: 'do_not_retry', errorCode: undefined },
    ],
  ])('%s', (transactionStatus, expected) => {
    expect(said({ transactionStatus })).toMatchObject([
      { type: 'transaction', kind: 'debit', amount: '1.00 EUR', anomalies: [], ...expected },
    ]);
  });
  it('success speaks of the look-up only', () => {
    expect(said({ transactionStatus: 'ERROR', errorMessage: 'No', errorCode: 2003 })).toMatchObject([
      { status: 'ERROR', errorCode: '2003' },
    ]);
  });
  it.each([
    [
      { success: false, errorMessage: 'Transaction not found', errorCode: 8001 },
      { status: 'RECEIVED', reason: 'not_found' },
    ],
    [
      { success: 'false', errorCode: '8001' },
      { status: 'RECEIVED', reason: 'not_found' },
    ],
    [
      { success: false, errorCode: 1009 },
      { status: 'UNRECOGNIZED', reason: 'look_up_failed' },
    ],
    [
      { success: false, errorCode: { toString: 1 } },
      { status: 'UNRECOGNIZED', reason: 'look_up_failed' },
    ],
    [
      { ...answer, transactionStatus: 'DREAMING' },
      { status: 'UNRECOGNIZED', reason: 'unknown_status' },
    ],
    [
      { ...answer, transactionStatus: undefined },
      { status: 'UNRECOGNIZED', reason: 'missing_field' },
    ],
    [
      { ...answer, transactionStatus: 1 },
      { status: 'UNRECOGNIZED', reason: 'wrong_type' },
    ],
    [
      { ...answer, uuid: undefined },
      { status: 'UNRECOGNIZED', reason: 'missing_field' },
    ],
  ])('%o', (body, notice) => {
    expect(fetched(body).notifications).toMatchObject([{ about: 'notice', ...notice }]);
  });
  it('schedules come as a list of that name', () => {
    expect(said({ schedules: [{ scheduleId: 'S', scheduleStatus: 'ACTIVE' }] })).toMatchObject([
      { scheduleId: 'S' },
      { id: 'S', status: 'ACTIVE' },
    ]);
  });
  it('the parent that was known when asked links what names no original', () => {
    const refund = { transactionType: 'refund' };
    expect(said(refund, { parent: 'p1' })).toMatchObject([{ original: 'p1', link: 'reference' }]);
    expect(said({ ...refund, referenceUuid: 'r1' }, { parent: 'p1' })).toMatchObject([{ original: 'r1' }]);
    expect(said({}, { parent: 'p1' })).toMatchObject([{ original: undefined, instrumentId: undefined }]);
  });
  it('what extraData remembers of card or token does not hide the payment’s own status', () => {
    const extraData = {
      lastCardUpdateResult: 'updated',
      lastCardUpdateDate: '2026-02-03',
      networkTokenStatus: 'active',
      lastNetworkTokenUpdateDate: '2026-02-03',
    };
    expect(said({ extraData })).toMatchObject([
      { type: 'transaction', status: 'FINISHED', hint: undefined, tokenNews: undefined },
      { type: 'instrument', update: 'updated', token: 'active' },
    ]);
  });
});

describe('synchronous results as a merchant reports them (model.md 7)', () => {
  const stored = (result: object, request?: object) => {
    const reading = readIxopayReport(request === undefined ? { result } : { result, request });
    if (reading.effect !== 'stored') throw new Error(reading.why);
    const { notifications, origin } = normalizeIxopay({ source: 'reported', body: reading.body, declared: {} });
    expect(origin.source).toBe('reported');
    return notifications.map(outlineOf);
  };
  const base = {
    success: true,
    uuid: 'abcde12345abcde12345',
    purchaseId: '20190927-abcde12345abcde12345',
    paymentMethod: 'Creditcard',
  };
  it.each([
    ['FINISHED', { status: 'FINISHED', final: true }],
    ['ERROR', { status: 'ERROR', errorClass: 'unknown' }],
    ['REDIRECT', { status: 'PENDING', pendingReason: 'redirect' }],
    ['HTML', { status: 'PENDING', pendingReason: 'html' }],
    ['PENDING', { status: 'PENDING', pendingReason: 'async' }],
    ['PENDING_DCC', { status: 'PENDING', pendingReason: 'dcc' }],
  ])('%s', (returnType, expected) => {
    const result = {
      ...base,
      returnType,
      redirectUrl: 'https://secret.test/',
      htmlContent: '<b>secret</b>',
      redirectQRCode: 'secret',
    };
    const said = stored(result, { transactionType: 'DEBIT', amount: '5.00', currency: 'EUR', referenceUuid: 'inst' });
    expect(said).toMatchObject([
      {
        kind: 'debit',
        amount: '5.00 EUR',
        instrumentId: 'inst',
        purchaseReference: base.purchaseId,
        anomalies: [],
        ...expected,
      },
    ]);
    expect(JSON.stringify(said)).not.toContain('secret');
  });
  it('without a request there is no kind, and that is no anomaly', () => {
    const [said] = stored({ ...base, returnType: 'PENDING' });
    expect(said).toMatchObject({ id: base.uuid, kind: undefined, anomalies: [] });
  });
  it('a type that nobody knows is flagged', () => {
    expect(stored({ ...base, returnType: 'PENDING' }, { transactionType: 'X' })).toMatchObject([
      { anomalies: ['unknown_transaction_type transactionType'] },
    ]);
  });
  it.each(['ALL', 'PAN', 'NT'])('deregister with token type %s', (tokenType) => {
    const said = stored(
      { ...base, returnType: 'FINISHED' },
      { transactionType: 'DEREGISTER', referenceUuid: 'inst', tokenType },
    );
    expect(said).toMatchObject([{ kind: 'deregister', deregisters: 'inst', tokenType }]);
    expect(said).toHaveLength(1);
  });
  it('the manual’s processing error', () => {
    const errors = [{ errorMessage: 'Dummy error', errorCode: 1003, adapterMessage: 'Dummy adapter error' }];
    expect(stored({ ...base, success: false, returnType: 'ERROR', errors })).toMatchObject([
      { status: 'ERROR', errorCode: '1003', message: 'Dummy error', adapterMessage: 'Dummy adapter error' },
    ]);
    expect(stored({ uuid: 'u1', success: false, errorCode: 2003 })).toMatchObject([
      { status: 'ERROR', errorCode: '2003' },
    ]);
  });
  it('risk, DCC, schedule, customer profile and card of the result', () => {
    const said = stored(
      {
        ...base,
        returnType: 'FINISHED',
        riskCheckData: { riskCheckResult: 'REVIEW' },
        dccData: { convertedAmount: '9.99', convertedCurrency: 'EUR' },
        scheduleData: { scheduleId: 'S', scheduleStatus: 'NON-EXISTING' },
        customerProfileData: { paymentToken: 'PT' },
        returnData: { _TYPE: 'cardData', lastFourDigits: '4444' },
      },
      { transactionType: 'REGISTER' },
    );
    expect(said).toMatchObject([
      { risk: { result: 'REVIEW' }, dccConverted: '9.99 EUR', scheduleId: 'S', paymentToken: 'PT', lastFour: '4444' },
      { type: 'instrument', register: 'FINISHED', aliases: ['PT'], lastFour: '4444' },
      { type: 'schedule', status: 'NON_EXISTING' },
    ]);
  });
  it.each([
    ['an unknown returnType', { returnType: 'MAYBE' }, 'unknown_return_type'],
    ['a returnType that is no text', { returnType: 7 }, 'unknown_return_type'],
    ['no returnType', { success: true }, 'missing'],
  ])('%s leaves a transaction that is awaited: the answer has its uuid', (_name, said, code) => {
    expect(stored({ ...base, ...said }, { transactionType: 'DEBIT' })).toMatchObject([
      { type: 'transaction', id: base.uuid, kind: 'debit', status: 'PENDING', pendingReason: 'unproven' },
    ]);
    const body = new TextEncoder().encode(JSON.stringify({ result: { ...base, ...said } }));
    const { notifications } = normalizeIxopay({ source: 'reported', body, declared: {} });
    expect(notifications).toMatchObject([{ anomalies: [{ code, field: 'returnType' }] }]);
  });
  it('the same report in another order of fields is the same row', () => {
    const one = readIxopayReport({ result: { uuid: 'u', returnType: 'PENDING' } });
    const two = readIxopayReport({ result: { returnType: 'PENDING', uuid: 'u' } });
    expect(one).toEqual(two);
    expect(one).toMatchObject({ effect: 'stored', subjectId: 'u' });
  });
  it.each([
    [
      'a duplicate',
      { success: false, errorMessage: "The transaction ID 'x' already exists!", errorCode: 3004 },
      /3004.*report or look up/,
    ],
    ['a validation error', { success: false, errorMessage: "amount: 'amount' is required", errorCode: 1002 }, /1002/],
    ['an error in a list', { success: false, errors: [{ errorCode: 1005 }] }, /1005/],
    ['nothing', {}, /no uuid/],
    ['uuid null', { uuid: null }, /no uuid/],
    ['text', 'FINISHED', /must be the JSON object/],
    ['null', null, /must be the JSON object/],
    ['a list', [{ uuid: 'u' }], /must be the JSON object/],
    ['a strange uuid', { uuid: 5 }, /result\.uuid/],
    ['a lone surrogate', { uuid: 'u', x: '\ud800' }, /surrogate/],
    ['depth', { uuid: 'u', x: JSON.parse(`${'['.repeat(70)}${']'.repeat(70)}`) }, /deeper/],
  ])('%s changes no state', (_name, result, why) => {
    expect(readIxopayReport({ result })).toMatchObject({ effect: 'none', why: expect.stringMatching(why) });
  });
  it('a request that is no object changes no state', () => {
    expect(readIxopayReport({ result: base, request: 'DEBIT' })).toMatchObject({ effect: 'none' });
  });
});
