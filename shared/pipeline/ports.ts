import type { GenuineVerdict, RefusalCode, TriedReading } from '#shared/gateways/gateway.ts';
import type { Evidence, JsonValue } from '#shared/model/fact.ts';
import type { GatewayName, Source, SubjectKey, SubjectType } from '#shared/model/vocabulary.ts';
import type { Page, PageRequest, QueueTarget } from '#shared/registry/records.ts';
import type { ConfirmationStore } from './confirm-request.ts';
import type { KeptRequest } from './kept-request.ts';

export type {
  AskAbout,
  AskPause,
  AskReason,
  ConfirmChange,
  ConfirmId,
  ConfirmRequest,
} from './confirm-request.ts';

/** `live` or `test`: the connector's testMode at the time of the callback. */
export type Mode = 'live' | 'test';

/** One stored statement: a callback, a merchant's report, or a fetched answer. Written once. */
export interface InboxRow {
  /** `<connectorId>:<key>`; also the `causeid` of events. */
  readonly callbackId: string;
  readonly connectorId: string;
  readonly merchantId: string;
  readonly gateway: GatewayName;
  readonly source: Source;
  readonly mode: Mode;
  readonly receivedAt: string;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly declared: Readonly<Record<string, string>>;
  /** Absent for what was not verified by a signature (reported, fetched, own). */
  readonly verdict?: Pick<GenuineVerdict, 'keyId' | 'algorithm' | 'readings'> & {
    /** The secret is one that a rotation is taking out of use. */
    readonly previousSecret?: true;
  };
  /** Version of the connector that it was received under. Absent in rows of before. */
  readonly connectorVersion?: number;
  /** The connector whose URL was called, where another one's secret matched: `connectorId` is that one. */
  readonly viaConnectorId?: string;
  /** Other connectors of the merchant behind the same URL: the original of a chargeback may be one of theirs. */
  readonly group?: readonly string[];
  readonly body: Uint8Array;
  /** Lower-case hex. */
  readonly bodySha256: string;
}

export type InboxRowHead = Omit<InboxRow, 'body'>;

export interface InboxStore {
  /**
   * Resolves after the row is durable. `duplicate`: the row was there with the same body; `other_body`: the key was
   * taken by another body (nothing stored). Rejects on storage trouble, and then nothing may be acknowledged.
   */
  put(row: InboxRow): Promise<'stored' | 'duplicate' | 'other_body'>;
  get(callbackId: string): Promise<InboxRow | undefined>;
  /** Newest first. `from` and `to` are ISO times as toISOString writes them (from inclusive, to exclusive). */
  list(query: InboxQuery): Promise<Page<InboxRowHead>>;
  /** Oldest first from `from` on, with bodies: redrive and replay. A page of large bodies may be shorter than its limit. */
  walk(query: PageRequest & { readonly from: string; readonly connectorId?: string }): Promise<Page<InboxRow>>;
}

