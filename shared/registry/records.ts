import type { GatewayName } from '#shared/model/vocabulary.ts';

export interface Merchant {
  readonly merchantId: string;
  readonly name: string;
  readonly version: number;
  readonly archived: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** One generation of secrets: the values sealed (AES-256-GCM or KMS), bound to the connector. */
export interface SealedSecret {
  readonly keyId: string;
  readonly sealed: string;
  readonly createdAt: string;
}

export interface Connector {
  readonly connectorId: string;
  readonly merchantId: string;
  readonly gateway: GatewayName;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: readonly SealedSecret[];
  /** Names of the secret fields that are set: all that the API ever shows of them. */
  readonly secretNames: readonly string[];
  readonly testMode: boolean;
  readonly active: boolean;
  readonly archived: boolean;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type SubscriptionMode = 'live' | 'test' | 'both';

export interface SubscriptionFilter {
  /** Event type patterns; `*` is one segment, a trailing `*` the rest. */
  readonly types: readonly string[];
  /** Empty: all. */
  readonly kinds: readonly string[];
  /** Empty: all. */
  readonly connectors: readonly string[];
  readonly mode: SubscriptionMode;
}

/** A filter and the time from which it is in force (model.md 5); the list is sorted by `from`. */
export interface FilterEntry {
  readonly from: string;
  readonly filter: SubscriptionFilter;
}

export interface QueueTarget {
  readonly url: string;
  readonly fifo: boolean;
  /** True: made by us under our prefix. */
  readonly managed: boolean;
  /** Absent where the URL is of another endpoint than AWS's, and in rows of before. */
  readonly arn?: string;
  /** Role in the queue's account to send with. */
  readonly roleArn?: string;
  /** With `roleArn`: the merchant's id, which the role's trust policy asks for. */
  readonly externalId?: string;
}

export interface Subscription {
  readonly merchantId: string;
  readonly subscriptionId: string;
  readonly queue: QueueTarget;
  /** ARNs that may consume a managed queue, sorted; absent: none but the queue's own account. */
  readonly readers?: readonly string[];
  readonly entries: readonly FilterEntry[];
  readonly paused: boolean;
  /** SHA-256 (base64url) of the read token, which is shown once. */
  readonly readTokenSha256: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface AuditEntry {
  readonly at: string;
  readonly who: string;
  readonly what: string;
  readonly resource: string;
  /** Names of the fields that changed; never values of secrets. */
  readonly changes: readonly string[];
}

/** Connectors, merchants and subscriptions. Writes are conditional on the version that was read. */
export interface RegistryStore {
  merchant(merchantId: string): Promise<Merchant | undefined>;
  merchants(page: PageRequest): Promise<Page<Merchant>>;
  putMerchant(merchant: Merchant, expectedVersion: number | undefined, audit: AuditEntry): Promise<WriteOutcome>;
  connector(connectorId: string): Promise<Connector | undefined>;
  connectors(page: PageRequest & { readonly merchantId?: string }): Promise<Page<Connector>>;
  putConnector(connector: Connector, expectedVersion: number | undefined, audit: AuditEntry): Promise<WriteOutcome>;
  subscription(merchantId: string, subscriptionId: string): Promise<Subscription | undefined>;
  /** All subscriptions of a merchant, by id: the relay's read. */
  subscriptionsOf(merchantId: string): Promise<readonly Subscription[]>;
  putSubscription(
    subscription: Subscription,
    expectedVersion: number | undefined,
    audit: AuditEntry,
  ): Promise<WriteOutcome>;
  deleteSubscription(merchantId: string, subscriptionId: string, audit: AuditEntry): Promise<void>;
  audit(page: PageRequest): Promise<Page<AuditEntry>>;
}

/** `conflict`: the row is not (any more) at the expected version; undefined expects that there is no row. */
export type WriteOutcome = 'written' | 'conflict';

export interface PageRequest {
  /** 1 to 500. */
  readonly limit: number;
  /** Opaque, from the previous page; any other text is an InvalidCursorError (page-cursor.ts). */
  readonly cursor?: string;
}

export interface Page<T> {
  /** At most as many as asked for. */
  readonly items: readonly T[];
  /** Null, and only null, ends the list. */
  readonly cursor: string | null;
}

/** Encrypts secrets before they are stored and opens them for `receive`; bound to the connector (DESIGN.md invariant 7). */
export interface SecretBox {
  seal(connectorId: string, values: Readonly<Record<string, string>>): Promise<string>;
  /** Throws where the sealed text was tampered with or belongs to another connector. */
  open(connectorId: string, sealed: string): Promise<Readonly<Record<string, string>>>;
}
