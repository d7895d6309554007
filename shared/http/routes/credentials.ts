import * as z from 'zod';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import { renewCallbackToken } from '#shared/registry/callback-token.ts';
import { deleteCredential, putCredential } from '#shared/registry/credentials.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { refused, versioned } from '../answer.ts';
import { NO_BODY, NO_QUERY, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { connectorShape } from '../shapes/connector.ts';
import { credentialBody, tokenBody } from '../shapes/rotation.ts';
import { viewOf } from './connectors.ts';
import { writeContext } from './write-context.ts';

const path = '/connectors/{connectorId}/credentials/{keyId}';
const params = z.strictObject({ connectorId: idShape, keyId: idShape });
const base = { tag: 'Registry', auth: 'operator', query: NO_QUERY, conditional: true } as const;
const answers = { 200: { description: 'The connector', schema: connectorShape } };

/** Credentials that are live side by side, and the token of a callback URL. */
export function credentialRoutes(deps: AdminDeps): readonly Route[] {
  return [putRoute(deps), deleteRoute(deps), tokenRoute(deps)];
}

function putRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    ...{ method: 'PUT', path, operationId: 'putCredential', params, body: credentialBody, answers },
    summary: 'Put a credential beside the others, or switch one on or off',
    description: 'Create it, test it, activate it, watch, deactivate the old one, delete that after its retention.',
    problems: ['not_found', 'immutable', 'in_use', 'busy'],
    async handle(call) {
      const change = { ...call.params, ...call.body };
      const result = await putCredential(
        { ...deps, gatewaySettings: GATEWAY_SETTINGS },
        change,
        writeContext(deps, call),
      );
      if (!result.ok) return refused(result);
      await deps.registryChanged('connector', call.params.connectorId);
      return versioned(viewOf(deps, result.record));
    },
  });
}

function deleteRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    ...{ method: 'DELETE', path, operationId: 'deleteCredential', params, body: NO_BODY, answers },
    summary: 'Forget a credential that is out of use',
    problems: ['not_found', 'in_use', 'busy'],
    async handle(call) {
      const { connectorId, keyId } = call.params;
      const result = await deleteCredential(deps, connectorId, keyId, writeContext(deps, call));
      if (!result.ok) return refused(result);
      await deps.registryChanged('connector', connectorId);
      return versioned(viewOf(deps, result.record));
    },
  });
}

function tokenRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    ...{ method: 'POST', path: '/connectors/{connectorId}/callback-token', operationId: 'renewCallbackToken' },
    ...{ params: z.strictObject({ connectorId: idShape }), body: tokenBody },
    summary: 'Make another token for the callback URL of a gateway that does not sign',
    answers: { 200: { description: 'The connector; its callbackUrl shows the token once', schema: connectorShape } },
    problems: ['not_found', 'busy'],
    async handle(call) {
      const { connectorId } = call.params;
      const result = await renewCallbackToken(deps, connectorId, call.body, writeContext(deps, call));
      if (!result.ok) return refused(result);
      await deps.registryChanged('connector', connectorId);
      return versioned(viewOf(deps, result.record));
    },
  });
}
