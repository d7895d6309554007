import * as z from 'zod';
import { json } from './answer.ts';
import type { Authentication } from './authentication.ts';
import { openApiDocument } from './openapi.ts';
import { NO_BODY, NO_PARAMS, NO_QUERY, type Route, route } from './route.ts';

/** `GET /openapi.json`, itself included; made at its first call. */
export function createOpenApiRoute(
  routes: readonly Route[],
  apiBase: string,
  authentication: Pick<Authentication, 'schemes'>,
): Route {
  let document: object | undefined;
  const own: Route = route({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    tag: 'Descriptions',
    summary: 'This API as OpenAPI 3.1',
    auth: 'open',
    params: NO_PARAMS,
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
    async handle() {
      document ??= openApiDocument([...routes, own], apiBase, authentication);
      return json(document);
    },
  });
  return own;
}
