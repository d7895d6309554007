import type { Ask } from '#shared/model/ask.ts';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { Page, PageRequest } from '#shared/registry/records.ts';

/** What is asked about. */
export type AskAbout =
  | { readonly type: 'subject'; readonly subject: SubjectKey }
  /** An expectation: whatever the gateway has under the merchant's reference (model.md 7). */
  | { readonly type: 'reference'; readonly merchantReference: string }
  /** All that changed in a span of the gateway's times, ISO; from inclusive, to exclusive. */
  | { readonly type: 'span'; readonly from: string; readonly to: string };

export type AskReason = Ask['reason'] | 'overdue' | 'expected' | 'discovery' | 'drift';

/** What a question is known by: the same one is never written twice. */
export interface ConfirmId {
  readonly connectorId: string;
  readonly about: AskAbout;
  /** Names the question within what it is about. */
  readonly evidenceDigest: string;
}

/** A question to the gateway, and how far it has come. */
export interface ConfirmRequest extends ConfirmId {
  readonly merchantId: string;
  readonly reason: AskReason;
  /** The inbox row that gave rise to it. */
  readonly causeId?: string;
  /** ISO: when it was put. */
  readonly at: string;
  /** ISO: what the age curve counts from (`overdue`, `expected`); else `at`. */
  readonly due?: string;
  /**
   * `waiting` for `nextAt`; `done`: answered, or nothing to ask any more; `given_up`: the horizon has passed or it cannot be
   * asked. Only waiting ones are counted and due; done ones are kept for 30 days, so that they are not asked again.
   */
  readonly state: 'waiting' | 'done' | 'given_up';
  /** ISO; null unless waiting. */
  readonly nextAt: string | null;
  /** How often the gateway was asked. */
  readonly attempts: number;
  /** True: `nextAt` is its turn in the connector's rate: it is asked then without another look at the limit. */
  readonly hasTurn: boolean;
  /** The last failure: its code (`not_found`, `down` …) and one sentence. */
  readonly lastOutcome?: string;
  readonly lastDetail?: string;
  /** Of a span: where the next page begins; how many statements came out so far; what was not done. */
  readonly cursor?: string;
  readonly found?: number;
  readonly notes?: readonly string[];
}

export type ConfirmChange = Pick<
  ConfirmRequest,
  'state' | 'nextAt' | 'attempts' | 'hasTurn' | 'lastOutcome' | 'lastDetail' | 'cursor' | 'found' | 'notes'
>;

/** Nothing is asked of a connector for a while: its API refuses everything, or is down. */
export interface AskPause {
  /** ISO */
  readonly until: string;
  /** Why: the outcome of the last question (`not_allowed`, `rate_limited`, `down`), or `trouble` of our own. */
  readonly outcome: string;
  /** How often one after the other, without an answer in between. */
  readonly times: number;
}

/** Questions to gateways: a part of the DeliveryStore. */
export interface ConfirmationStore {
  putConfirmation(request: ConfirmRequest): Promise<'put' | 'exists'>;
  /** Newest first; without `state` those that wait or were given up. */
  confirmations(
    query: PageRequest & { readonly connectorId?: string; readonly state?: ConfirmRequest['state'] },
  ): Promise<Page<ConfirmRequest>>;
  confirmation(id: ConfirmId): Promise<ConfirmRequest | undefined>;
  /** Waiting ones with nextAt ≤ now, the earliest first. */
  dueConfirmations(now: string, limit: number): Promise<readonly ConfirmRequest[]>;
  /**
   * Claims by moving nextAt past the claimer's own time limit; its turn is the claimer's, and the row has none any more.
   * Undefined: somebody else did, or it has ended.
   */
  claimConfirmation(request: ConfirmRequest, nextAt: string): Promise<ConfirmRequest | undefined>;
  /** True: it was written. False: it is gone, or its nextAt is not `heldUntil`. */
  updateConfirmation(id: ConfirmId, change: ConfirmChange, heldUntil: string | null): Promise<boolean>;
  /** Consistent: those about the same thing that wait, whoever holds them. */
  waitingAbout(id: Pick<ConfirmId, 'connectorId' | 'about'>): Promise<readonly ConfirmRequest[]>;
  /** Consistent; undefined: the connector was answered last, or never asked. */
  askPause(connectorId: string): Promise<AskPause | undefined>;
  /** Undefined: its pause has ended. */
  setAskPause(connectorId: string, pause: AskPause | undefined): Promise<void>;
  /**
   * Takes the next turn in a rate of `perMinute`, evenly spaced after a burst of `burst`: milliseconds since 1970 of when it
   * is, not before `nowMs`. Turns taken are never given back.
   */
  takeTurn(
    rate: { readonly id: string; readonly perMinute: number; readonly burst: number },
    nowMs: number,
  ): Promise<number>;
}
