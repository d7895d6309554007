import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { AdminResponse } from './admin-request.ts';

/** Stable codes of the admin API's errors, each with its status and title. */
export const PROBLEMS = {
  invalid_json: { status: 400, title: 'The body is not JSON' },
  invalid_jsv: { status: 400, title: 'The body is not JSV' },
  bad_request: { status: 400, title: 'The document is not right' },
  invalid_query: { status: 400, title: 'A query parameter is not right' },
  invalid_path: { status: 400, title: 'A part of the path is not right' },
  invalid_header: { status: 400, title: 'A header is not right' },
  invalid_cursor: { status: 400, title: 'The cursor is not from this list' },
  unauthorized: { status: 401, title: 'A valid bearer token is needed' },
  forbidden: { status: 403, title: 'The caller has no role here' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'This method is not offered here' },
  immutable: { status: 409, title: 'A member that never changes' },
  in_use: { status: 409, title: 'Something still depends on it' },
  paused: { status: 409, title: 'The subscription is paused' },
  not_in_use: { status: 409, title: 'The connector is switched off or archived' },
  cannot_ask: { status: 409, title: 'The gateway cannot be asked for it' },
  busy: { status: 409, title: 'Others write the same at this moment' },
  quota_exceeded: { status: 409, title: 'The merchant has as many as it may' },
  queue_conflict: { status: 409, title: 'The queue cannot be made under its name now' },
  version_mismatch: { status: 412, title: 'It is not at the expected version' },
  body_too_large: { status: 413, title: 'The body is larger than 1 MiB' },
  row_too_large: { status: 413, title: 'The record is larger than can be stored' },
  wrong_content_type: { status: 415, title: 'The body must be application/json' },
  invalid: { status: 422, title: 'The body is not right' },
  answer_too_large: { status: 422, title: 'The answer is larger than it can be handed over' },
  provision_by_hand: { status: 422, title: 'The gateway is configured by hand' },
  // Not a 5xx: those say that something is wrong on our side.
  provision_failed: { status: 424, title: 'The gateway was not configured' },
  rate_limited: { status: 429, title: 'Too many requests in a short time' },
  unavailable: { status: 503, title: 'The request could not be served' },
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

/** RFC 9457. `detail` and `errors` say what was wrong, with which value, and what to do; never a secret. */
export function problem(
  code: ProblemCode,
  detail: string,
  errors: readonly FieldProblem[] = [],
  headers: Readonly<Record<string, string>> = {},
): AdminResponse {
  const { status, title } = PROBLEMS[code];
  const type = `urn:postrider:problem:${code}`;
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify({ type, title, status, detail, code, errors }),
  };
}
