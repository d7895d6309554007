import * as z from 'zod';
import type { Connector } from '#shared/registry/records.ts';
import { changeOfShape, inForeignFields, type ShapeChange } from '#shared/registry/shapes/change-of-shape.ts';
import { refuseShape, SHAPE_KINDS, type ShapeRefusal } from '#shared/registry/shapes/foreign-connector.ts';
import { readShape } from '#shared/registry/shapes/read-shape.ts';
import { shapeAsJsv, writeShape } from '#shared/registry/shapes/write-shape.ts';
import { putConnector } from '#shared/registry/write-connector.ts';
import type { AdminDeps } from '../admin-deps.ts';
import type { AdminResponse } from '../admin-request.ts';
import { json, notFound, refused } from '../answer.ts';
import { problem } from '../problem.ts';
import { type Call, invalid, NO_BODY, notTheirs, type RawCall, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { connectorOrDocumentShape } from '../shapes/connector.ts';
import { writeContext } from './write-context.ts';

type PutResult = Awaited<ReturnType<typeof putConnector>>;

const params = z.strictObject({ connectorId: idShape });
const shape = z.enum(SHAPE_KINDS).describe('Another system: the document is as it stands in its API');
const exportQuery = z.strictObject({
  shape,
  format: z
    .enum(['json', 'jsv'])
    .exactOptional()
    .describe("Paylock's also in JSV; left out: as Accept says, else JSON"),
});
const importQuery = z.strictObject({
  shape,
  merchantId: idShape.exactOptional().describe("Left out: the connector's, at first the document's owner"),
});

/** `?shape=…` on the route that shows a connector: as another system writes it down. Merchants have no part in it. */
export function withExport(deps: AdminDeps, plain: Route): Route {
  const description = 'The connector; with shape: the document that was imported, without secrets';
  return {
    ...plain,
    query: exportQuery.partial(),
    answers: { ...plain.answers, 200: { description, schema: connectorOrDocumentShape, also: JSV } },
    call: (raw) => {
      if (!namesShape(raw)) return withoutShape(raw, plain, 'format');
      return raw.merchant === undefined ? exportRoute(deps).call(raw) : answered(notTheirs(raw.merchant.merchantId));
    },
  };
}

const JSV = { 'text/jsv': "With shape=paylock: ServiceStack's JSV" };

function exportRoute(deps: AdminDeps): Route {
  return route({
    ...{ method: 'GET', path: '/connectors/{connectorId}', operationId: 'exportConnector', tag: 'Registry' },
    ...{ summary: 'A connector as another system writes it down', auth: 'operator', answers: {} },
    ...{ params, query: exportQuery, body: NO_BODY },
    async handle({ params: { connectorId }, query, headers }) {
      const connector = await deps.registry.connector(connectorId);
      const document = connector === undefined ? undefined : writeShape(query.shape, connector);
      if (connector === undefined || document === undefined) {
        return notFound(`There is no connector ${JSON.stringify(connectorId)} that was imported as ${query.shape}.`);
      }
      const etag = `"${connector.version}"`;
      const wantsJsv = query.format === undefined ? /\bjsv\b/i.test(headers['accept'] ?? '') : query.format === 'jsv';
      if (!wantsJsv || query.shape !== 'paylock') return json(document, 200, { etag });
      return {
        ...json(document, 200, { etag, 'content-type': 'text/jsv; charset=utf-8' }),
        body: shapeAsJsv(document),
      };
    },
  });
}

/**
 * `?shape=…` on the route that writes a connector: the body is a document of another system. `written` answers what was
 * written as the plain route does.
 */
export function withImport(
  deps: AdminDeps,
  plain: Route,
  written: (result: Extract<PutResult, { ok: true }>) => Promise<AdminResponse>,
): Route {
  return {
    ...plain,
    query: importQuery.partial(),
    problems: [...(plain.problems ?? []), 'bad_request', 'invalid_jsv'],
    call: (raw) =>
      namesShape(raw) ? importRoute(deps, raw, written).call(raw) : withoutShape(raw, plain, 'merchantId'),
  };
}

/** Made for one call: a route hands over what its schema has read, and here the bytes are wanted. */
function importRoute(deps: AdminDeps, raw: RawCall, written: Parameters<typeof withImport>[2]): Route {
  return route({
    ...{ method: 'PUT', path: '/connectors/{connectorId}', operationId: 'importConnector', tag: 'Registry' },
    ...{ summary: 'A connector as another system writes it down', auth: 'operator', answers: {}, conditional: true },
    ...{ params, query: importQuery, body: NO_BODY },
    async handle(call) {
      const reading = readShape(call.query.shape, call.headers['content-type'], raw.body);
      if (!reading.ok) return refusedShape(reading);
      const { foreign } = reading;
      const { connectorId } = call.params;
      const before = await deps.registry.connector(connectorId);
      const changed = changeOfShape(foreign, { connectorId, before, merchantId: call.query.merchantId });
      if (!changed.ok) return refusedShape(changed);
      const result = await write(deps, changed.change, call, before);
      if (result.ok) return written(result);
      if (result.problems.length === 0) return refused(result);
      const problems = inForeignFields(foreign, result.problems);
      return refused({ ...result, problems, detail: refuseShape('invalid', problems).detail });
    },
  });
}

/** On the row that the change was made of: what others have changed meanwhile is not taken back. */
function write(deps: AdminDeps, change: ShapeChange, call: Call<unknown, unknown, unknown>, before?: Connector) {
  const context = writeContext(deps, call);
  const ifVersion = context.ifVersion ?? before?.version;
  return putConnector(deps, change, { ...context, ...(ifVersion === undefined ? {} : { ifVersion }) });
}

function refusedShape({ code, detail, problems }: ShapeRefusal): AdminResponse {
  return problem(code, detail, problems);
}

/** A parameter that the document offers is not called unknown. */
function withoutShape(raw: RawCall, plain: Route, name: string): Promise<AdminResponse> {
  if (!new RegExp(`(?:^|&)${name}(?:=|&|$)`).test(raw.rawQuery)) return plain.call(raw);
  const message = `is for requests with shape (${SHAPE_KINDS.join(', ')}): leave it out`;
  return answered(invalid('invalid_query', [{ field: name, message }]));
}

function namesShape({ rawQuery }: RawCall): boolean {
  return /(?:^|&)shape(?:=|&|$)/.test(rawQuery);
}

async function answered(answer: AdminResponse): Promise<AdminResponse> {
  return answer;
}
