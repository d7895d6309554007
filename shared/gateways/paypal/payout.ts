import type { TransactionStatus } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import { at, isTree, type Tree } from './document.ts';
import { paymentErrorOf } from './error-reasons.ts';
import { amountOf, idAt, textAt, timeAt, wordAt } from './fields.ts';
import { transaction } from './notice.ts';
import { unknownStatus, withoutId } from './payment.ts';
import type { ReadResource, StatementContext } from './statement-context.ts';

/** An unclaimed payout is returned after 30 days. */
const DUE_MINUTES = 24 * 60;

/** `transaction_status` of an item (Payouts v1 reference). */
const ITEM_WORDS: ReadonlyMap<string, TransactionStatus> = new Map<string, TransactionStatus>([
  ['SUCCESS', 'FINISHED'],
  ['SUCCEEDED', 'FINISHED'],
  ['PENDING', 'PENDING'],
  ['NEW', 'PENDING'],
  ['UNCLAIMED', 'PENDING'],
  ['ONHOLD', 'PENDING'],
  ['HELD', 'PENDING'],
  ['FAILED', 'ERROR'],
  ['DENIED', 'ERROR'],
  ['BLOCKED', 'ERROR'],
  ['CANCELED', 'ERROR'],
  ['RETURNED', 'ERROR'],
  ['REFUNDED', 'ERROR'],
  ['REVERSED', 'ERROR'],
]);
const BATCH_WORDS: ReadonlyMap<string, TransactionStatus> = new Map<string, TransactionStatus>([
  ['NEW', 'PENDING'],
  ['PENDING', 'PENDING'],
  ['ACKNOWLEDGED', 'PENDING'],
  ['PROCESSING', 'PENDING'],
  ['SUCCESS', 'FINISHED'],
  ['DENIED', 'ERROR'],
  ['CANCELED', 'ERROR'],
]);
const REFERENCED_WORDS: ReadonlyMap<string, TransactionStatus> = new Map<string, TransactionStatus>([
  ['PENDING', 'PENDING'],
  ['PROCESSING', 'PENDING'],
  ['COMPLETED', 'FINISHED'],
  ['SUCCESS', 'FINISHED'],
  ['FAILED', 'ERROR'],
]);

export const readPayoutsItem: ReadResource = (tree, context) => {
  const said = wordAt(tree, 'transaction_status');
  return readPayout(tree, context, {
    id: idAt(tree, 'payout_item_id'),
    said,
    words: ITEM_WORDS,
    amount: ['payout_item', 'amount'],
    references: {
      merchantReference: textAt(tree, 'payout_item', 'sender_item_id'),
      purchaseReference: idAt(tree, 'payout_batch_id'),
    },
  });
};

/** The batch has no amount here: its items are the movements, and each counts once. */
export const readPayoutsBatch: ReadResource = (tree, context) => {
  const header = at(tree, 'batch_header');
  const batch = isTree(header) ? header : tree;
  const id = idAt(batch, 'payout_batch_id');
  return readPayout(batch, context, {
    id,
    said: wordAt(batch, 'batch_status'),
    words: BATCH_WORDS,
    references: { merchantReference: textAt(batch, 'sender_batch_header', 'sender_batch_id'), purchaseReference: id },
  });
};

export const readReferencedPayout: ReadResource = (tree, context) =>
  readPayout(tree, context, {
    id: idAt(tree, 'item_id'),
    said: wordAt(tree, 'processing_state', 'status'),
    words: REFERENCED_WORDS,
    amount: ['payout_amount'],
    references: { merchantReference: textAt(tree, 'invoice_id') ?? textAt(tree, 'custom') },
  });

interface PayoutRules {
  readonly id: string | undefined;
  readonly said: string | undefined;
  readonly words: ReadonlyMap<string, TransactionStatus>;
  readonly amount?: readonly string[];
  readonly references: {
    readonly merchantReference?: string | undefined;
    readonly purchaseReference?: string | undefined;
  };
}

function readPayout(tree: Tree, context: StatementContext, rules: PayoutRules) {
  const { id, said, words } = rules;
  if (id === undefined) return [withoutId(context)];
  const name = said !== undefined && words.has(said) ? said : (context.impliedStatus ?? said ?? '');
  const status = words.get(name);
  if (status === undefined) return [unknownStatus(context, id)];
  return [
    transaction({
      id,
      kind: 'payout',
      status,
      gatewayTime: changedAt(tree, context, status),
      pendingReason: status === 'PENDING' ? 'async' : undefined,
      expiresAfterMinutes: DUE_MINUTES,
      ...(rules.amount === undefined ? {} : amountOf(tree, rules.amount, true)),
      fields: {
        ...present(rules.references),
        ...(status === 'ERROR' && { error: paymentErrorOf(tree, name) }),
      },
    }),
  ];
}

/**
 * A payout says when it was processed, not when it was returned: an answer holds for the time of asking, an event for its
 * own. A PENDING answer may lag behind and never takes a result back (model.md 3.4).
 */
function changedAt(
  tree: Tree,
  { eventTime, askedAt }: StatementContext,
  status: TransactionStatus,
): string | undefined {
  const processed = timeAt(tree, 'time_processed') ?? timeAt(tree, 'time_completed') ?? timeAt(tree, 'time_created');
  return eventTime ?? (status === 'PENDING' ? processed : (askedAt ?? processed));
}
