import { z } from 'zod';
import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { WriteContext } from '#shared/registry/write-result.ts';
import type { AdminResponse } from './admin-request.ts';
import { fieldProblems } from './field-problems.ts';
import { type ProblemCode, problem } from './problem.ts';
import { readJson } from './read-json.ts';
import { readQuery } from './read-query.ts';

export type RouteMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';
/** `subscription`: the operator, or the read token of the subscription that the path names. */
export type RouteAuth = 'operator' | 'open' | 'subscription';

export interface AnswerSpec {
  readonly description: string;
  /** Absent: no body. */
  readonly schema?: z.ZodType;
  /** Other representations, by media type. */
  readonly also?: Readonly<Record<string, string>>;
}

export const NO_PARAMS = z.strictObject({});
export const NO_QUERY = z.strictObject({});
export const NO_BODY = z.undefined();

/** A request after routing and authorization. */
export interface RawCall {
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly who: string;
}

/** What a handler gets: checked by the route's schemas. */
export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: Readonly<Record<string, string>>;
  readonly who: string;
  /** From If-Match; absent where the route does not take it. */
  readonly ifVersion?: NonNullable<WriteContext['ifVersion']>;
}

interface RouteFacts {
  readonly method: RouteMethod;
  /** `/merchants/{merchantId}`: literal segments and names of `params`. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly auth: RouteAuth;
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** Beyond those that every route of its shape has. */
  readonly problems?: readonly ProblemCode[];
  /** True: takes If-Match. */
  readonly conditional?: true;
}

export interface RouteSpec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> extends RouteFacts {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<AdminResponse>;
}

/** A route as the router and OpenAPI see it: both are made of the same schemas. */
export interface Route extends RouteFacts {
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType;
  call(raw: RawCall): Promise<AdminResponse>;
}

/** Ties a handler to its schemas: it is never called with what they refuse. */
export function route<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B>,
): Route {
  const named = [...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  if (named.join() !== Object.keys(spec.params.shape).join()) {
    throw new TypeError(`route ${spec.operationId}: ${spec.path} and its params schema name different parameters`);
  }
  const { handle, ...facts } = spec;
  return { ...facts, call: (raw) => checkAndHandle(spec, raw) };
}

async function checkAndHandle<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B>,
  raw: RawCall,
): Promise<AdminResponse> {
  const params = spec.params.safeParse(raw.params);
  if (!params.success) return invalid('invalid_path', fieldProblems(params.error, raw.params, lastName));
  const pairs = readQuery(raw.rawQuery);
  if (!pairs.ok) return invalid('invalid_query', [pairs.problem]);
  const query = spec.query.safeParse(pairs.values);
  if (!query.success) return invalid('invalid_query', fieldProblems(query.error, pairs.values, lastName));
  const condition = spec.conditional === true ? readCondition(raw.headers['if-match']) : {};
  if (condition === undefined) {
    const message = 'must be the version in quotes, as "3", or *';
    return invalid('invalid_header', [{ field: 'If-Match', value: raw.headers['if-match'], message }]);
  }
  const { headers, who } = raw;
  const body = readBody(spec.body, raw);
  if (!body.ok) return body.answer;
  return spec.handle({ params: params.data, query: query.data, body: body.value, headers, who, ...condition });
}

type BodyReading<B> = { readonly ok: true; readonly value: B } | { readonly ok: false; readonly answer: AdminResponse };

function readBody<B extends z.ZodType>(schema: B, raw: RawCall): BodyReading<z.output<B>> {
  const read = hasBody(schema)
    ? readJson(raw.headers['content-type'], raw.body)
    : ({ ok: true, value: undefined } as const);
  if (!read.ok) return { ok: false, answer: problem(read.code, read.detail) };
  const parsed = schema.safeParse(read.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, answer: invalid('invalid', fieldProblems(parsed.error, read.value)) };
}

export function hasBody(schema: z.ZodType): boolean {
  return schema !== NO_BODY;
}

function readCondition(header: string | undefined): Pick<WriteContext, 'ifVersion'> | undefined {
  if (header === undefined) return {};
  if (header.trim() === '*') return { ifVersion: 'any' };
  const version = /^\s*"?(\d{1,15})"?\s*$/.exec(header)?.[1];
  return version === undefined ? undefined : { ifVersion: Number(version) };
}

/** Names every failing field in the detail too, for those who read only that. */
export function invalid(code: ProblemCode, problems: readonly FieldProblem[]): AdminResponse {
  const detail = problems
    .map(({ field, value, message }) => {
      const shown = value === undefined ? '' : ` (${JSON.stringify(value)})`;
      return `${field === '' ? 'the body' : field}${shown}: ${message}`;
    })
    .join('; ');
  return problem(code, detail, problems);
}

function lastName(path: readonly PropertyKey[]): string {
  return String(path.at(-1) ?? '');
}
