import type { JsonValue } from '#shared/model/fact.ts';
import type { FieldProblem } from './gateway.ts';
import type { OutboundClient, OutboundTroubleCode } from './outbound.ts';

export type JsonObject = { readonly [key: string]: JsonValue };

/** What an adapter needs to know of a connector to configure the gateway's side of it. */
export interface ProvisionConnector {
  readonly connectorId: string;
  readonly merchantId: string;
  readonly testMode: boolean;
  /** Where the gateway is to send callbacks: the registered URL, whole. */
  readonly callbackUrl: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The gateway's own configuration as it was imported, without secrets. */
  readonly shape?: { readonly kind: string; readonly document: JsonObject };
}

export interface ProvisionSecrets {
  /** The connector's own: the generation that the gateway is to use from now on. */
  readonly own: Readonly<Record<string, string>>;
  /**
   * Secrets of the document that are not kept here (credentials at the payment provider), by JSON pointer into it. Without
   * them the part that they belong to is left out.
   */
  readonly document: Readonly<Record<string, string>>;
}

/** A request as it may be shown: every secret in it is `***`. */
export interface ShownRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

export const MASK = '***';

/** Why the gateway's side is not as asked for: what the gateway said, or what happened on the way to it. */
export type ProvisionFailureCode =
  | 'gateway_unauthorized'
  | 'gateway_invalid_request'
  | 'gateway_value_not_allowed'
  | 'gateway_format_invalid'
  | 'gateway_characters_invalid'
  | 'gateway_parameter_missing'
  | 'gateway_parameter_not_applicable'
  | 'gateway_entity_missing'
  | 'gateway_busy'
  | 'gateway_internal_error'
  /** Neither success nor an error that the manual knows. */
  | 'gateway_answer_unexpected'
  /** Accepted, but the answer shows another shared secret than the one that was sent. */
  | 'secret_not_taken'
  /** The gateway made something new for us, which could not be stored here. */
  | 'obtained_not_stored'
  | OutboundTroubleCode;

export type ProvisionOutcome =
  /** A dry run: nothing was changed. */
  | { readonly outcome: 'shown'; readonly request: ShownRequest; readonly notes: readonly string[] }
  | {
      readonly outcome: 'provisioned';
      readonly request: ShownRequest;
      readonly notes: readonly string[];
      readonly obtained?: Obtained;
    }
  /** Something is missing or contradictory on our side; nothing was sent. */
  | { readonly outcome: 'incomplete'; readonly problems: readonly FieldProblem[] }
  | ProvisionFailure;

/**
 * What the gateway alone makes (ids, secrets) and gave in its answer: members of the connector's settings and secrets as
 * an operator would give them. Settings are changed, secrets become a new generation beside the one in use.
 */
export interface Obtained {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
}

export interface ProvisionFailure {
  readonly outcome: 'failed';
  readonly code: ProvisionFailureCode;
  /** What went wrong and what to do. Never a secret, never text of the gateway's. */
  readonly detail: string;
  readonly problems: readonly FieldProblem[];
  /** `no`: the gateway's side is certainly as it was. `unknown`: it may have changed. */
  readonly changed: 'no' | 'unknown';
  /** What it had made before the failure: lost if it were not stored. */
  readonly obtained?: Obtained;
}

export interface ProvisionOptions {
  readonly dryRun: boolean;
  /** True: a dry run of the same has just gone well. What it looked up at the gateway is not looked up again. */
  readonly rehearsed?: boolean;
}

/** Configures the gateway's side of a connector through the gateway's own API. */
export interface CanProvision {
  readonly can: true;
  /** Members of `own` that callbacks are signed with; the rest are credentials for APIs. */
  readonly setsSecret: boolean;
  /** JSON pointers of the secrets that may be given for one request. */
  readonly documentSecrets: readonly string[];
  /**
   * Who must change what at the same moment, because the secret that is set signs more than callbacks. Empty: nobody. If
   * not, the caller must have acknowledged it.
   */
  mustChange(connector: Omit<ProvisionConnector, 'callbackUrl'>): readonly string[];
  provision(
    deps: { readonly http: OutboundClient; readonly now: () => Date },
    connector: ProvisionConnector,
    secrets: ProvisionSecrets,
    options: ProvisionOptions,
  ): Promise<ProvisionOutcome>;
}

/** The gateway has no API for it, or none that this release speaks. */
export interface CannotProvision {
  readonly can: false;
  /** What to do by hand. `{callbackUrl}` stands for the connector's. */
  readonly byHand: string;
}

export type Provision = CanProvision | CannotProvision;
