import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type RedeliverReport, redeliver } from '#shared/pipeline/redeliver.ts';
import type { RelayDeps } from '#shared/pipeline/relay.ts';
import { observedRelay } from '#shared/platform/observed-relay.ts';
import { type Observer, observed } from '#shared/platform/observer.ts';

export interface RedeliverHandlerDeps extends RelayDeps {
  /** ISO; undefined: none failed. */
  readonly oldestFailedAt: () => Promise<string | undefined>;
  /** When the next question to a gateway is, or was, due (ISO); undefined: none waits. */
  readonly nextQuestionAt: () => Promise<string | undefined>;
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

async function gauge(deps: RedeliverHandlerDeps): Promise<void> {
  const { delivery, clock, observer } = deps;
  const { parked, dead, failed, confirmations } = await delivery.counts();
  const oldestFailed = failed === 0 ? undefined : await deps.oldestFailedAt();
  // Counted here, so that the alarm stands where confirm itself is broken. Many wait for days; late is what is past its time.
  const dueQuestion = confirmations === 0 ? undefined : await deps.nextQuestionAt();
  const nowMs = clock.now().getTime();
  const age = (at: string | undefined) => (at === undefined ? 0 : Math.floor((nowMs - Date.parse(at)) / 1_000));
  observer.measure('ParkedCursors', parked);
  observer.measure('DeadCursors', dead);
  // A metric costs in each hour in which it is written, and of these silence is no fault.
  if (failed > 0) {
    observer.measure('FailedCallbacks', failed);
    observer.measure('OldestFailedSeconds', Math.max(0, age(oldestFailed)));
  }
  if (confirmations > 0) {
    observer.measure('ConfirmationsWaiting', confirmations);
    observer.measure('OldestConfirmationSeconds', Math.max(0, age(dueQuestion)));
  }
}
