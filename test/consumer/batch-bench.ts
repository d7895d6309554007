import type { Message } from '@aws-sdk/client-sqs';
import { progressKey } from '#shared/consumer/consumer.ts';
import type { ConsumerError } from '#shared/consumer/consumer-error.ts';
import { eventsApi } from '#shared/consumer/events-api.ts';
import { type BatchOutcome, handleBatch } from '#shared/consumer/handle-batch.ts';
import {
  type Handler,
  type MemoryProgressStore,
  type MemoryTransaction,
  memoryProgressStore,
  type PostriderEvent,
} from '#shared/consumer/index.ts';
import { addressOf } from './payment-event.ts';
import { API, type SubscriptionApi, subscriptionApi } from './subscription-api.ts';

export interface BatchBench {
  readonly server: SubscriptionApi;
  readonly store: MemoryProgressStore;
  /** Ids that the handler was called with and returned from, in order. */
  readonly handled: string[];
  /** `<id> <queue|api|stale|elsewhere>` */
  readonly news: string[];
  readonly errors: ConsumerError[];
  stopping: boolean;
  handle(messages: readonly Message[]): Promise<BatchOutcome>;
  mark(event: PostriderEvent): Promise<string | undefined>;
}

export function keyOfEvent(event: PostriderEvent): string {
  return progressKey(API.merchantId, API.subscriptionId, addressOf(event));
}

/** One batch handler over a memory store and an API in memory. */
export function batchBench(
  handler: Handler<MemoryTransaction> = () => undefined,
  store: MemoryProgressStore = memoryProgressStore(),
  server: SubscriptionApi = subscriptionApi(),
): BatchBench {
  const api = eventsApi(API, { fetch: server.fetch, timeoutMs: 1000 });
  const bench: BatchBench = {
    server,
    store,
    handled: [],
    news: [],
    errors: [],
    stopping: false,
    handle: (messages) =>
      handleBatch(messages, (address) => progressKey(API.merchantId, API.subscriptionId, address), {
        store,
        api,
        isStopping: () => bench.stopping,
        handler: async (event, context) => {
          await handler(event, context);
          bench.handled.push(event.id);
        },
        notify: {
          handled: (event, from) => bench.news.push(`${event.id} ${from}`),
          dropped: (event, why) => bench.news.push(`${event.id} ${why}`),
          error: (error) => bench.errors.push(error),
        },
      }),
    mark: (event) => store.last(keyOfEvent(event)),
  };
  return bench;
}

let messages = 0;

export function messageOf(event: PostriderEvent | string, receiveCount = 1): Message {
  messages += 1;
  return {
    MessageId: `message-${messages}`,
    ReceiptHandle: `receipt-${messages}`,
    Body: typeof event === 'string' ? event : JSON.stringify(event),
    Attributes: { ApproximateReceiveCount: String(receiveCount) },
  };
}
