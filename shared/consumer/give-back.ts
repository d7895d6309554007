import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ConsumerError, reasonOf } from './consumer-error.ts';
import type { KeptMessage } from './handle-batch.ts';
import { type RetryPause, retryPauseSeconds } from './retry-pause.ts';

export interface GiveBackTo {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly pause: RetryPause;
}

/**
 * Makes messages visible again after their pause, at once where nothing failed. What the queue refused comes back as
 * errors; such messages become visible when their reservation ends.
 */
export async function giveBack(
  kept: readonly KeptMessage[],
  { sqs, queueUrl, pause }: GiveBackTo,
): Promise<readonly ConsumerError[]> {
  if (kept.length === 0) return [];
  const Entries = kept.map(({ message, failures }, index) => ({
    Id: String(index),
    ReceiptHandle: message.ReceiptHandle,
    VisibilityTimeout: failures === 0 ? 0 : retryPauseSeconds(pause, failures),
  }));
  try {
    const { Failed = [] } = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    return Failed.map(({ Code, Message }) => {
      return new ConsumerError('queue_failed', `A message could not be given back: ${Code} ${Message ?? ''}`);
    });
  } catch (cause) {
    return [new ConsumerError('queue_failed', `Messages could not be given back: ${reasonOf(cause)}`, { cause })];
  }
}
