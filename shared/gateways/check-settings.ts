import type { z } from 'zod';
import type { FieldProblem, SettingsCheck } from './gateway.ts';
import type { MemberNames } from './gateway-settings.ts';

/** What a gateway takes as settings and secrets. Both schemas are strict: a misspelled name is not left unnoticed. */
export interface SettingsSchemas {
  readonly settings: z.ZodObject;
  /** Secrets of a new connector. */
  readonly secrets: z.ZodObject;
  /** Secrets of an existing one, where absent ones are kept. @default the same as `secrets` */
  readonly secretsChange?: z.ZodObject;
}

/**
 * Checks settings and secrets; every failing field is named with a JSON pointer, secrets never with their value.
 * A secret that is not text itself (a list of keys) comes out as JSON text, as it is sealed.
 */
export function checkSettingsWith(
  schemas: SettingsSchemas,
  settings: unknown,
  secrets: unknown,
  mode: 'new' | 'change',
): SettingsCheck {
  const secretsSchema = mode === 'new' ? schemas.secrets : (schemas.secretsChange ?? schemas.secrets);
  const checkedSettings = schemas.settings.safeParse(settings ?? {});
  const checkedSecrets = secretsSchema.safeParse(secrets ?? {});
  const problems = [
    ...problemsOf('/settings', checkedSettings.error, settings, schemas.settings),
    ...problemsOf('/secrets', checkedSecrets.error, undefined, secretsSchema),
  ];
  if (!checkedSettings.success || !checkedSecrets.success) return { ok: false, problems };
  const sealed = Object.entries(defined(checkedSecrets.data)).map(([name, value]) => [name, asText(value)] as const);
  return { ok: true, settings: defined(checkedSettings.data), secrets: Object.fromEntries(sealed) };
}

/** The names that strict schemas take: derived, so that a new setting is never taken for something unknown. */
export function memberNames(settings: z.ZodObject, secrets: z.ZodObject): MemberNames {
  return { settings: Object.keys(settings.shape), secrets: Object.keys(secrets.shape) };
}

function problemsOf(
  root: string,
  error: z.ZodError | undefined,
  input: unknown,
  schema: z.ZodObject,
): readonly FieldProblem[] {
  return (error?.issues ?? []).flatMap((issue): FieldProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      const known = issue.path.length === 0 ? `; known are ${Object.keys(schema.shape).join(', ')}` : '';
      return issue.keys.map((key) => ({ field: pointer(root, [...issue.path, key]), message: `is not known${known}` }));
    }
    const field = pointer(root, issue.path);
    const value = valueAt(input, issue.path);
    return [value === undefined ? { field, message: issue.message } : { field, value, message: issue.message }];
  });
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

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
