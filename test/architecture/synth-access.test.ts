import { describe, expect, it } from 'vitest';
import { readAccessRules, roleOfArn } from '#shared/http/access-rules.ts';
import { accessRules } from '../../infra/constructs/access.ts';
import { dev } from '../../infra/environments/dev.ts';
import { ENVIRONMENTS } from '../../infra/environments/environments.ts';
import { environmentSettings } from '../../infra/environments/settings.ts';
import { plain, synthesize } from './synth-fixture.ts';

const JWT = {
  ...{ issuer: 'https://issuer.example/pool', audience: ['console'], roleClaim: 'cognito:groups' },
  ...{ operatorValue: 'operators', merchantValue: 'merchants', merchantClaim: 'custom:merchant' },
};
const ACCOUNT = '123456789012';

interface Api {
  readonly routes: Readonly<Record<string, string>>;
  readonly authorizers: readonly Readonly<Record<string, unknown>>[];
  readonly access: unknown;
}

function apiWith(access: (typeof dev)['access']): Api {
  const { service } = synthesize('dev', { access }).template;
  const of = (type: string) => Object.values(service.findResources(type)).map((found) => found['Properties']);
  const admin = of('AWS::Lambda::Function').find(({ FunctionName }) => FunctionName === 'postrider-dev-admin');
  return {
    routes: Object.fromEntries(
      of('AWS::ApiGatewayV2::Route').map(({ RouteKey, AuthorizationType }) => [RouteKey, AuthorizationType]),
    ),
    authorizers: of('AWS::ApiGatewayV2::Authorizer'),
    access: JSON.parse(plain(admin?.Environment.Variables.POSTRIDER_ACCESS)),
  };
}

describe('access to the admin API', () => {
  it('people have a way in of their own where an issuer is named', () => {
    const { routes, authorizers, access } = apiWith({ ...dev.access, jwt: JWT });
    expect(routes).toMatchObject({ 'ANY /people/api/v1/{proxy+}': 'JWT', 'ANY /api/v1/{proxy+}': 'AWS_IAM' });
    expect(authorizers).toMatchObject([
      { AuthorizerType: 'JWT', JwtConfiguration: { Audience: ['console'], Issuer: JWT.issuer } },
    ]);
    const { audience: _, ...claims } = JWT;
    expect(access).toEqual({ account: 'AccountId', ...dev.access, jwt: claims });
  });

  it('and none where none is', () => {
    const { routes, authorizers, access } = apiWith(dev.access);
    expect(Object.keys(routes).filter((key) => key.includes('people'))).toEqual([]);
    expect(authorizers).toEqual([]);
    expect(access).not.toHaveProperty('jwt');
  });

  it.each(Object.values(ENVIRONMENTS))('$name: what is deployed is what the function reads', (settings) => {
    const rules = readAccessRules(accessRules({ access: { ...settings.access, jwt: JWT } }, ACCOUNT));
    const role = (name: string) => roleOfArn(rules, `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/session`);
    expect(role('postrider-operator').known).toBe('operator');
    expect(role('postrider-merchant-acme')).toMatchObject({ known: 'merchant', merchantId: 'acme' });
    expect(roleOfArn(rules, 'arn:aws:sts::210987654321:assumed-role/postrider-operator/x').known).toBe('unmapped');
  });

  it.each([
    [{ operators: ['*'], merchants: {} }, 'access.operators.0 = "*": allowed: role/<name>'],
    [{ operators: ['arn:aws:iam::*:role/x'], merchants: {} }, 'access.operators.0'],
    [
      { operators: [], merchants: { 'role/shop': '*' } },
      'access.merchants.role/shop = "*": allowed: \'*\' with a pattern',
    ],
    [{ operators: [], merchants: { 'role/a': 'not an id' } }, 'access.merchants.role/a = "not an id": allowed'],
    [
      { operators: [], merchants: {}, jwt: { ...JWT, issuer: 'http://x' } },
      'access.jwt.issuer = "http://x": allowed: the https',
    ],
    [
      {
        operators: [],
        merchants: Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`role/shop-${i}`, `s${i}`])),
      },
      'allowed: 2000',
    ],
  ])('settings that mean nothing are refused: %j', (access, complaint) => {
    expect(() => environmentSettings({ ...dev, access })).toThrow(complaint);
  });
});
