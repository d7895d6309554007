import { z } from 'zod';

const settingsSchema = z.strictObject({
  /** Part of every name in the account: two environments may share one. */
  name: z.string().regex(/^[a-z][a-z0-9-]{1,15}$/),
  /** Left out: the account of the credentials that deploy. */
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
  /** Continuous backups of all four tables, 35 days. */
  pointInTimeRecovery: z.boolean(),
  /** What becomes of the tables when the stack is deleted. */
  tablesOnDelete: z.enum(['retain', 'destroy']),
  logRetentionDays: z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)]),
});

/** What differs between deployments. */
export type EnvironmentSettings = z.infer<typeof settingsSchema>;

/** Checks the settings of an environment; throws with every wrong field, its value and what is allowed. */
export function environmentSettings(settings: EnvironmentSettings): EnvironmentSettings {
  const checked = settingsSchema.safeParse(settings);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => {
    const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], settings);
    return `  ${issue.path.join('.')} = ${JSON.stringify(value)}: ${issue.message}`;
  });
  throw new Error(`The settings of environment ${JSON.stringify(settings.name)} are wrong:\n${problems.join('\n')}`);
}
