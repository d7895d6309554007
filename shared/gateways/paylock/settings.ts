import * as z from 'zod';
import { checkSettingsWith } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import { hostSetting, idSetting, secretText } from '../setting-shapes.ts';

const GUID = /^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/;
const guid = z.string().regex(GUID, 'must be a Guid: 32 hexadecimal digits, with or without dashes');
const header = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'must be the name of a header');
/** `payment.state` or `items.0.id`: members of the body, from outside to inside. */
const path = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,15}$/, 'must be names joined by dots, as payment.id');
const wordMap = z.record(z.string().min(1).max(64), z.string().min(1).max(64));

const SIGNED_PART = /\{(?:body|timestamp|method|path|query|id|sha256hex:body)\}/;

/** How callbacks are signed. There is no public manual of Paylock's callbacks: everything is configured. */
const authenticity = {
  mode: z.enum(['hmac', 'token', 'basic', 'fetch']).default('hmac'),
  /** sha1 must be asked for by name. */
  algorithm: z.enum(['sha256', 'sha512', 'sha1']).default('sha256'),
  encoding: z.enum(['hex', 'base64', 'base64url']).default('hex'),
  secretEncoding: z.enum(['utf8', 'hex', 'base64']).default('utf8'),
  signatureHeader: header.optional(),
  /** Before the signature in its header, such as `sha256=`. */
  prefix: z.string().max(32).optional(),
  timestampHeader: header.optional(),
  timestampUnit: z.enum(['s', 'ms', 'iso8601', 'http-date']).optional(),
  toleranceSeconds: z.int().min(1).max(604_800).default(300),
  template: z
    .string()
    .max(256)
    .regex(SIGNED_PART, 'must hold {body}, {timestamp}, {method}, {path}, {query}, {id} or {sha256hex:body}')
    .refine(
      (text) => /\{(?:body|sha256hex:body)\}/.test(text),
      'must hold {body} or {sha256hex:body}: else anybody can change it',
    )
    .default('{body}'),
};

/** Where the parts of a notification stand in its body. */
const places = {
  idempotencyPath: path.optional(),
  kindPath: path.optional(),
  kindMap: wordMap.optional(),
  statusPath: path.optional(),
  statusMap: z.record(z.string().min(1).max(64), z.enum(['PENDING', 'FINISHED', 'ERROR'])).optional(),
  amountPath: path.optional(),
  amountUnit: z.enum(['decimal', 'minor']).default('decimal'),
  currencyPath: path.optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
    .optional(),
  referencePath: path.optional(),
  updatedAtPath: path.optional(),
  sequencePath: path.optional(),
  allowUnknown: z.boolean().default(true),
};

/** Settings of a Paylock connector: the generic adapter's, and where its gateway configuration lives. */
const settingsSchema = z.strictObject({
  ...authenticity,
  ...places,
  apiHost: hostSetting.optional(),
  /** With it `apiPassword` is sent as Basic credentials, without it as a bearer key. */
  apiUser: idSetting.optional(),
  customerId: guid.optional(),
  paymentGatewayId: guid.optional(),
  /** The gateway's name of the merchant. */
  merchantId: idSetting.optional(),
});

const secretsSchema = z.strictObject({
  /** Sign callbacks; several are live side by side. */
  keys: z.array(secretText).min(1).max(20).optional(),
  apiPassword: secretText.optional(),
});

export function checkPaylockSettings(given: unknown, hidden: unknown, mode: 'new' | 'change'): SettingsCheck {
  return checkSettingsWith({ settings: settingsSchema, secrets: secretsSchema }, given, hidden, mode);
}

/** What the registry wants to know of a connector of this gateway. */
export const settings: GatewaySettings = {
  checkSettings: checkPaylockSettings,
  needed: ['/settings/signatureHeader', '/secrets/keys'],
  secretStrength: { secret: 'keys', list: true, characters: 64 },
  retryWindowDays: 1,
  needsCallbackToken: ({ mode }) => mode === 'fetch',
};
