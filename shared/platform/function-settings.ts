/** What the functions are told by their environment variables. */
export interface FunctionSettings {
  /** Name of the environment: a dimension of every metric. */
  readonly environment: string;
  readonly inboxTable: string;
  readonly ledgerTable: string;
  readonly registryTable: string;
  readonly deliveryTable: string;
  /** ARN of the KMS key that seals connectors' secrets. */
  readonly secretsKey: string;
  readonly retentionDays: number;
  /** What callback URLs begin with, without a trailing slash. */
  readonly callbackBase: string;
  /** `https://…/api/v1`, without a trailing slash. */
  readonly apiBase: string;
  /** Names of managed queues begin with it. */
  readonly queuePrefix: string;
  /** Foreign accounts whose queues the operator has approved. */
  readonly queueAccounts: readonly string[];
  readonly release: string;
  /** Who may call the admin API: JSON (access-rules.ts). */
  readonly access: string;
  readonly region: string;
}

export type SettingName = keyof FunctionSettings;

interface Variable<T> {
  readonly name: string;
  readonly allowed: string;
  /** undefined: not allowed. */
  read(text: string): T | undefined;
}

const TABLE = /^[A-Za-z0-9_.-]{3,255}$/;

const VARIABLES: { readonly [Name in SettingName]: Variable<FunctionSettings[Name]> } = {
  environment: matching('POSTRIDER_ENVIRONMENT', /^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and hyphens'),
  inboxTable: matching('POSTRIDER_INBOX_TABLE', TABLE, 'the name of a DynamoDB table'),
  ledgerTable: matching('POSTRIDER_LEDGER_TABLE', TABLE, 'the name of a DynamoDB table'),
  registryTable: matching('POSTRIDER_REGISTRY_TABLE', TABLE, 'the name of a DynamoDB table'),
  deliveryTable: matching('POSTRIDER_DELIVERY_TABLE', TABLE, 'the name of a DynamoDB table'),
  secretsKey: matching(
    'POSTRIDER_SECRETS_KEY',
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
    'the ARN of a KMS key',
  ),
  retentionDays: {
    name: 'POSTRIDER_RETENTION_DAYS',
    allowed: 'a whole number of days from 1 to 3650',
    read: (text) => (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 3650 ? Number(text) : undefined),
  },
  callbackBase: url('POSTRIDER_CALLBACK_BASE', 'an https URL without query'),
  apiBase: url('POSTRIDER_API_BASE', 'an https URL without query, ending in /api/v1', /\/api\/v1$/),
  queuePrefix: matching('POSTRIDER_QUEUE_PREFIX', /^[A-Za-z0-9_-]{1,40}$/, 'at most 40 of A-Z a-z 0-9 _ -'),
  queueAccounts: {
    name: 'POSTRIDER_QUEUE_ACCOUNTS',
    allowed: 'account ids of 12 digits with commas between, or nothing',
    read(text) {
      const accounts = text.split(',').filter((part) => part !== '');
      return accounts.every((account) => /^\d{12}$/.test(account)) ? accounts : undefined;
    },
  },
  access: {
    name: 'POSTRIDER_ACCESS',
    allowed: 'the JSON of access rules, as infra/constructs/access.ts writes them',
    read: (text) => (text.startsWith('{') ? text : undefined),
  },
  release: matching('POSTRIDER_RELEASE', /^[\x21-\x7e]{1,64}$/, 'up to 64 visible ASCII characters'),
  region: matching('AWS_REGION', /^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region; Lambda sets it'),
};

/** May be there and empty: nothing approved. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['POSTRIDER_QUEUE_ACCOUNTS']);

/**
 * Reads the named settings from environment variables. Throws one error with every variable that is missing or wrong,
 * its value and what is allowed.
 */
export function functionSettings<Name extends SettingName>(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly Name[],
): Pick<FunctionSettings, Name> {
  const problems: string[] = [];
  const values = names.map((name) => {
    const variable: Variable<unknown> = VARIABLES[name];
    const text = env[variable.name];
    const missing = text === undefined || (text === '' && !MAY_BE_EMPTY.has(variable.name));
    const value = missing ? undefined : variable.read(text);
    if (value === undefined) {
      problems.push(
        `${variable.name} ${missing ? 'is missing' : `is ${JSON.stringify(text)}`}: must be ${variable.allowed}`,
      );
    }
    return [name, value];
  });
  if (problems.length > 0) throw new Error(`The function cannot start. ${problems.join('; ')}.`);
  return Object.fromEntries(values) as Pick<FunctionSettings, Name>;
}

function matching(name: string, pattern: RegExp, allowed: string): Variable<string> {
  return { name, allowed, read: (text) => (pattern.test(text) ? text : undefined) };
}

function url(name: string, allowed: string, ending = /^/): Variable<string> {
  return {
    name,
    allowed,
    read(text) {
      const bare = text.replace(/\/+$/, '');
      const parsed = URL.canParse(bare) ? new URL(bare) : undefined;
      const plain =
        parsed?.protocol === 'https:' && parsed.search === '' && parsed.hash === '' && parsed.username === '';
      return plain && ending.test(bare) ? bare : undefined;
    },
  };
}
