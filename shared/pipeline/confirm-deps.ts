import type { AccessTokens } from '#shared/gateways/asking.ts';
import type { Gateway } from '#shared/gateways/gateway.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import type { RegistryStore, SecretBox } from '#shared/registry/records.ts';
import type { Drift } from './drift-of.ts';
import type { Clock, ConfirmRequest, DeliveryStore, InboxStore, LedgerStore } from './ports.ts';

/** What asking gateways needs. */
export interface ConfirmDeps {
  readonly registry: Pick<RegistryStore, 'connector'>;
  readonly ledger: Pick<LedgerStore, 'newest'>;
  readonly delivery: Pick<
    DeliveryStore,
    | 'dueConfirmations'
    | 'claimConfirmation'
    | 'updateConfirmation'
    | 'waitingAbout'
    | 'askPause'
    | 'setAskPause'
    | 'takeTurn'
  >;
  readonly inbox: Pick<InboxStore, 'put' | 'get'>;
  readonly secrets: Pick<SecretBox, 'open'>;
  readonly gateways: Readonly<Record<string, Pick<Gateway, 'front' | 'normalize' | 'asking'>>>;
  readonly http: OutboundClient;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
  /**
   * Told when the horizon of a question has passed without an answer, before the question ends: reconcile's conclusion
   * enters the inbox. Repeated after a crash. Rejects on storage trouble.
   */
  readonly onHorizon: (request: ConfirmRequest) => Promise<unknown>;
  /** Whether what an expectation waits for (`reference`) is known by now: then it is not asked any more. */
  readonly isExpectedFound: (request: ConfirmRequest) => Promise<boolean>;
  /** Told what the answer to a `drift` question says otherwise than our state. */
  readonly onDrift: (request: ConfirmRequest, drifts: readonly Drift[]) => void;
  /** Told of trouble of our own (storage, keys, a bug): the question comes again when its claim has run out. */
  readonly trouble: (error: unknown) => void;
}

/**
 * What one look at a question came to. `answered`: it is over; `pending`: answered, and asked again later; `nothing`: there
 * was nothing to ask any more; `turn`, `paused`: not asked yet; `taken`: somebody else has it; the rest: why there is no
 * answer.
 */
export type ConfirmOutcome =
  | 'answered'
  | 'pending'
  | 'nothing'
  | 'turn'
  | 'paused'
  | 'taken'
  | 'not_in_use'
  | 'not_found'
  | 'not_allowed'
  | 'rate_limited'
  | 'down'
  | 'malformed'
  | 'foreign'
  | 'cannot';
