import * as z from 'zod';
import { TRANSACTION_KINDS, TRANSACTION_STATUSES } from '#shared/model/vocabulary.ts';
import { checkSettingsWith, memberNames } from '../check-settings.ts';
import type { SettingsCheck } from '../gateway.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import { hostSetting, idSetting, secretText } from '../setting-shapes.ts';
import { BODY_FORMATS } from './body-value.ts';
import { settingProblems } from './setting-rules.ts';
import { ALGORITHMS } from './signing.ts';
import { hasPart, readTemplate, SIGNED_PARTS } from './template.ts';

const GUID = /^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/;
const guid = z.string().regex(GUID, 'must be a Guid: 32 hexadecimal digits, with or without dashes');
const header = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'must be the name of a header');
/** `payment.state` or `items.0.id`: members of the body, from outside to inside. */
const path = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,15}$/, 'must be names joined by dots, as payment.id');
const word = z.string().min(1).max(64);
const MOST_WORDS = 64;
const wordMap = <Meaning extends z.ZodType<string>>(meaning: Meaning) =>
  z
    .record(word, meaning)
    .refine((map) => Object.keys(map).length <= MOST_WORDS, `must have at most ${MOST_WORDS} words`);
/** A part of a signature header, such as `sha256=` or `HMAC `. */
const prefix = z.string().min(1).max(32);

const PARTS = SIGNED_PARTS.map((name) => `{${name}}`).join(', ');

/** How callbacks are signed. There is no public manual of Paylock's callbacks: everything is configured. */
const authenticity = {
  mode: z.enum(['hmac', 'token', 'basic', 'fetch']).default('hmac'),
  /** sha1 must be asked for by name. */
  algorithm: z.enum(ALGORITHMS).default('sha256'),
  encoding: z.enum(['hex', 'base64', 'base64url']).default('hex'),
  secretEncoding: z.enum(['utf8', 'hex', 'base64']).default('utf8'),
  signatureHeader: header.optional(),
  /** Before the signature in its header, such as `sha256=`. */
  prefix: prefix.optional(),
  timestampHeader: header.optional(),
  /** Before the time, where it stands in a list, such as `t=`. */
  timestampPrefix: prefix.optional(),
  timestampUnit: z.enum(['s', 'ms', 'iso8601', 'http-date']).optional(),
  toleranceSeconds: z.int().min(1).max(315_360_000).default(300),
  /** What {id} of the template comes in. */
  idHeader: header.optional(),
  template: z
    .string()
    .max(256)
    .refine((text) => readTemplate(text) !== undefined, `must hold no other braces than those of ${PARTS}`)
    .refine(
      (text) => hasPart(readTemplate(text) ?? [{ part: 'body' }], 'body', 'sha256hex:body'),
      'must hold {body} or {sha256hex:body}: else anybody can change it',
    )
    .default('{body}'),
  /** Where a proxy takes calls at another path: the path that the gateway was given, for {path}. */
  publicPath: z
    .string()
    .regex(/^\/[^\s?#]{0,511}$/, 'must be a path that begins with "/"')
    .optional(),
  /** User of `basic`. */
  callbackUser: idSetting.optional(),
};

/** Where the parts of a notification stand in its body. */
const places = {
  bodyFormat: z.enum(BODY_FORMATS).optional(),
  /** A list of messages; left out: the body is one, or is the list. */
  itemsPath: path.optional(),
  idempotencyPath: path.optional(),
  idPath: path.optional(),
  kindPath: path.optional(),
  kindMap: wordMap(z.enum(TRANSACTION_KINDS)).optional(),
  /** Of every callback, where they do not tell. */
  kind: z.enum(TRANSACTION_KINDS).optional(),
  statusPath: path.optional(),
  statusMap: wordMap(z.enum(TRANSACTION_STATUSES)).optional(),
  amountPath: path.optional(),
  amountUnit: z.enum(['decimal', 'minor']).default('decimal'),
  feePath: path.optional(),
  totalPath: path.optional(),
  currencyPath: path.optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
    .optional(),
  referencePath: path.optional(),
  /** The id of the transaction that a refund, capture … changes. */
  originalPath: path.optional(),
  /** As `paymentTypes` and `convenienceFees` of the gateway configuration call it. */
  paymentTypePath: path.optional(),
  merchantIdPath: path.optional(),
  updatedAtPath: path.optional(),
  /** Tells one change from the next; not used to order them. */
  sequencePath: path.optional(),
  allowUnknown: z.boolean().default(true),
};

const PATH_NAMES = Object.keys(places).filter((name) => name.endsWith('Path'));

/** How the gateway's API is asked about a payment. */
const lookUp = {
  apiHost: hostSetting.optional(),
  /** With it `apiPassword` is sent as Basic credentials, without it as a bearer key. */
  apiUser: idSetting.optional(),
  /** `/payments/{id}` */
  lookupPath: z
    .string()
    .max(256)
    .regex(
      /^\/(?!\/)[A-Za-z0-9._~/?&=-]*\{id\}[A-Za-z0-9._~/?&=-]*$/,
      'must be a path with {id} once, as /payments/{id}',
    )
    .optional(),
  /** Paths that are others in the API's answers than in callbacks. */
  lookupPaths: z.strictObject(Object.fromEntries(PATH_NAMES.map((name) => [name, path.optional()]))).optional(),
  lookupsPerMinute: z.int().min(1).max(6_000).default(30),
};

/** Settings of a Paylock connector: the configurable adapter's, and where its gateway configuration lives. */
const settingsSchema = z.strictObject({
  ...authenticity,
  ...places,
  ...lookUp,
  customerId: guid.optional(),
  paymentGatewayId: guid.optional(),
  /** The gateway's name of the merchant. */
  merchantId: idSetting.optional(),
});

const secretsSchema = z.strictObject({
  /** Sign callbacks; several are live side by side. Tokens and passwords of the modes `token` and `basic`. */
  keys: z.array(secretText).min(1).max(20).optional(),
  apiPassword: secretText.optional(),
});

export function checkPaylockSettings(given: unknown, hidden: unknown, mode: 'new' | 'change'): SettingsCheck {
  const check = checkSettingsWith({ settings: settingsSchema, secrets: secretsSchema }, given, hidden, mode);
  if (!check.ok) return check;
  const problems = settingProblems(check.settings, check.secrets);
  return problems.length === 0 ? check : { ok: false, problems };
}

const SIGNATURE = '/settings/signatureHeader';
const KEYS = '/secrets/keys';

/** What the registry wants to know of a connector of this gateway. */
export const settings: GatewaySettings = {
  checkSettings: checkPaylockSettings,
  names: memberNames(settingsSchema, secretsSchema),
  needed: [SIGNATURE, KEYS],
  notNeeded: ({ mode }) => (mode === 'fetch' ? [SIGNATURE, KEYS] : mode === 'basic' ? [SIGNATURE] : []),
  secretStrength: { secret: 'keys', list: true, characters: 64 },
  retryWindowDays: 1,
  needsCallbackToken: ({ mode }) => mode === 'fetch',
};
