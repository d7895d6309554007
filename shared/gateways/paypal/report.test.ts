import { describe, expect, it } from 'vitest';
import { normalizePaypal } from './normalize.ts';
import { readPaypalReport } from './report.ts';
import { settings } from './settings.ts';

const self = (path: string) => [{ rel: 'self', href: `https://api-m.paypal.com${path}` }];
const order = {
  id: '5O190127TN364715T',
  intent: 'AUTHORIZE',
  status: 'COMPLETED',
  purchase_units: [
    {
      custom_id: 'ORD-1',
      amount: { currency_code: 'EUR', value: '10.00' },
      payments: {
        authorizations: [{ id: 'AUT1', status: 'CAPTURED', amount: { currency_code: 'EUR', value: '10.00' } }],
        captures: [{ id: 'CAP1', status: 'COMPLETED', amount: { currency_code: 'EUR', value: '10.00' } }],
      },
    },
  ],
  links: self('/v2/checkout/orders/5O190127TN364715T'),
};

describe('a merchant’s report', () => {
  it('of an order says order, authorization and capture', () => {
    const reading = readPaypalReport({ result: order });
    if (reading.effect !== 'stored') throw new Error(reading.why);
    expect(reading.subjectId).toBe('5O190127TN364715T');
    const { origin, notifications } = normalizePaypal({ source: 'reported', body: reading.body, declared: {} });
    expect(origin.source).toBe('reported');
    expect(notifications).toMatchObject([
      { id: '5O190127TN364715T', kind: 'order', status: 'FINISHED' },
      { id: 'AUT1', kind: 'preauthorize', status: 'FINISHED', fields: { purchaseReference: '5O190127TN364715T' } },
      { id: 'CAP1', kind: 'capture', status: 'FINISHED', original: { id: 'AUT1' } },
    ]);
  });

  it.each([
    ['no object', 'x'],
    ['no link to itself', { id: 'CAP1', status: 'COMPLETED' }],
    ['a link to something else', { id: 'X', links: self('/v1/identity/oauth2/userinfo') }],
    ['an id that is none', { id: '../x', links: self('/v2/payments/captures/CAP1') }],
    ['a text that JSON cannot say', { id: 'CAP1', x: '\ud800', links: self('/v2/payments/captures/CAP1') }],
    ['far too much', { id: 'CAP1', x: 'y'.repeat(70_000), links: self('/v2/payments/captures/CAP1') }],
  ])('with %s has no effect', (_, result) => {
    expect(readPaypalReport({ result })).toMatchObject({ effect: 'none' });
  });

  it('of a subscription’s payment asks nothing about the subscription', () => {
    const sale = { id: 'S1', state: 'completed', billing_agreement_id: 'I-1', links: self('/v1/payments/sale/S1') };
    const reading = readPaypalReport({ result: sale });
    if (reading.effect !== 'stored') throw new Error(reading.why);
    const { notifications } = normalizePaypal({ source: 'reported', body: reading.body, declared: {} });
    expect(notifications).toMatchObject([{ id: 'S1', fields: { scheduleId: 'I-1' } }]);
    expect(notifications).toHaveLength(1);
  });

  it('that is not one of ours is a notice', () => {
    const body = new TextEncoder().encode('{"result":{"id":"X"}}');
    expect(normalizePaypal({ source: 'reported', body, declared: {} }).notifications).toMatchObject([
      { about: 'notice', reason: 'missing_field' },
    ]);
  });
});

describe('settings', () => {
  it('have explicit defaults', () => {
    expect(settings.checkSettings({}, {}, 'new')).toEqual({
      ok: true,
      settings: { environment: 'live', fetchBeforeMoney: true },
      secrets: {},
    });
  });

  it.each([
    [{ environment: 'test' }, '/settings/environment'],
    [{ webhookId: 'a b' }, '/settings/webhookId'],
    [{ toleranceSeconds: 0 }, '/settings/toleranceSeconds'],
    [{ apiHost: 'https://x' }, '/settings/apiHost'],
    [{ certificateAuthorities: ['x'] }, '/settings/certificateAuthorities/0'],
    [{ requestsPerMinute: 0 }, '/settings/requestsPerMinute'],
    [{ merchantId: 'a@b.example' }, '/settings/merchantId'],
    [{ fetchBeforeMoney: 'no' }, '/settings/fetchBeforeMoney'],
    [{ certificate: 'x' }, '/settings/certificate'],
  ])('%j is refused at %s', (given, field) => {
    expect(settings.checkSettings(given, {}, 'new')).toMatchObject({ ok: false, problems: [{ field }] });
  });
});
