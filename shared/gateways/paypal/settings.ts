import * as z from 'zod';
import { checkSettingsWith } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import { idSetting, secretText } from '../setting-shapes.ts';

/** Settings of a PayPal connector. The ids may come later: without them it is not ready (`needed`). */
const settingsSchema = z.strictObject({
  /** Is part of what PayPal signs, and not in the message. */
  webhookId: z
    .string()
    .regex(/^[A-Za-z0-9]{1,50}$/, 'must be the id of the webhook: at most 50 letters and digits')
    .optional(),
  environment: z.enum(['live', 'sandbox']).default('live'),
  clientId: idSetting.optional(),
  /** The signature covers a CRC32 of the body only: money is looked up before it is believed. */
  fetchBeforeMoney: z.boolean().default(true),
});

const secretsSchema = z.strictObject({ clientSecret: secretText.optional() });

export function checkPaypalSettings(given: unknown, hidden: unknown, mode: 'new' | 'change'): SettingsCheck {
  return checkSettingsWith({ settings: settingsSchema, secrets: secretsSchema }, given, hidden, mode);
}

/** What the registry wants to know of a connector of this gateway. */
export const settings: GatewaySettings = {
  checkSettings: checkPaypalSettings,
  needed: ['/settings/webhookId', '/settings/clientId', '/secrets/clientSecret'],
  secretStrength: undefined,
  retryWindowDays: 3,
  needsCallbackToken: () => false,
};
