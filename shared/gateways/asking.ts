import type { SubjectType } from '#shared/model/vocabulary.ts';
import type { StoredStatement } from './gateway.ts';
import type { OutboundClient } from './outbound.ts';

/** What an adapter is told of the connector that it asks for. */
export interface AskConnector {
  readonly connectorId: string;
  readonly testMode: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The newest generation, opened. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What is known of a subject when it is asked about. */
export interface SubjectQuestion {
  readonly about: 'subject';
  readonly type: SubjectType;
  /** Of a derived subject (`<id>~capture`) as it is: the gateway knows what stands before the "~". */
  readonly id: string;
  /** The gateway's own name for what it is, as a hint gave it (`ask.as` of its notification). */
  readonly as?: string;
  readonly kind?: string;
  readonly originalId?: string;
  readonly merchantReference?: string;
  /** The stored statement that gave rise to the question; undefined where it is gone. */
  readonly cause: () => Promise<StoredStatement | undefined>;
}

/** Whatever the gateway has under a merchant's reference. */
export interface ReferenceQuestion {
  readonly about: 'reference';
  readonly merchantReference: string;
}

export type Question = SubjectQuestion | ReferenceQuestion;

/** One object of the gateway's, as it answered: enters the inbox with source `fetched`. */
export interface FetchedStatement {
  /** As received; an item of a list as JSON of its own. */
  readonly body: Uint8Array;
  /** What normalize needs beside it (`as`, `id`, `parent` …). `askedAt` and `settles` are added by confirm. */
  readonly declared: Readonly<Record<string, string>>;
  readonly method: 'GET' | 'POST';
  /** Path of the request, without credentials. */
  readonly path: string;
}

/** Why there is no answer. Detail: one sentence for the operator, never a secret, never text of the gateway's. */
export type AskFailure =
  /** The gateway knows no such thing, or not yet. */
  | { readonly outcome: 'not_found'; readonly detail: string }
  /** Credentials or permissions: an operator has to act. */
  | { readonly outcome: 'not_allowed'; readonly detail: string }
  | { readonly outcome: 'rate_limited'; readonly detail: string; readonly retryAfterMs?: number }
  | { readonly outcome: 'down'; readonly detail: string }
  /** An answer that is none of the manual's. */
  | { readonly outcome: 'malformed'; readonly detail: string }
  /** An object of another merchant: nothing of it is believed. */
  | { readonly outcome: 'foreign'; readonly detail: string }
  /** It cannot be asked: no API for it, an id that is none, credentials not set. */
  | { readonly outcome: 'cannot'; readonly detail: string };

export type AskOutcome =
  | { readonly outcome: 'answered'; readonly statements: readonly FetchedStatement[] }
  | AskFailure;

export type DiscoverOutcome =
  | {
      readonly outcome: 'page';
      readonly statements: readonly FetchedStatement[];
      /** Where the next page begins; undefined: that was the last. */
      readonly cursor?: string;
      /** What of the page could not be read or was another merchant's, one line each for the operator. */
      readonly notes: readonly string[];
    }
  | AskFailure;

/** A span of the gateway's own times of change, ISO; from inclusive, to exclusive. */
export interface Span {
  readonly from: string;
  readonly to: string;
  readonly cursor?: string;
}

/** Access tokens of gateways' APIs, kept in memory while they last. */
export interface AccessTokens {
  /**
   * The token under `key`, asked for by `grant` where none is known; asked for once at a time. `refused`: one that the
   * gateway has just refused and that is not given again.
   */
  get(
    key: string,
    grant: () => Promise<Granted | AskFailure>,
    refused?: string,
  ): Promise<{ readonly outcome: 'token'; readonly token: string } | AskFailure>;
}

export interface Granted {
  readonly outcome: 'token';
  readonly token: string;
  readonly expiresInSeconds: number;
}

export interface AskDeps {
  readonly http: OutboundClient;
  readonly tokens: AccessTokens;
  readonly now: () => Date;
}

export interface AskLimits {
  /** Requests a minute for all that one connector's credentials ask. */
  readonly perMinute: number;
  /** Requests a minute about one id, where the gateway counts these too. */
  readonly perIdPerMinute?: number;
}

/** The asking half of an adapter (DESIGN.md "confirm"). Never rejects: whatever happens on the way is a value. */
export interface Asking {
  limitsOf(settings: Readonly<Record<string, unknown>>): AskLimits;
  /** How long after its due time a PENDING payment is asked for before it is `unresolved`, in minutes. */
  readonly horizonMinutes: number;
  /** JSON pointers of the settings and secrets without which it cannot be asked. */
  missing(connector: {
    readonly settings: Readonly<Record<string, unknown>>;
    readonly secretNames: readonly string[];
  }): readonly string[];
  ask(deps: AskDeps, connector: AskConnector, question: Question): Promise<AskOutcome>;
  /** One page of what changed in a span; left out: the gateway has no such list. */
  discover?(deps: AskDeps, connector: AskConnector, span: Span): Promise<DiscoverOutcome>;
}
