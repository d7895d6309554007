import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { EnvironmentSettings } from '../environments/settings.ts';

/** Who is who, as the admin function reads it (shared/http/access-rules.ts). `account`: of the environment. */
export function accessRules({ access }: Pick<EnvironmentSettings, 'access'>, account: string): string {
  const { operators, merchants, jwt } = access;
  if (jwt === undefined) return JSON.stringify({ account, operators, merchants });
  const { audience: _checkedByTheApi, ...claims } = jwt;
  return JSON.stringify({ account, operators, merchants, jwt: claims });
}

/** Checks signature, issuer, audience and times of people's tokens; undefined: people have no way in. */
export function peopleAuthorizer({ access }: Pick<EnvironmentSettings, 'access'>): HttpJwtAuthorizer | undefined {
  if (access.jwt === undefined) return undefined;
  const { issuer, audience } = access.jwt;
  return new HttpJwtAuthorizer('People', issuer, { jwtAudience: audience });
}
