import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { QueueOwner } from '#shared/registry/queue-choice.ts';
import type { Clock, DeliveryStore, ParkingCursor } from './ports.ts';
import type { RetryPlan } from './retry-plan.ts';

export interface HoldDeps {
  readonly delivery: Pick<DeliveryStore, 'cursor' | 'createCursor' | 'claimCursor' | 'deleteCursor' | 'updateCursor'>;
  readonly clock: Clock;
  readonly retry: Pick<RetryPlan, 'claimMs'>;
}

/**
 * Keeps relay and redelivery off a subject of one subscription while somebody else sends for it: a parking cursor of no
 * version (from 1, up to 0). What the relay meets meanwhile it notes there, whatever version it is at, and redelivery
 * takes it up when the hold is over; if its owner dies, redelivery clears it after the plan's `claimMs`. Undefined:
 * events of the subject are parked or held already.
 */
export async function holdSubject(
  deps: HoldDeps,
  { merchantId, subscriptionId }: QueueOwner,
  subject: SubjectKey,
  why: string,
): Promise<ParkingCursor | undefined> {
  const now = deps.clock.now();
  const hold: ParkingCursor = {
    ...{ merchantId, subscriptionId, subject, from: 1, upTo: 0, attempts: 0, state: 'waiting' },
    nextAt: new Date(now.getTime() + deps.retry.claimMs).toISOString(),
    parkedAt: now.toISOString(),
    lastError: why,
  };
  return (await deps.delivery.createCursor(hold)) === 'created' ? hold : undefined;
}

/** The same hold for another `claimMs`; undefined: it was over, and others may send. */
export function renewHold(deps: HoldDeps, hold: ParkingCursor): Promise<ParkingCursor | undefined> {
  const until = deps.clock.now().getTime() + deps.retry.claimMs;
  return deps.delivery.claimCursor(hold, new Date(until).toISOString());
}

/** What was noted meanwhile is due at once, from the first version on: which of them were sent before is not known. */
export async function releaseHold(deps: HoldDeps, hold: ParkingCursor): Promise<void> {
  if ((await deps.delivery.deleteCursor(hold, 0)) !== 'newer') return;
  const present = await deps.delivery.cursor(hold);
  // Another's by now: redelivery took it up, or the relay parked anew.
  if (present === undefined || present.nextAt !== hold.nextAt) return;
  const nextAt = deps.clock.now().toISOString();
  const change = { from: 1, attempts: 0, state: 'waiting', lastError: '', nextAt } as const;
  await deps.delivery.updateCursor(hold, change, hold.nextAt);
}