export interface InboxQuery extends PageRequest {
  readonly connectorId?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface RefusedSample {
  /** Absent: the connector is unknown. */
  readonly connectorId?: string;
  readonly at: string;
  /** `incomplete`: its configuration lacks something (answered 503); `retired`: out of use for too long (410). */
  readonly code: RefusalCode | 'unknown_connector' | 'too_large' | 'method' | 'other_body' | 'incomplete' | 'retired';
  readonly detail: string;
  readonly method: string;
  /** Cut to 256 characters. */
  readonly path: string;
  readonly bodyBytes: number;
  /** Lower-case hex; absent where the body was not kept. */
  readonly bodySha256?: string;
  /** Signature values and credentials left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the signature was held against. */
  readonly tried?: readonly TriedReading[];
  /** The date that the sender claims minus ours: negative where it lies in the past. */
  readonly clockDifferenceMs?: number;
}

/** A sample as it is listed. */
export interface ListedRefusal extends RefusedSample {
  /** Names it within its connector, for as long as it is kept; larger is later. */
  readonly n: number;
  /** What is kept of its body, sealed; absent: nothing. */
  readonly kept?: { readonly bytes: number; readonly whole: boolean };
}

export interface RefusedStore {
  /**
   * Counts, and keeps the last 20 of a connector (or of all unknown ones). A sample with its `request` is kept at most once
   * a second and connector (sample-gate.ts), the request sealed before it is stored. Never makes `receive` wait or fail.
   */
  record(sample: RefusedSample, request?: KeptRequest): void;
  /** Newest first. `undefined`: unknown connectors. */
  list(connectorId: string | undefined): Promise<{
    readonly items: readonly ListedRefusal[];
    readonly counts: Readonly<Record<string, number>>;
  }>;
  /** One sample with its request opened, where it was kept. Rejects where it cannot be opened. */
  kept(connectorId: string, n: number): Promise<KeptRefusal | undefined>;
}

export interface KeptRefusal {
  readonly sample: ListedRefusal;
  readonly request: KeptRequest | undefined;
}

/** Seals requests of refused callbacks, bound to their connector. */
export interface RequestSealer {
  /** Undefined: it cannot be sealed now, so it is not kept. */
  seal(connectorId: string, bytes: Uint8Array): Promise<Uint8Array | undefined>;
}

export interface RequestOpener {
  /** Rejects where the bytes were changed or belong to another connector. */
  open(connectorId: string, sealed: Uint8Array): Promise<Uint8Array>;
}

/** What a version of a subject is: immutable once put. */
export interface VersionRow {
  readonly key: SubjectKey;
  /** Dense: 1, 2, 3, … */
  readonly version: number;
  /** ISO time with milliseconds, never before the predecessor's. */
  readonly time: string;
  readonly merchantId: string;
  readonly gateway: GatewayName;
  readonly mode: Mode;
  readonly evidence: Evidence;
  /** Event type, or null: quiet, or not to be published (an original of unknown kind). */
  readonly type: string | null;
  /** Full state at this version as published (shared/model/state.ts: envelope and state). */
  readonly data: { readonly [key: string]: JsonValue };
  /** `callbackId` of the inbox row that caused it. */
  readonly causeId: string;
  readonly cause: 'callback' | 'replay';
  /** For each published type of earlier versions: the last version and its time. */
  readonly lastByType: Readonly<Record<string, { readonly version: number; readonly time: string }>>;
}

/** A version as it is published and listed: its evidence, which may be large, stays where it is. */
export type PastVersion = Omit<VersionRow, 'evidence'>;

/** The one item of a subject that moves: drives the relay, carries the index attributes. */
export interface HeadRow {
  readonly key: SubjectKey;
  readonly version: number;
  readonly merchantId: string;
  readonly mode: Mode;
  /** Time of version 1 and of the newest. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly kind: string;
  readonly status: string;
  readonly merchantReference?: string;
  readonly purchaseReference?: string;
  /** contradictory, uncertain, unresolved, anomaly, unlinked, unproven, risk_review */
  readonly flags: readonly string[];
  /** Look-up ids of an instrument. */
  readonly aliases: readonly string[];
  /** When a PENDING payment is past due (ISO); sparse. */
  readonly due?: string;
}

/** What an operator should look at: the only outcomes that are written down. */
export type NotableOutcome = 'unrecognized' | 'contradictory' | 'anomaly' | 'failed';

/** The two that nearly every callback has are not stored again: they stand in its subjects (`effectOf`). */
export type CallbackOutcome = 'changed' | 'unchanged' | NotableOutcome;

/** Of one callback: its first notable outcome, except that what follows a `failed` takes its place. */
export interface OutcomeRow {
  readonly callbackId: string;
  readonly connectorId: string;
  /** ISO, as in the inbox row: lists run by it. */
  readonly receivedAt: string;
  readonly outcome: NotableOutcome;
}

/** One line of a subject's history: what a callback did to it. */
export interface HistoryLine {
  readonly callbackId: string;
  /** The version it made, or the newest when it changed nothing. */
  readonly version: number;
  readonly outcome: 'changed' | 'quiet' | 'unchanged';
}

export interface LedgerStore {
  /** Consistent: the newest version row and the head, which may be behind it. */
  newest(key: SubjectKey): Promise<{ readonly version?: VersionRow; readonly head?: HeadRow }>;
  /** Puts version n if it does not exist. */
  putVersion(row: VersionRow): Promise<'put' | 'exists'>;
  /** Moves forward only: a head at the same or a later version stays. */
  moveHead(head: HeadRow): Promise<'moved' | 'stays'>;
  /** A callback that left the evidence byte-equal; a repeat is harmless. */
  putSeen(key: SubjectKey, callbackId: string, version: number): Promise<void>;
  /** Versions from … to, both inclusive, in order. */
  versions(key: SubjectKey, from: number, to: number): Promise<readonly PastVersion[]>;
  /** In order of versions; callbacks that changed nothing after the version they met. */
  history(key: SubjectKey): Promise<readonly HistoryLine[]>;
  /** Heads of PENDING payments with due ≤ now that are not asked about yet, the earliest first. */
  dueHeads(now: string, limit: number): Promise<readonly HeadRow[]>;
  /** Takes a head out of `dueHeads` until it moves again. False: it has moved meanwhile. */
  takeDue(key: SubjectKey, version: number): Promise<boolean>;
  /** Newest first by creation. Where an index leaves much to filter, a page may be short or empty and have a cursor. */
  find(query: LedgerQuery): Promise<Page<HeadRow>>;
  /** What a callback did to a subject; undefined: nothing yet. */
  effectOf(key: SubjectKey, callbackId: string): Promise<HistoryLine['outcome'] | undefined>;
  /** An outcome that stands already stays, unless it is `failed`. */
  putOutcome(row: OutcomeRow): Promise<void>;
  /** A callback that had failed was applied and shows nothing notable. */
  deleteOutcome(callbackId: string): Promise<void>;
  outcomes(callbackIds: readonly string[]): Promise<Readonly<Record<string, NotableOutcome>>>;
  /** Newest first by when the callback was received; from inclusive, to exclusive. */
  callbacksWithOutcome(query: OutcomeQuery): Promise<Page<string>>;
}

export interface OutcomeQuery extends PageRequest {
  readonly outcome: NotableOutcome;
  readonly connectorId?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface LedgerQuery extends PageRequest {
  readonly type: SubjectType;
  readonly merchantId?: string;
  readonly connectorId?: string;
  readonly kind?: string;
  readonly status?: string;
  readonly mode?: Mode;
  readonly merchantReference?: string;
  readonly purchaseReference?: string;
  readonly alias?: string;
  readonly flag?: string;
  /** Creation time of the subject, ISO; from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
}

/** Events of a subject that wait for a queue that refused: a cursor, not a copy (DESIGN.md "Data"). */
export interface ParkingCursor {
  readonly merchantId: string;
  readonly subscriptionId: string;
  readonly subject: SubjectKey;
  readonly from: number;
  readonly upTo: number;
  readonly attempts: number;
  /** ISO; null: waits for an operator (dead) or for the subscription to be resumed (paused). */
  readonly nextAt: string | null;
  readonly state: 'waiting' | 'paused' | 'dead';
  readonly parkedAt: string;
  readonly lastError: string;
}

export type CursorId = Pick<ParkingCursor, 'merchantId' | 'subscriptionId' | 'subject'>;

export interface FailedRow {
  readonly callbackId: string;
  readonly connectorId: string;
  readonly code: string;
  readonly message: string;
  readonly release: string;
  readonly at: string;
}

export interface OldSecretUse {
  readonly connectorId: string;
  readonly keyId: string;
  readonly callbackId: string;
  /** ISO: when the callback was received. */
  readonly receivedAt: string;
}

export interface OldSecretCount {
  readonly callbacks: number;
  readonly lastAt: string;
}

export interface DeliveryStore extends ConfirmationStore {
  /** Consistent read: the relay asks before each send. */
  cursor(id: CursorId): Promise<ParkingCursor | undefined>;
  /** Creates; `exists` where one is there already. */
  createCursor(cursor: ParkingCursor): Promise<'created' | 'exists'>;
  /** Sets upTo on condition that the row exists with a smaller upTo; returns what was found. */
  extendCursor(id: CursorId, upTo: number): Promise<'extended' | 'already' | 'absent'>;
  /** Claims a due cursor by moving nextAt past the claimer's own time limit; undefined if somebody else did. */
  claimCursor(cursor: ParkingCursor, nextAt: string): Promise<ParkingCursor | undefined>;
  /**
   * Deletes unless upTo is beyond the last sent; `newer`: more has been noted meanwhile. With `heldUntil`, the nextAt that
   * the caller knows it with: `newer` too where it has another one by now.
   */
  deleteCursor(id: CursorId, lastSent: number, heldUntil?: string | null): Promise<'deleted' | 'newer' | 'absent'>;
  /** True: it was written. False: there is none, or its nextAt is not `heldUntil`, where that is given. */
  updateCursor(
    id: CursorId,
    change: Pick<ParkingCursor, 'from' | 'attempts' | 'nextAt' | 'state' | 'lastError'>,
    heldUntil?: string | null,
  ): Promise<boolean>;
  dueCursors(now: string, limit: number): Promise<readonly ParkingCursor[]>;
  cursors(
    query: PageRequest & { readonly merchantId?: string; readonly subscriptionId?: string; readonly state?: string },
  ): Promise<Page<ParkingCursor>>;
  deleteCursorsOf(merchantId: string, subscriptionId: string): Promise<number>;
  /** All cursors of a subscription wait for `nextAt` with no attempts counted (resume, redrive of dead ones, a queue that takes again). */
  releaseCursors(merchantId: string, subscriptionId: string, nextAt: string): Promise<number>;
  /** No waiting cursor of a subscription is due before `nextAt`: its queue has just refused, others come first. */
  postponeCursors(merchantId: string, subscriptionId: string, nextAt: string): Promise<number>;
  putFailed(row: FailedRow): Promise<void>;
  deleteFailed(callbackId: string): Promise<void>;
  failed(page: PageRequest): Promise<Page<FailedRow>>;
  /** Counts a callback that was signed with a secret that a rotation is taking out of use. */
  noteOldSecret(use: OldSecretUse): Promise<void>;
  /** By key id: how many there were, and when the last of them was received. */
  oldSecretUse(connectorId: string): Promise<Readonly<Record<string, OldSecretCount>>>;
  counts(): Promise<{
    /** All cursors, whatever their state. */
    readonly parked: number;
    /** Those of them that wait for an operator. */
    readonly dead: number;
    readonly failed: number;
    /** Questions that wait. */
    readonly confirmations: number;
  }>;
}

export interface QueueMessage {
  /** Event id. */
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** FIFO group and deduplication id, already within SQS's alphabet and length. */
  readonly groupId: string;
  readonly deduplicationId: string;
}

export type SendResult =
  | { readonly id: string; readonly ok: true }
  | { readonly id: string; readonly ok: false; readonly code: string; readonly message: string };

export interface QueueSender {
  /**
   * Sends at most ten messages of different groups, at most 1 MiB together. Never rejects: what the queue or the network
   * refused comes back per message.
   */
  send(queue: QueueTarget, messages: readonly QueueMessage[]): Promise<readonly SendResult[]>;
}

/** Time and chance as parameters. */
export interface Clock {
  now(): Date;
}
