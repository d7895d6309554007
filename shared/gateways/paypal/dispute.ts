import type { AmountGroup, Anomaly, DisputeDetail, TransactionNotification } from '#shared/model/notification.ts';
import { present } from '../present.ts';
import type { Tree } from './document.ts';
import { amountOf, idAt, textAt, timeAt, treesAt, wordAt } from './fields.ts';
import { transaction } from './notice.ts';
import { gatewayTimeOf, reference, unknownStatus, withoutId } from './payment.ts';
import type { ReadResource, StatementContext } from './statement-context.ts';

/** Days in which a dispute is decided as a rule; then the API is asked. */
const DUE_MINUTES = 30 * 24 * 60;
/** A dispute about more payments than this is shown with its first ones. */
const MAX_PAYMENTS = 20;

type Stage = NonNullable<DisputeDetail['stage']>;
type Outcome = NonNullable<DisputeDetail['outcome']>;

const STAGES: ReadonlyMap<string, Stage> = new Map<string, Stage>([
  ['INQUIRY', 'inquiry'],
  ['CHARGEBACK', 'chargeback'],
  ['PRE_ARBITRATION', 'pre_arbitration'],
  ['ARBITRATION', 'arbitration'],
]);

/** `dispute_outcome.outcome_code`, and whom the money goes to (Disputes v1 reference). */
const OUTCOMES: ReadonlyMap<string, { readonly outcome: Outcome; readonly buyerIsPaid: boolean }> = new Map([
  ['RESOLVED_BUYER_FAVOUR', { outcome: 'lost', buyerIsPaid: true }],
  ['RESOLVED_WITH_PAYOUT', { outcome: 'lost', buyerIsPaid: true }],
  ['ACCEPTED', { outcome: 'accepted', buyerIsPaid: true }],
  ['RESOLVED_SELLER_FAVOUR', { outcome: 'won', buyerIsPaid: false }],
  ['DENIED', { outcome: 'won', buyerIsPaid: false }],
  ['CANCELED_BY_BUYER', { outcome: 'withdrawn', buyerIsPaid: false }],
]);

/** `status` of a dispute; the deprecated RISK.DISPUTE.CREATED has none of these. */
const DISPUTE_WORDS: ReadonlyMap<string, 'PENDING' | 'FINISHED'> = new Map([
  ['OPEN', 'PENDING'],
  ['WAITING_FOR_BUYER_RESPONSE', 'PENDING'],
  ['WAITING_FOR_SELLER_RESPONSE', 'PENDING'],
  ['UNDER_REVIEW', 'PENDING'],
  ['OTHER', 'PENDING'],
  ['RESOLVED', 'FINISHED'],
]);

/**
 * A dispute is a subject of its own that counts no money; what it moves is the derived chargeback of each disputed
 * payment, the same that PAYMENT.CAPTURE.REVERSED speaks of, so that it counts once (model.md 4).
 */
export const readDispute: ReadResource = (tree, context) => {
  const id = idAt(tree, 'dispute_id') ?? idAt(tree, 'id');
  if (id === undefined) return [withoutId(context)];
  const said = wordAt(tree, 'status');
  const implied = context.impliedStatus ?? '';
  const status = DISPUTE_WORDS.get(implied === 'RESOLVED' ? implied : (said ?? '')) ?? DISPUTE_WORDS.get(implied);
  if (status === undefined) return [unknownStatus(context, id)];
  const stage = STAGES.get(wordAt(tree, 'dispute_life_cycle_stage') ?? wordAt(tree, 'stage') ?? '');
  const code = wordAt(tree, 'dispute_outcome', 'outcome_code') ?? wordAt(tree, 'outcome');
  const resolution = status === 'FINISHED' ? OUTCOMES.get(code ?? '') : undefined;
  const gatewayTime = gatewayTimeOf(tree, context);
  const payments = treesAt(tree, MAX_PAYMENTS, 'disputed_transactions');
  const [first] = payments.flatMap((payment) => idAt(payment, 'seller_transaction_id') ?? []);
  const { amount, anomalies } = amountOf(tree, ['dispute_amount'], false);
  const known = status === 'PENDING' || resolution !== undefined;
  const unknown: Anomaly[] = known ? [] : [{ code: 'unreadable', field: 'dispute_outcome.outcome_code' }];
  const dispute = transaction({
    id,
    kind: 'dispute',
    status,
    // A lost one can be appealed (Disputes: lifecycle stages).
    final: status === 'FINISHED' && (resolution?.outcome !== 'lost' || stage === 'arbitration'),
    gatewayTime,
    pendingReason: status === 'PENDING' ? 'review' : undefined,
    expiresAfterMinutes: DUE_MINUTES,
    original: first === undefined ? undefined : reference(first),
    amount,
    fields: {
      ...present({ merchantReference: payments.flatMap((payment) => textAt(payment, 'invoice_number') ?? [])[0] }),
      dispute: present({
        stage,
        outcome: resolution?.outcome,
        reason: wordAt(tree, 'reason'),
        respondBy: timeAt(tree, 'seller_response_due_date'),
      }),
    },
    anomalies: [...anomalies, ...unknown],
  });
  if (stage === undefined || stage === 'inquiry') return [dispute];
  return [
    dispute,
    ...payments.flatMap((payment) => movementsOf(tree, payment, { payments, resolution, status, gatewayTime })),
  ];
};

