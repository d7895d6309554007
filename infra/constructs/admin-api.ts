import { Validations } from 'aws-cdk-lib';
import { HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';
import { peopleAuthorizer } from './access.ts';
import { type Api, httpApi } from './http-api.ts';

/** Routes without IAM, and why; the function decides on the read token itself. */
const OPEN: readonly (readonly [path: string, why: string])[] = [
  ['/health', 'tells that it runs and nothing else'],
  ['/api/v1/openapi.json', 'is the same for everybody'],
  ['/api/v1/schemas/{proxy+}', 'are named by events as their dataschema: merchants fetch them'],
  [
    '/api/v1/merchants/{merchantId}/subscriptions/{subscriptionId}/events',
    'takes the read token of the subscription, checked by the function: merchants need no AWS identity of ours',
  ],
];

/** The REST API of operators and merchants: signed with IAM (SigV4) by machines, with a token by people. */
export function adminApi(scope: Construct, settings: EnvironmentSettings): Api {
  return httpApi(scope, 'AdminApi', {
    settings,
    name: 'admin',
    description: `Admin API of Postrider, environment ${settings.name}`,
    throttle: { rateLimit: 50, burstLimit: 100 },
    logged: { caller: '$context.identity.userArn', authorizerError: '$context.authorizer.error' },
    authorizer: new HttpIamAuthorizer(),
    domain: settings.domain?.admin,
  });
}

export function routeAdmin({ api }: Api, admin: IFunction, settings: EnvironmentSettings): void {
  const integration = new HttpLambdaIntegration('Admin', admin, { scopePermissionToRoute: false });
  api.addRoutes({ path: '/api/v1/{proxy+}', methods: [HttpMethod.ANY], integration });
  // A route has one authorizer: people's tokens have a path of their own, and no way in where no issuer is named.
  const people = peopleAuthorizer(settings);
  if (people !== undefined) {
    api.addRoutes({ path: '/people/api/v1/{proxy+}', methods: [HttpMethod.ANY], integration, authorizer: people });
  }
  for (const [path, why] of OPEN) {
    const open = api.addRoutes({
      path,
      methods: [HttpMethod.GET],
      integration,
      authorizer: new HttpNoneAuthorizer(),
    });
    for (const route of open) {
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: `GET ${path} ${why}.` });
    }
  }
}
