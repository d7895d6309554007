import * as z from 'zod';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import { provisionConnector } from '#shared/registry/provision-connector.ts';
import type { ProvisionRefusal } from '#shared/registry/push-to-gateway.ts';
import type { RotateAndProvisionDeps } from '#shared/registry/rotate-and-provision.ts';
import type { AdminDeps } from '../admin-deps.ts';
import type { AdminResponse } from '../admin-request.ts';
import { json } from '../answer.ts';
import { problem } from '../problem.ts';
import { NO_QUERY, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { provisionBody, provisionShape, provisionView } from '../shapes/provision.ts';
import { writeContext } from './write-context.ts';

/** `POST /connectors/{id}/provision`: our side of a connector, pushed to its gateway. */
export function provisionRoute(deps: AdminDeps): Route {
  return route({
    method: 'POST',
    path: '/connectors/{connectorId}/provision',
    operationId: 'provisionConnector',
    tag: 'Registry',
    summary: 'Configure the gateway’s side of a connector through its API, or show how',
    description:
      'Sends the configuration as it was imported, with the newest current secret. Where the gateway has no API for it, the ' +
      'answer says what to do by hand (`provision_by_hand`). `provision_failed`: what the gateway said is named by its ' +
      '`reason`, and `changed` says whether its side is as it was.',
    auth: 'operator',
    params: z.strictObject({ connectorId: idShape }),
    query: NO_QUERY,
    body: provisionBody,
    answers: { 200: { description: 'Shown, or done at the gateway', schema: provisionShape } },
    problems: ['not_found', 'not_in_use', 'provision_by_hand', 'provision_failed'],
    async handle(call) {
      const { dryRun = false, acknowledgeRequestSigning = false, gatewaySecrets = {} } = call.body;
      const { connectorId } = call.params;
      const request = { connectorId, dryRun, acknowledgeRequestSigning, gatewaySecrets };
      const result = await provisionConnector(provisioningDeps(deps), request, writeContext(deps, call));
      return result.ok ? json(provisionView(result)) : provisionRefused(result);
    },
  });
}

/** What the use cases of provisioning take, out of all that the admin API has. */
export function provisioningDeps(deps: AdminDeps): RotateAndProvisionDeps {
  const { registry, secrets, randomToken, callbackBase, registryChanged, trouble, provisioning } = deps;
  return {
    ...{ registry, secrets, randomToken, callbackBase, gatewaySettings: GATEWAY_SETTINGS, ...provisioning },
    connectorChanged: (connectorId) => registryChanged('connector', connectorId),
    ...(trouble === undefined ? {} : { trouble: (error: unknown) => trouble(error, 'provisionConnector') }),
  };
}

/** The refusal as a problem; of a failure at the gateway with its reason, as members of its own. */
export function provisionRefused({ code, detail, problems, reason, changed }: ProvisionRefusal): AdminResponse {
  const answer = problem(code, detail, problems);
  if (code !== 'provision_failed') return answer;
  const members = {
    ...(JSON.parse(String(answer.body)) as object),
    changed,
    ...(reason === undefined ? {} : { reason }),
  };
  return { ...answer, body: JSON.stringify(members) };
}
