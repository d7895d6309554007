import type {
  AnomalyCode,
  Correction,
  ErrorClass,
  InstrumentKind,
  NoticeStatus,
  PendingReason,
  RetryAdvice,
  ScheduleStatus,
  Source,
  SubjectRef,
  TokenType,
  TokenWord,
  TransactionKind,
  TransactionStatus,
  UpdateResult,
} from './vocabulary.ts';

/**
 * What is known of the callback that a notification came in: only parts that its inbox key covers (model.md 1).
 * Times are ISO 8601 UTC with milliseconds.
 */
export interface Origin {
  readonly source: Source;
  /** SHA-256 (base64url) of the raw body less the gateway's declared per-attempt fields. */
  readonly contentDigest: string;
  /** The date that the gateway signed or declared, when it could be read. */
  readonly signedAt?: string;
  /** Fetched only: when the gateway was asked. */
  readonly askedAt?: string;
  /** Fetched only: content digests of the claims that were known when the gateway was asked. */
  readonly settles?: readonly string[];
}

/** Decimal text in the currency's ISO 4217 exponent and the same as an integer; `minor` is null where that is impossible. */
export interface Money {
  readonly value: string;
  readonly minor: number | null;
  readonly currency: string;
}

export interface Anomaly {
  readonly code: AnomalyCode;
  readonly field?: string;
  /** The offending text, cut to 64 characters; never card or bank data. */
  readonly value?: string;
}

/** Amount, surcharge, total and what they were before a correction belong together: one statement, one slot. */
export interface AmountGroup {
  readonly amount: Money;
  readonly surcharge?: Money;
  readonly total?: Money;
  readonly original?: Money;
}

export interface PaymentError {
  readonly class: ErrorClass;
  readonly advice: RetryAdvice;
  readonly code?: string;
  readonly message?: string;
  readonly adapterCode?: string;
  readonly adapterMessage?: string;
  readonly merchantAdviceCode?: string;
}

/** Safe summary of a stored card, account, wallet or phone: never a full number. */
export interface InstrumentSummary {
  readonly kind: InstrumentKind;
  readonly brand?: string;
  readonly lastFour?: string;
  readonly bin?: string;
  readonly expiryMonth?: number;
  readonly expiryYear?: number;
  readonly fingerprint?: string;
  readonly country?: string;
  readonly bank?: string;
  readonly cardType?: string;
  readonly walletType?: string;
  readonly threeDSecure?: string;
  readonly eci?: string;
}

export interface CustomerProfile {
  readonly profileId?: string;
  readonly customerIdentification?: string;
  readonly paymentToken?: string;
  readonly preferred?: boolean;
}

export interface RiskResult {
  readonly result: 'APPROVED' | 'DECLINED' | 'REVIEW';
  readonly score?: string;
  readonly threeDSecureRequired?: boolean;
}

export interface Dcc {
  readonly original?: Money;
  readonly converted?: Money;
  readonly rate?: string;
  readonly selectedCurrency?: string;
  readonly markUp?: string;
  readonly remoteId?: string;
}

export interface Split {
  readonly id?: string;
  readonly amount?: Money;
  readonly seller?: string;
  readonly sellerExternalId?: string;
  readonly commission?: Money;
}

export interface DisputeDetail {
  readonly stage?: 'inquiry' | 'chargeback' | 'pre_arbitration' | 'arbitration';
  readonly outcome?: 'won' | 'lost' | 'accepted' | 'withdrawn';
  readonly reason?: string;
  readonly respondBy?: string;
  /** The gateway's own time of the chargeback or reversal, ISO 8601 UTC. */
  readonly at?: string;
  /** IXOPAY transactionSubType: cb-resolved, cb-reversal-resolved. */
  readonly subType?: string;
  /** A reversal names the chargeback that it reverses. */
  readonly chargebackId?: string;
}

/**
 * The gateway says only that something changed, or says it without proof: it is asked, each time that it says so. `as`: its
 * own name for what the subject is there, where the id alone does not tell.
 */
export interface AskAfter {
  readonly as?: string;
}

/** Groups of details of a transaction, one evidence slot each; absent never overwrites present. */
export interface TransactionFields {
  readonly merchantReference?: string;
  readonly purchaseReference?: string;
  readonly paymentMethod?: string;
  readonly error?: PaymentError;
  readonly instrument?: InstrumentSummary;
  /** The subject id of the stored instrument that was charged. */
  readonly instrumentId?: string;
  readonly customerProfile?: CustomerProfile;
  readonly risk?: RiskResult;
  readonly dcc?: Dcc;
  readonly splits?: readonly Split[];
  readonly payByLink?: { readonly viaEmail?: boolean; readonly expiresAt?: string };
  /** The subject id of the schedule that made or was made by this transaction. */
  readonly scheduleId?: string;
  readonly metadata?: string;
  readonly schemeTransactionId?: string;
  readonly dispute?: DisputeDetail;
  /** Deregister only; without one, ALL. */
  readonly tokenType?: TokenType;
}

