import * as z from 'zod';
import type { Authentication } from './authentication.ts';
import { exampleOf } from './examples/example-of.ts';
import { PROBLEM_EXAMPLE } from './examples/operation-examples.ts';
import { PROBLEMS, type ProblemCode } from './problem.ts';
import { type AnswerSpec, hasBody, IF_MATCH_PATTERN, type MerchantView, type Route } from './route.ts';
import { problemShape } from './shapes/common.ts';
import { NAMED_SHAPES } from './shapes/named.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the routes: made of the schemas that check the requests. */
export function openApiDocument(
  routes: readonly Route[],
  apiBase: string,
  { schemes }: Pick<Authentication, 'schemes'>,
): JsonObject {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, schemes) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Postrider admin API',
      version: '1',
      description:
        "Registry of merchants, connectors and subscriptions; look-ups of what gateways' callbacks amount to.",
    },
    servers: serversOf(apiBase, schemes),
    paths,
    components: { schemas: componentSchemas(), securitySchemes: { ...schemes, subscription: READ_TOKEN } },
  };
}

const READ_TOKEN = { type: 'http', scheme: 'bearer', description: 'The read token of the subscription in the path' };

type Schemes = Authentication['schemes'];

/** People come in at a base of their own: an HTTP API's route has one authorizer. */
function serversOf(apiBase: string, { person }: Schemes): readonly JsonObject[] {
  if (person === undefined) return [{ url: apiBase }];
  const { origin, pathname } = new URL(apiBase);
  return [
    { url: apiBase, description: 'For machines' },
    { url: `${origin}/people${pathname}`, description: 'For people, with a token of the issuer' },
  ];
}

/** Any one of these is enough. */
function securityOf({ auth }: Pick<Route, 'auth'>, { person }: Schemes): readonly JsonObject[] {
  if (auth === 'open') return [];
  return [
    { operator: [] },
    ...(auth === 'operator' ? [] : [{ merchant: [] }]),
    ...(person === undefined ? [] : [{ person: [] }]),
    ...(auth === 'subscription' ? [{ subscription: [] }] : []),
  ];
}

const FOR_MERCHANTS: Readonly<Record<MerchantView, string>> = {
  path: 'Merchants: their own only.',
  connector: 'Merchants: where the connector is theirs.',
  query: 'Merchants: narrowed to their own, `merchantId` need not be given.',
  body: 'Merchants: where the connector is theirs.',
};

function operationOf(route: Route, schemes: Schemes): JsonObject {
  const { operationId, tag, summary, merchantView } = route;
  const more = merchantView === undefined ? [] : [FOR_MERCHANTS[merchantView]];
  const description = [...(route.description === undefined ? [] : [route.description]), ...more].join(' ');
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...parametersOf(route.query, 'query'),
    ...(route.conditional ? [IF_MATCH] : []),
  ];
  return {
    ...{ operationId, tags: [tag], summary },
    ...(description === '' ? {} : { description }),
    security: securityOf(route, schemes),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody(route.body)
      ? { requestBody: { required: true, content: jsonContent(route.body, `${operationId} request`) } }
      : {}),
    responses: { ...answersOf(route), ...problemsOf(route), ...HEAD_TOO_LARGE },
  };
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The version that was read, in quotes; another one now there is a 412',
  schema: { type: 'string', pattern: IF_MATCH_PATTERN.source },
};

/** Said by the server itself, of bytes that never became a request. */
const HEAD_TOO_LARGE = {
  431: {
    description: 'Request line and headers together are too long: more than 10 KB on AWS, 16 KB elsewhere; no body',
  },
};

function parametersOf(schema: z.ZodObject, place: 'path' | 'query'): readonly JsonObject[] {
  const described = z.toJSONSchema(schema, { io: 'input' });
  const required = new Set(described.required ?? []);
  return Object.entries(described.properties ?? {}).map(([name, property]) => ({
    ...{ name, in: place, required: required.has(name) },
    schema: property,
  }));
}

function answersOf(route: Route): JsonObject {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, spec]) => [
      status,
      { description: spec.description, ...contentOf(spec, `${route.operationId} ${status}`) },
    ]),
  );
}

function contentOf(spec: AnswerSpec, place: string): JsonObject {
  if (spec.schema === undefined) return {};
  const also = Object.entries(spec.also ?? {}).map(([type, description]) => [
    type,
    { schema: { type: 'string', description } },
  ]);
  return { content: { ...jsonContent(spec.schema, place), ...Object.fromEntries(also) } };
}

/** `place` names what has no named schema: the operation and `request` or the status. */
function jsonContent(schema: z.ZodType, place: string): JsonObject {
  const example = exampleOf(NAMED_SHAPES.get(schema)?.id ?? place);
  return { 'application/json': { schema: reference(schema), ...(example === undefined ? {} : { example }) } };
}

/** A `$ref` to a named schema; others stand in place. */
function reference(schema: z.ZodType): JsonObject {
  const id = NAMED_SHAPES.get(schema)?.id;
  if (id !== undefined) return { $ref: `#/components/schemas/${id}` };
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** What the route names, and what follows from its shape. */
export function problemCodesOf(route: Route): readonly ProblemCode[] {
  return [
    ...(route.auth === 'open' ? [] : (['unauthorized', 'forbidden', 'not_found', 'rate_limited'] as const)),
    ...(Object.keys(route.params.shape).length > 0 ? (['invalid_path'] as const) : []),
    'invalid_query',
    ...('cursor' in route.query.shape ? (['invalid_cursor'] as const) : []),
    ...(route.conditional ? (['invalid_header', 'version_mismatch'] as const) : []),
    ...(hasBody(route.body)
      ? (['invalid_json', 'body_too_large', 'row_too_large', 'wrong_content_type', 'invalid'] as const)
      : []),
    ...(route.problems ?? []),
    'unavailable',
  ];
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until there is room again', required: true, schema: { type: 'integer' } },
};

function problemsOf(route: Route): JsonObject {
  const byStatus = Map.groupBy(new Set(problemCodesOf(route)), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        ...(codes.some((code) => code === 'rate_limited') ? { headers: RETRY_AFTER } : {}),
        content: { 'application/problem+json': { schema: reference(problemShape), example: problemExample(codes[0]) } },
      },
    ]),
  );
}

function problemExample(code: ProblemCode = 'not_found'): JsonObject {
  const { status, title } = PROBLEMS[code];
  return { ...PROBLEM_EXAMPLE, type: `urn:postrider:problem:${code}`, title, status, code };
}

function componentSchemas(): JsonObject {
  const { schemas } = z.toJSONSchema(NAMED_SHAPES, { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema]),
  );
}
