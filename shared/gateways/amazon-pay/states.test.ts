import { describe, expect, it } from 'vitest';
import type { Notification } from '#shared/model/notification.ts';
import { outlineOf } from '../outline.testing.ts';
import { normalizeAmazonPay } from './normalize.ts';

const ID = 'S01-5105180-3221187-C056351';

type Said = Readonly<Record<string, unknown>>;

function answered(as: string, body: Said): readonly Notification[] {
  const statement = { body: new TextEncoder().encode(JSON.stringify(body)), declared: { as, id: ID } };
  return normalizeAmazonPay({ source: 'fetched', ...statement }).notifications;
}

/** kind, status, final and the tail of the id. */
function rows(notifications: readonly Notification[]): readonly string[] {
  return notifications.map((one) => {
    const said = outlineOf(one);
    const tail = String(said['id'] ?? '').replace(ID, '');
    const cancelled = said['cancelled'] === true ? ' cancelled' : '';
    return `${said['kind'] ?? said['type']}${tail} ${said['status']}${said['final'] === true ? ' final' : ''}${cancelled}`;
  });
}

const of = (state: unknown, reasonCode?: string) => ({
  statusDetails: { state, reasonCode, lastUpdatedTimestamp: '20261001T090000Z' },
});

describe('states of a charge (wire facts 4.4)', () => {
  it.each([
    ['AuthorizationInitiated', ['preauthorize PENDING']],
    ['Pending', ['preauthorize PENDING']],
    ['Authorized', ['preauthorize FINISHED']],
    ['CaptureInitiated', ['preauthorize FINISHED', 'capture~capture PENDING']],
    ['Captured', ['preauthorize FINISHED final', 'capture~capture FINISHED final']],
    ['Completed', ['preauthorize FINISHED final', 'capture~capture FINISHED final']],
    ['Declined', ['preauthorize ERROR final cancelled', 'transaction~capture ERROR final']],
    ['Canceled', ['preauthorize ERROR final cancelled', 'void~void FINISHED final']],
    ['captured', ['preauthorize FINISHED final', 'capture~capture FINISHED final']],
    ['Paused', ['notice UNRECOGNIZED']],
    ['constructor', ['notice UNRECOGNIZED']],
    [7, ['notice UNRECOGNIZED']],
    [undefined, ['notice UNRECOGNIZED']],
  ])('%s', (state, expected) => {
    expect(rows(answered('charge', of(state)))).toEqual(expected);
  });

  it('expired unused: it had been authorized', () => {
    const expected = ['preauthorize ERROR final cancelled', 'preauthorize FINISHED final', 'void~void FINISHED final'];
    expect(rows(answered('charge', of('Canceled', 'ExpiredUnused')))).toEqual(expected);
  });

  it.each([
    ['SoftDeclined', 'declined', 'retry'],
    ['HardDeclined', 'declined', 'fix_customer'],
    ['AmazonRejected', 'declined', 'do_not_retry'],
    ['ProcessingFailure', 'temporary', 'retry'],
    ['TransactionTimedOut', 'declined', 'fix_customer'],
    ['ExpiredUnused', 'information', 'do_not_retry'],
    ['MerchantCanceled', 'information', 'do_not_retry'],
    ['ChargePermissionCanceled', 'information', 'do_not_retry'],
    ['AmazonCanceled', 'declined', 'do_not_retry'],
    ['BuyerCanceled', 'customer', 'do_not_retry'],
    ['SomethingNew', 'unknown', 'do_not_retry'],
    ['__proto__', 'unknown', 'do_not_retry'],
  ])('reason %s', (reason, errorClass, advice) => {
    for (const state of ['Declined', 'Canceled']) {
      const [own] = answered('charge', of(state, reason));
      expect(own && outlineOf(own)).toMatchObject({ errorClass, advice, errorCode: reason });
    }
  });
});

describe('states of a refund (wire facts 4.4)', () => {
  it.each([
    ['RefundInitiated', ['refund PENDING']],
    ['Pending', ['refund PENDING']],
    ['Refunded', ['refund FINISHED final']],
    ['Completed', ['refund FINISHED final']],
    ['Declined', ['refund ERROR final']],
    ['Canceled', ['notice UNRECOGNIZED']],
  ])('%s', (state, expected) => {
    expect(rows(answered('refund', of(state)))).toEqual(expected);
  });

  it.each([
    ['AmazonRejected', 'configuration', 'retry_later'],
    ['ProcessingFailure', 'temporary', 'retry'],
    ['HardDeclined', 'unknown', 'do_not_retry'],
  ])('reason %s', (reason, errorClass, advice) => {
    const [refund] = answered('refund', of('Declined', reason));
    expect(refund && outlineOf(refund)).toMatchObject({ errorClass, advice });
  });

  it('names its charge; one that does not is unlinked and flagged', () => {
    const [linked] = answered('refund', { ...of('Refunded'), chargeId: 'C-1' });
    expect(linked && outlineOf(linked)).toMatchObject({ original: 'C-1', link: 'reference', anomalies: [] });
    for (const [chargeId, anomaly] of [
      [null, 'missing chargeId'],
      ['../x', 'unreadable_id chargeId'],
      [ID, 'refers_to_itself chargeId'],
    ]) {
      const [refund] = answered('refund', { ...of('Refunded'), chargeId });
      expect(refund && outlineOf(refund)).toMatchObject({
        original: undefined,
        anomalies: [anomaly],
      });
    }
  });
});

