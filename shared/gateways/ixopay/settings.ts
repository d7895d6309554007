import * as z from 'zod';
import { checkSettingsWith, memberNames } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import { hostSetting as host } from '../setting-shapes.ts';

const flag = z.boolean().default(true);
const connectorId = z.string().regex(/^[A-Za-z0-9._~-]{1,64}$/, 'must be a connector id');

/** Settings of an IXOPAY connector; every flag is stored explicitly, so that only a stored `true` opens a reading. */
const ixopaySettings = z.strictObject({
  apiKey: z.string().min(1).max(50),
  username: z.string().min(1).max(255).optional(),
  acceptMd5: flag,
  acceptCanonicalContentType: flag,
  acceptXDate: flag,
  acceptReceivedPath: flag,
  /** Path of the registered callback URL as the gateway calls it, where a proxy changes it. */
  publicPath: z
    .string()
    .max(1_024)
    .regex(/^\/[^\s?#]*$/, 'must be a path that begins with "/" and has no query')
    .optional(),
  /** Connectors behind a meta-connector. */
  members: z.array(connectorId).max(50).optional(),
  apiHost: host.optional(),
  /** As the connector's "API: Enable Request Signing" is set there. */
  signApiRequests: z.boolean().default(false),
  /** Where a white label allows less than 60 requests a minute, and 10 about one transaction. */
  limits: z
    .strictObject({
      perMinute: z.int().min(1).max(60).optional(),
      perIdPerMinute: z.int().min(1).max(10).optional(),
    })
    .optional(),
  connectorGuid: z.string().min(1).max(64).optional(),
  provisioningHost: host.optional(),
  provisioningUser: z.string().min(1).max(255).optional(),
});

const optionalSecrets = {
  password: z.string().min(1).max(1_024).optional(),
  provisioningPassword: z.string().min(1).max(1_024).optional(),
};
const sharedSecret = z.string().min(1).max(50);

/** Secrets of a new connector; `ixopaySecretsChange` for an existing one, where absent ones are kept. */
const ixopaySecrets = z.strictObject({ sharedSecret, ...optionalSecrets });
const ixopaySecretsChange = z.strictObject({ sharedSecret: sharedSecret.optional(), ...optionalSecrets });

/** Checks settings and secrets; every failing field is named with a JSON pointer, secrets never with their value. */
export function checkIxopaySettings(settings: unknown, secrets: unknown, mode: 'new' | 'change'): SettingsCheck {
  const schemas = { settings: ixopaySettings, secrets: ixopaySecrets, secretsChange: ixopaySecretsChange };
  return checkSettingsWith(schemas, settings, secrets, mode);
}

/** What the registry wants to know of a connector of this gateway. */
export const settings: GatewaySettings = {
  checkSettings: checkIxopaySettings,
  names: memberNames(ixopaySettings, ixopaySecrets),
  needed: ['/settings/apiKey', '/secrets/sharedSecret'],
  // The manual of updateConnector allows 50 characters; its examples have 30, letters and digits.
  secretStrength: { secret: 'sharedSecret', list: false, characters: 50 },
  retryWindowDays: 8,
  needsCallbackToken: () => false,
};
