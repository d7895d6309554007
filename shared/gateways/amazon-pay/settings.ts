import * as z from 'zod';
import { checkSettingsWith, memberNames } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import { hostSetting, idSetting, pemText } from '../setting-shapes.ts';

/** Settings of an Amazon Pay connector. The ids may come later: without them it is not ready (`needed`). */
const settingsSchema = z.strictObject({
  merchantId: idSetting.optional(),
  /** Anybody can send validly signed messages from a topic of their own: those of these topics are believed. */
  topicArns: z
    .array(
      z
        .string()
        .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/, 'must be the ARN of a topic'),
    )
    .min(1)
    .max(20)
    .optional(),
  region: z.enum(['na', 'eu', 'jp']).optional(),
  publicKeyId: idSetting.optional(),
  environment: z.enum(['live', 'sandbox']).default('live'),
  /** Takes the place of the API's host; certificates and confirmations may then also lie there. */
  apiHost: hostSetting.optional(),
  /** Roots or intermediates that SNS certificates may be issued by, beside those of Node. */
  certificateAuthorities: z.array(pemText).min(1).max(10).optional(),
  /** Who confirms that the callback URL is subscribed to a pinned topic. */
  confirmSubscriptions: z.enum(['operator', 'auto']).default('operator'),
  /** SignatureVersion 1, which SNS topics have by default. */
  acceptSha1: z.boolean().default(true),
  limits: z.strictObject({ perMinute: z.int().min(1).max(6_000).optional() }).optional(),
});

const secretsSchema = z.strictObject({ privateKey: pemText.optional() });

export function checkAmazonPaySettings(given: unknown, hidden: unknown, mode: 'new' | 'change'): SettingsCheck {
  return checkSettingsWith({ settings: settingsSchema, secrets: secretsSchema }, given, hidden, mode);
}

/** What the registry wants to know of a connector of this gateway. */
export const settings: GatewaySettings = {
  checkSettings: checkAmazonPaySettings,
  names: memberNames(settingsSchema, secretsSchema),
  needed: [
    ...['/settings/merchantId', '/settings/topicArns', '/settings/region'],
    ...['/settings/publicKeyId', '/secrets/privateKey'],
  ],
  secretStrength: undefined,
  retryWindowDays: 14,
  needsCallbackToken: () => false,
};
