import { describe, expect, it } from 'vitest';
import type { Notification } from '#shared/model/notification.ts';
import { confirmationFields, type Fields, notificationFields, signedMessage, TOPIC } from './amazon.testing.ts';
import { normalizeAmazonPay } from './normalize.ts';

const CHARGE = 'S01-5105180-3221187-C056351';

function said(fields: Fields, declared: Readonly<Record<string, string>> = {}): readonly Notification[] {
  return normalizeAmazonPay({ source: 'pushed', body: signedMessage(fields).body, declared }).notifications;
}

function told(message: unknown): readonly Notification[] {
  return said(notificationFields(message));
}

describe('a notification', () => {
  it.each([
    ['CHARGE', 'charge', 'preauthorize'],
    ['REFUND', 'refund', 'refund'],
    ['CHARGE_PERMISSION', 'chargePermission', 'order'],
    ['charge', 'charge', 'preauthorize'],
  ])('about a %s is a hint to ask', (ObjectType, as, kind) => {
    for (const message of [
      { ObjectType, ObjectId: CHARGE },
      { objectType: ObjectType, objectId: CHARGE },
    ]) {
      expect(told(message)).toMatchObject([
        { about: 'transaction', id: CHARGE, kind, status: 'PENDING', hint: true, ask: { as }, fields: {} },
      ]);
    }
  });

  it('about an attribute says so, too', () => {
    const message = { ObjectType: 'CHARGE_PERMISSION', ObjectId: 'S-1', NotificationType: 'ATTRIBUTE_CHANGE' };
    expect(told(message)).toMatchObject([
      { about: 'transaction', id: 'S-1', hint: true },
      { about: 'notice', status: 'RECEIVED', reason: 'attribute_changed', related: { id: 'S-1' } },
    ]);
  });

  it('about a chargeback is one without an amount, linked where the id is the charge’s', () => {
    const [linked, notice] = told({ ObjectType: 'CHARGEBACK', ObjectId: CHARGE });
    expect(linked).toMatchObject({
      ...{ id: `${CHARGE}~chargeback-1`, kind: 'chargeback', status: 'PENDING', expiresAfterMinutes: 0 },
      original: { id: CHARGE, link: 'chargeback' },
    });
    expect(linked).not.toHaveProperty('hint');
    expect(linked).not.toHaveProperty('amount');
    expect(notice).toMatchObject({ reason: 'chargeback_amount_unknown', related: { id: CHARGE } });
    const [unlinked, other] = told({ ObjectType: 'CHARGEBACK', ObjectId: 'CB-1', ChargePermissionId: 'S-1' });
    expect(unlinked).toMatchObject({ id: 'CB-1', kind: 'chargeback' });
    expect(unlinked).not.toHaveProperty('original');
    expect(other).toMatchObject({ related: { id: 'S-1' } });
    for (const id of ['S01-5105180-3221187', 'S01-5105180-3221187-R056351']) {
      const [beside] = told({ ObjectType: 'CHARGEBACK', ObjectId: id });
      // The permission is an order and the refund a refund: neither becomes a chargeback.
      expect(beside).toMatchObject({ id: `${id}~chargeback-1`, kind: 'chargeback' });
      expect(beside).not.toHaveProperty('original');
    }
    const [, alone] = told({ ObjectType: 'CHARGEBACK', ObjectId: 'CB-1' });
    expect(alone).toMatchObject({ related: { id: 'CB-1' } });
  });

  it.each<[string, unknown, string]>([
    ['no JSON', 'hello', 'unreadable_message'],
    ['a list', [], 'unreadable_message'],
    ['null', null, 'unreadable_message'],
    ['nothing', {}, 'missing_field'],
    ['inherited names', '{"__proto__":{"ObjectType":"CHARGE","ObjectId":"C-1"}}', 'missing_field'],
    ['no id', { ObjectType: 'CHARGE' }, 'unreadable_id'],
    ['an id that is a path', { ObjectType: 'CHARGE', ObjectId: '../x' }, 'unreadable_id'],
    ['an id of a derived subject', { ObjectType: 'CHARGE', ObjectId: 'C-1~capture' }, 'unreadable_id'],
    ['an id that is a number', { ObjectType: 'CHARGE', ObjectId: 7 }, 'unreadable_id'],
    ['another object', { ObjectType: 'PAYOUT', ObjectId: 'P-1' }, 'unknown_object_type'],
    ['an object that is none', { ObjectType: { a: 1 }, ObjectId: 'P-1' }, 'unknown_object_type'],
    ['V1', { NotificationType: 'PaymentRefund', NotificationData: '<x/>' }, 'legacy_notification'],
    ['V1, other spelling', { notificationReferenceId: 'x' }, 'legacy_notification'],
  ])('that cannot be read is kept: %s', (_name, message, reason) => {
    expect(told(message)).toMatchObject([{ about: 'notice', status: 'UNRECOGNIZED', reason }]);
  });

  it('is known by what is signed', () => {
    const fields = notificationFields();
    const of = (more: Fields) =>
      normalizeAmazonPay({ source: 'pushed', body: signedMessage(fields, more).body, declared: {} }).origin;
    expect(of({})).toMatchObject({ source: 'pushed', signedAt: '2026-10-01T09:00:03.211Z' });
    expect(of({ UnsubscribeURL: 'x' }).contentDigest).toBe(of({}).contentDigest);
  });

  it('that is no message of SNS is kept, too', () => {
    const { notifications } = normalizeAmazonPay({ source: 'pushed', body: new Uint8Array([1]), declared: {} });
    expect(notifications).toMatchObject([{ about: 'notice', status: 'UNRECOGNIZED', reason: 'unreadable_message' }]);
  });
});

