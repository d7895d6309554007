import type { JsonValue } from '#shared/model/fact.ts';
import type { GatewayName } from '#shared/model/vocabulary.ts';

export interface Merchant {
  readonly merchantId: string;
  readonly name: string;
  /** Those that differ from the defaults (quotas.ts). */
  readonly quotas?: Partial<MerchantQuotas>;
  readonly version: number;
  readonly archived: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** How much of what is shared one merchant may take up. */
export interface MerchantQuotas {
  /** In use: archived ones are not counted. */
  readonly connectors: number;
  readonly subscriptions: number;
  readonly tokens: number;
  /** To the admin API, with each of its credentials. */
  readonly requestsPerSecond: number;
}

/** One generation of secrets: the values sealed (AES-256-GCM or KMS), bound to the connector. */
export interface SealedSecret {
  readonly keyId: string;
  /** '' once it is revoked: nothing is kept of it. */
  readonly sealed: string;
  readonly createdAt: string;
  /** Several may be current: credentials that live side by side. Absent in rows of before: current. */
  readonly role?: 'current' | 'previous';
  /** Of a previous one: it is refused from then on. */
  readonly validUntil?: string;
  /** Refused from then on, whatever its role. */
  readonly revokedAt?: string;
  /** A current one that is out of use for now: refused until it is switched on again. */
  readonly inactiveSince?: string;
}

export type JsonObject = { readonly [key: string]: JsonValue };

/** A configuration as another system writes it down, kept for a lossless export. */
export interface ForeignShape {
  readonly kind: 'ixopay' | 'paylock' | 'payment-processor';
  /** As imported, without secrets. */
  readonly document: JsonObject;
}

/** What the configuration expects of callbacks: what is not so is flagged (anomalies), never dropped. */
export interface ConnectorChecks {
  readonly expectedFormat?: 'json' | 'xml';
  readonly disabledTransactionTypes?: readonly string[];
  /** Decimal text, in the currency of the payment. */
  readonly minAmount?: string;
  readonly maxAmount?: string;
  readonly convenienceFees?: readonly ConvenienceFee[];
  /** After so many minutes a PENDING payment is due. */
  readonly expirationMinutes?: number;
  /** Whether subjects of that kind are to be expected. */
  readonly schedules?: boolean;
  readonly virtualTerminal?: boolean;
  readonly tokens?: boolean;
}

export interface ConvenienceFee {
  readonly paymentType?: string;
  readonly minRange?: string;
  readonly maxRange?: string;
  readonly feeAmount?: string;
}

/** A capability token that a newer one has replaced: the gateway may hold URLs with it for as long as payments live. */
export interface PreviousCallbackToken {
  readonly sha256: string;
  readonly validUntil: string;
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
  /** JSON pointers of what must be set before its callbacks can be judged (readiness.ts); absent: nothing. */
  readonly missing?: readonly string[];
  readonly shape?: ForeignShape;
  readonly checks?: ConnectorChecks;
  /** Where the gateway does not sign: digest (token-digest.ts) of the token that ends the callback URL and is shown once. */
  readonly callbackTokenSha256?: string;
  readonly previousCallbackTokens?: readonly PreviousCallbackToken[];
  /** Since when it is out of use: callbacks are still taken for a time (retirement.ts). Absent in rows of before. */
  readonly archivedAt?: string;
  readonly inactiveSince?: string;
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
  readonly changes: readonly AuditChange[];
  /** The merchant that acted; absent: an operator did. */
  readonly merchantId?: string;
}

/** One member that changed; of secrets, of long values and in entries of before: its name alone. */
export interface AuditChange {
  readonly field: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

export interface AuditQuery extends PageRequest {
  /** This resource and what lies under it: `/merchants/acme`. */
  readonly resource?: string;
  /** ISO times; from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Acts of this merchant alone. */
  readonly merchantId?: string;
}

/** Connectors, merchants and subscriptions. Writes are conditional on the version that was read. */
export interface RegistryStore {
  merchant(merchantId: string): Promise<Merchant | undefined>;
  merchants(page: PageRequest): Promise<Page<Merchant>>;
  putMerchant(merchant: Merchant, expectedVersion: number | undefined, audit: AuditEntry): Promise<WriteOutcome>;
  connector(connectorId: string): Promise<Connector | undefined>;
  connectors(page: PageRequest & { readonly merchantId?: string }): Promise<Page<Connector>>;
  /** The configuration as it was at a version, without its secrets: callbacks name the one they were received under. */
  connectorVersion(connectorId: string, version: number): Promise<Connector | undefined>;
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
  /** Newest first. A page may be short or empty and have a cursor where much is left out. */
  audit(query: AuditQuery): Promise<Page<AuditEntry>>;
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
