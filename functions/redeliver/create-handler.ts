import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type RedeliverReport, redeliver } from '#shared/pipeline/redeliver.ts';
import type { RelayDeps } from '#shared/pipeline/relay.ts';
import { observedRelay } from '#shared/platform/observed-relay.ts';
import { type Observer, observed } from '#shared/platform/observer.ts';

export interface RedeliverHandlerDeps extends RelayDeps {
  /** ISO; undefined: none failed. */
  readonly oldestFailedAt: () => Promise<string | undefined>;
  /** A round is begun only while so much time is left. */
  readonly roundMs: number;
  /** Nothing more is sent when only so much is left: to note how far it came, and to count. */
  readonly settleMs: number;
  readonly observer: Observer;
}

const NOTHING: RedeliverReport = { claimed: 0, cleared: 0, refused: 0 };

/** Lambda entry point of the minute's schedule: goes on while something is due and time is left, then counts what waits. */
export function createHandler(deps: RedeliverHandlerDeps) {
  const { observer } = deps;
  async function handle(_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<RedeliverReport> {
    const watch = observedRelay(deps, []);
    try {
      const total = await rounds(watch.deps, context);
      const { sent } = watch.result();
      if (sent > 0) observer.measure('EventsSent', sent);
      if (total.claimed > 0) observer.summary('redelivered', { ...total, sent });
      return total;
    } finally {
      // Also where redelivery failed: alarms stand on them.
      await gauge(deps);
    }
  }
  return middy<unknown, RedeliverReport>().use(observed(observer)).handler(handle);
}

async function rounds(
  deps: RedeliverHandlerDeps,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<RedeliverReport> {
  let total = NOTHING;
  while (context.getRemainingTimeInMillis() > deps.roundMs) {
    const round = await redeliver(deps, () => context.getRemainingTimeInMillis() <= deps.settleMs);
    total = {
      claimed: total.claimed + round.claimed,
      cleared: total.cleared + round.cleared,
      refused: total.refused + round.refused,
    };
    if (round.claimed === 0) return total;
  }
  return total;
}

async function gauge({ delivery, oldestFailedAt, clock, observer }: RedeliverHandlerDeps): Promise<void> {
  const { parked, dead, failed } = await delivery.counts();
  const oldest = failed === 0 ? undefined : await oldestFailedAt();
  const ageMs = oldest === undefined ? 0 : clock.now().getTime() - Date.parse(oldest);
  observer.measure('ParkedCursors', parked);
  observer.measure('DeadCursors', dead);
  observer.measure('FailedCallbacks', failed);
  observer.measure('OldestFailedSeconds', Math.max(0, Math.floor(ageMs / 1_000)));
}
