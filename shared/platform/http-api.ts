import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpAnswer, RawCallback } from '#shared/gateways/gateway.ts';

/**
 * An HTTP API event (payload 2.0) as the bytes that were signed. HTTP API lower-cases header names, joins repeats with a
 * comma, hands `rawPath` over percent-decoded (the adapter also tries the registered path) and `rawQueryString` as sent;
 * a body that is not text comes in base64.
 */
export function callbackOfEvent(event: APIGatewayProxyEventV2): RawCallback {
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    rawQuery: event.rawQueryString,
    headers: Object.fromEntries(
      Object.entries(event.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name.toLowerCase(), value]],
      ),
    ),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    sourceIp: event.requestContext.http.sourceIp,
  };
}

export function resultOfAnswer(answer: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  return { statusCode: answer.status, headers: { ...answer.headers }, body: answer.body, isBase64Encoded: false };
}
