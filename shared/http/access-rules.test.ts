import { describe, expect, it } from 'vitest';
import { type AccessRules, readAccessRules, roleOfArn, roleOfClaims } from './access-rules.ts';

const OURS = '123456789012';
const RULES: AccessRules = {
  account: OURS,
  operators: ['role/ops', 'role/AWSReservedSSO_Admin_*', 'user/path/ann', 'arn:aws:iam::210987654321:role/partner.ops'],
  merchants: { 'role/shop-*': '*', 'role/app/acme-reader': 'acme', 'role/shop-ops': 'shared' },
  jwt: {
    ...{ issuer: 'https://issuer.example', roleClaim: 'cognito:groups', merchantClaim: 'custom:merchant' },
    ...{ operatorValue: 'operators', merchantValue: 'merchants' },
  },
};
const assumed = (role: string, account = OURS, partition = 'aws') =>
  `arn:${partition}:sts::${account}:assumed-role/${role}/session@example.com`;
const role = (arn: string, rules = RULES) => {
  const found = roleOfArn(rules, arn);
  return found.known === 'merchant' ? `merchant ${found.merchantId}` : found.known;
};

describe('roles by ARN', () => {
  it.each([
    [assumed('ops'), 'operator'],
    [assumed('ops', OURS, 'aws-cn'), 'operator'],
    [assumed('AWSReservedSSO_Admin_0123abcd'), 'operator'],
    [`arn:aws:iam::${OURS}:user/other/path/ann`, 'operator'],
    [assumed('partner.ops', '210987654321'), 'operator'],
    [assumed('shop-acme'), 'merchant acme'],
    [assumed('acme-reader'), 'merchant acme'],
    // A session's name, which the caller chooses, says nothing.
    [`arn:aws:sts::${OURS}:assumed-role/visitor/ops`, 'unmapped'],
    [`arn:aws:sts::${OURS}:assumed-role/visitor/role/ops`, 'unmapped'],
    [assumed('ops2'), 'unmapped'],
    [assumed('xops'), 'unmapped'],
    [assumed('AWSReservedSSO_Admin_'), 'unmapped'],
    [assumed('ops', '210987654321'), 'unmapped'],
    [assumed('partner.ops'), 'unmapped'],
    [assumed('partnerXops', '210987654321'), 'unmapped'],
    [`arn:aws:iam::${OURS}:user/ops`, 'unmapped'],
    [`arn:aws:iam::${OURS}:root`, 'unmapped'],
    // Two rules, two merchants: nobody's.
    [assumed('shop-ops'), 'unmapped'],
    // What the star stands for is no merchant's id.
    [assumed('shop-a+b'), 'unmapped'],
    [assumed('shop-..'), 'unmapped'],
    ['arn:aws:iam::12:role/ops', 'unmapped'],
    ['ops', 'unmapped'],
  ])('%s: %s', (arn, expected) => {
    expect(role(arn)).toBe(expected);
  });

  it('a merchant’s rule counts before an operator’s', () => {
    expect(role(assumed('shop-acme'), { ...RULES, operators: ['role/*'] })).toBe('merchant acme');
    expect(role(assumed('ops'), { ...RULES, operators: ['role/*'] })).toBe('operator');
    expect(role(`arn:aws:iam::${OURS}:root`, { ...RULES, operators: ['root'] })).toBe('operator');
  });

  it('says what to do', () => {
    expect(roleOfArn(RULES, assumed('visitor'))).toMatchObject({
      cure: expect.stringContaining("name it in access.operators or access.merchants of the environment's settings"),
    });
  });
});

describe('roles by claims', () => {
  const claims = (groups: unknown, merchant?: unknown, sub: unknown = 'ann') => {
    const found = roleOfClaims(RULES, { sub, 'cognito:groups': groups, 'custom:merchant': merchant });
    return found.known === 'merchant' ? `merchant ${found.merchantId}` : found.known;
  };

  it.each([
    ['operators', 'operator'],
    [['operators'], 'operator'],
    [['readers', 'operators'], 'operator'],
    ['[readers operators]', 'operator'],
    ['[readers, operators]', 'operator'],
    ['["readers","operators"]', 'operator'],
    ['readers operators', 'operator'],
    ['operators2', 'unmapped'],
    ['not-operators', 'unmapped'],
    ['', 'unmapped'],
    [undefined, 'unmapped'],
    [{ operators: true }, 'unmapped'],
    [[['operators']], 'unmapped'],
    ['merchants', 'unmapped'],
  ])('%j: %s', (groups, expected) => {
    expect(claims(groups)).toBe(expected);
  });

  it.each([
    ['acme', 'merchant acme'],
    [['acme'], 'merchant acme'],
    ['[acme]', 'merchant acme'],
    ['acme other', 'unmapped'],
    [['acme', 'other'], 'unmapped'],
    ['a/b', 'unmapped'],
    ['', 'unmapped'],
    [7, 'unmapped'],
  ])('merchant %j: %s', (merchant, expected) => {
    expect(claims('merchants', merchant)).toBe(expected);
  });

  it('of two roles the lesser, and without a subject or an issuer nobody', () => {
    expect(claims(['operators', 'merchants'], 'acme')).toBe('merchant acme');
    expect(claims(['operators', 'merchants'])).toBe('unmapped');
    expect(claims('operators', undefined, undefined)).toBe('operator');
    expect(roleOfClaims(RULES, { 'cognito:groups': 'operators' }).known).toBe('unknown');
    const { jwt: _, ...withoutIssuer } = RULES;
    expect(roleOfClaims(withoutIssuer, { sub: 'ann', 'cognito:groups': 'operators' }).known).toBe('unknown');
  });
});

describe('rules as the function is given them', () => {
  it('are read back', () => {
    expect(readAccessRules(JSON.stringify(RULES))).toEqual(RULES);
  });

  it.each(['', '[]', '{}', '{"account":"1","operators":["*"],"merchants":{}}', '{"account":"1","operators":[]}'])(
    'not %s',
    (json) => {
      expect(() => readAccessRules(json)).toThrow('POSTRIDER_ACCESS');
    },
  );
});
