import type { Notification, TransactionNotification } from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { received, unrecognized } from '../notice.ts';
import { DUE_MINUTES } from './due.ts';
import { shownWord } from './notice.ts';
import { isObjectId, type ObjectType, typeOfId } from './object-ids.ts';
import { type Members, readPayload } from './payload.ts';

/** What a message says that something happened to (wire facts 4.2), and what that is here. */
const OBJECTS: ReadonlyMap<string, { readonly as: ObjectType; readonly kind: TransactionKind }> = new Map([
  ['CHARGE', { as: 'charge', kind: 'preauthorize' }],
  ['REFUND', { as: 'refund', kind: 'refund' }],
  ['CHARGE_PERMISSION', { as: 'chargePermission', kind: 'order' }],
]);

/**
 * An instant payment notification says that an object changed, and not how: each makes the API be asked. NotificationId is
 * "for tracking only" and not read.
 */
export function readNotification(message: string): Notification[] {
  const payload = readPayload(message);
  if (payload === undefined) {
    return [unrecognized('unreadable_message', 'The Message is no JSON object: it is no notification of Amazon Pay.')];
  }
  const objectType = payload.get('objecttype');
  if (objectType === undefined || objectType === null) return [withoutObject(payload)];
  const id = payload.get('objectid');
  if (!isObjectId(id)) {
    return [
      unrecognized('unreadable_id', 'ObjectId is missing or is no id of Amazon Pay: letters, digits and hyphens.'),
    ];
  }
  const word = typeof objectType === 'string' ? objectType.toUpperCase() : '';
  if (word === 'CHARGEBACK') return chargeback(id, payload.get('chargepermissionid'));
  const object = OBJECTS.get(word);
  if (object === undefined) {
    return [
      unrecognized('unknown_object_type', `ObjectType is ${shownWord(objectType)}, which is none that is known.`),
    ];
  }
  const { as, kind } = object;
  const hint: TransactionNotification = {
    ...{ about: 'transaction', id, kind, status: 'PENDING', final: false, correction: 'none' },
    ...{ hint: true, ask: { as }, expiresAfterMinutes: DUE_MINUTES[as], fields: {}, anomalies: [] },
  };
  const isAttribute = String(payload.get('notificationtype')).toUpperCase() === 'ATTRIBUTE_CHANGE';
  const detail = `Something of the ${as} changed that is not its state, such as the buyer's payment method or address; which, Amazon Pay does not say.`;
  return isAttribute ? [hint, received('attribute_changed', detail, id)] : [hint];
}

/**
 * No API shows a merchant its chargebacks (disputes are for providers): what is known is that there is one. Its amount is
 * not, so that no total counts it; an operator has to look.
 */
function chargeback(id: string, permission: unknown): Notification[] {
  const type = typeOfId(id);
  const charge = type === 'charge' ? id : undefined;
  const subject: TransactionNotification = {
    about: 'transaction',
    // What has the form of another object's id is that object's: a subject of its own stands beside it.
    id: type === undefined ? id : `${id}~chargeback-1`,
    kind: 'chargeback',
    status: 'PENDING',
    final: false,
    correction: 'none',
    pendingReason: 'async',
    expiresAfterMinutes: DUE_MINUTES.chargeback,
    ...(charge !== undefined && { original: { id: charge, link: 'chargeback' } }),
    fields: {},
    anomalies: [{ code: 'missing', field: 'amount' }],
  };
  const of = charge ?? (isObjectId(permission) ? permission : undefined);
  const detail =
    'There is a chargeback whose amount and outcome Amazon Pay tells no program of a merchant: see Seller Central, and answer it there in time.';
  return [subject, received('chargeback_amount_unknown', detail, of ?? subject.id)];
}

/** The old notifications (V1, Amazon MWS) carry XML about objects that the API of today does not show. */
function withoutObject(payload: Members): Notification {
  if (payload.has('notificationdata') || payload.has('notificationreferenceid')) {
    const type = shownWord(payload.get('notificationtype'));
    return unrecognized(
      'legacy_notification',
      `A notification of the old integration (V1, type ${type}) is not supported: move the integration to API v2, or have its notifications sent elsewhere.`,
    );
  }
  return unrecognized('missing_field', 'The Message names no ObjectType: it is no notification of Amazon Pay.');
}
