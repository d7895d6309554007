import { describe, expect, it } from 'vitest';
import type { Notification } from '#shared/model/notification.ts';
import { normalizeCybersource } from './normalize.ts';
import { envelope } from './notification.testing.ts';

const ID = '7368461234567890104001';
const MONEY = { orderInformation: { amountDetails: { totalAmount: '24.50', currency: 'EUR' } } };
const done = (name: string, more: object = {}) => ({ name, rCode: '1', rFlag: 'SOK', reasonCode: '100', ...more });
const ANSWER = {
  ...{ id: ID, merchantId: 'acme_mid', ...MONEY },
  applicationInformation: { applications: [done('ics_auth'), done('ics_bill', { status: 'TRANSMITTED' })] },
};

function read(source: 'pushed' | 'fetched', body: object, declared: Readonly<Record<string, string>>) {
  return normalizeCybersource({ source, body: new TextEncoder().encode(JSON.stringify(body)), declared }).notifications;
}

/** What moves money, as `id kind amount`. */
function movements(notifications: readonly Notification[]): readonly string[] {
  return notifications.flatMap((one) =>
    one.about === 'transaction' && one.status === 'FINISHED'
      ? [`${one.id} ${one.kind} ${one.amount?.amount.value} ${one.original?.id}`]
      : [],
  );
}

describe('a sale that is authorized and captured in one request', () => {
  // What each of them says alone must be what all of them say: whichever comes first decides what the payment is.
  it('is the same two movements by its order, its payment link and the transaction details', () => {
    const answered = movements(read('fetched', ANSWER, { id: ID, askedAt: '2026-01-15T09:40:00.000Z' }));
    expect(answered).toEqual([`${ID} preauthorize 24.50 undefined`, `${ID}~capture capture 24.50 ${ID}`]);
    const payload = { id: ID, transactionId: ID, status: 'TRANSMITTED', ...MONEY };
    for (const event of [
      'uc.orders.transactionresults',
      'payByLink.customer.payment',
      'invoicing.customer.invoice.paid',
    ]) {
      expect(movements(read('pushed', envelope(event, payload), { scheme: 'body' }))).toEqual(answered);
    }
  });
});
