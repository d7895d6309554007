import * as z from 'zod';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import { rotateAndProvision } from '#shared/registry/rotate-and-provision.ts';
import { finishRotation, type RotationStart, revokeSecret, startRotation } from '#shared/registry/rotate-secret.ts';
import type { AdminDeps } from '../admin-deps.ts';
import type { AdminResponse } from '../admin-request.ts';
import { json, notFound, refused, versioned } from '../answer.ts';
import { type Call, NO_BODY, NO_QUERY, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { connectorShape } from '../shapes/connector.ts';
import { failureView, provisionView } from '../shapes/provision.ts';
import { revokeBody, rotationBody, rotationShape, rotationView, startedRotationShape } from '../shapes/rotation.ts';
import { viewOf } from './connectors.ts';
import { provisioningDeps, provisionRefused } from './provision.ts';
import { writeContext } from './write-context.ts';

const params = z.strictObject({ connectorId: idShape });
const path = '/connectors/{connectorId}/rotation';
const base = { tag: 'Registry', auth: 'operator', params, query: NO_QUERY } as const;

/** A secret exchanged without losing a callback: both are accepted until the gateway's retries are over. */
export function rotationRoutes(deps: AdminDeps): readonly Route[] {
  return [showRoute(deps), startRoute(deps), finishRoute(deps), revokeRoute(deps)];
}

function showRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    ...{ method: 'GET', path, operationId: 'getRotation', body: NO_BODY },
    summary: 'Which secrets are accepted, and how many callbacks the old one still signs',
    answers: { 200: { description: 'The rotation', schema: rotationShape } },
    problems: ['not_found'],
    async handle({ params: { connectorId } }) {
      const connector = await deps.registry.connector(connectorId);
      if (connector === undefined) return notFound(`There is no connector ${JSON.stringify(connectorId)}.`);
      return json(rotationView(connector, await deps.delivery.oldSecretUse(connectorId), deps.clock.now()));
    },
  });
}

type StartCall = Call<{ connectorId: string }, unknown, z.output<typeof rotationBody>>;

function startRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    ...{ method: 'POST', path, operationId: 'startRotation', body: rotationBody, conditional: true },
    summary: 'Begin an overlap: a new secret is current, the old one is accepted until its end',
    description:
      'The overlap ends by itself. Where no secret is given, one of full strength is made in the length of the gateway and ' +
      'shown in this answer, and never again. Tell the gateway afterwards, or let it be told ("provision").',
    answers: { 201: { description: 'Both are accepted', schema: startedRotationShape } },
    problems: ['not_found', 'in_use', 'busy', 'not_in_use', 'provision_by_hand', 'provision_failed'],
    handle: (call) => (call.body.provision === true ? startWithGateway(deps, call) : startHere(deps, call)),
  });
}

function startOf({ params, body }: StartCall): RotationStart {
  const { secrets, keyId, overlapDays } = body;
  return { connectorId: params.connectorId, secrets, keyId, overlapDays };
}

async function startHere(deps: AdminDeps, call: StartCall): Promise<AdminResponse> {
  const { connectorId } = call.params;
  const rotating = { ...deps, gatewaySettings: GATEWAY_SETTINGS };
  const result = await startRotation(rotating, startOf(call), writeContext(deps, call));
  if (!result.ok) return refused(result);
  await deps.registryChanged('connector', connectorId);
  const { connector, keyId, generated } = result.record;
  const nextSteps = [
    `Give ${connector.gateway} the new secret.`,
    `Watch callbacks that are still signed with the old one: GET /connectors/${connectorId}/rotation.`,
    `The old one ends by itself; DELETE /connectors/${connectorId}/rotation ends it before.`,
  ];
  return started(deps, { connector, keyId, ...(generated && { generated }) }, { nextSteps });
}

async function startWithGateway(deps: AdminDeps, call: StartCall): Promise<AdminResponse> {
  const { acknowledgeRequestSigning = false, gatewaySecrets = {} } = call.body;
  const told = { acknowledgeRequestSigning, gatewaySecrets };
  const result = await rotateAndProvision(provisioningDeps(deps), startOf(call), told, writeContext(deps, call));
  if (!result.ok) return 'changed' in result ? provisionRefused(result) : refused(result);
  const { connector, keyId, generated, provision, nextSteps } = result;
  const shown = provision.ok ? provisionView(provision) : failureView(provision);
  const secret = { connector, keyId, ...(generated && { generated }) };
  return started(deps, secret, { provision: shown, nextSteps: [...nextSteps] });
}

function started(
  deps: AdminDeps,
  {
    connector,
    keyId,
    generated,
  }: Pick<z.infer<typeof startedRotationShape>, 'keyId' | 'generated'> & {
    readonly connector: Parameters<typeof viewOf>[1];
  },
  more: object,
): AdminResponse {
  // The answer that shows the secret asks no store for anything: what could fail would lose it.
  const rotation = rotationView(connector, {}, deps.clock.now());
  const shown = { ...rotation, keyId, ...(generated && { generated }), connector: viewOf(deps, connector), ...more };
  return json(shown, 201, { etag: `"${connector.version}"` });
}

function finishRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    ...{ method: 'DELETE', path, operationId: 'finishRotation', body: NO_BODY, conditional: true },
    summary: 'End the overlap: only current secrets are accepted from now on',
    answers: { 200: { description: 'The connector', schema: connectorShape } },
    problems: ['not_found', 'busy'],
    async handle(call) {
      const { connectorId } = call.params;
      const result = await finishRotation(deps, connectorId, writeContext(deps, call));
      if (!result.ok) return refused(result);
      await deps.registryChanged('connector', connectorId);
      return versioned(viewOf(deps, result.record));
    },
  });
}

function revokeRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    ...{ method: 'POST', path: `${path}/revoke`, operationId: 'revokeSecret', body: revokeBody, conditional: true },
    summary: 'Take a secret that others may know out of use at once, and forget it',
    description: 'The last secret that is accepted cannot be revoked: start a rotation first.',
    answers: { 200: { description: 'The connector', schema: connectorShape } },
    problems: ['not_found', 'in_use', 'busy'],
    async handle(call) {
      const { connectorId } = call.params;
      const result = await revokeSecret(deps, { connectorId, ...call.body }, writeContext(deps, call));
      if (!result.ok) return refused(result);
      await deps.registryChanged('connector', connectorId);
      return versioned(viewOf(deps, result.record));
    },
  });
}
