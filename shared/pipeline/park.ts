import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { Subscription } from '#shared/registry/records.ts';
import type { Clock, DeliveryStore } from './ports.ts';
import { pauseMs, type RetryPlan } from './retry-plan.ts';

interface ParkDeps {
  readonly delivery: DeliveryStore;
  readonly clock: Clock;
  readonly retry: RetryPlan;
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
  const made = await deps.delivery.createCursor({
    merchantId,
    subscriptionId,
    subject,
    from,
    upTo,
    attempts: paused ? 0 : 1,
    nextAt: new Date(now.getTime() + pauseMs(deps.retry, 0)).toISOString(),
    state: 'waiting',
    parkedAt: now.toISOString(),
    lastError: why,
  });
  if (made === 'exists') await deps.delivery.extendCursor({ merchantId, subscriptionId, subject }, upTo);
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
