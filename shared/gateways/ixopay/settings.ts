import { z } from 'zod';
import type { FieldProblem, SettingsCheck } from '../gateway.ts';

const flag = z.boolean().default(true);
const host = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::\d{1,5})?$/,
    'must be a host name, such as gateway.ixopay.com, without scheme and path',
  );
const connectorId = z.string().regex(/^[A-Za-z0-9._~-]{1,64}$/, 'must be a connector id');

/** Settings of an IXOPAY connector; every flag is stored explicitly, so that only a stored `true` opens a reading. */
const ixopaySettings = z.strictObject({
  apiKey: z.string().min(1).max(50),
  username: z.string().min(1).max(255).optional(),
  acceptMd5: flag,
  acceptCanonicalContentType: flag,
  acceptXDate: flag,
  acceptReceivedPath: flag,
  /** Path of the registered callback URL as the gateway calls it, where a proxy changes it. */
  publicPath: z
    .string()
    .max(1_024)
    .regex(/^\/[^\s?#]*$/, 'must be a path that begins with "/" and has no query')
    .optional(),
  /** Connectors behind a meta-connector. */
  members: z.array(connectorId).max(50).optional(),
  apiHost: host.optional(),
  connectorGuid: z.string().min(1).max(64).optional(),
  provisioningHost: host.optional(),
  provisioningUser: z.string().min(1).max(255).optional(),
});

const optionalSecrets = {
  password: z.string().min(1).max(1_024).optional(),
  provisioningPassword: z.string().min(1).max(1_024).optional(),
};
const sharedSecret = z.string().min(1).max(50);

/** Secrets of a new connector; `ixopaySecretsChange` for an existing one, where absent ones are kept. */
const ixopaySecrets = z.strictObject({ sharedSecret, ...optionalSecrets });
const ixopaySecretsChange = z.strictObject({ sharedSecret: sharedSecret.optional(), ...optionalSecrets });

/** Checks settings and secrets; every failing field is named with a JSON pointer, secrets never with their value. */
export function checkIxopaySettings(settings: unknown, secrets: unknown, mode: 'new' | 'change'): SettingsCheck {
  const checkedSettings = ixopaySettings.safeParse(settings ?? {});
  const checkedSecrets = (mode === 'new' ? ixopaySecrets : ixopaySecretsChange).safeParse(secrets ?? {});
  const problems = [
    ...problemsOf('/settings', checkedSettings.error, settings),
    ...problemsOf('/secrets', checkedSecrets.error, undefined),
  ];
  if (!checkedSettings.success || !checkedSecrets.success) return { ok: false, problems };
  return { ok: true, settings: defined(checkedSettings.data), secrets: defined(checkedSecrets.data) };
}

function problemsOf(root: string, error: z.ZodError | undefined, input: unknown): FieldProblem[] {
  return (error?.issues ?? []).flatMap((issue): FieldProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: pointer(root, [...issue.path, key]),
        message: `is not known; known are ${knownKeys(root)}`,
      }));
    }
    const field = pointer(root, issue.path);
    const value = valueAt(input, issue.path);
    return [value === undefined ? { field, message: issue.message } : { field, value, message: issue.message }];
  });
}

function knownKeys(root: string): string {
  return Object.keys(root === '/settings' ? ixopaySettings.shape : ixopaySecrets.shape).join(', ');
}

function pointer(root: string, path: readonly PropertyKey[]): string {
  return [root, ...path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (Object(value) === value ? Reflect.get(Object(value), key) : undefined),
    input,
  );
}

function defined<T>(fields: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, T] => entry[1] !== undefined));
}
