import * as z from 'zod';
import { checkSettingsWith } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import { idSetting, secretText } from '../setting-shapes.ts';

/** Settings of a Secuconnect connector (secucard connect API 2.0.0). Pushes are not signed: the API is asked instead. */
const settings = z.strictObject({
  clientId: idSetting,
  /** The objects that are asked for must belong to it. */
  contractId: idSetting.optional(),
  environment: z.enum(['production', 'testing', 'showcase']),
});

const secrets = z.strictObject({ clientSecret: secretText.optional() });

export function checkSecuconnectSettings(given: unknown, hidden: unknown, mode: 'new' | 'change'): SettingsCheck {
  return checkSettingsWith({ settings, secrets }, given, hidden, mode);
}
