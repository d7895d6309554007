import { ID_PATTERN } from '#shared/registry/id.ts';
import type { Recognition } from './principal.ts';

/** Who is who on AWS, by the settings of the environment (`access`). */
export interface AccessRules {
  /** Account of the environment: patterns that name none are of it. */
  readonly account: string;
  /** `role/<name>`, `user/<name>` or `root`, with the account's ARN before it or not; `*` in a name is any text. */
  readonly operators: readonly string[];
  /** Such a pattern to the merchant's id; `*` as the id: what the one `*` of the pattern stands for. */
  readonly merchants: Readonly<Record<string, string>>;
  readonly jwt?: JwtRules;
}

/** Which claims of a verified token say what. */
export interface JwtRules {
  readonly issuer: string;
  /** Roles or groups: a list, or text with blanks or commas between. */
  readonly roleClaim: string;
  readonly operatorValue: string;
  readonly merchantValue: string;
  /** Holds the one merchant whose data a token with `merchantValue` shows. */
  readonly merchantClaim: string;
}

/** Rules as the environment variable of the function holds them (JSON). Throws where they are not as they must be. */
export function readAccessRules(json: string): AccessRules {
  const value = objectIn(json);
  const { account, operators, merchants, jwt } = value ?? {};
  const isWhole =
    typeof account === 'string' &&
    Array.isArray(operators) &&
    [...operators, ...Object.keys(merchants ?? {})].every((one) => typeof one === 'string' && PATTERN.test(one)) &&
    isTexts(merchants) &&
    (jwt === undefined || (isTexts(jwt) && JWT_MEMBERS.every((name) => Reflect.get(jwt, name) !== undefined)));
  if (!isWhole)
    throw new TypeError('POSTRIDER_ACCESS holds no access rules: deploy again with valid settings (access)');
  return value as unknown as AccessRules;
}

const JWT_MEMBERS = ['issuer', 'roleClaim', 'operatorValue', 'merchantValue', 'merchantClaim'];

function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');
}

interface AwsIdentity {
  readonly account: string;
  readonly kind: string;
  readonly name: string;
}

const PATTERN =
  /^(?:arn:aws[a-z-]*:iam::(\d{12}):)?(?:(root)|(role|user|federated-user)\/(?:[\w+=,.@-]+\/)*([\w+=,.@*-]{1,64}))$/;
const CALLER = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):(?:(root)|(assumed-role|role|user|federated-user)\/(.+))$/;

/** Only what a rule names has a role; a merchant's rule counts before an operator's: of two roles the lesser. */
export function roleOfArn(rules: AccessRules, arn: string): Recognition {
  const identity = identityOf(arn);
  const unmapped: Recognition = {
    ...{ known: 'unmapped', who: arn },
    cure: `${arn} has no role here: name it in access.operators or access.merchants of the environment's settings, and deploy.`,
  };
  if (identity === undefined) return unmapped;
  const merchants = new Set(
    Object.entries(rules.merchants).flatMap(([pattern, id]) => {
      const star = matched(rules, pattern, identity);
      return star === undefined ? [] : [id === '*' ? star : id];
    }),
  );
  if (merchants.size > 0) return ofMerchants(merchants, arn, unmapped);
  const isOperator = rules.operators.some((pattern) => matched(rules, pattern, identity) !== undefined);
  return isOperator ? { known: 'operator', who: arn } : unmapped;
}

/** Of two roles the lesser; a token that names several merchants, or none, shows nobody's data. */
export function roleOfClaims({ jwt }: AccessRules, claims: Readonly<Record<string, unknown>>): Recognition {
  const subject = claims['sub'];
  if (jwt === undefined || typeof subject !== 'string' || subject === '') return { known: 'unknown' };
  const who = `person ${subject}`;
  const { roleClaim, operatorValue, merchantValue, merchantClaim } = jwt;
  const unmapped: Recognition = {
    ...{ known: 'unmapped', who },
    cure: `The token of ${subject} gives no role here: its claim ${roleClaim} must hold ${operatorValue}, or ${merchantValue} with one merchant's id in the claim ${merchantClaim}.`,
  };
  const roles = claimValues(claims[roleClaim]);
  if (roles.has(merchantValue)) return ofMerchants(claimValues(claims[merchantClaim]), who, unmapped);
  return roles.has(operatorValue) ? { known: 'operator', who } : unmapped;
}

function ofMerchants(merchants: ReadonlySet<string>, who: string, unmapped: Recognition): Recognition {
  const [merchantId] = merchants;
  if (merchants.size !== 1 || merchantId === undefined || !ID_PATTERN.test(merchantId)) return unmapped;
  return { known: 'merchant', merchantId, who };
}

/** A role's session is that role: `assumed-role/<name>/<session>`; paths of roles and users are no part of a name. */
function identityOf(arn: string): AwsIdentity | undefined {
  const [, account = '', root, word, rest = ''] = CALLER.exec(arn) ?? [];
  if (account === '') return undefined;
  if (root !== undefined) return { account, kind: 'root', name: '' };
  const parts = rest.split('/');
  if (word === 'assumed-role') return { account, kind: 'role', name: parts[0] ?? '' };
  return { account, kind: word ?? '', name: parts.at(-1) ?? '' };
}

/** What the first `*` of a pattern stands for ('' without one); undefined: the identity does not match. */
function matched(rules: AccessRules, pattern: string, identity: AwsIdentity): string | undefined {
  const [whole, account = rules.account, root, kind, name = ''] = PATTERN.exec(pattern) ?? [];
  if (whole === undefined || account !== identity.account || (root ?? kind) !== identity.kind) return undefined;
  const literal = name.split('*').map((part) => part.replace(/[.+]/g, '\\$&'));
  const found = new RegExp(`^${literal.join('(.+)')}$`).exec(identity.name);
  return found === null ? undefined : (found[1] ?? '');
}

/**
 * HTTP API hands a claim that is a list over as text, `[ops admins]`; others come as text with blanks (scope) or commas.
 * What is neither text nor a list of texts holds nothing.
 */
function claimValues(claim: unknown): ReadonlySet<string> {
  if (Array.isArray(claim)) return new Set(claim.filter((one) => typeof one === 'string' && one !== ''));
  if (typeof claim !== 'string') return new Set();
  const text = /^\[.*\]$/s.test(claim) ? claim.slice(1, -1) : claim;
  return new Set(
    text
      .split(/[\s,]+/)
      .map((one) => one.replace(/^"(.*)"$/, '$1'))
      .filter((one) => one !== ''),
  );
}
