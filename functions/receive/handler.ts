import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type ReceiveDeps, receive } from '#shared/pipeline/receive.ts';
import { callbackOfEvent, resultOfAnswer } from '#shared/platform/http-api.ts';

/** Lambda entry point of the callback URL: HTTP API payload 2.0 in, the gateway's own answer out. */
export function createHandler(deps: ReceiveDeps) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> =>
    resultOfAnswer(await receive(deps, callbackOfEvent(event)));
}
