import { report } from '#shared/pipeline/report.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json } from '../answer.ts';
import { problem } from '../problem.ts';
import { invalid, NO_PARAMS, NO_QUERY, type Route, route } from '../route.ts';
import { reportBody, reportNoneShape, reportStoredShape } from '../shapes/operations.ts';

/** What the gateway answered a merchant synchronously (model.md 7). */
export function reportRoute(deps: AdminDeps): Route {
  return route({
    method: 'POST',
    path: '/transactions',
    operationId: 'reportTransaction',
    tag: 'Transactions',
    summary: "Report the gateway's synchronous answer",
    description:
      'So that the payment is known and awaited before its first callback. It is believed once the gateway says so.',
    auth: 'merchant',
    merchantView: 'body',
    params: NO_PARAMS,
    query: NO_QUERY,
    body: reportBody,
    answers: {
      200: { description: 'The answer names no transaction: nothing was stored', schema: reportNoneShape },
      202: { description: 'Stored, to be applied', schema: reportStoredShape },
    },
    problems: ['not_offered'],
    async handle({ body }) {
      const { connectorId, result, request, merchantReference } = body;
      if (result === undefined && merchantReference !== undefined) {
        const detail =
          'A merchantReference alone (an expectation) is not offered yet: send the gateway\'s answer as "result".';
        return problem('not_offered', detail, [
          { field: '/merchantReference', value: merchantReference, message: detail },
        ]);
      }
      if (result === undefined) {
        return invalid('invalid', [{ field: '/result', message: "is missing: send the gateway's answer verbatim" }]);
      }
      const outcome = await report(deps, { connectorId, result, request });
      if (outcome.effect === 'stored') return json(outcome, 202);
      if (outcome.effect === 'none') return json(outcome);
      const message = `there is no connector ${JSON.stringify(connectorId)}: PUT /connectors/${connectorId} first`;
      return invalid('invalid', [{ field: '/connectorId', value: connectorId, message }]);
    },
  });
}
