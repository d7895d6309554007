import { type Child, MAX_CHILDREN } from './children.ts';
import type { Anomaly, Money } from './notification.ts';
import type { TransactionStatus } from './vocabulary.ts';

export interface Totals {
  readonly currency?: string;
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  readonly voided: number;
  readonly chargedBack: number;
  readonly reversed: number;
  readonly complete: boolean;
}

const MONEY_KINDS = new Set([
  'capture',
  'refund',
  'void',
  'chargeback',
  'chargeback_reversal',
  'incremental_authorization',
]);

/**
 * Sums over the direct children that are FINISHED, in minor units of the original's currency (model.md 4). A child in
 * another currency, without usable minor units, or contradictory is left out and makes the totals incomplete.
 */
export function totalsOf(
  own: { kind: string; status: TransactionStatus; amount?: Money },
  all: readonly Child[],
): Totals {
  const children = all.slice(0, MAX_CHILDREN).filter((child) => MONEY_KINDS.has(child.kind));
  const currency = own.amount?.currency ?? leastCurrency(children);
  const finished = children.filter((child) => child.status === 'FINISHED' && !child.contradictory);
  const countable = finished.filter(
    (child) => child.amount !== undefined && child.amount.minor !== null && child.amount.currency === currency,
  );
  const sum = (kind: string) =>
    countable.filter((child) => child.kind === kind).reduce((total, child) => total + (child.amount?.minor ?? 0), 0);
  const ownMinor = own.status === 'FINISHED' ? (own.amount?.minor ?? 0) : 0;
  const authorized = ownMinor + sum('incremental_authorization');
  const captured = sum('capture');
  const wholeVoid = finished.some((child) => child.kind === 'void' && child.amount === undefined);
  const voidable = own.kind === 'preauthorize' ? Math.max(0, authorized - captured) : authorized;
  const voided = voidedOf(own.kind, sum('void'), wholeVoid, voidable);
  const leftOut = finished.filter((child) => !countable.includes(child) && !(child.kind === 'void' && !child.amount));
  const complete =
    leftOut.length === 0 &&
    !children.some((child) => child.contradictory) &&
    all.length <= MAX_CHILDREN &&
    !(own.kind === 'unknown' && wholeVoid) &&
    isKnown(own);
  return {
    ...(currency !== undefined && { currency }),
    authorized,
    captured,
    refunded: sum('refund'),
    voided,
    chargedBack: sum('chargeback'),
    reversed: sum('chargeback_reversal'),
    complete,
  };
}

/** What was authorized is known unless it is FINISHED without an amount that can be counted. */
function isKnown(own: { status: TransactionStatus; amount?: Money }): boolean {
  if (own.amount === undefined) return own.status !== 'FINISHED';
  return own.amount.minor !== null;
}

/** A void without an amount voids all; of a preauthorize never more than authorized less captured. */
function voidedOf(kind: string, sum: number, whole: boolean, voidable: number): number {
  if (whole) return voidable;
  return kind === 'preauthorize' ? Math.min(sum, voidable) : sum;
}

function leastCurrency(children: readonly Child[]): string | undefined {
  return children.flatMap((child) => (child.amount ? [child.amount.currency] : [])).sort()[0];
}

/** What the set of children itself makes suspicious. */
export function childAnomalies(children: readonly Child[]): Anomaly[] {
  const anomalies: Anomaly[] = [];
  if (children.length > MAX_CHILDREN) anomalies.push({ code: 'too_many_children', value: `more than ${MAX_CHILDREN}` });
  const moved = (kind: string) => children.filter((child) => child.kind === kind && child.status === 'FINISHED');
  const refunded = new Set(moved('refund').map((child) => moneyText(child.amount)));
  const twice = moved('chargeback')
    .map((child) => moneyText(child.amount))
    .filter((text) => text !== undefined && refunded.has(text));
  for (const value of new Set(twice)) {
    anomalies.push({ code: 'refunded_and_charged_back', field: 'totals', ...(value !== undefined && { value }) });
  }
  return anomalies;
}

function moneyText(money: Money | undefined): string | undefined {
  return money && `${money.value} ${money.currency}`;
}
