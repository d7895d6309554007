/** Time limits and sizes of the embedded home's HTTP port (interfaces.md "Codes on a callback URL"). */
export interface HttpLimits {
  /** Headers complete within this time, or 408 and closed. */
  readonly headersMs: number;
  /** A whole request within this time, or 408 and closed. */
  readonly requestMs: number;
  /** How often the two limits above are looked at. */
  readonly checkMs: number;
  /** An idle connection is kept this long. */
  readonly keepAliveMs: number;
  /** Larger heads are 431. */
  readonly headerBytes: number;
  /** Of a body that is too large, this much more is read and thrown away, so that the sender sees the answer. */
  readonly drainBytes: number;
  /** Memory for bodies that are still coming in, of all connections together; beyond it 503. */
  readonly unfinishedBytes: number;
  /** How long a refused sender may go on sending after the answer, before the connection is cut. */
  readonly lingerMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 1_000,
  keepAliveMs: 60_000,
  headerBytes: 16_384,
  drainBytes: 10 * 1_048_576,
  unfinishedBytes: 64 * 1_048_576,
  lingerMs: 2_000,
};
