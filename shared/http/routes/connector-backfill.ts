import * as z from 'zod';
import { requestSpan } from '#shared/pipeline/request-span.ts';
import { auditFacts } from '#shared/registry/audit-change.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, notFound } from '../answer.ts';
import { problem } from '../problem.ts';
import { invalid, NO_QUERY, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { connectorBackfillBody } from '../shapes/expectation.ts';
import { confirmationShape } from '../shapes/operations.ts';
import { confirmationView } from './operations.ts';

/** `POST /connectors/{id}/backfill`: what changed at the gateway while its callbacks could not come. */
export function connectorBackfillRoute(deps: AdminDeps): Route {
  return route({
    method: 'POST',
    path: '/connectors/{connectorId}/backfill',
    operationId: 'backfillConnector',
    tag: 'Operations',
    summary: 'Ask the gateway for all that changed in a time, as after an outage',
    description:
      'Where the gateway has a list of what changed. It is read page by page within the gateway’s limits, and each payment ' +
      'enters as if called back. How far it is: `GET /confirmations?connectorId=…`; ended, `state=done` tells how much was ' +
      'found and what could not be read.',
    auth: 'operator',
    params: z.strictObject({ connectorId: idShape }),
    query: NO_QUERY,
    body: connectorBackfillBody,
    answers: { 202: { description: 'The question, as it is', schema: confirmationShape } },
    problems: ['not_found', 'not_in_use', 'cannot_ask'],
    async handle({ params: { connectorId }, body: { from, to }, who }) {
      const result = await requestSpan(deps, { connectorId, from, to });
      switch (result.outcome) {
        case 'invalid': {
          const { field, message } = result;
          return invalid('invalid', [{ field: `/${field}`, value: { from, to }[field], message }]);
        }
        case 'unknown_connector':
          return notFound(result.detail);
        case 'not_in_use':
          return problem('not_in_use', result.detail);
        case 'cannot':
          return problem('cannot_ask', result.detail);
        case 'asked': {
          const at = deps.clock.now().toISOString();
          const resource = `/connectors/${connectorId}`;
          const changes = auditFacts({ from, to });
          await deps.registry.appendAudit({ at, who, what: 'connector.backfill', resource, changes });
          return json(confirmationView(result.question), 202);
        }
      }
    },
  });
}
