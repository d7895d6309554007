import type { AdminDeps } from './admin-deps.ts';
import type { AdminRequest, AdminResponse } from './admin-request.ts';
import { notFound } from './answer.ts';
import { authorize, NOTHING_HERE } from './authorize.ts';
import { callingMerchant, narrow } from './merchant-view.ts';
import { createOpenApiRoute } from './openapi-route.ts';
import { problem } from './problem.ts';
import { invalid, type Route } from './route.ts';
import { createRouter } from './router.ts';
import { allRoutes } from './routes/all-routes.ts';

export type AdminApi = (request: AdminRequest) => Promise<AdminResponse>;

/**
 * The admin API below `/api/v1` (interfaces.md), with `more` routes of the home that it runs in. Never rejects: what goes
 * wrong on our side is a 503.
 */
export function createAdminApi(deps: AdminDeps, more: readonly Route[] = []): AdminApi {
  const router = createRouter(adminRoutes(deps, more));
  return async (request) => {
    const match = router(request.method, request.path);
    if (match.found === 'nothing') return notFound(NOTHING_HERE);
    if (match.found === 'encoding') return problem('invalid_path', 'The path is not percent-encoded UTF-8.');
    if (match.found === 'methods') {
      const allow = match.allow.join(', ');
      return problem('method_not_allowed', `Only ${allow} is offered at this path.`, [], { allow });
    }
    try {
      return await serve(deps, match.route, match.params, request);
    } catch (error) {
      if (codeOf(error) === 'invalid_cursor')
        return invalid('invalid_cursor', [{ field: 'cursor', message: CURSOR_CURE }]);
      if (codeOf(error) === 'row_too_large') return problem('row_too_large', ROW_CURE);
      deps.trouble?.(error, match.route.operationId);
      return problem('unavailable', 'Something on our side failed and was noted. Try again.', [], {
        'retry-after': '5',
      });
    }
  };
}

const CURSOR_CURE = 'is not one that this list gave: send the cursor of the page before, unchanged, or none';

const ROW_CURE = 'All members together are more than 400 KB, the most that is stored of one record: send less.';

/** Every route, OpenAPI's own included. */
export function adminRoutes(deps: AdminDeps, more: readonly Route[] = []): readonly Route[] {
  const routes = [...allRoutes(deps), ...more];
  return [...routes, createOpenApiRoute(routes, deps.schemaBase, deps.authentication)];
}

async function serve(
  deps: AdminDeps,
  route: Route,
  params: Readonly<Record<string, string>>,
  request: AdminRequest,
): Promise<AdminResponse> {
  const { headers, body } = request;
  const authorization = await authorize(deps, route, params, request);
  if (!authorization.ok) return authorization.answer;
  const { principal } = authorization;
  if (principal.role !== 'merchant') {
    return route.call({ params, rawQuery: request.rawQuery, headers, body, who: principal.who });
  }
  const merchant = callingMerchant(deps.registry, principal.merchantId);
  const narrowed = await narrow(route, merchant, params, request.rawQuery);
  if (!narrowed.ok) return narrowed.answer;
  return route.call({ params, rawQuery: narrowed.rawQuery, headers, body, who: principal.who, merchant });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
