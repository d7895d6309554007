/** Our words for PayPal's objects (`ask.as` of a hint, `declared.as` of an answer), and where the API has each. */
const COLLECTIONS = {
  capture: 'v2/payments/captures',
  'capture-v1': 'v1/payments/capture',
  sale: 'v1/payments/sale',
  authorization: 'v2/payments/authorizations',
  'authorization-v1': 'v1/payments/authorization',
  refund: 'v2/payments/refunds',
  'refund-v1': 'v1/payments/refund',
  order: 'v2/checkout/orders',
  'order-v1': 'v1/payments/orders',
  invoice: 'v2/invoicing/invoices',
  dispute: 'v1/customer/disputes',
  'payouts-item': 'v1/payments/payouts-item',
  'payouts-batch': 'v1/payments/payouts',
  'referenced-payout-item': 'v1/payments/referenced-payouts-items',
  subscription: 'v1/billing/subscriptions',
  'payment-token': 'v3/vault/payment-tokens',
} as const;

export type ResourceName = keyof typeof COLLECTIONS;

const RESOURCES = Object.keys(COLLECTIONS) as readonly ResourceName[];

/** A webhook event as PayPal's list of events has it. */
export const EVENT = 'event';

export function isResourceName(name: unknown): name is ResourceName {
  return RESOURCES.some((known) => known === name);
}

/** Path of an object of the REST API. The id has the form of PayPal's ids. */
export function pathOf(name: ResourceName, id: string): string {
  const path = `/${COLLECTIONS[name]}/${id}`;
  // The items of a batch are objects of their own.
  return name === 'payouts-batch' ? `${path}?page=1&page_size=1` : path;
}

/** Older spellings that links still have. */
const ALIASES: readonly (readonly [string, ResourceName])[] = [
  ['v1/invoicing/invoices', 'invoice'],
  ['v2/vault/payment-tokens', 'payment-token'],
];

const NAMES = new Map<string, ResourceName>([
  ...RESOURCES.map((name) => [COLLECTIONS[name], name] as const),
  ...ALIASES,
]);

/** What kind of object a link leads to; undefined: none that is read here. */
export function resourceOf(collection: string): ResourceName | undefined {
  return NAMES.get(collection);
}
