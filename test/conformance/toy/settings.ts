import * as z from 'zod';
import { checkSettingsWith, memberNames } from '#shared/gateways/check-settings.ts';
import type { GatewaySettings } from '#shared/gateways/gateway-settings.ts';
import { secretText } from '#shared/gateways/setting-shapes.ts';

const settingsSchema = z.strictObject({ shop: z.string().min(1).max(64) });
const secretsSchema = z.strictObject({ key: secretText.optional() });

export const settings: GatewaySettings = {
  checkSettings: (given, hidden, mode) =>
    checkSettingsWith({ settings: settingsSchema, secrets: secretsSchema }, given, hidden, mode),
  names: memberNames(settingsSchema, secretsSchema),
  needed: ['/settings/shop', '/secrets/key'],
  secretStrength: undefined,
  retryWindowDays: 1,
  needsCallbackToken: () => false,
};
