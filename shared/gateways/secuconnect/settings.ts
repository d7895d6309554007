import * as z from 'zod';
import { checkSettingsWith, memberNames } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import { hostSetting, idSetting, secretText } from '../setting-shapes.ts';
import { isRange } from './source-ranges.ts';

const range = z.string().max(64).refine(isRange, 'must be a range of addresses such as 192.0.2.0/24 or 2001:db8::/32');

/** Settings of a Secuconnect connector (secucard connect API 2.0.0). Pushes are not signed: the API is asked instead. */
const settingsSchema = z
  .strictObject({
    clientId: idSetting,
    /** The objects that are asked for must belong to it (GCR_…). */
    contractId: idSetting.optional(),
    /** The merchant (MRC_…) that objects belong to, as their merchant or as their platform. */
    merchantId: idSetting.optional(),
    environment: z.enum(['production', 'testing', 'showcase']),
    /** In place of the environment's own host. */
    apiHost: hostSetting.optional(),
    /** Addresses that pushes are taken from: all, those that the gateway's own example names, or a list. */
    sourceRanges: z.union([z.enum(['off', 'gateway']), z.array(range).min(1).max(50)]).default('off'),
    /** Requests to the API a minute. The gateway publishes no limit; 60 where it is left out. */
    requestsPerMinute: z.int().min(1).max(600).optional(),
  })
  .superRefine(({ sourceRanges, environment }, context) => {
    if (sourceRanges === 'gateway' && environment === 'showcase') {
      const message = 'nobody says from where the showcase calls: give a list of ranges, or "off"';
      context.addIssue({ code: 'custom', path: ['sourceRanges'], message });
    }
  });

const secretsSchema = z.strictObject({ clientSecret: secretText.optional() });

export function checkSecuconnectSettings(given: unknown, hidden: unknown, mode: 'new' | 'change'): SettingsCheck {
  return checkSettingsWith({ settings: settingsSchema, secrets: secretsSchema }, given, hidden, mode);
}

/** What the registry wants to know of a connector of this gateway. */
export const settings: GatewaySettings = {
  checkSettings: checkSecuconnectSettings,
  names: memberNames(settingsSchema, secretsSchema),
  needed: ['/settings/clientId', '/settings/environment', '/secrets/clientSecret'],
  secretStrength: undefined,
  retryWindowDays: 2,
  // Pushes are not signed: the URL itself must be hard to guess.
  needsCallbackToken: () => true,
};
