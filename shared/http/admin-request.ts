import type { EdgeCaller } from './principal.ts';

/** One request to the admin API, whatever carries it (node:http, Lambda). */
export interface AdminRequest {
  readonly method: string;
  /** Raw path below `/api/v1`, percent-encoding untouched; `/merchants/acme`. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly rawQuery: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Whom the edge in front has authenticated (AWS: by its IAM or JWT authorizer); absent: nobody. */
  readonly caller?: EdgeCaller;
}

export interface AdminResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * An iterable is a list that is read while it is sent; it rejects where a later page cannot be read, and then the
   * sender must break the connection off instead of ending it, so that half a list is not taken for a whole one.
   */
  readonly body: string | Uint8Array | AsyncIterable<string>;
}
