import { digestOfBytes } from '#shared/model/digest.ts';
import type { Notification, Origin } from '#shared/model/notification.ts';
import type { NormalizedCallback, StoredStatement } from '../gateway.ts';
import { leaveOutCardNumbers } from '../leave-out-card-numbers.ts';
import { unrecognized } from '../notice.ts';
import { readCharge } from './charge.ts';
import { readChargePermission } from './charge-permission.ts';
import { isObjectId, isObjectType, type ObjectType } from './object-ids.ts';
import { type Members, readPayload } from './payload.ts';
import { readNotification } from './read-notification.ts';
import { type ApiObject, readObject } from './read-object.ts';
import { readRefund } from './refund.ts';
import { readReportBody } from './report.ts';
import { readMessage, type SnsMessage, signedBytesOf } from './sns-message.ts';
import {
  confirmedNotice,
  isSubscriptionId,
  SUBSCRIPTION,
  subscriptionNotice,
  unsubscribedNotice,
} from './subscription.ts';

/** Pure, total and deterministic: of a message only what is signed is read (model.md 1). */
export function normalizeAmazonPay(statement: StoredStatement): NormalizedCallback {
  const { origin, notifications } = normalized(statement);
  return { origin, notifications: leaveOutCardNumbers(notifications) };
}

function normalized(statement: StoredStatement): NormalizedCallback {
  switch (statement.source) {
    case 'pushed':
      return normalizeMessage(statement);
    case 'fetched':
      return normalizeAnswer(statement);
    case 'reported':
      return withOrigin(statement, readReportBody(textOf(statement.body), readApiObject));
    case 'own':
      return withOrigin(statement, [
        unrecognized('unknown_statement', 'Rows of our own are not the gateway’s and not read here.'),
      ]);
  }
}

function withOrigin({ source, body }: StoredStatement, notifications: readonly Notification[]): NormalizedCallback {
  return { origin: { source, contentDigest: digestOfBytes(body) }, notifications };
}

function normalizeMessage(statement: StoredStatement): NormalizedCallback {
  const reading = readMessage(statement.body);
  if (!reading.ok) return withOrigin(statement, [unrecognized('unreadable_message', reading.detail)]);
  const { message } = reading;
  const origin: Origin = {
    source: 'pushed',
    contentDigest: digestOfBytes(signedBytesOf(message)),
    signedAt: new Date(message.timestamp).toISOString(),
  };
  return { origin, notifications: readSigned(message, own(statement.declared, 'confirm')) };
}

function readSigned(message: SnsMessage, confirm: string | undefined): Notification[] {
  switch (message.type) {
    case 'Notification':
      return readNotification(message.message);
    case 'SubscriptionConfirmation':
      return [subscriptionNotice(message, confirm)];
    case 'UnsubscribeConfirmation':
      return [unsubscribedNotice(message)];
  }
}

function normalizeAnswer(statement: StoredStatement): NormalizedCallback {
  const { body, declared } = statement;
  const [as, id] = [own(declared, 'as'), own(declared, 'id')];
  if (as === SUBSCRIPTION) {
    const confirmed = isSubscriptionId(id)
      ? confirmedNotice(id)
      : unrecognized('unknown_statement', 'The answer of Amazon SNS is about no known subscription.');
    return withOrigin(statement, [confirmed]);
  }
  const members = readPayload(textOf(body));
  const notifications =
    isObjectType(as) && isObjectId(id) && members !== undefined
      ? readApiObject(as, id, members)
      : [unrecognized('unknown_statement', 'The answer is about nothing that Amazon Pay is asked about.')];
  const settling = notifications.some(
    (one) => one.about === 'schedule' || (one.about === 'transaction' && one.status !== 'PENDING'),
  );
  const askedAt = readAskedAt(own(declared, 'askedAt'));
  const settles = readDigests(own(declared, 'settles'));
  const origin: Origin = {
    source: 'fetched',
    contentDigest: digestOfBytes(body),
    // A fetched PENDING settles nothing and is worth the same whenever it was asked (model.md 3.4).
    ...(settling && askedAt !== undefined && { askedAt }),
    ...(settling && settles !== undefined && { settles }),
  };
  return { origin, notifications };
}

const READERS: Readonly<Record<ObjectType, (id: string, object: ApiObject) => Notification[]>> = {
  charge: readCharge,
  refund: readRefund,
  chargePermission: readChargePermission,
};

function readApiObject(as: ObjectType, id: string, members: Members): Notification[] {
  return READERS[as](id, readObject(members));
}

function own(declared: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(declared, name) ? declared[name] : undefined;
}

function textOf(body: Uint8Array): string {
  return new TextDecoder('utf-8').decode(body);
}

function readAskedAt(text: string | undefined): string | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function readDigests(text: string | undefined): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return Array.isArray(value) ? value.filter((digest) => typeof digest === 'string') : undefined;
  } catch {
    return undefined;
  }
}
