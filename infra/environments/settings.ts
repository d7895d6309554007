import * as z from 'zod';

/** One execution environment takes ten requests a second by Lambda's quota arithmetic; a receive that takes 0.1 s fills it. */
const SECONDS_PER_CALLBACK = 0.1;
const LOG_RETENTION_DAYS = [7, 14, 30, 60, 90, 180, 365, 400] as const;

/** Objects name the settings they take, so that a misspelt one is told what it could have been. */
const fields = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, { error: `allowed here: ${Object.keys(shape).join(', ')}` });
const text = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });
const whole = (least: number, most: number) => {
  const error = `allowed: a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};
const yesOrNo = z.boolean({ error: 'allowed: true, false' });
const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, { error: `allowed: ${values.map((value) => `'${value}'`).join(', ')}` });

const accountId = text(/^\d{12}$/, 'allowed: an account id of 12 digits');
const customDomain = {
  name: text(/^(?=.{4,253}$)([a-z0-9-]+\.)+[a-z]{2,}$/, 'allowed: a host name such as callbacks.example.com'),
  certificateArn: text(
    /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/,
    'allowed: the ARN of an issued ACM certificate in the region of this environment',
  ),
};
/** As shared/http/access-rules.ts reads them. */
const principalPattern = text(
  /^(arn:aws[a-z-]*:iam::\d{12}:)?(root|(role|user|federated-user)\/([\w+=,.@-]+\/)*[\w+=,.@*-]{1,64})$/,
  'allowed: role/<name>, user/<name> or root, with arn:aws:iam::<account>: before it or not; * in the name is any text',
);
const claimText = text(/^[\x21-\x7e]{1,128}$/, 'allowed: up to 128 visible characters without blanks');
/** Lambda gives all environment variables together 4 KB. */
const MOST_ACCESS_CHARACTERS = 2_000;

const warmUnits = fields({
  readUnitsPerSecond: whole(12_000, 1_000_000),
  writeUnitsPerSecond: whole(4_000, 1_000_000),
}).optional();

const settingsSchema = fields({
  /** Part of every name in the account, which two environments may share: without hyphens none's prefix begins another's. */
  name: text(/^[a-z][a-z0-9]{1,15}$/, 'allowed: 2 to 16 of a-z and 0-9, beginning with a letter'),
  /** Left out: the account of the credentials that deploy. Set: the CDK refuses the credentials of any other. */
  account: accountId.optional(),
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'allowed: an AWS region such as eu-central-1'),
  /** Left out: the URLs that AWS makes, which change when an API is replaced. Set: those are switched off. */
  domain: fields({
    callbacks: fields({
      ...customDomain,
      /** PEM bundle of the certificate authorities whose clients may call. Left out: no client certificates. */
      mutualTlsTruststore: text(/^s3:\/\/[a-z0-9.-]{3,63}\/.+$/, 'allowed: s3://<bucket>/<key>').optional(),
    }),
    /** Left out: the admin API keeps the URL that AWS makes. */
    admin: fields(customDomain).optional(),
  }).optional(),
  /** What the callback URL lets through; more is answered 429, and the gateway repeats. */
  throttle: fields({ callbacksPerSecond: whole(1, 10_000), burst: whole(1, 5_000) }),
  /** Left out: the functions share the account's concurrency, which is 10 in a new account. */
  reservedConcurrency: fields({
    receive: whole(1, 10_000),
    apply: whole(1, 10_000),
    relay: whole(1, 10_000),
  }).optional(),
  /** How long stored callbacks are kept. Shorter than a gateway repeats, a late repeat would be a new callback. */
  retentionDays: whole(14, 3_650),
  logRetentionDays: z.union(
    LOG_RETENTION_DAYS.map((days) => z.literal(days)),
    { error: `allowed: ${LOG_RETENTION_DAYS.join(', ')}` },
  ),
  /** What a table and its indexes take at once; a new one takes 4,000 writes and 12,000 reads a second unasked. */
  warmThroughput: fields({ inbox: warmUnits, ledger: warmUnits, registry: warmUnits, delivery: warmUnits }).optional(),
  /** What becomes of tables, keys and kept records when the data stack is deleted. */
  tablesOnDelete: oneOf('retain', 'destroy'),
  /** CloudFormation refuses to delete either stack. */
  terminationProtection: yesOrNo,
  /** Continuous backups of all four tables, 35 days. */
  pointInTimeRecovery: yesOrNo,
  /** DynamoDB refuses to delete a table. */
  deletionProtection: yesOrNo,
  /** Tables and kept records under a key of your own, 1 USD a month. The connectors' secrets always have theirs. */
  customerManagedKeys: yesOrNo,
  /** New code of receive and apply gets a tenth of the traffic first and goes back by itself when alarms ring. */
  canary: yesOrNo,
  /** One page of graphs in CloudWatch; each beyond an account's third costs 3 USD a month. */
  dashboard: yesOrNo,
  /**
   * Where alarms go: a topic that exists and lets CloudWatch publish, or an address that gets a topic of its own and has to
   * confirm it. Empty: they only change colour.
   */
  alarms: fields({
    topicArn: text(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:.+$/, 'allowed: the ARN of an SNS topic').optional(),
    email: z.email({ error: 'allowed: an e-mail address' }).optional(),
  }),
  /** Whether silence is a fault: missing data then counts as breaching, and a gateway gone quiet raises an alarm. */
  trafficExpected: yesOrNo,
  /** Gateways of which callbacks come each hour: each has an alarm on its silence, where silence is a fault. */
  gatewaysExpected: z.array(text(/^[a-z][a-z0-9-]{0,31}$/, "allowed: the name of a gateway, such as 'ixopay'"), {
    error: 'allowed: a list of names of gateways',
  }),
  /** Lambda's own sampling: the first request of a second and 5 % of the others. It knows no other rate. */
  tracing: oneOf('active', 'off'),
  /** Other accounts in which merchants may have their queues. */
  queueAccounts: z.array(accountId, { error: 'allowed: a list of account ids' }),
  /**
   * Who may call the admin API, once IAM lets them (execute-api:Invoke): whom nothing here names is answered 403. A
   * pattern is `role/<name>`, `user/<name>` or `root`, of the environment's account or with its ARN, `*` for any text.
   */
  access: fields({
    operators: z.array(principalPattern, { error: 'allowed: a list of patterns' }),
    /** Pattern to merchant; `*` as the merchant is what the one `*` of the pattern stands for. Counts before operators. */
    merchants: z.record(principalPattern, text(/^(\*|[A-Za-z0-9._~-]{1,64})$/, "allowed: a merchantId, or '*'")),
    /** People with tokens, below /people/api/v1. Left out: they have no way in. */
    jwt: fields({
      issuer: text(/^https:\/\/[^\s?#]+$/, 'allowed: the https URL of an OpenID Connect issuer'),
      audience: z.array(z.string().min(1), { error: 'allowed: a list of audiences or client ids' }).min(1),
      /** Claim with roles or groups, as a list or as text. */
      roleClaim: claimText,
      operatorValue: claimText,
      merchantValue: claimText,
      /** Claim with the one merchant that a token with merchantValue is for. */
      merchantClaim: claimText,
    }).optional(),
  }),
});

/** What differs between deployments. */
export type EnvironmentSettings = z.infer<typeof settingsSchema>;

const checkedSchema = settingsSchema.superRefine(checkTogether);

/** What the operator has to change before anything is synthesized. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

type Problem = { readonly path: readonly PropertyKey[]; readonly message: string };

/** Checks the settings of an environment; throws with every wrong field, its value and what is allowed. */
export function environmentSettings(settings: EnvironmentSettings): EnvironmentSettings {
  const checked = checkedSchema.safeParse(settings);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.flatMap((issue): readonly Problem[] => {
    if (issue.code !== 'unrecognized_keys') return [issue];
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `no such setting; ${issue.message}` }));
  });
  const lines = problems.map(({ path, message }) => `  ${path.join('.')} = ${valueAt(settings, path)}: ${message}`);
  throw new SettingsError(
    `The settings of environment ${JSON.stringify(settings.name)} are wrong:\n${lines.join('\n')}`,
  );
}

function valueAt(settings: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    settings,
  );
  return value === undefined ? 'missing' : JSON.stringify(value);
}

/** What is allowed depends on another setting. */
function checkTogether(settings: EnvironmentSettings, context: z.RefinementCtx): void {
  const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const { domain, throttle, reservedConcurrency: reserved, alarms, access } = settings;
  if (reserved !== undefined) {
    const below = Math.floor(reserved.receive / SECONDS_PER_CALLBACK);
    for (const [key, value] of Object.entries(throttle)) {
      // What the API lets through and Lambda then refuses is a 503 to the gateway instead of an honest 429.
      if (value < below) continue;
      wrong(
        ['throttle', key],
        `allowed: less than ${below} (reservedConcurrency.receive ${reserved.receive} ÷ ${SECONDS_PER_CALLBACK} s a callback)`,
      );
    }
  }
  for (const [key, custom] of Object.entries(domain ?? {})) {
    if (custom === undefined || custom.certificateArn.split(':')[3] === settings.region) continue;
    wrong(['domain', key, 'certificateArn'], `allowed: a certificate in ${settings.region}, the region of the API`);
  }
  for (const [pattern, merchant] of Object.entries(access.merchants)) {
    if (merchant !== '*' || pattern.split('*').length === 2) continue;
    wrong(['access', 'merchants', pattern], "allowed: '*' with a pattern that has one *, for which it stands");
  }
  const characters = JSON.stringify(access).length;
  if (characters > MOST_ACCESS_CHARACTERS) {
    const shorter = `as JSON it has ${characters} characters, allowed: ${MOST_ACCESS_CHARACTERS}`;
    wrong(['access'], `${shorter}; name merchants' roles alike and map them by one pattern to '*'`);
  }
  if (alarms.topicArn !== undefined && alarms.email !== undefined) {
    wrong(['alarms', 'email'], 'allowed: topicArn or email, not both');
  }
}