interface Movement {
  readonly payments: readonly Tree[];
  readonly resolution: { readonly buyerIsPaid: boolean } | undefined;
  readonly status: 'PENDING' | 'FINISHED';
  readonly gatewayTime: string | undefined;
}

function movementsOf(tree: Tree, payment: Tree, movement: Movement): readonly TransactionNotification[] {
  const { resolution, status, gatewayTime } = movement;
  const paymentId = idAt(payment, 'seller_transaction_id');
  if (paymentId === undefined) return [];
  if (status === 'PENDING') {
    // Without a time: where a reversal is proven, an open dispute takes nothing of it back.
    return [
      chargeback(paymentId, {
        status,
        pendingReason: 'review',
        amount: shareOf(tree, payment, movement.payments, false),
      }),
    ];
  }
  if (resolution === undefined) return [];
  const amount = shareOf(tree, payment, movement.payments, resolution.buyerIsPaid);
  const moved = chargeback(paymentId, { status, gatewayTime, amount });
  return resolution.buyerIsPaid ? [moved] : [moved, reversal(paymentId, { status, gatewayTime, amount })];
}

/**
 * What of the disputed amount is of one payment: all of it where there is one, its own amount where the amounts of all add
 * up; otherwise nothing is said, and totals are incomplete.
 */
function shareOf(tree: Tree, payment: Tree, payments: readonly Tree[], refunded: boolean): AmountGroup | undefined {
  const disputed = amountOf(tree, ['dispute_amount'], false).amount;
  if (payments.length === 1) {
    return (refunded ? amountOf(tree, ['dispute_outcome', 'amount_refunded'], false).amount : undefined) ?? disputed;
  }
  const amounts = payments.map((one) => amountOf(one, ['gross_amount'], false).amount?.amount);
  const sum = amounts.reduce((total, money) => total + (money?.minor ?? Number.NaN), 0);
  const sameCurrency = amounts.every((money) => money?.currency === disputed?.amount.currency);
  return sameCurrency && sum === disputed?.amount.minor ? amountOf(payment, ['gross_amount'], false).amount : undefined;
}

type Moved = Pick<TransactionNotification, 'status'> & {
  readonly gatewayTime?: string | undefined;
  readonly pendingReason?: 'review';
  readonly amount?: AmountGroup | undefined;
  readonly anomalies?: readonly Anomaly[];
};

/** The one movement of money out of a disputed or reversed payment. */
function chargeback(paymentId: string, moved: Moved): TransactionNotification {
  const id = chargebackIdOf(paymentId);
  // The dispute is asked for, not the chargeback.
  return transaction({ ...moved, id, kind: 'chargeback', original: reference(paymentId), expiresAfterMinutes: 0 });
}

export function chargebackIdOf(paymentId: string): string {
  return `${paymentId}~chargeback-1`;
}

function reversal(paymentId: string, moved: Moved): TransactionNotification {
  return transaction({
    ...moved,
    id: `${paymentId}~chargeback_reversal-1`,
    kind: 'chargeback_reversal',
    original: reference(paymentId),
    fields: { dispute: { chargebackId: chargebackIdOf(paymentId) } },
    expiresAfterMinutes: 0,
  });
}

/** PAYMENT.CAPTURE.REVERSED and PAYMENT.SALE.REVERSED: the object is the reversal, its link up leads to the payment. */
export function readReversal(tree: Tree, context: StatementContext, paymentId: string | undefined) {
  const { amount, anomalies } = amountOf(tree, ['amount'], true);
  const moved = { status: 'FINISHED' as const, gatewayTime: gatewayTimeOf(tree, context), amount, anomalies };
  if (paymentId !== undefined) return [chargeback(paymentId, moved)];
  const id = idAt(tree, 'id');
  // Nothing says of which payment: it stands alone and is shown as unlinked.
  return id === undefined ? [withoutId(context)] : [transaction({ ...moved, id, kind: 'chargeback' })];
}
