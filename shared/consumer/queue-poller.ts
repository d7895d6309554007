import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { Consumer as SqsConsumer } from 'sqs-consumer';
import { ConsumerError } from './consumer-error.ts';
import type { ConsumerSettings } from './consumer-options.ts';
import { type RetryPause, retryPauseMs } from './retry-pause.ts';

export interface PollerOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly settings: Required<ConsumerSettings>;
  /** Resolves to the messages to delete. */
  readonly handle: (messages: readonly Message[]) => Promise<Message[]>;
  readonly onEmpty: () => void;
  readonly onError: (error: ConsumerError) => void;
}

/** sqs-consumer itself repeats most failed receives at once. */
const RECEIVE_PAUSE: RetryPause = { firstMs: 500, longestMs: 30_000 };

/**
 * sqs-consumer 15 with our rules around it. What we rely on, from its source: one receive at a time, the next only when
 * the batch is finished; the batch handler's returned messages are deleted in one DeleteMessageBatch (undefined or an
 * error: none); while it runs, all of the batch is renewed; `terminateVisibilityTimeout` would give back the whole batch,
 * handled or not, so it stays off and the handler gives messages back by itself; an abort cuts deletes as well.
 */
export class QueuePoller {
  readonly #poller: SqsConsumer;
  readonly #options: PollerOptions;
  #phase: 'stopped' | 'running' | 'stopping' | 'aborting' = 'stopped';
  /** Only then may an abort cut a request: later it would cut the deletes of what was handled. */
  #isReceiving = false;
  #receiveFailures = 0;
  #wake = new AbortController();

  constructor(options: PollerOptions) {
    const { sqs, queueUrl, settings } = options;
    this.#options = options;
    this.#poller = SqsConsumer.create({
      queueUrl,
      sqs,
      batchSize: settings.batchSize,
      waitTimeSeconds: settings.waitTimeSeconds,
      visibilityTimeout: settings.visibilityTimeoutSeconds,
      heartbeatInterval: settings.visibilityTimeoutSeconds / 3,
      messageSystemAttributeNames: ['ApproximateReceiveCount'],
      suppressFifoWarning: true,
      authenticationErrorTimeout: 0,
      preReceiveMessageCallback: () => this.#beforeReceive(),
      postReceiveMessageCallback: async () => {
        this.#isReceiving = false;
        this.#receiveFailures = 0;
      },
      handleMessageBatch: options.handle,
    });
    this.#poller.on('empty', () => options.onEmpty());
    this.#poller.on('error', (cause, messages) => this.#onError(cause, messages));
  }

  get isRunning(): boolean {
    return this.#phase !== 'stopped';
  }

  /** True: no further event is to be begun. */
  get isAborting(): boolean {
    return this.#phase === 'aborting';
  }

  start(): void {
    this.#phase = 'running';
    this.#wake = new AbortController();
    this.#poller.start();
  }

  requestStop(abort: boolean): void {
    if (!this.isAborting) this.#phase = abort ? 'aborting' : 'stopping';
    this.#wake.abort();
    this.#poller.stop();
    if (abort && this.#isReceiving) this.#poller.abortController.abort();
  }

  /** Resolves when the last receive, its batch and its deletes are finished. */
  async finished(): Promise<void> {
    while (this.#poller.status.isPolling) await sleep(5);
    this.#phase = 'stopped';
    this.#receiveFailures = 0;
  }

  async #beforeReceive(): Promise<void> {
    if (this.#receiveFailures > 0) {
      const pauseMs = retryPauseMs(RECEIVE_PAUSE, this.#receiveFailures);
      await sleep(pauseMs, undefined, { signal: this.#wake.signal });
    }
    if (this.#phase !== 'running') throw new Error('The consumer is stopping.');
    this.#isReceiving = true;
  }

  /** While stopping, a receive that was cut or not begun is no news. */
  #onError(cause: Error, messages: unknown): void {
    if (messages === undefined) {
      this.#isReceiving = false;
      if (this.#phase !== 'running') return;
      this.#receiveFailures += 1;
    }
    this.#options.onError(new ConsumerError('queue_failed', `The queue refused: ${cause.message}`, { cause }));
  }
}