describe('states of a charge permission (wire facts 4.4)', () => {
  it.each([
    ['Chargeable', ['order FINISHED'], 'ACTIVE'],
    ['NonChargeable', ['order PENDING'], 'PAUSED'],
    ['Closed', ['order FINISHED final'], 'CANCELLED'],
  ])('%s', (state, expected, schedule) => {
    expect(rows(answered('chargePermission', of(state)))).toEqual(expected);
    const recurring = answered('chargePermission', { ...of(state), chargePermissionType: 'Recurring' });
    expect(rows(recurring)).toEqual([...expected, `schedule ${schedule}`]);
  });

  it('any other is kept and nothing concluded', () => {
    const body = { ...of('Suspended'), chargePermissionType: 'Recurring' };
    expect(rows(answered('chargePermission', body))).toEqual(['notice UNRECOGNIZED']);
  });
});

describe('fields of an answer', () => {
  const charge = (more: Said) => answered('charge', { ...of('Captured'), ...more }).map(outlineOf);

  it.each([
    ['20190714T155300Z', '2019-07-14T15:53:00.000Z', 0],
    ['20190714T155300.5Z', '2019-07-14T15:53:00.500Z', 0],
    ['2019-07-14T15:53:00Z', '2019-07-14T15:53:00.000Z', 0],
    ['2019-07-14T17:53:00.120+02:00', '2019-07-14T15:53:00.120Z', 0],
    ['20191314T155300Z', undefined, 1],
    ['July', undefined, 1],
    [1_563_119_580, undefined, 1],
    [undefined, undefined, 1],
  ])('lastUpdatedTimestamp %j', (text, expected, anomalies) => {
    const [own] = charge({ statusDetails: { state: 'Captured', lastUpdatedTimestamp: text } });
    expect(own?.['gatewayTime']).toBe(expected);
    expect(own?.['anomalies']).toHaveLength(anomalies);
  });

  it.each([
    [{ amount: '14.00', currencyCode: 'USD' }, '14.00 USD', []],
    [{ amount: '1200.00', currencyCode: 'JPY' }, '1200 JPY', []],
    [null, undefined, []],
    [{}, undefined, []],
    [{ amount: '14,00', currencyCode: 'USD' }, undefined, ['amount_unreadable captureAmount']],
    [{ amount: '14.00' }, undefined, ['currency_unreadable captureAmount']],
    ['14.00', undefined, ['wrong_type captureAmount']],
    [{ amount: '14.001', currencyCode: 'USD' }, '14.001 USD', ['amount_precision captureAmount']],
  ])('captureAmount %j', (captureAmount, amount, anomalies) => {
    expect(charge({ captureAmount })[1]).toMatchObject({ kind: 'capture', amount, anomalies });
  });

  it('takes names in either case, and references of a bearable length', () => {
    const [own] = charge({ MERCHANTMETADATA: { MerchantReferenceID: 'R-1', customInformation: 'x'.repeat(2_000) } });
    expect(own).toMatchObject({ merchantReference: 'R-1', metadata: 'x'.repeat(1_024) });
    const [long] = charge({ merchantMetadata: { merchantReferenceId: 'x'.repeat(256) } });
    expect(long).toMatchObject({ anomalies: ['too_long merchantMetadata.merchantReferenceId'] });
    expect(long).not.toHaveProperty('merchantReference');
  });

  it.each([
    ['Sandbox', true],
    ['LIVE', false],
    ['other', undefined],
    [true, undefined],
  ])('releaseEnvironment %j', (releaseEnvironment, testMode) => {
    expect(charge({ releaseEnvironment })[0]?.['testMode']).toBe(testMode);
  });

  it('of another kind of answer than was asked for are not read', () => {
    const body = new TextEncoder().encode(JSON.stringify(of('Captured')));
    const cases: Readonly<Record<string, string>>[] = [{}, { as: 'charge' }, { as: 'payout', id: ID }];
    for (const declared of [...cases, { as: 'charge', id: '../x' }]) {
      const { notifications } = normalizeAmazonPay({ source: 'fetched', body, declared });
      expect(rows(notifications)).toEqual(['notice UNRECOGNIZED']);
    }
  });
});
