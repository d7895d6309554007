import type { JsonValue } from '#shared/model/fact.ts';
import type { Notification, TransactionNotification } from '#shared/model/notification.ts';
import type { TransactionStatus } from '#shared/model/vocabulary.ts';
import { DUE_MINUTES } from './due.ts';
import { unknownState } from './notice.ts';
import { isObjectId } from './object-ids.ts';
import { type ApiObject, readPrice } from './read-object.ts';
import { errorOf } from './reasons.ts';

/** Wire facts 4.4; `Pending` and `Completed` are the manual's prose. */
const STATES: ReadonlyMap<string, TransactionStatus> = new Map([
  ['refundinitiated', 'PENDING'],
  ['pending', 'PENDING'],
  ['refunded', 'FINISHED'],
  ['completed', 'FINISHED'],
  ['declined', 'ERROR'],
]);

/** A refund is an object of its own that names its charge. */
export function readRefund(id: string, object: ApiObject): Notification[] {
  const { members, gatewayTime, testMode } = object;
  const status = typeof object.state === 'string' ? STATES.get(object.state.toLowerCase()) : undefined;
  if (status === undefined) return [unknownState('refund', object.state, id)];
  const charge = readChargeId(id, members.get('chargeid') ?? undefined);
  const { amount, anomalies } = readPrice(members, 'refundAmount');
  const refund: TransactionNotification = {
    ...{ about: 'transaction', id, kind: 'refund', status, final: status !== 'PENDING', correction: 'none' },
    ...(status === 'PENDING' && { pendingReason: 'async' }),
    expiresAfterMinutes: DUE_MINUTES.refund,
    ...(gatewayTime !== undefined && { gatewayTime }),
    ...(testMode !== undefined && { testMode }),
    ...(charge.ok && { original: { id: charge.id, link: 'reference' } }),
    ...(amount !== undefined && { amount }),
    fields: { ...object.references, ...(status === 'ERROR' && { error: errorOf(object, 'refund') }) },
    anomalies: [...object.anomalies, ...anomalies, ...(charge.ok ? [] : [{ code: charge.code, field: 'chargeId' }])],
  };
  return [refund];
}

type ChargeId =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly code: 'missing' | 'unreadable_id' | 'refers_to_itself' };

function readChargeId(refundId: string, value: JsonValue | undefined): ChargeId {
  if (value === undefined) return { ok: false, code: 'missing' };
  if (!isObjectId(value)) return { ok: false, code: 'unreadable_id' };
  return value === refundId ? { ok: false, code: 'refers_to_itself' } : { ok: true, id: value };
}
