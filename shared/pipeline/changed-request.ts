import type { ConfirmChange, ConfirmRequest } from './ports.ts';

/** The question with all that a change may set: what the change leaves out is gone. */
export function changedRequest(request: ConfirmRequest, change: ConfirmChange): ConfirmRequest {
  const { connectorId, about, evidenceDigest, merchantId, reason, causeId, at, due } = request;
  const { state, nextAt, attempts, hasTurn, lastOutcome, lastDetail, cursor, found, notes } = change;
  return {
    ...{ connectorId, about, evidenceDigest, merchantId, reason, at, state, nextAt, attempts, hasTurn },
    ...(causeId !== undefined && { causeId }),
    ...(due !== undefined && { due }),
    ...(lastOutcome !== undefined && { lastOutcome }),
    ...(lastDetail !== undefined && { lastDetail }),
    ...(cursor !== undefined && { cursor }),
    ...(found !== undefined && { found }),
    ...(notes !== undefined && { notes }),
  };
}
