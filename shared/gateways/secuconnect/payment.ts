import type {
  AmountGroup,
  Anomaly,
  Notification,
  Split,
  TransactionFields,
  TransactionNotification,
} from '#shared/model/notification.ts';
import { unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import { readMinorUnits } from './minor-units.ts';
import { type Derived, derivedOf, dueAfter, type Outcome, outcomeOf } from './outcomes.ts';
import { type Phase, phaseText, readPhase } from './phase.ts';
import { type Role, roleOf, shareItemsOf } from './role.ts';
import { readOffsetTime } from './times.ts';
import { flagAt, idAt, isId, member, referenceAt, type Tree } from './tree.ts';

export interface PaymentContext {
  /** The gateway's name of the object type. */
  readonly as: string;
  /** The subject that was asked about, a derived one as it is. */
  readonly asked?: string;
  /** The kind that was known of it. */
  readonly known?: string;
  /** False: a merchant's report, which proves nothing that would stand beside the payment itself. */
  readonly proven: boolean;
}

const SUFFIXES: Readonly<Record<Derived, string>> = {
  capture: 'capture',
  void: 'void',
  chargeback: 'chargeback-1',
  chargeback_reversal: 'chargeback_reversal-1',
  refund: 'refund',
};

/** A payment transaction, in the current or the old format, and what stands beside it. */
export function readPayment(object: Tree, context: PaymentContext): Notification[] {
  const id = paymentIdOf(object);
  if (id === undefined) return [unrecognized('unreadable_id', 'A payment has no id of letters, digits and "_".')];
  const { phase, shown } = readPhase(object);
  if (phase === undefined) {
    return [unrecognized('unknown_status', `Payment ${id} has ${shown}, which the manual does not explain.`, id)];
  }
  const role = roleOf(object, { as: context.as, phase, ...(context.known !== undefined && { known: context.known }) });
  const own = ownNotification(object, id, role, phase);
  if (!context.proven) return [own];
  const derived = derivedOf(role, phase).map((what) => derivedNotification(own, what));
  return [
    own,
    ...derived,
    ...supersededRefund(own, context.asked, phase),
    ...otherName(object, own, context.asked),
    ...registeredInstrument(object, role, own),
  ];
}

/** In the old format the current id stands beside the hash: one payment has one subject, whichever was pushed. */
export function paymentIdOf(object: Tree): string | undefined {
  const current = member(object, 'payment_id');
  if (isId(current) && current.startsWith('PCI_')) return current;
  const id = member(object, 'id');
  return isId(id) ? id : undefined;
}

function ownNotification(object: Tree, id: string, role: Role, phase: Phase): TransactionNotification {
  const outcome = outcomeOf(role, phase);
  const money = readMinorUnits(member(object, 'amount'), member(object, 'currency'), 'amount');
  const updated = member(object, 'updated');
  const gatewayTime = readOffsetTime(updated);
  const anomalies: Anomaly[] = [...money.anomalies];
  if (updated !== undefined && gatewayTime === undefined) anomalies.push({ code: 'unreadable', field: 'updated' });
  return present({
    about: 'transaction' as const,
    id,
    kind: role.certain ? role.kind : undefined,
    ...outcome,
    correction: 'none' as const,
    gatewayTime,
    expiresAfterMinutes: dueAfter(role, outcome),
    testMode: flagAt(object, 'demo'),
    original: role.parentId === undefined ? undefined : { id: role.parentId, link: 'reference' as const },
    // What is cancelled in full may say 0: what it had been says more, and its void takes all of that back.
    amount:
      money.money === undefined || (outcome.cancelled && money.money.minor === 0) ? undefined : { amount: money.money },
    fields: fieldsOf(object, outcome, phase, anomalies),
    anomalies,
  });
}

function fieldsOf(object: Tree, { status }: Outcome, phase: Phase, anomalies: Anomaly[]): TransactionFields {
  const splits = shareItemsOf(object).map((item) => shareOf(item, object, anomalies));
  return present({
    merchantReference: referenceAt(object, 'order_id'),
    purchaseReference: referenceAt(object, 'trans_id'),
    paymentMethod: referenceAt(object, 'product'),
    scheduleId: idAt(object, 'subscription'),
    instrumentId: idAt(object, 'container'),
    splits: splits.length === 0 ? undefined : splits,
    error: status === 'ERROR' ? errorOf(object, phase) : undefined,
  });
}

/** `status_text` is translated and says nothing to programs; of the simple status there is an English text. */
function errorOf(object: Tree, phase: Phase) {
  const message = phaseText(object);
  const meaning =
    phase === 'voided'
      ? ({ class: 'information', advice: 'do_not_retry' } as const)
      : ({ class: 'declined', advice: 'fix_customer' } as const);
  return { ...meaning, code: phase, ...(message !== undefined && { message }) };
}

function shareOf(item: Tree, object: Tree, anomalies: Anomaly[]): Split {
  const figure = member(item, 'total') ?? member(item, 'sum') ?? member(item, 'price');
  const { money, anomalies: flags } = readMinorUnits(figure, member(object, 'currency'), 'basket.total');
  anomalies.push(...flags);
  return present({
    id: referenceAt(item, 'reference_id') ?? referenceAt(item, 'id'),
    amount: money,
    seller: idAt(item, 'contract_id'),
  });
}

function derivedNotification(own: TransactionNotification, what: Derived): TransactionNotification {
  const pending = what === 'refund';
  const dispute: TransactionFields =
    what === 'chargeback'
      ? { dispute: { stage: 'chargeback' } }
      : what === 'chargeback_reversal'
        ? { dispute: { stage: 'chargeback', outcome: 'won', chargebackId: `${own.id}~chargeback-1` } }
        : {};
  // A void is of all that was authorized; how much the gateway will refund it does not say.
  const amount: AmountGroup | undefined = what === 'void' || what === 'refund' ? undefined : own.amount;
  return present({
    about: 'transaction' as const,
    id: `${own.id}~${SUFFIXES[what]}`,
    kind: what,
    status: pending ? ('PENDING' as const) : ('FINISHED' as const),
    final: false,
    correction: 'none' as const,
    gatewayTime: own.gatewayTime,
    pendingReason: pending ? ('async' as const) : undefined,
    expiresAfterMinutes: pending ? 3 * 24 * 60 : 0,
    testMode: own.testMode,
    original: { id: own.id, link: 'reference' as const },
    amount,
    fields: { ...referenceOf(own), ...dispute },
    anomalies: [],
  });
}

/**
 * What was flagged for a refund and no longer is: the refund itself is a transaction of its own by then (manual: "Cancel
 * or refund"), and the flag moved no money. Said only where the flag was asked about.
 */
function supersededRefund(own: TransactionNotification, asked: string | undefined, phase: Phase): Notification[] {
  if (asked !== `${own.id}~${SUFFIXES.refund}` || phase === 'refunding') return [];
  const flag = derivedNotification(own, 'refund');
  const message = 'The payment is no longer flagged for a refund; what was refunded is a transaction of its own.';
  const { pendingReason: _, ...rest } = flag;
  const error = { class: 'information', advice: 'do_not_retry', code: 'superseded', message } as const;
  return [{ ...rest, status: 'ERROR', final: true, expiresAfterMinutes: 0, fields: { ...flag.fields, error } }];
}

/**
 * Asked for under the hash of the old Flex API: that subject is the order around the payment, so that it ends as the
 * payment does and its money counts once.
 */
function otherName(object: Tree, own: TransactionNotification, asked: string | undefined): Notification[] {
  const isHash = asked !== undefined && [member(object, 'id'), member(object, 'transaction_hash')].includes(asked);
  if (!isHash || asked === own.id) return [];
  const { original: _, amount: __, fields, ...rest } = own;
  const { merchantReference, purchaseReference, error } = fields;
  const said = present({ merchantReference, purchaseReference, error });
  return [{ ...rest, id: asked, kind: 'order', fields: said, anomalies: [] }];
}

function registeredInstrument(object: Tree, { kind }: Role, own: TransactionNotification): Notification[] {
  const id = idAt(object, 'container');
  if (kind !== 'register' || id === undefined) return [];
  const { status, final, correction } = own;
  return [{ about: 'instrument', id, register: { status, final, correction }, aliases: [], anomalies: [] }];
}

function referenceOf({ fields: { merchantReference } }: TransactionNotification): TransactionFields {
  return merchantReference === undefined ? {} : { merchantReference };
}
