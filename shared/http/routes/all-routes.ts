import type { AdminDeps } from '../admin-deps.ts';
import type { Route } from '../route.ts';
import { callbackRoutes } from './callbacks.ts';
import { connectorBackfillRoute } from './connector-backfill.ts';
import { connectorRoutes } from './connectors.ts';
import { credentialRoutes } from './credentials.ts';
import { merchantRoutes } from './merchants.ts';
import { operationRoutes } from './operations.ts';
import { provisionRoute } from './provision.ts';
import { purchaseRoute } from './purchases.ts';
import { refusedRoutes } from './refused.ts';
import { refusedRequestRoutes } from './refused-requests.ts';
import { reportRoute } from './reports.ts';
import { rotationRoutes } from './rotation.ts';
import { schemaRoute } from './schemas.ts';
import { subjectRoutes } from './subjects.ts';
import { subscriptionEventsRoute } from './subscription-events.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { testCallbackRoute } from './test-callback.ts';

/** Every route but OpenAPI's own, in the order of the documentation. */
export function allRoutes(deps: AdminDeps): readonly Route[] {
  return [
    ...merchantRoutes(deps),
    ...connectorRoutes(deps),
    ...rotationRoutes(deps),
    ...credentialRoutes(deps),
    provisionRoute(deps),
    connectorBackfillRoute(deps),
    ...subscriptionRoutes(deps),
    subscriptionEventsRoute(deps),
    reportRoute(deps),
    ...subjectRoutes(deps),
    purchaseRoute(deps),
    ...callbackRoutes(deps),
    ...refusedRoutes(deps),
    ...refusedRequestRoutes(deps),
    testCallbackRoute(deps),
    ...operationRoutes(deps),
    schemaRoute(deps),
  ];
}
