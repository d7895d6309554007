import type { Subscription } from '#shared/registry/records.ts';
import type { Clock } from './ports.ts';
import type { Breaker } from './relay.ts';
import { pauseMs, type RetryPlan } from './retry-plan.ts';

/** A {@link Breaker} in memory: opened by a batch refused whole, for a growing pause; closed by the next that is taken. */
export function createBreaker(clock: Clock, plan: RetryPlan): Breaker {
  const open = new Map<string, { until: number; times: number }>();
  const name = (one: Subscription) => `${one.merchantId}/${one.subscriptionId}`;
  return {
    isOpen: (subscription) => (open.get(name(subscription))?.until ?? 0) > clock.now().getTime(),
    note(subscription, queueRefuses) {
      const key = name(subscription);
      if (!queueRefuses) return open.delete(key);
      const times = (open.get(key)?.times ?? -1) + 1;
      open.set(key, { until: clock.now().getTime() + pauseMs(plan, times), times });
      return false;
    },
  };
}
