import { queueNameOf, queueUrlOf } from '#local/queue/queue-address.ts';
import { auditChange } from '#shared/registry/audit-change.ts';
import type { Page, RegistryStore } from '#shared/registry/records.ts';

/**
 * Managed queues belong to this process, whose port may be another than last time: their URLs are written anew, so that
 * what the API shows can be used.
 */
export async function moveQueueUrls(registry: RegistryStore, sqsEndpoint: string, now: Date): Promise<void> {
  for await (const { merchantId } of all((page) => registry.merchants(page))) {
    for (const before of await registry.subscriptionsOf(merchantId)) {
      const { queue } = before;
      const url = queueUrlOf(sqsEndpoint, queueNameOf(queue.url));
      if (!queue.managed || queue.url === url) continue;
      const at = now.toISOString();
      const resource = `/merchants/${merchantId}/subscriptions/${before.subscriptionId}`;
      const audit = {
        at,
        who: 'system',
        what: 'subscription.move',
        resource,
        changes: [auditChange('queue', queue.url, url)],
      };
      const after = { ...before, queue: { ...queue, url }, version: before.version + 1, updatedAt: at };
      await registry.putSubscription(after, before.version, audit);
    }
  }
}

async function* all<T>(list: (page: { limit: number; cursor?: string }) => Promise<Page<T>>): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const page: Page<T> = await list({ limit: 500, ...(cursor === null ? {} : { cursor }) });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== null);
}
