import type { GatewayName } from '#shared/model/vocabulary.ts';
import { checkAmazonPaySettings } from './amazon-pay/settings.ts';
import { checkCybersourceSettings } from './cybersource/settings.ts';
import type { SettingsCheck } from './gateway.ts';
import { checkIxopaySettings } from './ixopay/settings.ts';
import { checkPaylockSettings } from './paylock/settings.ts';
import { checkPaypalSettings } from './paypal/settings.ts';
import { checkSecuconnectSettings } from './secuconnect/settings.ts';

/** A secret that we may make ourselves, in the gateway's length. */
export interface SecretStrength {
  /** The member of `secrets` that signs callbacks. */
  readonly secret: string;
  /** True: the member is a list of such secrets. */
  readonly list: boolean;
  /** Letters and digits; 5.95 bits each. */
  readonly characters: number;
}

export interface GatewaySettings {
  readonly checkSettings: (settings: unknown, secrets: unknown, mode: 'new' | 'change') => SettingsCheck;
  /** JSON pointers of what must be set before a callback can be proved genuine or asked about. */
  readonly needed: readonly string[];
  /** Undefined: the gateway alone makes its secrets. */
  readonly secretStrength: SecretStrength | undefined;
  /** How long the gateway repeats a callback: an old secret is accepted for so long (days). */
  readonly retryWindowDays: number;
}

/** What every gateway wants to be told, those without an adapter in this release too: one line each. */
export const GATEWAY_SETTINGS: Readonly<Record<GatewayName, GatewaySettings>> = {
  ixopay: {
    checkSettings: checkIxopaySettings,
    needed: ['/settings/apiKey', '/secrets/sharedSecret'],
    // The manual of updateConnector allows 50 characters; its examples have 30, letters and digits.
    secretStrength: { secret: 'sharedSecret', list: false, characters: 50 },
    retryWindowDays: 8,
  },
  secuconnect: {
    checkSettings: checkSecuconnectSettings,
    needed: ['/settings/clientId', '/settings/environment', '/secrets/clientSecret'],
    secretStrength: undefined,
    retryWindowDays: 2,
  },
  cybersource: {
    checkSettings: checkCybersourceSettings,
    needed: ['/settings/organizationId', '/settings/merchantId', '/secrets/webhookKeys'],
    secretStrength: undefined,
    retryWindowDays: 1,
  },
  paypal: {
    checkSettings: checkPaypalSettings,
    needed: ['/settings/webhookId', '/settings/clientId', '/secrets/clientSecret'],
    secretStrength: undefined,
    retryWindowDays: 3,
  },
  'amazon-pay': {
    checkSettings: checkAmazonPaySettings,
    needed: [
      ...['/settings/merchantId', '/settings/topicArns', '/settings/region'],
      ...['/settings/publicKeyId', '/secrets/privateKey'],
    ],
    secretStrength: undefined,
    retryWindowDays: 14,
  },
  paylock: {
    checkSettings: checkPaylockSettings,
    needed: ['/settings/signatureHeader', '/secrets/keys'],
    secretStrength: { secret: 'keys', list: true, characters: 64 },
    retryWindowDays: 1,
  },
};
