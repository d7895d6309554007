import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';

/**
 * The URL that gateways call. The `$default` stage, because a stage name in the path would be part of what they sign;
 * any method, because `receive` answers 405 and counts it.
 */
export function callbackApi(scope: Construct, settings: EnvironmentSettings, receive: IFunction): HttpApi {
  const api = new HttpApi(scope, 'CallbackApi', {
    apiName: `postrider-${settings.name}-callbacks`,
    description: 'Callbacks of payment gateways',
    createDefaultStage: true,
  });
  api.addRoutes({
    path: '/callbacks/{proxy+}',
    methods: [HttpMethod.ANY],
    integration: new HttpLambdaIntegration('Receive', receive),
  });
  return api;
}
