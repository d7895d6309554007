import { expectPayment } from '#shared/pipeline/expect-payment.ts';
import { report } from '#shared/pipeline/report.ts';
import type { AdminDeps } from '../admin-deps.ts';
import type { AdminResponse } from '../admin-request.ts';
import { json } from '../answer.ts';
import { invalid, NO_PARAMS, NO_QUERY, type Route, route } from '../route.ts';
import { reportKnownShape, reportTakenShape } from '../shapes/expectation.ts';
import { reportBody } from '../shapes/operations.ts';

/** What the gateway answered a merchant synchronously, or that a payment is expected (model.md 7). */
export function reportRoute(deps: AdminDeps): Route {
  return route({
    method: 'POST',
    path: '/transactions',
    operationId: 'reportTransaction',
    tag: 'Transactions',
    summary: "Report the gateway's synchronous answer, or that a payment is expected",
    description:
      'With `result` the payment is known and awaited before its first callback; it is believed once the gateway says so. ' +
      'With `merchantReference` alone it is expected: when it is due, it is looked for here and at the gateway, again and ' +
      'again until its horizon; what is not found then is told as `payment.notice.expectation_missing`.',
    auth: 'merchant',
    merchantView: 'body',
    params: NO_PARAMS,
    query: NO_QUERY,
    body: reportBody,
    answers: {
      200: {
        description: 'Nothing was stored: the answer names no transaction, or the expected one is known already',
        schema: reportKnownShape,
      },
      202: { description: 'Stored, to be applied; or expected', schema: reportTakenShape },
    },
    async handle({ body: { connectorId, result, request, merchantReference, due } }) {
      if (result !== undefined) {
        const outcome = await report(deps, { connectorId, result, request });
        if (outcome.effect === 'stored') return json(outcome, 202);
        return outcome.effect === 'none' ? json(outcome) : noConnector(connectorId);
      }
      if (merchantReference === undefined) {
        const message = "is missing: send the gateway's answer verbatim, or the merchantReference that is expected";
        return invalid('invalid', [{ field: '/result', message }]);
      }
      const expectation = { connectorId, merchantReference, ...(due !== undefined && { due }) };
      const outcome = await expectPayment(deps, expectation);
      if (outcome.effect === 'unknown_connector') return noConnector(connectorId);
      if (outcome.effect === 'invalid') {
        return invalid('invalid', [{ field: '/due', value: due, message: outcome.message }]);
      }
      if (outcome.effect === 'found') return json(outcome);
      const { question } = outcome;
      const { state, nextAt } = question;
      return json({ effect: 'expected', connectorId, merchantReference, due: question.due, state, nextAt }, 202);
    },
  });
}

function noConnector(connectorId: string): AdminResponse {
  const message = `there is no connector ${JSON.stringify(connectorId)}: PUT /connectors/${connectorId} first`;
  return invalid('invalid', [{ field: '/connectorId', value: connectorId, message }]);
}
