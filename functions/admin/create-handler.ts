import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { AdminApi } from '#shared/http/admin-api.ts';
import { json, notFound } from '#shared/http/answer.ts';
import { type AdminEvent, adminRequestOf, resultOfAdmin } from '#shared/platform/admin-http-api.ts';
import { type Observer, observed } from '#shared/platform/observer.ts';

export interface AdminHandlerDeps {
  readonly api: AdminApi;
  /** Path of the API's public URL: `/api/v1`, behind a path of the domain if it has one. */
  readonly basePath: string;
  readonly now: () => Date;
  readonly observer: Observer;
}

/** Lambda entry point of the admin API: HTTP API payload 2.0; whom its authorizers name has the role that the settings give. */
export function createHandler(deps: AdminHandlerDeps) {
  const { observer } = deps;
  async function handle(event: AdminEvent): Promise<APIGatewayProxyStructuredResultV2> {
    const startedMs = deps.now().getTime();
    const result = await resultOfAdmin(await respond(deps, event));
    const { iam, jwt } = event.requestContext.authorizer ?? {};
    const subject = jwt?.claims?.['sub'];
    observer.summary('admin', {
      method: event.requestContext.http.method,
      // What follows may hold references of merchants: the record of changes has it.
      resource: event.rawPath.split(`${deps.basePath}/`)[1]?.split('/')[0]?.slice(0, 32) ?? '',
      status: result.statusCode ?? 0,
      ...(iam?.userArn === undefined ? {} : { who: iam.userArn }),
      ...(typeof subject === 'string' ? { who: `person ${subject}` } : {}),
      durationMs: deps.now().getTime() - startedMs,
    });
    return result;
  }
  return middy<AdminEvent, APIGatewayProxyStructuredResultV2>().use(observed(observer)).handler(handle);
}

function respond(deps: AdminHandlerDeps, event: AdminEvent) {
  if (event.rawPath === '/health') return json({ status: 'ok' });
  const request = adminRequestOf(event, deps.basePath);
  return request === undefined ? notFound('There is nothing here: /api/v1/… and /health.') : deps.api(request);
}
