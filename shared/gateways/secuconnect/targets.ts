import type { SubjectType } from '#shared/model/vocabulary.ts';

/** How an object of the gateway's is read, and what it is here. */
export interface Target {
  readonly type: SubjectType;
  /** Path of the API behind `/api/v2/`, before the id. */
  readonly path: string;
  /** True: the gateway is known to push it (wire 1.3). */
  readonly pushed: boolean;
}

/** Where the manual and the official examples differ in nothing but the word (wire 1.3). */
function legacy(name: string): readonly [string, Target] {
  return [`payment.${name.toLowerCase()}`, { type: 'transaction', path: `Payment/${name}`, pushed: true }];
}

/** Fixed table of object types: no other path is ever asked for. */
const TARGETS: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['payment.transactions', { type: 'transaction', path: 'Payment/Transactions', pushed: true }],
  ['payment.subscriptions', { type: 'schedule', path: 'Payment/Subscriptions', pushed: true }],
  ['payment.payouts', { type: 'transaction', path: 'Payment/Payouts', pushed: true }],
  ['payment.containers', { type: 'instrument', path: 'Payment/Containers', pushed: true }],
  ['general.contracts', { type: 'notice', path: 'General/Contracts', pushed: true }],
  ['services.identrequests', { type: 'transaction', path: 'Services/Identrequests', pushed: true }],
  ['services.identresults', { type: 'notice', path: 'Services/Identresults', pushed: true }],
  ...['Secupaydebits', 'Secupaycreditcards', 'Secupayinvoices', 'Secupayprepays', 'Secupaysofort'].map(legacy),
  legacy('Secupaypayout'),
  // Answered when the merchant made it; pushed to checkout terminals only.
  ['smart.transactions', { type: 'transaction', path: 'Smart/Transactions', pushed: false }],
]);

export function targetOf(name: string | undefined): Target | undefined {
  return name === undefined ? undefined : TARGETS.get(name);
}

/** What the gateway's ids begin with, where it is known (manual; SCsdk). */
const PREFIXES: readonly (readonly [string, string])[] = [
  ['PCI_', 'payment.transactions'],
  ['SUB_', 'payment.subscriptions'],
  ['STX_', 'smart.transactions'],
  ['PCT_', 'payment.containers'],
  ['GCR_', 'general.contracts'],
];

const OF_TYPE: Readonly<Record<SubjectType, string | undefined>> = {
  transaction: 'payment.transactions',
  schedule: 'payment.subscriptions',
  instrument: 'payment.containers',
  notice: undefined,
};

/** The object type that an id says itself. It counts more than what a push says, which anybody may have sent. */
export function targetNameOfId(id: string): string | undefined {
  return PREFIXES.find(([prefix]) => id.startsWith(prefix))?.[1];
}

/** The object type of an id that neither says it nor was pushed with one. */
export function targetNameOfType(type: SubjectType): string | undefined {
  return OF_TYPE[type];
}

/** Ids of transactions in the current form; all others are hashes of the old Flex API. */
export function isCurrentId(id: string): boolean {
  return id.startsWith('PCI_');
}

/** Path of an object behind the host. `id` must have been checked. */
export function pathOf(name: string, { path }: Target, id: string): string {
  // Flex hashes (TWINT among them) can be read in the old format only (wire 1.3).
  const suffix = name === 'payment.transactions' && !isCurrentId(id) ? '/OldFormat' : '';
  return `/api/v2/${path}/${id}${suffix}`;
}
