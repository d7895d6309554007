import type { AdminEvent } from '#shared/platform/admin-http-api.ts';
import { callbackEvent } from './lambda.ts';

export interface AdminCall {
  readonly arn?: string;
  /** As the JWT authorizer hands them over. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly base64?: boolean;
}

/** `target`: path as HTTP API hands it over, decoded, and query as sent. */
export function adminEvent(method: string, target: string, call: AdminCall = {}): AdminEvent {
  const [rawPath = '', rawQueryString = ''] = target.split('?');
  const event = callbackEvent('', { secret: 'x' });
  const { arn, claims, headers = {}, body, base64 = false } = call;
  return {
    ...event,
    rawPath,
    rawQueryString,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    body: Buffer.from(body ?? '').toString(base64 ? 'base64' : 'utf8'),
    isBase64Encoded: base64,
    requestContext: {
      ...event.requestContext,
      http: { ...event.requestContext.http, method, path: rawPath },
      ...(arn === undefined ? {} : { authorizer: { iam: { userArn: arn } } }),
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims } } }),
    },
  };
}
