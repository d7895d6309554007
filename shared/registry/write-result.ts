import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { WriteOutcome } from './records.ts';

/**
 * Why a write was refused: `not_found` no such row; `immutable` a member that never changes; `in_use` something depends
 * on it; `busy` others write the same row at this moment; `version_mismatch` the row is not at the expected version;
 * `queue_conflict` the name of its queue is not free; `quota_exceeded` the merchant has as many as it may; `invalid` the members named in `problems`.
 */
export type WriteRefusalCode =
  | 'not_found'
  | 'immutable'
  | 'in_use'
  | 'busy'
  | 'version_mismatch'
  | 'queue_conflict'
  | 'quota_exceeded'
  | 'invalid';

export interface WriteRefusal {
  readonly ok: false;
  readonly code: WriteRefusalCode;
  /** What was wrong and what to do. Never a secret. */
  readonly detail: string;
  readonly problems: readonly FieldProblem[];
}

export type WriteResult<T> = { readonly ok: true; readonly created: boolean; readonly record: T } | WriteRefusal;

/** Who writes, when, and on which condition. */
export interface WriteContext {
  readonly now: Date;
  readonly who: string;
  /** Only if the row is at this version; `any`: only if there is one. */
  readonly ifVersion?: number | 'any';
}

export function refuseWrite(
  code: WriteRefusalCode,
  detail: string,
  problems: readonly FieldProblem[] = [],
): WriteRefusal {
  return { ok: false, code, detail, problems };
}

/** Undefined where the caller's condition holds for the row as it was read. */
export function checkVersion(
  context: WriteContext,
  resource: string,
  row: { readonly version: number } | undefined,
): WriteRefusal | undefined {
  const { ifVersion } = context;
  if (ifVersion === undefined || (ifVersion === 'any' ? row !== undefined : row?.version === ifVersion))
    return undefined;
  const found = row === undefined ? 'there is none' : `it is at version ${row.version}`;
  const wanted = ifVersion === 'any' ? 'to exist' : `at version ${ifVersion}`;
  return refuseWrite(
    'version_mismatch',
    `${resource} was expected ${wanted}, but ${found}: read it again and repeat the change on what you find.`,
  );
}

/** A write that lost a race is made again on the row as it now is. */
const ATTEMPTS = 5;

/** Repeats read-change-write while others write the same row; `attempt` gives undefined where it lost the race. */
export async function retryOnConflict<T>(
  resource: string,
  attempt: () => Promise<WriteResult<T> | undefined>,
): Promise<WriteResult<T>> {
  for (let left = ATTEMPTS; left > 0; left--) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  return refuseWrite('busy', `${resource} is being written by others at this moment: try again.`);
}

export function writeResult<T>(outcome: WriteOutcome, created: boolean, record: T): WriteResult<T> | undefined {
  return outcome === 'written' ? { ok: true, created, record } : undefined;
}
