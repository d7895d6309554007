/** A global index of text keys; `project`: what it holds beside the keys. Rows without its keys are not in it. */
export interface IndexShape {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly project: 'keys' | 'all';
}

export interface TableShape {
  readonly indexes: readonly IndexShape[];
  /** What the stream of changes carries. */
  readonly stream?: 'new' | 'new-and-old';
  /** Attribute with the time of expiry in seconds since 1970; absent: rows never expire. */
  readonly expiry?: string;
}

/**
 * The four tables as the stores read them, the stack deploys them and the tests make them: keys `pk` and `sk`, both text
 * (DESIGN.md "Data"). An index of keys only costs a write when a row appears in it, not with every change of the row.
 */
export const TABLES = {
  inbox: {
    stream: 'new',
    expiry: 'expiresAt',
    // `<connectorId>#<bucket>`, then the time received and a digest of the id (inbox-item.ts).
    indexes: [{ name: 'byTime', partitionKey: 'timeBucket', sortKey: 'listKey', project: 'keys' }],
  },
  ledger: {
    stream: 'new-and-old',
    indexes: [
      { name: 'byReference', partitionKey: 'referenceKey', sortKey: 'listKey', project: 'keys' },
      { name: 'byPurchase', partitionKey: 'purchaseKey', sortKey: 'listKey', project: 'keys' },
      { name: 'byList', partitionKey: 'listShard', sortKey: 'listKey', project: 'keys' },
      { name: 'byDue', partitionKey: 'dueShard', sortKey: 'due', project: 'keys' },
    ],
  },
  registry: {
    indexes: [{ name: 'byKind', partitionKey: 'kind', sortKey: 'listKey', project: 'all' }],
  },
  delivery: {
    // Of new questions to gateways: confirm is called by them.
    stream: 'new',
    expiry: 'expiresAt',
    indexes: [
      { name: 'byNextAt', partitionKey: 'nextAtShard', sortKey: 'nextAt', project: 'keys' },
      { name: 'byKind', partitionKey: 'kind', sortKey: 'listKey', project: 'all' },
    ],
  },
} as const satisfies Readonly<Record<string, TableShape>>;

export type TableName = keyof typeof TABLES;
