import { isNegative } from './minor-units.ts';
import { type Phase, waitsForTransfer } from './phase.ts';
import { idAt, integerAt, member, referenceAt, type Tree, treeAt, treesAt } from './tree.ts';

/** What a payment transaction is, apart from where it stands: fixed for the life of an id as far as the object tells. */
export interface Role {
  readonly kind: 'debit' | 'preauthorize' | 'refund' | 'split' | 'payout' | 'register';
  /** False: the object does not tell a sale from an authorization yet, and nothing is claimed. */
  readonly certain: boolean;
  /** True: the customer transfers the money by hand. */
  readonly prepayment: boolean;
  /** The payment that this one belongs to. */
  readonly parentId?: string;
}

export interface RoleQuestion {
  /** The gateway's name of the object type. */
  readonly as: string;
  readonly phase: Phase;
  /** The kind that was known when it was asked. */
  readonly known?: string;
}

/** Products of the gateway by number (SCdoc "Get a list of payment transactions", "Assign Transfer Balance", manual). */
const PREPAYMENTS = new Set([36, 310]);
const SALES = new Set([16, 26, 36, 283, 310, 440]);
/** "Aut.", "Voraut.": what is captured by a call of its own; 267 is an invoice, which is due when it is shipped. */
const AUTHORIZATIONS = new Set([50, 218, 267, 309, 311]);
const REFUNDS = new Set([92, 478]);
/** Shares of a payment and what is taken back of them. */
const SPLITS = new Set([397, 398, 401, 437, 438]);
const PAYOUTS = new Set([402]);
/** `ref_type_id` of a parent: the object refunds it. */
const REFUND_OF = 19;

const PREPAYMENT_NAME = /prepay|payment in advance|vorkasse/i;
const SALE_NAME = /^(?:direct debit|lastschrift|paypal|twint|sofort)/i;
const SHARE_NAME = /stakeholder/i;
const PAYOUT_NAME = /^API initiierte Auszahlung/i;

const LEGACY_SALES = new Set(['payment.secupaydebits', 'payment.secupayprepays', 'payment.secupaysofort']);

/** What the object is, by its product, sign, parents and, where these leave it open, by where it stands. */
export function roleOf(object: Tree, { as, phase, known }: RoleQuestion): Role {
  const product = integerAt(object, 'product_id') ?? 0;
  const names = [referenceAt(object, 'product'), referenceAt(object, 'product_raw')].filter(
    (name) => name !== undefined,
  );
  const named = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const prepayment =
    PREPAYMENTS.has(product) ||
    named(PREPAYMENT_NAME) ||
    as === 'payment.secupayprepays' ||
    (as !== 'payment.secupaypayout' && waitsForTransfer(object));
  const { parentId, refunds } = readParent(object);
  const link = parentId === undefined ? {} : { parentId };
  const sure = { certain: true, prepayment: false, ...link };

  if (as === 'payment.secupaypayout' || PAYOUTS.has(product) || named(PAYOUT_NAME)) return { ...sure, kind: 'payout' };
  if (SPLITS.has(product) || named(SHARE_NAME)) return { ...sure, kind: 'split' };
  if (refunds || REFUNDS.has(product) || isNegative(member(object, 'amount'))) return { ...sure, kind: 'refund' };
  // A sub-basket of a marketplace's payment: the same money once more, for one of its merchants.
  const isShare = parentId !== undefined && idAt(object, 'subscription') === undefined;
  if (isShare) return { ...sure, kind: 'split' };
  const own = { certain: true, prepayment };
  if (phase === 'registered' || phase === 'unregistered' || known === 'register') return { ...own, kind: 'register' };
  return { ...own, ...saleOrAuthorization(object, { as, phase, prepayment, product, named, known }) };
}

interface SaleQuestion {
  readonly as: string;
  readonly phase: Phase;
  readonly prepayment: boolean;
  readonly product: number;
  readonly named: (pattern: RegExp) => boolean;
  readonly known: string | undefined;
}

function saleOrAuthorization(object: Tree, about: SaleQuestion): Pick<Role, 'kind' | 'certain'> {
  const { as, phase, prepayment, product, named, known } = about;
  const action = member(object, 'payment_action');
  const certain = true;
  if (prepayment) return { kind: 'debit', certain };
  if (action === 'authorization' || AUTHORIZATIONS.has(product) || as === 'payment.secupayinvoices') {
    return { kind: 'preauthorize', certain };
  }
  if (phase === 'shipment') return { kind: 'preauthorize', certain };
  // It may yet become the approval of a subscription, or the storing of an instrument (0 to 11 or 15).
  const mayRegister = idAt(object, 'subscription') !== undefined || integerAt(object, 'amount') === 0;
  const isOpen = phase === 'waiting' || phase === 'held' || phase === 'voided';
  if (mayRegister && isOpen && known === undefined) return { kind: 'debit', certain: false };
  if (action === 'sale' || SALES.has(product) || named(SALE_NAME) || LEGACY_SALES.has(as)) {
    return { kind: 'debit', certain };
  }
  // The object itself is silent: what is known of the id stays, then its status decides.
  if (known === 'debit' || known === 'preauthorize') return { kind: known, certain };
  if (phase === 'authorized') return { kind: 'preauthorize', certain };
  return { kind: 'debit', certain: !isOpen };
}

/** Parents stand in `parents`, and with `hierarchy: "parent"` among `related_transactions`. */
function readParent(object: Tree): { readonly parentId?: string; readonly refunds: boolean } {
  const related = treesAt(object, 'related_transactions').filter((one) => member(one, 'hierarchy') === 'parent');
  const parents = [...treesAt(object, 'parents'), ...related];
  const own = member(object, 'id');
  const [parentId] = parents.flatMap((one) => idAt(one, 'id') ?? []).filter((id) => id !== own);
  const refunds = parents.some((one) => integerAt(one, 'ref_type_id') === REFUND_OF);
  return { refunds, ...(parentId !== undefined && { parentId }) };
}

/** Shares that the basket of a sale branches off (manual: basket items of the type `stakeholder_payment`). */
export function shareItemsOf(object: Tree): readonly Tree[] {
  const items = [...treesAt(object, 'basket'), ...treesAt(treeAt(object, 'basket'), 'products')];
  return items.filter((item) => member(item, 'item_type') === 'stakeholder_payment');
}