export interface TransactionNotification {
  readonly about: 'transaction';
  readonly id: string;
  readonly kind?: TransactionKind;
  readonly status: TransactionStatus;
  /** False where the gateway documents that this status may still change. */
  readonly final: boolean;
  readonly correction: Correction;
  /** The gateway's own monotonic time of change, where it has one. */
  readonly gatewayTime?: string;
  /** True: says that something happened, proves nothing (unsigned push, network-token notice). */
  readonly hint?: true;
  /** A hint only. */
  readonly ask?: AskAfter;
  /** True: a FINISHED that also is news about a network token; it does not stand beside a plain ERROR (model.md 3). */
  readonly tokenNews?: true;
  /** True: a fetched CANCELLED, mapped to ERROR; never overrides a proven FINISHED. */
  readonly cancelled?: true;
  /** True: a detail of a dispute that moves no money (cb-resolved, cb-reversal-resolved). */
  readonly detailOnly?: true;
  /** True: `own` only; reconcile's horizon has passed without an answer. */
  readonly unresolved?: true;
  readonly pendingReason?: PendingReason;
  /** Minutes after the signed date when a PENDING payment is due. */
  readonly expiresAfterMinutes: number;
  /** The connector's own time limit in place of `expiresAfterMinutes`, and the version of the connector that says so. */
  readonly timeLimit?: { readonly minutes: number; readonly connectorVersion: number };
  /** Where the callback says it: whether a capture or refund is of a part of its original's amount. */
  readonly partial?: boolean;
  /** True: the callback says that somebody entered it at the gateway's virtual terminal. */
  readonly virtualTerminal?: true;
  /** What the object says of itself, where the gateway says it (Secuconnect: `demo`). */
  readonly testMode?: boolean;
  /** The gateway id of the transaction that this one changes; `link` says which statement named it. */
  readonly original?: { readonly id: string; readonly link: 'chargeback' | 'reversal' | 'reference' };
  /** The stored instrument that a deregister removes. */
  readonly deregisters?: string;
  readonly amount?: AmountGroup;
  readonly fields: TransactionFields;
  readonly anomalies: readonly Anomaly[];
}

export interface ScheduleNotification {
  readonly about: 'schedule';
  readonly id: string;
  readonly status: ScheduleStatus;
  readonly gatewayTime?: string;
  readonly scheduledAt?: string;
  readonly metadata?: string;
  /** True: nothing but that something happened; `status` does not count. */
  readonly hint?: true;
  /** A hint only. */
  readonly ask?: AskAfter;
  /** What the object says of itself, where the gateway says it. */
  readonly testMode?: boolean;
  readonly anomalies: readonly Anomaly[];
}

export interface InstrumentNotification {
  readonly about: 'instrument';
  readonly id: string;
  readonly kind?: InstrumentKind;
  /** True: nothing but that something happened. */
  readonly hint?: true;
  /** A hint only. */
  readonly ask?: AskAfter;
  /** The result of the register (or debit or preauthorize with register) that stored it. */
  readonly register?: { readonly status: TransactionStatus; readonly final: boolean; readonly correction: Correction };
  /** Account updater; `date` is YYYY-MM-DD. */
  readonly update?: { readonly date?: string; readonly result: UpdateResult };
  /** Network token; `date` is the gateway's own time of the update, ISO 8601 or YYYY-MM-DD. */
  readonly token?: { readonly word: TokenWord; readonly date?: string };
  readonly summary?: InstrumentSummary;
  /** Other ids of the same instrument (payment token …): look-up attributes. */
  readonly aliases: readonly string[];
  /** What the object says of itself, where the gateway says it. */
  readonly testMode?: boolean;
  readonly anomalies: readonly Anomaly[];
}

/** What is genuine and not (yet) about one of the others. */
export interface NoticeNotification {
  readonly about: 'notice';
  /** @default the content digest of its callback, so that retries make one notice */
  readonly id?: string;
  /** The gateway has to be asked, or told, before the notice is RESOLVED. */
  readonly ask?: AskAfter;
  readonly status: NoticeStatus;
  /** Stable code, snake_case: why there is a notice. */
  readonly reason: string;
  /** One sentence for people: what was met, where. No bodies, no card or bank data. */
  readonly detail?: string;
  readonly related?: SubjectRef;
}

/** One normalized message inside a callback. */
export type Notification = TransactionNotification | ScheduleNotification | InstrumentNotification | NoticeNotification;
