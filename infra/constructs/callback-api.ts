import { Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';
import { type Api, httpApi } from './http-api.ts';

/** The URL that gateways call; where it leads is added by `routeCallbacks`, because `receive` has to know the URL. */
export function callbackApi(scope: Construct, settings: EnvironmentSettings): Api {
  const made = httpApi(scope, 'CallbackApi', {
    settings,
    name: 'callbacks',
    description: `Callbacks of payment gateways, environment ${settings.name}`,
    throttle: { rateLimit: settings.throttle.callbacksPerSecond, burstLimit: settings.throttle.burst },
    logged: { userAgent: '$context.identity.userAgent' },
    domain: settings.domain?.callbacks,
  });
  Validations.of(made.api).acknowledge({
    id: 'AwsSolutions-APIG4',
    reason: 'Gateways sign what they send and have no AWS identity: receive verifies each request before it stores it.',
  });
  return made;
}

/** Every method: some gateways probe with GET, and `receive` answers the others 405 and counts them. */
export function routeCallbacks({ api }: Api, receive: IFunction): void {
  api.addRoutes({
    path: '/callbacks/{proxy+}',
    methods: [HttpMethod.ANY],
    integration: new HttpLambdaIntegration('Receive', receive),
  });
}
