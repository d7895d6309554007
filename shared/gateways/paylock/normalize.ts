import { digestOfBytes, digestOfParts } from '#shared/model/digest.ts';
import type { Notification, Origin } from '#shared/model/notification.ts';
import type { NormalizedCallback, StoredStatement } from '../gateway.ts';
import { leaveOutCardNumbers } from '../leave-out-card-numbers.ts';
import { unrecognized } from '../notice.ts';
import { readBody } from './body.ts';
import { type BodyValue, textOf, valueAt } from './body-value.ts';
import { plainId } from './guid.ts';
import { type Reading, readReading } from './reading.ts';
import { readBodyTime } from './times.ts';
import { readItem } from './transaction.ts';

/** More messages in one callback than any gateway gathers. */
const MOST_ITEMS = 100;

/** Pure, total and deterministic: reads the source, the body and the declared parts and nothing else (model.md 1). */
export function normalizePaylock(statement: StoredStatement): NormalizedCallback {
  const { source, body, declared } = statement;
  const reading = readReading(partOf(declared, 'reading'));
  const plain: Origin = { source, contentDigest: digestOfBytes(body) };
  if (source !== 'pushed' && source !== 'fetched') {
    const detail = 'Only callbacks and answers of the gateway are read here.';
    return { origin: plain, notifications: [unrecognized('unknown_statement', detail)] };
  }
  if (reading === undefined) {
    const detail = 'It was stored without the paths and maps of its connector.';
    return { origin: plain, notifications: [unrecognized('not_configured', detail)] };
  }
  const read = readBody(body, reading.bodyFormat);
  if (!read.ok) return { origin: plain, notifications: [unrecognized(read.reason, read.detail)] };
  const notifications = readItems(read.value, reading);
  const origin = originOf(statement, read.value, reading, notifications);
  return { origin, notifications: leaveOutCardNumbers(notifications) };
}

/** Every message of a body that holds several (pitfalls: only the first is looked at). */
function readItems(value: BodyValue, reading: Reading): Notification[] {
  const { itemsPath } = reading;
  const found = itemsPath === undefined ? value : valueAt(value, itemsPath);
  if (found === undefined || found === null) {
    return [unrecognized('missing_field', `There is nothing at ${itemsPath} (/settings/itemsPath).`)];
  }
  const items: readonly BodyValue[] = Array.isArray(found) ? found : [found];
  const notifications = items.slice(0, MOST_ITEMS).flatMap((item) => readItem(item, reading));
  if (items.length > MOST_ITEMS) {
    notifications.push(
      unrecognized('too_many', `The callback holds ${items.length} messages; ${MOST_ITEMS} are read.`),
    );
  }
  return notifications.length > 0 ? notifications : [unrecognized('empty_body', 'The callback holds no message.')];
}

function originOf(
  { source, body, declared }: StoredStatement,
  value: BodyValue,
  reading: Reading,
  notifications: readonly Notification[],
): Origin {
  const { idempotencyPath } = reading;
  const event =
    source === 'pushed' && idempotencyPath !== undefined ? textOf(valueAt(value, idempotencyPath)) : undefined;
  // A repeat of one event may have another envelope (attempt, time of sending): its id is what stays.
  const contentDigest = event === undefined ? digestOfBytes(body) : digestOfParts('event', plainId(event));
  const changed = notifications.flatMap((one) =>
    one.about === 'transaction' && one.gatewayTime !== undefined ? [one.gatewayTime] : [],
  );
  const signedAt = source === 'pushed' ? changed.sort()[0] : undefined;
  // A fetched PENDING settles nothing and is worth the same whenever it was asked (model.md 3.4).
  const settling =
    source === 'fetched' && notifications.some((one) => one.about === 'transaction' && one.status !== 'PENDING');
  const askedAt = settling ? readBodyTime(partOf(declared, 'askedAt') ?? '') : undefined;
  const settles = settling ? readDigests(partOf(declared, 'settles')) : undefined;
  return {
    ...{ source, contentDigest },
    ...(signedAt === undefined ? {} : { signedAt }),
    ...(askedAt === undefined ? {} : { askedAt }),
    ...(settles === undefined ? {} : { settles }),
  };
}

function partOf(declared: StoredStatement['declared'], name: string): string | undefined {
  const value: unknown = Object.hasOwn(declared, name) ? declared[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function readDigests(text: string | undefined): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return Array.isArray(value) ? value.filter((digest) => typeof digest === 'string') : undefined;
  } catch {
    return undefined;
  }
}
