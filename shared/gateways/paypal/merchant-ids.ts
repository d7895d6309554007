import { at, type Tree } from './document.ts';
import { treesAt } from './fields.ts';

const MAX_ENTRIES = 100;

/** True: an object names its merchants by id, and `settings.merchantId` is none of them. Without that setting: false. */
export function isForeign(tree: Tree, settings: Readonly<Record<string, unknown>>): boolean {
  const ours = settings['merchantId'];
  if (typeof ours !== 'string' || ours === '') return false;
  const ids = [
    at(tree, 'payee', 'merchant_id'),
    // Of a refund the merchant is the one who pays.
    at(tree, 'payer', 'merchant_id'),
    ...treesAt(tree, MAX_ENTRIES, 'purchase_units').map((unit) => at(unit, 'payee', 'merchant_id')),
    ...treesAt(tree, MAX_ENTRIES, 'disputed_transactions').map((payment) => at(payment, 'seller', 'merchant_id')),
  ].filter((id) => typeof id === 'string' && id !== '');
  return ids.length > 0 && !ids.includes(ours);
}
