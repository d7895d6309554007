import * as z from 'zod';
import { checkSettingsWith, memberNames } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import { hostSetting, idSetting, pemText, secretText } from '../setting-shapes.ts';

/** Settings of a CyberSource connector. The ids may come later: without them it is not ready (`needed`). */
const settingsSchema = z.strictObject({
  /** As in the envelope of its webhooks. */
  organizationId: idSetting.optional(),
  merchantId: idSetting.optional(),
  /** Which reading of "the payload" is signed; left out: any that verifies. */
  payloadScheme: z.enum(['body', 'payload', 'payload-compact', 'decrypted']).optional(),
  /** Age of a signature, in seconds. */
  toleranceSeconds: z.int().min(60).max(315_360_000).optional(),
  /** In place of api.cybersource.com or, in test mode, apitest.cybersource.com: India has its own. */
  apiHost: hostSetting.optional(),
  /** True: reconcile reads the chargeback reports, which the key of the REST API must be allowed to. */
  chargebackSummaries: z.boolean().optional(),
  /** To the REST API; without it 60. */
  requestsPerMinute: z.int().min(1).max(1_000).optional(),
  /** The subscription that provisioning made or found. */
  webhookId: idSetting.optional(),
  /** Until when CyberSource signs with the newest key; a month before, provisioning makes another. */
  webhookKeyExpiresAt: z.iso.datetime().optional(),
  /** What provisioning subscribes to; left out: all that CyberSource offers and we understand. */
  products: z
    .array(z.strictObject({ productId: idSetting, eventTypes: z.array(idSetting).min(1).max(100) }))
    .min(1)
    .max(50)
    .optional(),
});

/** 32 bytes in base64, as `keyInformation.key` comes. */
const webhookKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be the key as CyberSource gives it: base64 of 32 bytes');

const secretsSchema = z.strictObject({
  /** Several are live side by side: the `keyId` of the signature says which one. */
  webhookKeys: z
    .array(z.strictObject({ keyId: idSetting, key: webhookKey }))
    .min(1)
    .max(20)
    .refine((keys) => new Set(keys.map(({ keyId }) => keyId)).size === keys.length, 'names a keyId twice')
    .optional(),
  /** Key of the REST API (HTTP signature): its id and its secret. */
  restKey: z.strictObject({ keyId: idSetting, key: secretText }).optional(),
  /** Opens message-level encryption. */
  mlePrivateKey: pemText.optional(),
});

export function checkCybersourceSettings(given: unknown, hidden: unknown, mode: 'new' | 'change'): SettingsCheck {
  return checkSettingsWith({ settings: settingsSchema, secrets: secretsSchema }, given, hidden, mode);
}

/** What the registry wants to know of a connector of this gateway. */
export const settings: GatewaySettings = {
  checkSettings: checkCybersourceSettings,
  names: memberNames(settingsSchema, secretsSchema),
  needed: ['/settings/organizationId', '/settings/merchantId', '/secrets/webhookKeys'],
  secretStrength: undefined,
  retryWindowDays: 1,
  needsCallbackToken: () => false,
};
