import type { WriteRefusal } from '#shared/registry/write-result.ts';
import type { AdminResponse } from './admin-request.ts';
import { problem } from './problem.ts';

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): AdminResponse {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(value) };
}

/** A registry row; its version is the entity tag, for If-Match. */
export function versioned(value: { readonly version: number }, created = false): AdminResponse {
  return json(value, created ? 201 : 200, { etag: `"${value.version}"` });
}

export function noContent(): AdminResponse {
  return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' };
}

export function refused(refusal: WriteRefusal): AdminResponse {
  return problem(refusal.code, refusal.detail, refusal.problems);
}

export function notFound(detail: string): AdminResponse {
  return problem('not_found', detail);
}
