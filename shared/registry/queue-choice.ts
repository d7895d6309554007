import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { QueueTarget } from './records.ts';

/** A queue of ours, made for one subscription. */
export interface ManagedQueue {
  readonly managed: true;
  readonly fifo: boolean;
  /** ARNs of accounts and roles that may consume, sorted and each once. */
  readonly readers: readonly string[];
}

/** A queue that the merchant names. */
export interface NamedQueue {
  readonly managed: false;
  readonly url: string;
  readonly fifo: boolean;
  /** Role in the queue's account to send with; absent: the queue's own policy lets us send. */
  readonly roleArn?: string;
}

export type QueueChoice = ManagedQueue | NamedQueue;

/** Whose subscription's the queue is. */
export interface QueueOwner {
  readonly merchantId: string;
  readonly subscriptionId: string;
}

export type QueueProvision =
  | { readonly ok: true; readonly target: QueueTarget }
  /** The choice is wrong in a way that only the queue service could tell. */
  | { readonly ok: false; readonly code: 'invalid'; readonly problems: readonly FieldProblem[] }
  /** The name is not free: what stands in the way and what to do. */
  | { readonly ok: false; readonly code: 'queue_conflict'; readonly message: string };

/** Which queues a home can send to, and how it makes its own. */
export interface QueueDirectory {
  /** What is wrong with a choice, fields as in the API's body (`/queue/url`). Asks nobody, changes nothing. */
  check(choice: QueueChoice, owner: QueueOwner): readonly FieldProblem[];
  /**
   * A checked choice as it is stored. A managed queue is made where there is none, and exactly its readers may consume;
   * repeated, it changes nothing. Rejects where the queue service cannot be reached or denies.
   */
  provide(choice: QueueChoice, owner: QueueOwner): Promise<QueueProvision>;
}

/** A FIFO queue is one whose name ends in `.fifo` (SQS API reference, CreateQueue). */
export function checkFifo(queue: NamedQueue): readonly FieldProblem[] {
  if (queue.url.endsWith('.fifo') === queue.fifo) return [];
  const message = queue.fifo
    ? 'must be true only for a queue whose name ends with .fifo: send false or another URL'
    : 'must be true for a queue whose name ends with .fifo';
  return [{ field: '/queue/fifo', value: queue.fifo, message }];
}
