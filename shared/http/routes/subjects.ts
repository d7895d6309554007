import * as z from 'zod';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import { isPublished, publishedEvent } from '#shared/pipeline/event-for.ts';
import type { HistoryLine, PastVersion } from '#shared/pipeline/ports.ts';
import { decodeCursor, encodeCursor } from '#shared/registry/page-cursor.ts';
import type { AdminDeps } from '../admin-deps.ts';
import type { AdminResponse } from '../admin-request.ts';
import { json, notFound } from '../answer.ts';
import { NO_BODY, NO_QUERY, type Route, route } from '../route.ts';
import { fromVersionParameter, gatewayIdShape, idShape, pageParameters } from '../shapes/common.ts';
import { eventListShape, historyListShape, subjectShapes } from '../shapes/subjects.ts';
import { pageRequest } from './pages.ts';
import { subjectListRoute } from './subject-list.ts';
import { SUBJECT_SPECS, type SubjectSpec } from './subject-spec.ts';
import { subjectView } from './subject-view.ts';
import { verdictView } from './verdict-view.ts';
import { versionEvents } from './version-events.ts';

const params = z.strictObject({ connectorId: idShape, gatewayId: gatewayIdShape });

/** Lists and look-ups of transactions, schedules, instruments and notices. */
export function subjectRoutes(deps: AdminDeps): readonly Route[] {
  return SUBJECT_SPECS.flatMap((spec) => [
    subjectListRoute(deps, spec),
    lookUpRoute(deps, spec),
    historyRoute(deps, spec),
    eventsRoute(deps, spec),
  ]);
}

function lookUpRoute(deps: AdminDeps, spec: SubjectSpec): Route {
  return route({
    method: 'GET',
    path: `/${spec.plural}/{connectorId}/{gatewayId}`,
    operationId: `get${spec.title}`,
    tag: `${spec.title}s`,
    summary: `The state of one ${spec.type}`,
    auth: 'merchant',
    merchantView: 'connector',
    params,
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: `The ${spec.type}`, schema: subjectShapes[spec.type] } },
    problems: ['not_found'],
    async handle(call) {
      const key = keyOf(spec, call.params);
      const view = await subjectView(deps.ledger, key);
      return view === undefined ? noSubject(key) : json(view);
    },
  });
}

function historyRoute(deps: AdminDeps, spec: SubjectSpec): Route {
  return route({
    method: 'GET',
    path: `/${spec.plural}/{connectorId}/{gatewayId}/history`,
    operationId: `get${spec.title}History`,
    tag: `${spec.title}s`,
    summary: `Every stored callback about one ${spec.type}, with its verdict and what it did`,
    auth: 'merchant',
    merchantView: 'connector',
    params,
    query: z.strictObject(pageParameters),
    body: NO_BODY,
    answers: { 200: { description: 'In the order of versions', schema: historyListShape } },
    problems: ['not_found'],
    async handle(call) {
      const key = keyOf(spec, call.params);
      const { limit, cursor } = pageRequest(call.query);
      const start = cursor === undefined ? 0 : Number(decodeCursor('history', cursor, ['number'])[0]);
      const lines = await deps.ledger.history(key);
      if (lines.length === 0) return noSubject(key);
      const items = await Promise.all(lines.slice(start, start + limit).map((line) => historyItem(deps, line)));
      const end = start + items.length;
      return json({ items, cursor: end < lines.length ? encodeCursor('history', [end]) : null });
    },
  });
}

async function historyItem(deps: AdminDeps, line: HistoryLine): Promise<object> {
  const { callbackId, outcome, version } = line;
  const row = await deps.inbox.get(callbackId);
  if (row === undefined) return { callbackId, outcome, version };
  const { receivedAt, source, bodySha256 } = row;
  return { callbackId, receivedAt, source, ...verdictView(row), outcome, version, bodySha256 };
}

function eventsRoute(deps: AdminDeps, spec: SubjectSpec): Route {
  return route({
    method: 'GET',
    path: `/${spec.plural}/{connectorId}/{gatewayId}/events`,
    operationId: `get${spec.title}Events`,
    tag: `${spec.title}s`,
    summary: `The published versions of one ${spec.type}, each as published`,
    description: '`previoussequence` is the published version before, whatever `from` leaves out.',
    auth: 'merchant',
    merchantView: 'connector',
    params,
    query: z.strictObject({ from: fromVersionParameter.exactOptional(), ...pageParameters }),
    body: NO_BODY,
    answers: { 200: { description: 'In the order of versions', schema: eventListShape } },
    problems: ['not_found'],
    async handle(call) {
      const key = keyOf(spec, call.params);
      const { version } = await deps.ledger.newest(key);
      if (version === undefined) return noSubject(key);
      const eventOf = (row: PastVersion) =>
        isPublished(row) ? publishedEvent(row, previousOf(row), deps.schemaBase) : undefined;
      return json(await versionEvents(deps.ledger, key, call.query.from ?? 1, pageRequest(call.query), eventOf));
    },
  });
}

/** The last published version before this one, 0 for none. */
function previousOf(row: PastVersion): number {
  return Math.max(0, ...Object.values(row.lastByType).map((last) => last.version));
}

function keyOf(spec: SubjectSpec, path: { readonly connectorId: string; readonly gatewayId: string }): SubjectKey {
  return { connectorId: path.connectorId, type: spec.type, id: path.gatewayId };
}

function noSubject(key: SubjectKey): AdminResponse {
  const id = JSON.stringify(key.id);
  return notFound(`Connector ${JSON.stringify(key.connectorId)} has no ${key.type} ${id}: no callback named it yet.`);
}
