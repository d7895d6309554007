import * as z from 'zod';
import { checkSettingsWith, memberNames } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import { hostSetting, idSetting, pemText, secretText } from '../setting-shapes.ts';

const webhookId = z
  .string()
  .regex(/^[A-Za-z0-9]{1,50}$/, 'must be the id of the webhook: at most 50 letters and digits')
  .optional();

/** Settings of a PayPal connector. The ids may come later: without them it is not ready (`needed`). */
const settingsSchema = z.strictObject({
  /** Is part of what PayPal signs, and not in the message. */
  webhookId,
  environment: z.enum(['live', 'sandbox']).default('live'),
  clientId: idSetting.optional(),
  /** PayPal's id of the merchant's account: objects of another one are not believed. */
  merchantId: z
    .string()
    .regex(/^[A-Za-z0-9]{1,20}$/, 'must be the id of the merchant’s account: letters and digits')
    .optional(),
  /** The signature covers a CRC32 of the body only: money is looked up before it is believed. */
  fetchBeforeMoney: z.boolean().default(true),
  /** How old a delivery may be; PayPal repeats for three days. @default 345600, four days */
  toleranceSeconds: z.int().min(60).max(315_360_000).optional(),
  /** Stands in for PayPal's API and the host of its certificates. */
  apiHost: hostSetting.optional(),
  /** Believed beside Node's own authorities for the certificate that notifications are signed with. */
  certificateAuthorities: z.array(pemText).max(10).optional(),
  /** PayPal publishes no figure. @default 300 */
  requestsPerMinute: z.int().min(1).max(6_000).optional(),
});

/** `webhookId`: of credentials that are valid side by side, each with a webhook of its own. */
const secretsSchema = z.strictObject({ clientSecret: secretText.optional(), webhookId });

export function checkPaypalSettings(given: unknown, hidden: unknown, mode: 'new' | 'change'): SettingsCheck {
  return checkSettingsWith({ settings: settingsSchema, secrets: secretsSchema }, given, hidden, mode);
}

/** What the registry wants to know of a connector of this gateway. */
export const settings: GatewaySettings = {
  checkSettings: checkPaypalSettings,
  names: memberNames(settingsSchema, secretsSchema),
  needed: ['/settings/webhookId', '/settings/clientId', '/secrets/clientSecret'],
  secretStrength: undefined,
  retryWindowDays: 3,
  needsCallbackToken: () => false,
};
