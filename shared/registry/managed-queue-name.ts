import { createHash } from 'node:crypto';
import type { QueueOwner } from './queue-choice.ts';

/** SQS: 1 to 80 of A-Z a-z 0-9 - _, `.fifo` counted (API reference, CreateQueue). */
const MAX_NAME = 80;
const DIGEST = 12;
/** The end of a name that carries a digest. */
const ENDS_LIKE_DIGEST = new RegExp(`-[0-9a-f]{${DIGEST}}$`);

/** Leaves the ids room beside digest and suffix. */
const PREFIX = /^[A-Za-z0-9_-]{1,40}$/;

/**
 * `<prefix><merchant>-<subscription>`, with `.fifo` where asked. Two subscriptions under one prefix never share a name:
 * where it had to be cut or a character replaced, and where a hyphen in the merchant's id makes it ambiguous (a-b/c and
 * a/b-c), it ends in a digest of both ids. Prefixes of one account must not begin with each other.
 */
export function managedQueueName(prefix: string, { merchantId, subscriptionId }: QueueOwner, fifo: boolean): string {
  if (!PREFIX.test(prefix)) {
    throw new RangeError(`the prefix of queue names is ${JSON.stringify(prefix)}: give 1 to 40 of A-Z a-z 0-9 _ -`);
  }
  const suffix = fifo ? '.fifo' : '';
  const plain = `${prefix}${merchantId}-${subscriptionId}`;
  const allowed = plain.replace(/[^A-Za-z0-9_-]/g, '-');
  const fits = plain === allowed && plain.length + suffix.length <= MAX_NAME;
  if (fits && !merchantId.includes('-') && !ENDS_LIKE_DIGEST.test(plain)) return `${plain}${suffix}`;
  const digest = createHash('sha256').update(`${merchantId}/${subscriptionId}`).digest('hex').slice(0, DIGEST);
  return `${allowed.slice(0, MAX_NAME - suffix.length - DIGEST - 1)}-${digest}${suffix}`;
}