describe('a subscription', () => {
  it('is a notice: the operator’s, or asked about', () => {
    const fields = confirmationFields();
    const [operator] = said(fields, { confirm: 'operator' });
    const [auto] = said(fields, { confirm: 'auto' });
    expect(operator).toMatchObject({ about: 'notice', status: 'RECEIVED', reason: 'subscription_confirmation' });
    expect(operator).toMatchObject({ detail: expect.stringContaining(TOPIC) });
    expect(operator).not.toHaveProperty('ask');
    expect(said(fields)[0]).toEqual(operator);
    expect(auto).toMatchObject({ ask: { as: 'subscription' } });
    const idOf = (one: Notification | undefined) => (one !== undefined && 'id' in one ? one.id : undefined);
    expect(idOf(auto)).toMatch(/^subscription-[\w-]{43}$/);
    expect(idOf(operator)).toBe(idOf(auto));
    expect(idOf(said({ ...fields, Token: 'ffff' })[0])).not.toBe(idOf(auto));
    // Whoever has the token can confirm it: it stays out of what is published.
    expect(JSON.stringify([operator, auto])).not.toContain(String(fields['Token']));
  });

  it('is RESOLVED by the answer under the same id', () => {
    const id = `subscription-${'A'.repeat(43)}`;
    const answer = (declared: Readonly<Record<string, string>>) =>
      normalizeAmazonPay({ source: 'fetched', body: new Uint8Array(), declared }).notifications;
    expect(answer({ as: 'subscription', id })).toMatchObject([{ about: 'notice', id, status: 'RESOLVED' }]);
    expect(answer({ as: 'subscription', id: 'x' })).toMatchObject([{ status: 'UNRECOGNIZED' }]);
    expect(answer({ as: 'subscription' })).toMatchObject([{ status: 'UNRECOGNIZED' }]);
  });

  it('that ends is a notice', () => {
    const [ended] = said(confirmationFields('UnsubscribeConfirmation'), { confirm: 'auto' });
    expect(ended).toMatchObject({ about: 'notice', status: 'RECEIVED', reason: 'unsubscribe_confirmation' });
    expect(ended).not.toHaveProperty('ask');
  });
});
