import { describe, expect, it } from 'vitest';
import { normalizeAmazonPay } from './normalize.ts';
import { readAmazonPayReport } from './report.ts';

const CHARGE = 'S01-5105180-3221187-C056351';
const authorized = {
  chargeId: CHARGE,
  chargeAmount: { amount: '14.00', currencyCode: 'USD' },
  statusDetails: { state: 'Authorized', lastUpdatedTimestamp: '20261001T090000Z', reasons: null },
  merchantMetadata: { merchantReferenceId: 'R-1', noteToBuyer: 'Dear Jane' },
  buyer: { name: 'Jane Doe' },
};

function reported(result: unknown) {
  const reading = readAmazonPayReport({ result });
  if (reading.effect !== 'stored') throw new Error(reading.why);
  const { notifications } = normalizeAmazonPay({ source: 'reported', body: reading.body, declared: {} });
  return { reading, notifications, text: Buffer.from(reading.body).toString() };
}

describe('what a merchant reports', () => {
  it('of a charge is known before its first notification, without what is personal', () => {
    const { reading, notifications, text } = reported(authorized);
    expect(reading.subjectId).toBe(CHARGE);
    expect(notifications).toMatchObject([
      {
        ...{ id: CHARGE, kind: 'preauthorize', status: 'FINISHED', gatewayTime: '2026-10-01T09:00:00.000Z' },
        fields: { merchantReference: 'R-1' },
        amount: { amount: { value: '14.00', currency: 'USD' } },
      },
    ]);
    expect(text).not.toMatch(/Jane|buyer/);
  });

  it.each([
    ['a refund', { refundId: 'R-1', chargeId: 'C-1', statusDetails: { state: 'RefundInitiated' } }, 'R-1', 'refund'],
    ['a permission', { chargePermissionId: 'P-1', statusDetails: { state: 'Chargeable' } }, 'P-1', 'order'],
  ])('of %s', (_name, result, id, kind) => {
    expect(reported(result).notifications).toMatchObject([{ id, kind }]);
  });

  it('of a checkout session only says that there is a charge: "Completed" is the session’s', () => {
    const session = {
      ...{ checkoutSessionId: 'x', chargePermissionId: 'P-1', statusDetails: { state: 'Completed' } },
    };
    expect(reported({ ...session, chargeId: CHARGE }).notifications).toMatchObject([
      { id: CHARGE, kind: 'preauthorize', status: 'PENDING', hint: true, ask: { as: 'charge' } },
    ]);
    expect(reported({ ...session, chargeId: null }).notifications).toMatchObject([
      { id: 'P-1', kind: 'order', status: 'PENDING', hint: true, ask: { as: 'chargePermission' } },
    ]);
  });

  it('of a decline makes no subject beside the charge', () => {
    const declined = { ...authorized, statusDetails: { state: 'Declined', reasonCode: 'SoftDeclined' } };
    expect(reported(declined).notifications).toMatchObject([{ id: CHARGE, status: 'ERROR' }]);
  });

  it.each([
    ['no object', 'Authorized'],
    ['nothing', undefined],
    ['a list', [authorized]],
    ['no id', { reasonCode: 'InvalidParameterValue' }],
    ['an id that is none', { chargeId: '../x' }],
    ['a session without a charge', { checkoutSessionId: 'x', chargeId: null, chargePermissionId: null }],
    ['a lone surrogate', { chargeId: CHARGE, statusDetails: { state: '\ud800' } }],
  ])('with %s changes nothing', (_name, result) => {
    expect(readAmazonPayReport({ result })).toMatchObject({ effect: 'none', why: expect.stringMatching(/\.$/) });
  });

  it('that is stored and cannot be read is kept', () => {
    for (const text of ['', '{}', '{"result":7}', '{"result":{}}']) {
      const body = new TextEncoder().encode(text);
      const { notifications } = normalizeAmazonPay({ source: 'reported', body, declared: {} });
      expect(notifications).toMatchObject([{ status: 'UNRECOGNIZED' }]);
    }
  });
});
