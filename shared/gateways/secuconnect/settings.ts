import * as z from 'zod';
import { checkSettingsWith } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import { idSetting, secretText } from '../setting-shapes.ts';

/** Settings of a Secuconnect connector (secucard connect API 2.0.0). Pushes are not signed: the API is asked instead. */
const settingsSchema = z.strictObject({
  clientId: idSetting,
  /** The objects that are asked for must belong to it. */
  contractId: idSetting.optional(),
  environment: z.enum(['production', 'testing', 'showcase']),
});

const secretsSchema = z.strictObject({ clientSecret: secretText.optional() });

export function checkSecuconnectSettings(given: unknown, hidden: unknown, mode: 'new' | 'change'): SettingsCheck {
  return checkSettingsWith({ settings: settingsSchema, secrets: secretsSchema }, given, hidden, mode);
}

/** What the registry wants to know of a connector of this gateway. */
export const settings: GatewaySettings = {
  checkSettings: checkSecuconnectSettings,
  needed: ['/settings/clientId', '/settings/environment', '/secrets/clientSecret'],
  secretStrength: undefined,
  retryWindowDays: 2,
  // Pushes are not signed: the URL itself must be hard to guess.
  needsCallbackToken: () => true,
};
