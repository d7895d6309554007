import { auditChange } from './audit-change.ts';
import type { RegistryStore, Subscription } from './records.ts';
import { retryOnConflict, type WriteContext, type WriteResult, writeResult } from './write-result.ts';
import { noSubscription, startedAt } from './write-subscription.ts';

/**
 * Lets a subscription begin at an earlier time (ISO; model.md 5, `startAt`): a new first entry of its filter history, with
 * the filter of the present first one. Later entries stay as they are, and so do the events that they gave. A
 * subscription that began by then stays unchanged.
 */
export function startSubscriptionAt(
  registry: Pick<RegistryStore, 'subscription' | 'putSubscription'>,
  merchantId: string,
  subscriptionId: string,
  from: string,
  context: WriteContext,
): Promise<WriteResult<Subscription>> {
  const resource = `/merchants/${merchantId}/subscriptions/${subscriptionId}`;
  return retryOnConflict(resource, async () => {
    const before = await registry.subscription(merchantId, subscriptionId);
    if (before === undefined) return noSubscription(merchantId, subscriptionId);
    const [first] = before.entries;
    if (first === undefined || first.from <= from) return { ok: true, created: false, record: before };
    const at = context.now.toISOString();
    const entries = startedAt(before.entries, { startAt: from, filter: first.filter });
    const after: Subscription = { ...before, entries, version: before.version + 1, updatedAt: at };
    const audit = {
      at,
      who: context.who,
      what: 'subscription.start',
      resource,
      changes: [auditChange('startAt', first.from, from)],
    };
    const outcome = await registry.putSubscription(after, before.version, audit);
    return writeResult(outcome, false, after);
  });
}
