import type { SettingsCheck } from './gateway.ts';

/** A secret that we may make ourselves, in the gateway's length. */
export interface SecretStrength {
  /** The member of `secrets` that signs callbacks. */
  readonly secret: string;
  /** True: the member is a list of such secrets. */
  readonly list: boolean;
  /** Letters and digits; 5.95 bits each. */
  readonly characters: number;
}

/** The members of settings and of secrets, as the gateway's own schemas name them. */
export interface MemberNames {
  readonly settings: readonly string[];
  readonly secrets: readonly string[];
}

/** What `settings.ts` of a gateway's folder exports as `settings`. */
export interface GatewaySettings {
  readonly checkSettings: (settings: unknown, secrets: unknown, mode: 'new' | 'change') => SettingsCheck;
  /** All that {@link checkSettings} knows: what a connector's import takes for a setting, and what for a secret. */
  readonly names: MemberNames;
  /** JSON pointers of what must be set before a callback can be proved genuine or asked about. */
  readonly needed: readonly string[];
  /** Of `needed`, those that the settings make unnecessary: another mode of proof does without a secret. @default none */
  readonly notNeeded?: (settings: Readonly<Record<string, unknown>>) => readonly string[];
  /** Undefined: the gateway alone makes its secrets. */
  readonly secretStrength: SecretStrength | undefined;
  /** How long the gateway repeats a callback: an old secret is accepted for so long (days). */
  readonly retryWindowDays: number;
  /**
   * Whether callbacks come without a signature of the gateway's, so that the URL itself must be hard to guess: it ends in a
   * token.
   */
  readonly needsCallbackToken: (settings: Readonly<Record<string, unknown>>) => boolean;
}
