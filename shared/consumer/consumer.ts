import { type ConsumerEvents, consumerEmitter, type Listener } from './consumer-events.ts';
import { type ConsumerOptions, queueClient, settingsOf } from './consumer-options.ts';
import type { SubjectAddress } from './event.ts';
import { eventsApi } from './events-api.ts';
import { giveBack } from './give-back.ts';
import { handleBatch } from './handle-batch.ts';
import type { ConsumerPorts } from './handle-subject.ts';
import { QueuePoller } from './queue-poller.ts';

export interface PostriderConsumer {
  /** Begins to receive; a no-op while running. */
  start(): void;
  /**
   * Receives no more and resolves when all is finished. Without `abort`, a receive under way is waited for (at most
   * `waitTimeSeconds`) and what it brings is handled. With it, that receive is cut, only handlers that have begun end
   * (they cannot be cut), and the other messages are given back at once. May be called again with `abort`.
   */
  stop(options?: { readonly abort?: boolean }): Promise<void>;
  on<Name extends keyof ConsumerEvents>(name: Name, listener: Listener<Name>): void;
}

/**
 * Consumes one subscription's queue, and hands every event to the handler in the order of its subject, none skipped
 * (model.md 5, consumer promise). Exactly once where the handler calls `recordIn`; otherwise at least once: after a crash
 * between handler and mark, an event comes again with the same `id`.
 *
 * - A subject whose handler fails, or whose gap cannot be filled because the API does not answer, waits for a pause that
 *   doubles with each receive; other subjects go on. Nothing waits on the queue for an earlier message.
 * - What is received more often than the queue's maxReceiveCount goes to its dead-letter queue, also while the API is
 *   down or a handler fails for an earlier event of the subject. The next event of the subject finds the gap and fills it
 *   from the API; where none follows, send the dead letters again (what was handled meanwhile is dropped).
 * - A new consumer of an old subscription (no marks) gets each subject's whole history when its next event arrives.
 *
 * NOT promised: order between subjects. Order without `recordIn` when several consumers share a queue that is not FIFO,
 * or when a process sleeps longer than the visibility timeout. And after the subscription's filters changed, an event of
 * the earlier filters that never reached this consumer (dead-lettered, expired) is not missed if it would have been the
 * first of its subject: nothing in the later events points to it. Empty the dead letters before changing filters.
 */
export function createConsumer<Transaction>(options: ConsumerOptions<Transaction>): PostriderConsumer {
  const { api: access, queueUrl, store, handler } = options;
  const settings = settingsOf(options);
  const sqs = queueClient(options);
  const pause = { firstMs: settings.retryPauseMs, longestMs: settings.maxRetryPauseMs };
  const { on, emit } = consumerEmitter((message, code) =>
    process.emitWarning(message, { type: 'PostriderConsumer', code }),
  );
  const poller: QueuePoller = new QueuePoller({
    sqs,
    queueUrl,
    settings,
    onEmpty: () => emit('empty'),
    onError: (error) => emit('error', error),
    handle: async (messages) => {
      const { done, kept } = await handleBatch(messages, keyOf, ports);
      for (const error of await giveBack(kept, { sqs, queueUrl, pause })) emit('error', error);
      return [...done];
    },
  });
  const keyOf = (address: SubjectAddress): string => progressKey(access.merchantId, access.subscriptionId, address);
  const ports: ConsumerPorts<Transaction> = {
    store,
    handler,
    api: eventsApi(access, { fetch: options.fetch ?? fetch, timeoutMs: settings.apiTimeoutMs }),
    isStopping: () => poller.isAborting,
    notify: {
      handled: (event, from) => emit('handled', event, from),
      dropped: (event, why) => emit('dropped', event, why),
      error: (error) => emit('error', error),
    },
  };
  let stopped: Promise<void> | undefined;

  const finish = async (): Promise<void> => {
    await poller.finished();
    stopped = undefined;
    emit('stopped');
  };
  return {
    start: () => {
      if (!poller.isRunning) poller.start();
    },
    stop: async ({ abort = false } = {}) => {
      if (!poller.isRunning) return;
      poller.requestStop(abort);
      stopped ??= finish();
      await stopped;
    },
    on,
  };
}

/** How the progress store names a subject: with its subscription, so that one store can serve several. */
export function progressKey(merchantId: string, subscriptionId: string, address: SubjectAddress): string {
  return `${merchantId}/${subscriptionId}/${address.connectorId}:${address.subject}`;
}
