import type { ReportReading } from '../gateway.ts';
import { paymentIdOf } from './payment.ts';
import { targetOf } from './targets.ts';
import { isId, isTree, member, type Tree, wordAt } from './tree.ts';

/** What is kept of an answer: nothing of the customer, no URLs. */
const KEPT = [
  ...['object', 'id', 'payment_id', 'trans_id', 'transaction_hash', 'status', 'transaction_status', 'status_simple'],
  ...['details', 'simple_status_id', 'amount', 'currency', 'order_id', 'payment_action', 'accrual', 'product'],
  ...['product_id', 'product_raw', 'parents', 'subscription', 'created', 'updated', 'demo', 'is_demo'],
  ...['transactionRef', 'transaction_ref', 'basket_info'],
];

/** Objects that a shop makes: the answer to its POST says their id. */
function isMade(name: string | undefined): boolean {
  return name === 'smart.transactions' || (name?.startsWith('payment.') === true && targetOf(name) !== undefined);
}

/** The answer to a POST of the shop's (Smart, Payment or legacy transactions, payouts, subscriptions), as it came. */
export function readSecuconnectReport({ result }: { readonly result: unknown }): ReportReading {
  if (!isTree(result)) return none('The answer is no JSON object.');
  if (member(result, 'status') === 'error') return none('The gateway answered with an error: nothing was made.');
  const name = wordAt(result, 'object');
  if (!isMade(name)) {
    return none(
      'The answer has no "object" that a shop makes, such as "payment.transactions" or "smart.transactions".',
    );
  }
  const subjectId = name === 'payment.transactions' ? paymentIdOf(result) : member(result, 'id');
  if (!isId(subjectId)) return none('The answer has no id of letters, digits and "_" (1 to 64).');
  return { effect: 'stored', body: Buffer.from(JSON.stringify(pick(result))), subjectId };
}

function pick(result: Tree): Tree {
  return Object.fromEntries(KEPT.flatMap((name) => (member(result, name) === undefined ? [] : [[name, result[name]]])));
}

function none(why: string): ReportReading {
  return { effect: 'none', why };
}
