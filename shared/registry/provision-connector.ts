import { endHeld, type HeldRotationDeps } from './held-rotation.ts';
import {
  type ProvisionDeps,
  type ProvisionRequest,
  type ProvisionResult,
  pushToGateway,
  readProvisionable,
} from './push-to-gateway.ts';
import type { WriteContext } from './write-result.ts';

export interface ProvisionConnectorDeps extends ProvisionDeps, HeldRotationDeps {
  readonly registry: ProvisionDeps['registry'] & HeldRotationDeps['registry'];
}

/**
 * Pushes our side of a connector to the gateway. Done after a rotation that had failed there, it lets the old secret end
 * as if the rotation had gone well.
 */
export async function provisionConnector(
  deps: ProvisionConnectorDeps,
  request: ProvisionRequest,
  context: WriteContext,
): Promise<ProvisionResult> {
  const allowed = await readProvisionable(deps, request);
  if (!allowed.ok) return allowed;
  const pushed = await pushToGateway(deps, allowed, request, context);
  if (pushed.ok && !request.dryRun && allowed.gateway.setsSecret) {
    await endHeld(deps, request.connectorId, undefined, context);
  }
  return pushed;
}
