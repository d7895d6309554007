import { type QueueContext, refreshGroup } from './queue-context.ts';
import type { Queue } from './queue-store.ts';

/** Takes away, oldest first, what is older than the queue's retention period; without a `limit`, all of it. */
export function expireMessages(context: QueueContext, queue: Queue, now: number, limit = -1): void {
  const cutoff = now - queue.settings.retentionSeconds * 1_000;
  const expired = context.messages.expired(queue.id, cutoff, limit);
  const groups = new Set<string>();
  for (const message of expired) {
    context.messages.delete(message.seq);
    if (message.fifoGroup !== null) {
      groups.add(message.fifoGroup);
    }
  }
  for (const group of groups) {
    refreshGroup(context, queue.id, group, now);
  }
}
