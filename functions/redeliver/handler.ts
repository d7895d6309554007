import { type RedeliverReport, redeliver } from '#shared/pipeline/redeliver.ts';
import type { RelayDeps } from '#shared/pipeline/relay.ts';

/** Lambda entry point of the minute's schedule: goes on while there is something due and time is left. */
export function createHandler(deps: RelayDeps) {
  return async (_event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<RedeliverReport> => {
    let total = { claimed: 0, cleared: 0, refused: 0 };
    let round: RedeliverReport;
    do {
      round = await redeliver(deps);
      total = {
        claimed: total.claimed + round.claimed,
        cleared: total.cleared + round.cleared,
        refused: total.refused + round.refused,
      };
    } while (round.claimed > 0 && context.getRemainingTimeInMillis() > deps.retry.claimMs);
    return total;
  };
}
