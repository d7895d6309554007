import type { Anomaly, Notification, TransactionNotification } from '#shared/model/notification.ts';
import type { ScheduleStatus, TransactionStatus } from '#shared/model/vocabulary.ts';
import { unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import { readMinorUnits } from './minor-units.ts';
import { shownWord } from './notices.ts';
import { dueAfter, outcomeOf } from './outcomes.ts';
import { readPhase } from './phase.ts';
import { readOffsetTime } from './times.ts';
import { flagAt, idAt, isId, member, referenceAt, type Tree, treeAt, wordAt } from './tree.ts';

/** SCsdk PaymentSubscriptionsProductModel. */
const SCHEDULE_STATUSES: ReadonlyMap<string, ScheduleStatus> = new Map<string, ScheduleStatus>([
  ['active', 'ACTIVE'],
  ['suspended', 'PAUSED'],
  ['cancelled', 'CANCELLED'],
  ['completed', 'COMPLETED'],
]);

/** payment.subscriptions. */
export function readSubscription(object: Tree): Notification[] {
  const id = member(object, 'id');
  if (!isId(id)) return [unrecognized('unreadable_id', 'A subscription has no id of letters, digits and "_".')];
  const word = wordAt(object, 'status');
  const status = SCHEDULE_STATUSES.get(word ?? '') ?? 'UNKNOWN';
  const anomalies: Anomaly[] =
    status === 'UNKNOWN' ? [present({ code: 'unknown_schedule_status' as const, field: 'status', value: word })] : [];
  const gatewayTime = readOffsetTime(member(object, 'updated'));
  return [
    present({ about: 'schedule' as const, id, status, gatewayTime, testMode: flagAt(object, 'demo'), anomalies }),
  ];
}

/** payment.payouts: a sum of payments that goes to the merchant; it has no time of change. */
export function readPayout(object: Tree): Notification[] {
  const id = member(object, 'id');
  if (!isId(id)) return [unrecognized('unreadable_id', 'A payout has no id of letters, digits and "_".')];
  const { phase, shown } = readPhase(object);
  if (phase === undefined) {
    return [unrecognized('unknown_status', `Payout ${id} has ${shown}, which the manual does not explain.`, id)];
  }
  const role = { kind: 'payout', certain: true, prepayment: false } as const;
  const outcome = outcomeOf(role, phase);
  const figure = member(object, 'payout_amount') ?? member(object, 'amount');
  const { money, anomalies } = readMinorUnits(figure, member(object, 'currency'), 'amount');
  const error = { class: 'declined', advice: 'do_not_retry', code: phase } as const;
  const purchaseReference = referenceAt(object, 'trans_id');
  return [
    present({
      ...{ about: 'transaction' as const, id, kind: role.kind, ...outcome, correction: 'none' as const },
      gatewayTime: readOffsetTime(member(object, 'updated')),
      expiresAfterMinutes: dueAfter(role, outcome),
      testMode: flagAt(object, 'demo'),
      amount: money === undefined ? undefined : { amount: money },
      fields: present({ purchaseReference, error: outcome.status === 'ERROR' ? error : undefined }),
      anomalies,
    }),
  ];
}

/** SCsdk ServicesIdentrequestsProductModel. */
const IDENT_STATUSES: ReadonlyMap<string, TransactionStatus> = new Map<string, TransactionStatus>([
  ['requested', 'PENDING'],
  ['ok_preliminary', 'PENDING'],
  ['failed_preliminary', 'PENDING'],
  ['ok', 'FINISHED'],
  ['error', 'ERROR'],
  ['failed', 'ERROR'],
]);

/** services.identrequests: whether a person has proved who they are. */
export function readIdentRequest(object: Tree): Notification[] {
  const error = { class: 'customer', advice: 'fix_customer' } as const;
  return readByWord(object, IDENT_STATUSES, {
    kind: 'register',
    name: 'identification',
    expiresAfterMinutes: 7 * 1_440,
    error,
  });
}

/** SCdoc "Status Flow of a Smart Transaction". */
const SMART_STATUSES: ReadonlyMap<string, TransactionStatus> = new Map<string, TransactionStatus>([
  ['created', 'PENDING'],
  ['processing', 'PENDING'],
  ['pending', 'PENDING'],
  ['approved', 'FINISHED'],
  ['ok', 'FINISHED'],
  ['received', 'FINISHED'],
  ['shipped', 'FINISHED'],
  ['collection', 'FINISHED'],
  ['collected', 'FINISHED'],
  ['failed', 'ERROR'],
  ['cancelled', 'ERROR'],
]);

/**
 * smart.transactions: the order around a payment. The money is moved by its payment transactions, which have subjects of
 * their own; as an order it counts nothing, so that nothing counts twice.
 */
export function readSmartTransaction(object: Tree): Notification[] {
  const error = { class: 'declined', advice: 'fix_customer' } as const;
  return readByWord(object, SMART_STATUSES, {
    kind: 'order',
    name: 'Smart Transaction',
    expiresAfterMinutes: 60,
    error,
  });
}

interface ByWord {
  readonly kind: 'register' | 'order';
  readonly name: string;
  readonly expiresAfterMinutes: number;
  readonly error: Pick<NonNullable<TransactionNotification['fields']['error']>, 'class' | 'advice'>;
}

function readByWord(object: Tree, statuses: ReadonlyMap<string, TransactionStatus>, about: ByWord): Notification[] {
  const id = member(object, 'id');
  if (!isId(id)) return [unrecognized('unreadable_id', `The ${about.name} has no id of letters, digits and "_".`)];
  const word = wordAt(object, 'status');
  const status = statuses.get(word ?? '');
  if (status === undefined) {
    return [unrecognized('unknown_status', `The ${about.name} ${id} has the status ${shownWord(word)}.`, id)];
  }
  const basket = treeAt(object, 'basket_info');
  const { money, anomalies } = readMinorUnits(member(basket, 'sum'), member(basket, 'currency'), 'basket_info.sum');
  return [
    present({
      ...{ about: 'transaction' as const, id, kind: about.kind, status, final: status !== 'PENDING' },
      cancelled: word === 'cancelled' ? (true as const) : undefined,
      correction: 'none' as const,
      gatewayTime: readOffsetTime(member(object, 'updated')),
      pendingReason: status === 'PENDING' ? ('async' as const) : undefined,
      expiresAfterMinutes: status === 'PENDING' ? about.expiresAfterMinutes : 0,
      testMode: flagAt(object, 'is_demo') ?? flagAt(object, 'demo'),
      amount: money === undefined ? undefined : { amount: money },
      fields: present({
        merchantReference: referenceAt(object, 'transactionRef') ?? referenceAt(object, 'transaction_ref'),
        purchaseReference: referenceAt(object, 'trans_id'),
        scheduleId: idAt(object, 'subscription'),
        error: status === 'ERROR' ? { ...about.error, code: word ?? 'unknown' } : undefined,
      }),
      anomalies,
    }),
  ];
}

/** general.contracts: whether a merchant may take payments. About no payment: a notice. */
export function readContract(object: Tree, noticeId: string | undefined): Notification[] {
  const id = member(object, 'id');
  if (!isId(id)) return [unrecognized('unreadable_id', 'A contract has no id of letters, digits and "_".')];
  const approved = flagAt(object, 'approved');
  const is = approved === undefined ? 'says nothing of its approval' : approved ? 'is approved' : 'is not approved';
  const reason = approved === true ? 'contract_approved' : 'contract_not_approved';
  return [resolved(noticeId, approved === undefined ? 'contract_read' : reason, `Contract ${id} ${is}.`)];
}

/** services.identresults: the papers of an identification; what it came to stands in its request. */
export function readIdentResult(object: Tree, noticeId: string | undefined): Notification[] {
  const id = member(object, 'id');
  if (!isId(id)) return [unrecognized('unreadable_id', 'An identification has no id of letters, digits and "_".')];
  return [resolved(noticeId, 'identification_read', `The result of identification ${id} can be read at the gateway.`)];
}

function resolved(id: string | undefined, reason: string, detail: string): Notification {
  return { about: 'notice', status: 'RESOLVED', reason, detail, ...(id !== undefined && { id }) };
}
