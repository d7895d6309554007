import type { Notification } from '#shared/model/notification.ts';
import { present } from '../present.ts';
import { at, isTree, type Tree } from './document.ts';
import { amountOf, idAt, textAt, timeAt, treesAt, wordAt } from './fields.ts';
import { transaction } from './notice.ts';
import {
  gatewayTimeOf,
  readAuthorization,
  readCapture,
  readRefund,
  reference,
  unknownStatus,
  withoutId,
} from './payment.ts';
import type { ReadResource, StatementContext } from './statement-context.ts';

/** An order waits for the buyer for three hours, and some more once approved. */
const ORDER_MINUTES = 6 * 60;
const INVOICE_MINUTES = 30 * 24 * 60;
const MAX_UNITS = 10;
const MAX_PAYMENTS = 30;

type Word = 'PENDING' | 'FINISHED' | 'ERROR' | 'CANCELLED';

/** Orders v2 and, in capitals, v1. */
const ORDER_WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['CREATED', 'PENDING'],
  ['SAVED', 'PENDING'],
  ['APPROVED', 'PENDING'],
  ['PAYER_ACTION_REQUIRED', 'PENDING'],
  ['PENDING', 'PENDING'],
  ['AUTHORIZED', 'PENDING'],
  ['PROCESSED', 'PENDING'],
  ['COMPLETED', 'FINISHED'],
  ['CAPTURED', 'FINISHED'],
  ['VOIDED', 'CANCELLED'],
  ['APPROVAL_REVERSED', 'ERROR'],
]);
const INVOICE_WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['DRAFT', 'PENDING'],
  ['SENT', 'PENDING'],
  ['SCHEDULED', 'PENDING'],
  ['UNPAID', 'PENDING'],
  ['PARTIALLY_PAID', 'PENDING'],
  ['PAYMENT_PENDING', 'PENDING'],
  ['PAID', 'FINISHED'],
  ['MARKED_AS_PAID', 'FINISHED'],
  ['PARTIALLY_REFUNDED', 'FINISHED'],
  ['REFUNDED', 'FINISHED'],
  ['MARKED_AS_REFUNDED', 'FINISHED'],
  ['CANCELLED', 'CANCELLED'],
]);

/** An order moves no money of its own; its captures, authorizations and refunds are subjects, and said here too. */
export const readOrder: ReadResource = (tree, context) => {
  const id = idAt(tree, 'id') ?? idAt(tree, 'order_id');
  if (id === undefined) return [withoutId(context)];
  const word = wordOf(tree, context, ORDER_WORDS);
  if (word === undefined) return [unknownStatus(context, id)];
  const units = treesAt(tree, MAX_UNITS, 'purchase_units');
  const waiting = wordAt(tree, 'status') === 'CREATED' || wordAt(tree, 'status') === 'PAYER_ACTION_REQUIRED';
  const order = transaction({
    id,
    kind: 'order',
    status: word === 'CANCELLED' ? 'ERROR' : word,
    cancelled: word === 'CANCELLED' ? true : undefined,
    gatewayTime: gatewayTimeOf(tree, context),
    pendingReason: word === 'PENDING' ? (waiting ? 'redirect' : 'async') : undefined,
    expiresAfterMinutes: ORDER_MINUTES,
    ...amountOf(units.length === 1 ? (units[0] ?? {}) : tree, ['amount'], false),
    fields: present({
      merchantReference: firstText(units, ['invoice_id', 'custom_id', 'reference_id']),
      purchaseReference: id,
      paymentMethod: paymentMethodOf(tree),
      error:
        word === 'ERROR'
          ? { class: 'customer' as const, advice: 'fix_customer' as const, code: 'APPROVAL_REVERSED' }
          : undefined,
    }),
  });
  return [order, ...units.flatMap((unit) => paymentsOf(unit, id, context))];
};

/** The invoice stands in `invoice` of an event of v2. */
export const readInvoice: ReadResource = (given, context) => {
  const nested = at(given, 'invoice');
  const tree = isTree(nested) ? nested : given;
  const id = idAt(tree, 'id');
  if (id === undefined) return [withoutId(context)];
  const word = wordOf(tree, context, INVOICE_WORDS);
  if (word === undefined) return [unknownStatus(context, id)];
  const changed =
    timeAt(tree, 'detail', 'metadata', 'last_update_time') ?? timeAt(tree, 'metadata', 'last_updated_date');
  return [
    transaction({
      id,
      kind: 'order',
      status: word === 'CANCELLED' ? 'ERROR' : word,
      cancelled: word === 'CANCELLED' ? true : undefined,
      gatewayTime: changed ?? context.eventTime ?? context.askedAt,
      pendingReason: word === 'PENDING' ? 'async' : undefined,
      expiresAfterMinutes: INVOICE_MINUTES,
      ...amountOf(tree, isTree(at(tree, 'amount')) ? ['amount'] : ['total_amount'], false),
      fields: present({
        merchantReference:
          textAt(tree, 'detail', 'reference') ?? textAt(tree, 'detail', 'invoice_number') ?? textAt(tree, 'number'),
      }),
    }),
  ];
};

/** Undefined: neither the object nor the event's name says a word that is known. */
function wordOf(tree: Tree, { impliedStatus }: StatementContext, words: ReadonlyMap<string, Word>): Word | undefined {
  if (impliedStatus === 'APPROVAL_REVERSED') return 'ERROR';
  const said = words.get(wordAt(tree, 'status') ?? wordAt(tree, 'state') ?? '');
  return said ?? words.get(impliedStatus ?? '');
}

function paymentsOf(unit: Tree, orderId: string, { eventTime, eventId }: StatementContext): readonly Notification[] {
  const context = { eventTime, eventId };
  const authorizations = treesAt(unit, MAX_PAYMENTS, 'payments', 'authorizations');
  const [only, ...others] = authorizations.flatMap((one) => idAt(one, 'id') ?? []);
  const read: readonly Notification[] = [
    ...authorizations.flatMap((one) => readAuthorization(one, context)),
    ...treesAt(unit, MAX_PAYMENTS, 'payments', 'captures')
      .flatMap((one) => readCapture(one, context))
      // A capture without a link, in an order that was authorized first.
      .map((one) =>
        one.about === 'transaction' && one.kind === 'debit' && only !== undefined && others.length === 0
          ? { ...one, kind: 'capture' as const, original: reference(only) }
          : one,
      ),
    ...treesAt(unit, MAX_PAYMENTS, 'payments', 'refunds').flatMap((one) => readRefund(one, context)),
  ];
  return read
    .filter((one) => one.about === 'transaction')
    .map((one) => ({ ...one, fields: { ...one.fields, purchaseReference: orderId } }));
}

/** `{"card": {…}}`, `{"paypal": {…}}`: the name is the method. */
function paymentMethodOf(tree: Tree): string | undefined {
  const source = at(tree, 'payment_source');
  const [name] = isTree(source) ? Object.keys(source) : [];
  return name !== undefined && /^[a-z_]{2,40}$/.test(name) ? name : undefined;
}

function firstText(trees: readonly Tree[], names: readonly string[]): string | undefined {
  return trees.flatMap((tree) => names.flatMap((name) => textAt(tree, name) ?? []))[0];
}
