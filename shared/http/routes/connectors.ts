import * as z from 'zod';
import type { FieldProblem } from '#shared/gateways/gateway.ts';
import { reopenQuestions } from '#shared/pipeline/reopen-questions.ts';
import type { ConnectorWithToken } from '#shared/registry/callback-token.ts';
import type { Connector } from '#shared/registry/records.ts';
import { archiveConnector, putConnector } from '#shared/registry/write-connector.ts';
import type { WriteResult } from '#shared/registry/write-result.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, noContent, notFound, refused, versioned } from '../answer.ts';
import { invalid, NO_BODY, NO_PARAMS, NO_QUERY, type Route, route } from '../route.ts';
import { idShape, pageParameters } from '../shapes/common.ts';
import {
  connectorBody,
  connectorListShape,
  connectorShape,
  connectorView,
  FULL_UPDATE,
  ownConnectorView,
  shownConnectorShape,
} from '../shapes/connector.ts';
import { withExport, withImport } from './connector-shapes.ts';
import { archivedParameter } from './merchants.ts';
import { filteredPage, pageRequest } from './pages.ts';
import { idProblems, writeContext } from './write-context.ts';

const tag = 'Registry';
const path = '/connectors/{connectorId}';
const params = z.strictObject({ connectorId: idShape });

export function connectorRoutes(deps: AdminDeps): readonly Route[] {
  return [
    listRoute(deps),
    withExport(deps, getRoute(deps)),
    withImport(deps, putRoute(deps), (result) => written(deps, result)),
    route({
      method: 'DELETE',
      path,
      operationId: 'archiveConnector',
      tag,
      summary: 'Take a connector out of use; late callbacks are still taken',
      auth: 'operator',
      conditional: true,
      params,
      query: NO_QUERY,
      body: NO_BODY,
      answers: { 204: { description: 'Archived, now or before' } },
      problems: ['not_found', 'busy'],
      async handle(call) {
        const { connectorId } = call.params;
        const result = await archiveConnector(deps.registry, connectorId, writeContext(deps, call));
        if (!result.ok) return refused(result);
        await deps.registryChanged('connector', connectorId);
        return noContent();
      },
    }),
  ];
}

function getRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path,
    operationId: 'getConnector',
    tag,
    summary: 'One connector, archived or not; its secrets by name only',
    auth: 'merchant',
    merchantView: 'connector',
    params,
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'The connector', schema: shownConnectorShape } },
    problems: ['not_found'],
    async handle(call) {
      const connector = await deps.registry.connector(call.params.connectorId);
      if (connector === undefined) {
        return notFound(`There is no connector ${JSON.stringify(call.params.connectorId)}.`);
      }
      return versioned(shown(deps, call.merchantId, connector));
    },
  });
}

/** Settings are the operator's: a merchant sees that it has the connector, and how to name it at the gateway. */
function shown(deps: AdminDeps, caller: string | undefined, connector: Connector) {
  const view = viewOf(deps, connector);
  return caller === undefined ? view : ownConnectorView(view);
}

function listRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path: '/connectors',
    operationId: 'listConnectors',
    tag,
    summary: 'Connectors by id',
    auth: 'merchant',
    merchantView: 'query',
    params: NO_PARAMS,
    query: z.strictObject({
      ...pageParameters,
      merchantId: idShape.exactOptional(),
      active: z.enum(['true', 'false']).exactOptional().describe('Left out: both'),
      archived: archivedParameter,
    }),
    body: NO_BODY,
    answers: { 200: { description: 'A page of connectors', schema: connectorListShape } },
    async handle({ query, merchantId: caller }) {
      const { merchantId, active, archived } = query;
      const page = await filteredPage(
        pageRequest(query),
        (next) => deps.registry.connectors(merchantId === undefined ? next : { ...next, merchantId }),
        (connector) =>
          (archived === 'true' || !connector.archived) && (active === undefined || String(connector.active) === active),
      );
      return json({
        items: page.items.map((connector) => shown(deps, caller, connector)),
        cursor: page.cursor,
      });
    },
  });
}

function putRoute(deps: AdminDeps): Route {
  return route({
    method: 'PUT',
    path,
    operationId: 'putConnector',
    tag,
    summary: 'Create or change a connector, or bring it back',
    description:
      'A full update: of a connector that is there, name, settings, testMode and active must be given. Secrets that are given ' +
      'replace the present ones; what is missing makes the connector incomplete.',
    auth: 'operator',
    conditional: true,
    params,
    query: NO_QUERY,
    body: connectorBody,
    answers: {
      200: { description: 'Changed, or as it was', schema: connectorShape },
      201: { description: 'Created', schema: connectorShape },
    },
    problems: ['immutable', 'busy', 'quota_exceeded'],
    async handle(call) {
      const { connectorId } = call.params;
      const problems = idProblems(call.params, call.body);
      if (problems.length > 0) return invalid('invalid', problems);
      const left = await leftOut(deps, connectorId, call.body);
      if (left.length > 0) return invalid('invalid', left);
      const result = await putConnector(deps, { ...call.body, connectorId }, writeContext(deps, call));
      return result.ok ? written(deps, result) : refused(result);
    },
  });
}

/** A PUT is a full update: what it leaves out would be kept or lost without a word. */
async function leftOut(deps: AdminDeps, connectorId: string, body: object): Promise<readonly FieldProblem[]> {
  const names = FULL_UPDATE.filter((name) => !(name in body));
  if (names.length === 0 || (await deps.registry.connector(connectorId)) === undefined) return [];
  return names.map((name) => ({ field: `/${name}`, message: 'is missing: an update names all members' }));
}

export function viewOf(deps: AdminDeps, connector: ConnectorWithToken) {
  const { callbackBase, gateways, clock } = deps;
  return connectorView(connector, { callbackBase, gateways, now: clock.now() });
}

async function written(deps: AdminDeps, { record, created }: Extract<WriteResult<ConnectorWithToken>, { ok: true }>) {
  await deps.registryChanged('connector', record.connectorId);
  // What could not be asked without the settings or credentials that it has now.
  if (!created) await reopenQuestions(deps, record.connectorId);
  return versioned(viewOf(deps, record), created);
}
