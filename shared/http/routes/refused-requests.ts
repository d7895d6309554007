import * as z from 'zod';
import { explainRefused } from '#shared/pipeline/explain-refused.ts';
import { type Retaken, retakeRefused } from '#shared/pipeline/retake-refused.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, notFound } from '../answer.ts';
import { judgingFor } from '../judging.ts';
import { NO_BODY, NO_QUERY, type Route, route } from '../route.ts';
import { idShape, sampleNumberParameter } from '../shapes/common.ts';
import { acceptedShape, explanationShape } from '../shapes/refused.ts';

const tag = 'Callbacks';
const refusedPath = '/connectors/{connectorId}/refused';
const ofConnector = z.strictObject({ connectorId: idShape });
const ofSample = z.strictObject({ connectorId: idShape, n: sampleNumberParameter });

/** What can be done with the requests that refused callbacks have left. Operators only; each call is audited before it looks. */
export function refusedRequestRoutes(deps: AdminDeps): readonly Route[] {
  return [explainRoute(deps), acceptOneRoute(deps), acceptAllRoute(deps)];
}

function explainRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path: `${refusedPath}/{n}/explain`,
    operationId: 'explainRefused',
    tag,
    summary: 'The likely cause of a refusal, and its cure',
    description:
      'Verifies the kept bytes again as if one thing after the other had not been changed. Answers no signature and no secret.',
    auth: 'operator',
    params: ofSample,
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'Why', schema: explanationShape } },
    problems: ['not_found'],
    async handle({ params: { connectorId, n }, who }) {
      const connector = await deps.registry.connector(connectorId);
      if (connector === undefined) return noConnector(connectorId);
      await audit(deps, who, 'refused.explain', `/connectors/${connectorId}/refused/${n}`);
      const kept = await deps.refused.kept(connectorId, n);
      if (kept === undefined) return noSample(n);
      return json({ ...kept.sample, connectorId, ...(await explainRefused(judgingFor(deps), connector, kept)) });
    },
  });
}

function acceptOneRoute(deps: AdminDeps): Route {
  return route({
    method: 'POST',
    path: `${refusedPath}/{n}/accept`,
    operationId: 'acceptRefused',
    tag,
    summary: 'Take in a refused callback that verifies now',
    description: 'As if received when it came. A second time it is a duplicate; what does not verify stays refused.',
    auth: 'operator',
    params: ofSample,
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'What became of it', schema: acceptedShape } },
    problems: ['not_found'],
    async handle({ params: { connectorId, n }, who }) {
      if ((await deps.registry.connector(connectorId)) === undefined) return noConnector(connectorId);
      await audit(deps, who, 'refused.accept', `/connectors/${connectorId}/refused/${n}`);
      const retaken = await retakeRefused({ ...deps, ...judgingFor(deps) }, connectorId, n);
      return retaken === undefined ? noSample(n) : accepted(retaken);
    },
  });
}

function acceptAllRoute(deps: AdminDeps): Route {
  return route({
    method: 'POST',
    path: `${refusedPath}/accept`,
    operationId: 'acceptAllRefused',
    tag,
    summary: 'Take in all refused callbacks of a connector that verify now',
    auth: 'operator',
    params: ofConnector,
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'What became of each', schema: acceptedShape } },
    problems: ['not_found'],
    async handle({ params: { connectorId }, who }) {
      if ((await deps.registry.connector(connectorId)) === undefined) return noConnector(connectorId);
      await audit(deps, who, 'refused.accept', `/connectors/${connectorId}/refused`);
      return accepted((await retakeRefused({ ...deps, ...judgingFor(deps) }, connectorId)) ?? []);
    },
  });
}

async function audit(deps: AdminDeps, who: string, what: string, resource: string): Promise<void> {
  await deps.registry.appendAudit({ at: deps.clock.now().toISOString(), who, what, resource, changes: [] });
}

function accepted(items: readonly Retaken[]) {
  return json({ items, stored: items.filter(({ outcome }) => outcome === 'stored').length });
}

function noConnector(connectorId: string) {
  return notFound(`There is no connector ${JSON.stringify(connectorId)}.`);
}

function noSample(n: number) {
  return notFound(`No refused callback ${n} is kept: the last 20 are listed by GET …/refused.`);
}
