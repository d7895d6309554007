import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { Subscription } from '#shared/registry/records.ts';
import type { Clock, CursorId, DeliveryStore, ParkingCursor } from './ports.ts';
import { pauseMs, type RetryPlan } from './retry-plan.ts';

interface ParkDeps {
  readonly delivery: DeliveryStore;
  readonly clock: Clock;
  readonly retry: RetryPlan;
}

/**
 * Sees to it that versions `from` … `upTo` of a subject are sent with what is parked of it; false: nothing is. `from` is
 * earlier than what is parked where a redrive and the relay are at one subject at the same time.
 */
export async function joinParked(
  { delivery, clock }: Pick<ParkDeps, 'delivery' | 'clock'>,
  id: CursorId,
  from: number,
  upTo: number,
): Promise<boolean> {
  for (;;) {
    const parked = await delivery.cursor(id);
    if (parked === undefined || (await delivery.extendCursor(id, upTo)) === 'absent') return false;
    if (parked.from <= from) return true;
    // With another nextAt whoever sends at this moment, from a later version on, leaves the cursor as it is.
    const nextAt = parked.nextAt === null ? null : clock.now().toISOString();
    if (await delivery.updateCursor(id, { ...parked, from, nextAt }, parked.nextAt)) return true;
  }
}

/**
 * Notes that the events of a subject from version `from` on wait; joins a cursor that somebody else has made meanwhile.
 * Also of a paused subscription: what this process remembers of it may be old, and only redelivery, which asks anew,
 * leaves a cursor to wait for the subscription to be resumed.
 */
export async function park(
  deps: ParkDeps,
  subscription: Subscription,
  subject: SubjectKey,
  from: number,
  upTo: number,
  why: string,
): Promise<void> {
  const now = deps.clock.now();
  const { merchantId, subscriptionId, paused } = subscription;
  const cursor: ParkingCursor = {
    ...{ merchantId, subscriptionId, subject, from, upTo, state: 'waiting', lastError: why },
    attempts: paused ? 0 : 1,
    nextAt: new Date(now.getTime() + pauseMs(deps.retry, 0)).toISOString(),
    parkedAt: now.toISOString(),
  };
  // One that was there and is gone when it is to be joined leaves these events to nobody: they are parked anew.
  while ((await deps.delivery.createCursor(cursor)) === 'exists') {
    if (await joinParked(deps, cursor, from, upTo)) return;
  }
}

/** The queue takes messages again: what waits for it need not wait out its pauses. */
export async function releaseCursors(
  deps: Pick<ParkDeps, 'delivery' | 'clock'>,
  { merchantId, subscriptionId }: Subscription,
): Promise<void> {
  await deps.delivery.releaseCursors(merchantId, subscriptionId, deps.clock.now().toISOString());
}

/** The queue refuses: none of its cursors is due before the pause that follows so many attempts. */
export async function postponeCursors(
  deps: ParkDeps,
  { merchantId, subscriptionId }: Subscription,
  attempts: number,
): Promise<void> {
  const nextAt = new Date(deps.clock.now().getTime() + pauseMs(deps.retry, attempts)).toISOString();
  await deps.delivery.postponeCursors(merchantId, subscriptionId, nextAt);
}
