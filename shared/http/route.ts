import * as z from 'zod';
import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { WriteContext } from '#shared/registry/write-result.ts';
import type { AdminResponse } from './admin-request.ts';
import { fieldProblems } from './field-problems.ts';
import { type ProblemCode, problem } from './problem.ts';
import { readJson } from './read-json.ts';
import { readQuery } from './read-query.ts';

export type RouteMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';
/**
 * Who may call, beside operators, who may call all. `operator`: nobody; merchants are told 404. `merchant`: merchants, as
 * `merchantView` narrows what they see. `subscription`: so, and the read token of the subscription that the path names.
 */
export type RouteAuth = 'operator' | 'open' | 'merchant' | 'subscription';

/**
 * What makes it the merchant's own; all else is a 404. `path`: {merchantId} in the path. `connector`: {connectorId} in the
 * path is one of theirs. `query`: the list is narrowed to `merchantId`, given or not, and a `connectorId` must be theirs.
 * `body`: its connectorId is one of theirs.
 */
export type MerchantView = 'path' | 'connector' | 'query' | 'body';

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
  /** Set: a merchant calls, and sees its own only. */
  readonly merchant?: CallingMerchant;
}

export interface CallingMerchant {
  readonly merchantId: string;
  readonly owns: (connectorId: string) => Promise<boolean>;
}

/** What a handler gets: checked by the route's schemas. */
export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: Readonly<Record<string, string>>;
  readonly who: string;
  /** The merchant that calls; absent: an operator, or whoever an open route lets in. */
  readonly merchantId?: string;
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
  /** Named where merchants may call, and there only. */
  readonly merchantView?: MerchantView;
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
  checkMerchantView(spec);
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
  const { headers, who, merchant } = raw;
  const body = readBody(spec.body, raw);
  if (!body.ok) return body.answer;
  if (merchant !== undefined && spec.merchantView === 'body' && !(await ownsBody(merchant, body.value))) {
    return notTheirs(merchant.merchantId);
  }
  const caller = merchant === undefined ? {} : { merchantId: merchant.merchantId };
  return spec.handle({
    params: params.data,
    query: query.data,
    body: body.value,
    headers,
    who,
    ...caller,
    ...condition,
  });
}

/** One answer for what is not there and for what is another's, so that nobody learns which. */
export function notTheirs(merchantId: string): AdminResponse {
  return problem('not_found', `Merchant ${merchantId} has no such thing.`);
}

async function ownsBody(merchant: CallingMerchant, body: unknown): Promise<boolean> {
  const connectorId = typeof body === 'object' && body !== null ? Reflect.get(body, 'connectorId') : undefined;
  return typeof connectorId === 'string' && merchant.owns(connectorId);
}

/** A route that merchants may call says what of it is theirs, and has what that is judged by. */
function checkMerchantView(
  spec: Pick<Route, 'operationId' | 'auth' | 'merchantView' | 'params' | 'query' | 'body'>,
): void {
  const { operationId, auth, merchantView } = spec;
  const mayCall = auth === 'merchant' || auth === 'subscription';
  const judgedBy = {
    path: 'merchantId' in spec.params.shape,
    connector: 'connectorId' in spec.params.shape,
    query: 'merchantId' in spec.query.shape,
    body: hasBody(spec.body),
  };
  if (mayCall === (merchantView !== undefined) && (merchantView === undefined || judgedBy[merchantView])) return;
  throw new TypeError(
    `route ${operationId}: auth ${auth} with merchantView ${merchantView}: say what makes it a merchant's own, by a parameter that it has`,
  );
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

/** A version with quotes or without, or `*`: any. */
export const IF_MATCH_PATTERN = /^(?:\*|"?(\d{1,15})"?)$/;

function readCondition(header: string | undefined): Pick<WriteContext, 'ifVersion'> | undefined {
  if (header === undefined) return {};
  const named = IF_MATCH_PATTERN.exec(header.trim());
  if (named === null) return undefined;
  return { ifVersion: named[1] === undefined ? 'any' : Number(named[1]) };
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
